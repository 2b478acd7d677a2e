"""How fast this machine is, measured in a moment, so that a preflight can say when a run will be over."""

from __future__ import annotations

import time
from functools import cache

import numpy as np

from twin.kinds import Target
from twin.physics.wind.boundaries import Side, connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D2Q9, D3Q19
from twin.physics.wind.state import Flow

__all__ = ["updates_per_second"]

SHAPES = {9: (512, 1, 256), 19: (48, 48, 48)}
SECONDS = 0.2


@cache
def updates_per_second(directions: int, precision: str, threads: int, eddies: bool) -> float:
    """Cells a second; the first call for a precision compiles the kernels, which is not counted."""
    lattice, shape = (D2Q9 if directions == 9 else D3Q19), SHAPES[directions]
    grid, sides = Grid(lattice, shape), dict.fromkeys(("x_low", "x_high", "y_low", "y_high", "z_low", "z_high"), Side("periodic"))
    dtype = np.float32 if precision == "float32" else np.float64
    boundary = connect(grid, np.zeros(shape, int), sides, None, dtype)
    flow = Flow.at_rest(
        grid, boundary, np.full(shape[0] + 2, 0.01), smagorinsky=0.25 if eddies else 0.0, dtype=dtype, target=Target(threads=threads)
    )
    flow.advance(np.ones(2))
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < SECONDS:
        flow.advance(np.ones(2))
        count += 2
    return count * float(np.prod(shape)) / (time.perf_counter() - begin)
