"""The same kernels on a GPU: numbers first (beside the lanes of a processor), then rates. `python -m benchmarks robots --device cuda`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from benchmarks.table import row
from robots import dynamics, kinematics, load, stepping
from robots.compile import Dtype
from robots.model import Robot

__all__ = ["rows"]

ARMS, FEW = 262_144, 4096  # a GPU needs many; a core is measured on what fits its cache
STEPS, FEW_STEPS, DT = 1000, 100, 1e-3
ROUNDS = 5
CLOSE = {"float64": 1e-9, "float32": 1e-3}  # relative, on and off the GPU: its fused sums and sine round otherwise


def rows() -> list[dict[str, Any]]:
    """Every case once it gave the processor's numbers.

    Raises:
        EngineMissing: no GPU.
        SystemExit: a GPU's numbers are not the processor's.
    """
    arm = load("iiwa")
    rng = np.random.default_rng(0)
    q, qd, u = rng.uniform(-1, 1, (3, ARMS, arm.nq))
    found = []
    for dtype in ("float64", "float32"):
        found.append(_stepping(arm, q, qd, dtype))
    for name, run in _maps(arm, q, qd, u).items():
        found.append(_map(name, run))
    return found


def _stepping(arm: Robot, q: np.ndarray, qd: np.ndarray, dtype: Dtype) -> dict[str, Any]:
    step = partial(stepping.run, arm, dt=DT, limits=False, losses=False, dtype=dtype)
    name = f"contact-free step iiwa f{dtype[-2:]}"
    there, here = (step(q[:FEW], qd[:FEW], steps=FEW_STEPS, device=device) for device in ("cuda", "cpu"))  # type: ignore[arg-type]
    _same(name, there.q, here.q, CLOSE[dtype])
    gpu = _rate(lambda: step(q, qd, steps=STEPS, device="cuda"), ARMS * STEPS)
    cpu = _rate(lambda: step(q[:FEW], qd[:FEW], steps=FEW_STEPS), FEW * FEW_STEPS)
    note = f"{ARMS} arms, {STEPS} steps a call, states to the GPU and back included; ours on one core beside it"
    return row(name, "arm-steps/s", gpu, cpu, "one core", threads=1, dtype=dtype, device="cuda", note=note)


def _maps(arm: Robot, q: np.ndarray, qd: np.ndarray, u: np.ndarray) -> dict[str, Callable[..., np.ndarray]]:
    return {
        "aba iiwa f64": lambda n, **on: dynamics.forward_dynamics(arm, q[:n], qd[:n], u[:n], **on),
        "rnea iiwa f64": lambda n, **on: dynamics.inverse_dynamics(arm, q[:n], qd[:n], u[:n], **on),
        "jacobian iiwa f64": lambda n, **on: kinematics.jacobian(arm, q[:n], "tool", **on),
    }


def _map(name: str, run: Callable[..., np.ndarray]) -> dict[str, Any]:
    _same(name, run(FEW, device="cuda"), run(FEW, path="compiled"), CLOSE["float64"])
    gpu = _rate(lambda: run(ARMS, device="cuda"), ARMS)
    cpu = _rate(lambda: run(FEW, path="compiled"), FEW)
    note = f"{ARMS} arms a call, arrays to the GPU and back included: they decide; ours on one core beside it"
    return row(name, "1/s", gpu, cpu, "one core", threads=1, dtype="float64", device="cuda", note=note)


def _same(name: str, there: np.ndarray, here: np.ndarray, close: float) -> None:
    worst = float(np.abs(there - here).max() / max(1.0, float(np.abs(here).max())))
    if not worst <= close:
        raise SystemExit(f"{name}: the GPU's numbers differ from the processor's by {worst:.1e}, more than {close:.0e}")


def _rate(run: Callable[[], Any], count: int) -> float:
    run()
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begin)
    return count / median(seconds)
