"""The tunnel on a GPU: numbers first (beside one core), then updates beside the memory. `python -m benchmarks wind --device cuda`."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks.table import row
from benchmarks.wind import BYTES, CASE, SHAPE, ball, tunnel
from twin.kernel.cuda import cuda, require_device
from twin.kinds import Target

__all__ = ["rows"]

Shape = tuple[int, int, int]

SIZES: tuple[Shape, ...] = (SHAPE, (378, 382, 382))  # as the processor's row; 55 M cells, 4.2 GB, which no cache holds
STEPS, ROUNDS = 100, 7
COMPARED, CLOSE = 20, 1e-5  # steps; of the wind's speed, on and off the GPU: its fused sums round otherwise
COPIED = 1 << 30  # bytes of the probe
GIGA = 1e9


def rows(
    sizes: tuple[Shape, ...] = SIZES, steps: int = STEPS, rounds: int = ROUNDS, copied: int = COPIED, compared: int = COMPARED
) -> list[dict[str, Any]]:
    """Every size, once the first gave the processor's numbers after `compared` steps.

    Raises:
        EngineMissing: no GPU.
        SystemExit: the GPU's numbers are not the processor's.
    """
    require_device()
    _same(sizes[0], compared)
    return [_tunnel(shape, steps, rounds, copied) for shape in sizes]


def _tunnel(shape: Shape, steps: int, rounds: int, copied: int) -> dict[str, Any]:
    """Updates a second and bytes a second of a copy, in turn."""
    flow, cells = tunnel(shape, Target("cuda")), int(np.prod(shape))
    source = cuda.to_device(np.zeros(copied // 4, np.float32))
    copy = cuda.device_array_like(source)
    times = [(_seconds(lambda: flow.advance(np.ones(steps))), _seconds(lambda: copy.copy_to_device(source))) for _ in range(rounds + 1)]
    stepped, passed = (median(column[1:]) for column in zip(*times, strict=True))  # the first compiles
    bandwidth = 2 * copied / passed
    note = f"{shape}, {BYTES} B a cell; copy {bandwidth / GIGA:,.0f} GB/s; eddy viscosity, inlet, outlet, slip walls, a sphere"
    return row(
        f"{CASE}, {cells / 1e6:.1f} M cells", "G updates/s", steps * cells / stepped / GIGA, bandwidth / BYTES / GIGA, "copy bandwidth",
        threads=1, dtype="float32", device="cuda", note=note,
    )  # fmt: skip


def _seconds(work: Callable[[], Any]) -> float:
    cuda.synchronize()
    begin = time.perf_counter()
    work()
    cuda.synchronize()
    return time.perf_counter() - begin


def _same(shape: Shape, steps: int) -> None:
    found = []
    for target in (Target("cuda"), Target()):
        flow = tunnel(shape, target)
        flow.advance(np.ones(steps))
        found.append(flow.fields()[1][ball(shape) == 0])
    worst = float(np.abs(found[0] - found[1]).max() / np.abs(found[1]).max())
    if not worst <= CLOSE:
        raise SystemExit(f"{shape}: the GPU's velocities differ from the processor's by {worst:.1e}, more than {CLOSE:.0e}")
