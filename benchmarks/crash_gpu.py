"""The same crash on a GPU: numbers first (beside one core), then element-cycles. `python -m benchmarks crash --device cuda`."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any, Literal

import numpy as np

from benchmarks.crash import CASE, EVER, SPEED, UNIT, Counts
from benchmarks.table import row
from twin.kernel.cuda import require_device
from twin.kinds import Target
from twin.physics.crash.case import prepare
from twin.physics.crash.run import Run, init, step
from twin.physics.crash.spec import CrashSpec

__all__ = ["rows"]

SIZES: tuple[Counts, ...] = ((20, 30, 80), (80, 100, 125))  # as the processor's row, and what a GPU needs
CYCLES, ROUNDS = 200, 5
COMPARED, CLOSE = 20, 1e-9  # steps; of the bodies' size, on and off the GPU: its fused sums round otherwise


def rows() -> list[dict[str, Any]]:
    """Every case once it gave the processor's numbers.

    Raises:
        EngineMissing: no GPU.
        SystemExit: a GPU's numbers are not the processor's.
    """
    require_device()
    return [_block(cells) for cells in SIZES]


def _block(cells: Counts) -> dict[str, Any]:
    """Copper against a wall: see `benchmarks.crash`."""
    there, here = _started(cells, "cuda"), _started(cells, "cpu")
    _same(there, here)
    gpu, cpu = _rate(there, CYCLES), _rate(here, max(1, CYCLES // 10))
    note = (
        f"{there.case.elements:,} hexahedra, steps {COMPARED} and later; what a sample looks at comes back at every call; ours on one core"
    )
    return row(
        f"{CASE}, {there.case.elements:,} elements", UNIT, gpu, cpu, "one core", threads=1, dtype="float64", device="cuda", note=note
    )


def _started(cells: Counts, device: Literal["cpu", "cuda"]) -> Run:
    box = {"size": [1e-3 * n for n in cells], "counts": list(cells)}
    model = {"shape": {"box": box}, "material": "copper_taylor"}
    spec = CrashSpec.model_validate({"model": model, "impact": {"wall": "plane", "speed": SPEED}, "until": EVER})
    run = init(prepare(spec, Path()), Target(device=device, threads=1))
    step(run, EVER, COMPARED)
    return run


def _same(there: Run, here: Run) -> None:
    a, b = there.arrays.nodes.x[: len(there.case.x)], here.arrays.nodes.x[: len(here.case.x)]
    worst = float(np.abs(a - b).max() / np.ptp(b, axis=0).max())
    if not worst <= CLOSE:
        raise SystemExit(
            f"{there.case.elements:,} elements: the GPU's places differ from the processor's by {worst:.1e}, more than {CLOSE:.0e}"
        )


def _rate(run: Run, cycles: int) -> float:
    """Element-cycles a second."""
    step(run, EVER, cycles)
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        step(run, EVER, cycles)
        seconds.append(time.perf_counter() - begin)
    return run.case.elements * cycles / median(seconds)
