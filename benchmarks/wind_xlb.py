"""XLB's stepper by JAX on the CPU, on all of its cores: an empty periodic box."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout

__all__ = ["box", "installed"]


def installed() -> bool:
    """Whether XLB is here and can be imported: version 0.3.1 cannot beside warp-lang 1.19."""
    try:
        import xlb  # noqa: F401
    except ImportError:
        return False
    return True


def box(n: int) -> tuple[Callable[[], None], int, int]:
    """BGK, D3Q19, float32, pull, two arrays: a call, the steps that it does, cells of a step."""
    import xlb
    from xlb.grid import grid_factory
    from xlb.operator.stepper import IncompressibleNavierStokesStepper

    precision, backend = xlb.PrecisionPolicy.FP32FP32, xlb.ComputeBackend.JAX
    with redirect_stdout(sys.stderr):  # it says that there is no GPU
        xlb.init(xlb.velocity_set.D3Q19(precision, backend), backend, precision)
    stepper = IncompressibleNavierStokesStepper(grid_factory((n, n, n), compute_backend=backend), collision_type="BGK")
    f, other, boundary, missing = stepper.prepare_fields()

    def call() -> None:
        nonlocal f, other
        for step in range(2):
            f, other = stepper(f, other, boundary, missing, 1.7, step)
            f, other = other, f
        f.block_until_ready()

    return call, 2, n**3
