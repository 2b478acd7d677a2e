"""One grip by friction: how much of its capacity a wrench uses. Scalars in, scalars out."""

from __future__ import annotations

import math

__all__ = ["capacity", "use"]

FINGERS = 2


def capacity(force: float, friction: float, pad_radius: float) -> tuple[float, float]:
    """Largest force [N] and moment [N m] that two pads hold: friction times the normal force of both, at the pads' radius."""
    tangential = FINGERS * friction * force
    return tangential, tangential * pad_radius


def use(force: float, moment: float, max_force: float, max_moment: float) -> float:
    """Share of the grip's capacity in use [-]; at 1 the part slips.

    The limit surface is taken as an ellipsoid (Howe and Cutkosky, Practical force-motion models for sliding manipulation,
    Int. J. Robotics Research 15(6), 1996).
    """
    return math.hypot(force / max_force, moment / max_moment)
