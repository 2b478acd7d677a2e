"""The generalised winding number: how often a surface goes round a point, holes or not."""

from __future__ import annotations

from math import atan2, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from twin.geometry.tree import DEEPEST, Tree
from twin.kernel import loop, scalar

__all__ = ["winding_numbers"]

FAR = 2.0  # radii of a node from which it counts as one dipole


def winding_numbers(tree: Tree, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Winding number at every point, shape (n,): 1 inside and 0 outside of a closed surface that looks outward, between near holes.

    The sum of the faces' solid angles over 4 pi (Jacobson, Kavan & Sorkine-Hornung 2013). Faces that are together far
    away, against their extent, count as one dipole (Barill, Dickson, Schmidt, Levin & Jacobson 2018, first order).

    Args:
        points: positions [m], shape (n, 3).
    """
    return np.asarray(_wind(tree.corners, tree.first, tree.last, tree.child, tree.centre, tree.radius, tree.pole, points))


@scalar
def solid_angle(ax, ay, az, bx, by, bz, cx, cy, cz):  # type: ignore[no-untyped-def]
    """Half the signed solid angle [sr] of the triangle a b c seen from the origin (Van Oosterom & Strackee 1983)."""
    a, b, c = sqrt(ax * ax + ay * ay + az * az), sqrt(bx * bx + by * by + bz * bz), sqrt(cx * cx + cy * cy + cz * cz)
    ab, bc, ca = ax * bx + ay * by + az * bz, bx * cx + by * cy + bz * cz, cx * ax + cy * ay + cz * az
    volume = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
    return atan2(volume, a * b * c + ab * c + bc * a + ca * b)


@loop
def _wind(corners, first, last, child, centre, radius, pole, points):  # type: ignore[no-untyped-def]
    numbers = np.empty(points.shape[0])
    stack = np.empty(DEEPEST, np.int32)
    for p in range(points.shape[0]):
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        total, depth = 0.0, 1
        stack[0] = 0
        while depth > 0:
            depth -= 1
            n = stack[depth]
            rx, ry, rz = centre[n, 0] - x, centre[n, 1] - y, centre[n, 2] - z
            square = rx * rx + ry * ry + rz * rz
            if square > (FAR * radius[n]) ** 2:
                total += (pole[n, 0] * rx + pole[n, 1] * ry + pole[n, 2] * rz) / (square * sqrt(square))
            elif child[n] >= 0:
                stack[depth], stack[depth + 1] = child[n], child[n] + 1
                depth += 2
            else:
                for f in range(first[n], last[n]):
                    total += 2.0 * solid_angle(
                        corners[f, 0, 0] - x, corners[f, 0, 1] - y, corners[f, 0, 2] - z,
                        corners[f, 1, 0] - x, corners[f, 1, 1] - y, corners[f, 1, 2] - z,
                        corners[f, 2, 0] - x, corners[f, 2, 1] - y, corners[f, 2, 2] - z,
                    )  # fmt: skip
        numbers[p] = total / (4 * pi)
    return numbers
