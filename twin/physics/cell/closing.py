"""How far a finger travels until it touches a part: spheres of the free distance along its way (Hart 1996, Visual Computer 12, 527-545)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robots.model import Geometry
from robots.transforms import inverse
from twin.physics.cell.solids import outside

__all__ = ["closing_distance"]

TOUCH = 1e-5  # [m] nearer than this is contact
LARGEST = 200  # spheres; a finger that grazes needs many


def closing_distance(pieces: Sequence[Geometry], T_tool_part: np.ndarray, side: float, opening: float) -> float | None:
    """Way [m] of the pad that stands `opening` [m] from the tool's middle on one side of its y axis; None: it meets nothing."""
    T_part_tool = inverse(T_tool_part)
    way = 0.0
    for _ in range(LARGEST):
        if way > opening:
            return None
        point = T_part_tool[:3, :3] @ [0.0, side * (opening - way), 0.0] + T_part_tool[:3, 3]
        free = outside(pieces, point)
        if free < TOUCH:
            return way
        way += free
    return way
