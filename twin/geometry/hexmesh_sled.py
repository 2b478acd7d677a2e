"""A tray of hexahedra: a floor and four walls, open above."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadInput
from twin.geometry.hexgrid import checked_counts, checked_length, filled, plane_sets, where
from twin.geometry.solid_mesh import SolidMesh

__all__ = ["SLED_SETS", "sled", "sled_counts"]

SLED_SETS = {
    "floor": "the underside, z = 0", "rim": "the upper edge", "inside": "the upper side of the floor, within the walls",
    "x_low": "an outer side", "x_high": "an outer side", "y_low": "an outer side", "y_high": "an outer side",
    "corner_x_low_y_low": "a corner's column", "corner_x_low_y_high": "a corner's column",
    "corner_x_high_y_low": "a corner's column", "corner_x_high_y_high": "a corner's column",
}  # fmt: skip
"""Node sets of a sled, and what they are."""


def sled(length: float, width: float, height: float, wall: float, layers: int, cell: float) -> SolidMesh:
    """An open tray on z = 0, the origin in the middle of its underside; one mesh without seams.

    Walls and floor have `layers` elements through their thickness, so that a corner is a column of layers x layers.
    Node sets: `SLED_SETS`.

    Args:
        length, width, height: outside, along x, y, z [m].
        wall: thickness of walls and floor [m].
        layers: elements through it; three show bending.
        cell: edge of elements along walls and floor, about [m].

    Raises:
        BadInput: a length that is not positive, walls that leave no room between them, a count below 1.
    """
    nx, ny, nz = sled_counts(length, width, height, wall, layers, cell)
    x, y = _walled(length, wall, layers, nx) - length / 2, _walled(width, wall, layers, ny) - width / 2
    z = np.concatenate((np.linspace(0, wall, layers + 1), np.linspace(wall, height, nz + 1)[1:]))
    mask = np.ones((len(x) - 1, len(y) - 1, len(z) - 1), np.bool_)
    mask[layers:-layers, layers:-layers, layers:] = False
    mesh = filled(x, y, z, mask)
    return SolidMesh(mesh.nodes, mesh.hexes, sets=_sets(mesh.nodes, wall, 1e-6 * wall / layers))


def sled_counts(length: float, width: float, height: float, wall: float, layers: int, cell: float) -> tuple[int, int, int]:
    """Elements between the walls along x and y, and along z above the floor; raises as `sled`."""
    for what, value in (("length", length), ("width", width), ("height", height), ("wall", wall), ("cell", cell)):
        checked_length(f"sled {what}", value)
    checked_counts("layers of the sled", layers)
    if 2 * wall >= min(length, width):
        raise BadInput("sled wall", wall, f"below half of the length and of the width, {min(length, width) / 2:g} m")
    if wall >= height:
        raise BadInput("sled wall", wall, f"below the height, {height:g} m")
    x, y, z = (max(1, round(room / cell)) for room in (length - 2 * wall, width - 2 * wall, height - wall))
    return x, y, z


def _walled(size: float, wall: float, layers: int, between: int) -> NDArray[np.float64]:
    """Grid lines from 0 to `size`: a wall, what is between, a wall."""
    low, high = np.linspace(0, wall, layers + 1), np.linspace(size - wall, size, layers + 1)
    return np.concatenate((low, np.linspace(wall, size - wall, between + 1)[1:-1], high))


def _sets(nodes: NDArray[np.float64], wall: float, near: float) -> dict[str, NDArray[np.int32]]:
    planes = plane_sets(nodes, near)
    x, y = (np.abs(nodes[:, axis]) for axis in (0, 1))
    room = (x <= x.max() - wall + near) & (y <= y.max() - wall + near)
    found = {"floor": planes["z_low"], "rim": planes["z_high"]}
    found["inside"] = where(room & (np.abs(nodes[:, 2] - wall) < near))
    found |= {name: planes[name] for name in ("x_low", "x_high", "y_low", "y_high")}
    column = (x >= x.max() - wall - near) & (y >= y.max() - wall - near)
    for along_x, right in (("x_low", nodes[:, 0] < 0), ("x_high", nodes[:, 0] > 0)):
        for along_y, far in (("y_low", nodes[:, 1] < 0), ("y_high", nodes[:, 1] > 0)):
            found[f"corner_{along_x}_{along_y}"] = where(column & right & far)
    return found
