"""A run that has become nonsense is stopped at once, and says where, when and what to do."""

from __future__ import annotations

import numpy as np

from twin.physics.wind import loops
from twin.physics.wind.state import Flow
from twin.physics.wind.tunnel import Layout

__all__ = ["sound", "trouble"]

FASTEST = 0.5  # cells a step: sound is at 0.58, where the model ends
REMEDY = "Take more cells, a smaller resolution.lattice_speed, or eddies: 0.1 (an eddy viscosity) if there are none"


def sound(flow: Flow) -> bool:
    """Whether all numbers are finite: one pass over memory."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(flow.fetch().sum()))


def trouble(flow: Flow, layout: Layout) -> str:
    """What is wrong with the flow, in words; empty when nothing is."""
    f = flow.fetch()
    macros = loops.macros_plane if flow.grid.lattice.plane else loops.macros_space
    plane = np.zeros((1, 4, flow.grid.count), flow.f.dtype)
    worst, place = 0.0, np.zeros(3, int)
    for x in range(layout.shape[0]):
        plane[:] = 0
        macros(f, flow.grid.offsets[flow.parity], flow.grid.size, x + 1, x + 2, flow.f.dtype.type(1), plane)
        cells = flow.grid.unfolded(plane[0])  # (4, ny, nz)
        fluid = flow.grid.unfolded(flow.boundary.solid[(x + 1) * flow.grid.plane + flow.grid.first :][: flow.grid.count]) == 0
        with np.errstate(over="ignore", invalid="ignore"):
            speed = np.where(fluid, np.sqrt((cells[1:].astype(float) ** 2).sum(axis=0)), 0.0)
        speed = np.where(fluid & ~(np.isfinite(cells).all(axis=0) & np.isfinite(speed)), np.inf, speed)
        if speed.max() > worst:
            worst, place = float(speed.max()), np.array([x, *np.unravel_index(int(np.argmax(speed)), speed.shape)])
    if worst <= FASTEST:
        return ""
    x, y, z = layout.origin + (place + 0.5) * layout.cell
    what = "a number is not finite" if worst == np.inf else f"the air moves at {worst / layout.lattice_speed:.1f} times the wind"
    i, j, k = place.tolist()
    where = f"in cell ({i}, {j}, {k}) at x = {x:.4g} m, y = {y:.4g} m, z = {z:.4g} m"
    cells_re = f"the viscosity is small for these cells: tau - 1/2 = {layout.excess:.2g}"
    return f"the flow became unstable at t = {flow.step * layout.dt:.4g} s (step {flow.step}): {what} {where}; {cells_re}. {REMEDY}."
