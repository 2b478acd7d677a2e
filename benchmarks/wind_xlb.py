"""XLB's stepper by JAX on the CPU, on all of its cores: an empty periodic box.

It runs in an interpreter of its own, which TWIN_XLB names: XLB 0.3.1 brings a package `tests` along that would hide this
repository's, and cannot be imported beside warp-lang 1.19 (it can beside 1.10).

    python3 -m venv xlb && xlb/bin/pip install xlb==0.3.1 jax "warp-lang<1.11"
    TWIN_XLB=xlb/bin/python python -m benchmarks wind
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout

__all__ = ["box", "installed"]

STEPS = 2


def installed() -> bool:
    """Whether an interpreter with XLB is named."""
    return bool(os.environ.get("TWIN_XLB"))


def box(n: int) -> tuple[Callable[[], None], int, int]:
    """BGK, D3Q19, float32, pull, two arrays: a call, the steps that it does, cells of a step."""
    command = [os.environ["TWIN_XLB"], __file__, str(n)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call() -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        print(file=child.stdin, flush=True)
        if not child.stdout.readline():
            raise RuntimeError(f"{command} has ended: code {child.wait()}")

    return call, STEPS, n**3


def main(n: int) -> None:
    """Steps for each line of the standard input, and a line when they are done."""
    import xlb
    from xlb.grid import grid_factory
    from xlb.operator.stepper import IncompressibleNavierStokesStepper

    precision, backend = xlb.PrecisionPolicy.FP32FP32, xlb.ComputeBackend.JAX
    with redirect_stdout(sys.stderr):  # it says that there is no GPU
        xlb.init(xlb.velocity_set.D3Q19(precision, backend), backend, precision)
    stepper = IncompressibleNavierStokesStepper(grid_factory((n, n, n), compute_backend=backend), collision_type="BGK")
    f, other, boundary, missing = stepper.prepare_fields()
    for _ in sys.stdin:
        for step in range(STEPS):
            other, f = stepper(f, other, boundary, missing, 1.7, step)
        f.block_until_ready()
        print(flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
