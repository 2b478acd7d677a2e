"""Mass, centre of mass, inertia: moving, adding, and telling the possible from the impossible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Body", "box", "combined", "cylinder", "impossible", "moved", "sphere"]

TRIANGLE_TOLERANCE = 0.2
"""Relative excess that the triangle inequality may show: published files round, and some (the xArm's gripper) err by 16 %."""


@dataclass(frozen=True, eq=False)
class Body:
    """Mass [kg], centre of mass (3,) [m] in some frame, inertia (3, 3) [kg m^2] about it in the axes of that frame."""

    mass: float
    com: np.ndarray
    inertia: np.ndarray


def moved(body: Body, T: np.ndarray) -> Body:
    """The body as seen from another frame; T_new_old has shape (4, 4)."""
    R = T[:3, :3]
    return Body(body.mass, R @ body.com + T[:3, 3], R @ body.inertia @ R.T)


def combined(bodies: Sequence[Body]) -> Body:
    """One body of several in the same frame: Steiner's parallel axes."""
    mass = sum(body.mass for body in bodies)
    com = sum((body.mass * body.com for body in bodies), np.zeros(3)) / mass if mass > 0 else bodies[0].com
    inertia = np.zeros((3, 3))
    for body in bodies:
        d = body.com - com
        inertia = inertia + body.inertia + body.mass * (d @ d * np.eye(3) - np.outer(d, d))
    return Body(mass, com, inertia)


def box(mass: float, size: Sequence[float], origin: np.ndarray) -> Body:
    """A homogeneous box of full lengths `size` [m] at the pose `origin` (4, 4)."""
    x, y, z = (length**2 for length in size)
    return moved(Body(mass, np.zeros(3), mass / 12 * np.diag([y + z, x + z, x + y])), origin)


def cylinder(mass: float, radius: float, length: float, origin: np.ndarray) -> Body:
    """A homogeneous cylinder along z at the pose `origin` (4, 4)."""
    across = mass * (3 * radius**2 + length**2) / 12
    return moved(Body(mass, np.zeros(3), np.diag([across, across, mass * radius**2 / 2])), origin)


def sphere(mass: float, radius: float, origin: np.ndarray) -> Body:
    """A homogeneous ball at the pose `origin` (4, 4)."""
    return moved(Body(mass, np.zeros(3), 0.4 * mass * radius**2 * np.eye(3)), origin)


def impossible(mass: float, inertia: np.ndarray) -> str:
    """Why no rigid body can have this mass and inertia; empty when one can.

    A point mass (inertia zero) and a massless link are possible: robot descriptions use both for frames and for
    bodies that do not rotate. Anything else must be positive definite, and no principal moment may exceed the sum of
    the other two by more than `TRIANGLE_TOLERANCE`.
    """
    if mass < 0:
        return "the mass is negative"
    if not inertia.any():
        return ""
    first, second, third = np.linalg.eigvalsh(inertia)
    if first <= 0:
        return f"it is not positive definite (principal moments {first:.3g}, {second:.3g}, {third:.3g} kg m^2)"
    if third > (first + second) * (1 + TRIANGLE_TOLERANCE):
        return f"its largest principal moment exceeds the sum of the others ({first:.3g}, {second:.3g}, {third:.3g} kg m^2)"
    return ""
