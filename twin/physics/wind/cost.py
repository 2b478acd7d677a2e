"""What a run will take, for the planner, and which cases may share a launch."""

from __future__ import annotations

from pathlib import Path

from twin.kinds import Cost
from twin.physics.wind.spec import WindSpec

__all__ = ["bytes_of", "cost"]

UPDATES = {9: 120e6, 19: 60e6}  # cells a second on one core of an ordinary machine; `twin check` measures this one
LIKELY_PASSES = 0.4  # of the longest time that a run may take
SMALL = 200_000  # cells of a case that is coalesced with others: one thread is enough for it


def bytes_of(shape: tuple[int, int, int], directions: int, precision: str) -> int:
    """Memory of a run [B]: populations, flags, mean fields, links of the sides, and as much again as a field to look at them."""
    number = 4 if precision == "float32" else 8
    ny = -(-(shape[1] + 2) // 8) * 8 if directions == 19 else 1
    cells = (shape[0] + 2) * ny * (shape[2] + 2)
    faces = 2 * (shape[0] * ny + shape[0] * shape[2] + ny * shape[2]) if directions == 19 else 2 * (shape[0] + shape[2])
    return cells * (directions * number + 1 + 16 + 16) + faces * 5 * 40


def cost(spec: WindSpec) -> Cost:
    """An estimate from the spec; a mesh that cannot be read costs nothing, since it will not run."""
    from twin.errors import BadInput
    from twin.physics.wind.bodies import placed
    from twin.physics.wind.tunnel import laid_out

    try:
        layout = laid_out(spec, placed(spec, Path.cwd()))
    except BadInput:
        return Cost(60.0)
    q = layout.lattice.count
    steps = LIKELY_PASSES * spec.until.max_flow_throughs * layout.pass_steps
    key = ("small", q, spec.resolution.precision) if layout.cells <= SMALL and spec.grid == 1 else ()
    return Cost(steps * layout.cells / UPDATES[q], bytes_of(layout.shape, q, spec.resolution.precision), key)
