"""A node at a rigid wall: how far away, which way out, and what the wall does to its velocity."""

from __future__ import annotations

import math

import numpy as np

from twin.kernel import real, scalar
from twin.kernel.choose import maximum, minimum

__all__ = ["CYLINDER", "KINDS", "PLANE", "SPHERE", "away", "distances", "stopped"]

PLANE, CYLINDER, SPHERE = 0, 1, 2
KINDS = {"plane": PLANE, "cylinder": CYLINDER, "sphere": SPHERE}


def distances(kind: int, place: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Distances of many places x (n, 3) from a wall [m], negative inside; `place` as in `state.Walls`."""
    offset, axis = x - place[:3], place[3:6]
    along: np.ndarray = offset @ axis
    if kind == PLANE:
        return along
    across = offset - np.outer(along, axis) if kind == CYLINDER else offset
    gaps: np.ndarray = np.linalg.norm(across, axis=1) - place[6]
    return gaps


@scalar
def away(shape, p, axis, radius, x):  # type: ignore[no-untyped-def]
    """Distance [m] of a place x from a wall at p, negative inside, and the wall's outward normal there.

    Args:
        shape: 0 a plane, `axis` its normal; 1 a cylinder about `axis`; 2 a sphere.
    """
    dx, dy, dz = x[0] - p[0], x[1] - p[1], x[2] - p[2]
    along = dx * axis[0] + dy * axis[1] + dz * axis[2]
    if shape == PLANE:
        return along, axis
    part = along if shape == CYLINDER else real(0, along)
    dx, dy, dz = dx - part * axis[0], dy - part * axis[1], dz - part * axis[2]
    r = math.sqrt(dx * dx + dy * dy + dz * dz) + real(1e-300, dx)
    return r - radius, (dx / r, dy / r, dz / r)


@scalar
def stopped(gap, n, v, w, dt, friction):  # type: ignore[no-untyped-def]
    """Change of a node's velocity so that it ends the step on the wall, with Coulomb friction; nothing where it ends outside.

    The node's own momentum goes into the wall: a plastic impact of the node, whose share falls with the mesh (Hallquist 2006, 26).

    Args:
        gap: that the step would end with [m]; n: normal; v, w: velocity of node and wall [m/s].

    Returns:
        change of velocity [m/s].
    """
    zero = real(0, gap)
    push = maximum(-gap / dt, zero)
    rx, ry, rz = v[0] - w[0], v[1] - w[1], v[2] - w[2]
    out = rx * n[0] + ry * n[1] + rz * n[2]
    tx, ty, tz = rx - out * n[0], ry - out * n[1], rz - out * n[2]
    slip = math.sqrt(tx * tx + ty * ty + tz * tz) + real(1e-300, gap)
    hold = minimum(friction * push, slip) / slip
    return push * n[0] - hold * tx, push * n[1] - hold * ty, push * n[2] - hold * tz
