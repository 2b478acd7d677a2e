"""A surface in the coordinates of a grid, seen along one of its directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput
from twin.geometry.raster import Window

__all__ = ["NUDGE", "Box", "View", "checked_grid", "lattice_points", "seen_along"]

NUDGE = np.array([1.0, 0.6180339887498949, 0.3819660112501051 / 3]) * 1e-9
"""Shift of the surface [cells]: a face that lies exactly on cell centres comes to lie on one side of them, the same for every
direction (the simulation of simplicity of Edelsbrunner & Muecke 1990, with a small number for their infinitesimal one)."""

Box = tuple[tuple[int, int, int], tuple[int, int, int]]  # first cell, and the one behind the last, along x, y, z


class View(NamedTuple):
    """The lines along one direction.

    Attributes:
        points: vertices as (row, column, depth), shape (n, 3); a step of depth is a step of the direction.
        axes: which of x, y, z are row, column and depth.
        slopes: steps of the row's and the column's axis with one of depth.
        window: the rows and columns that a box of cells reaches.
        hand: +1 where (row, column, depth) is right-handed, else -1.
    """

    points: NDArray[np.float64]
    axes: tuple[int, int, int]
    slopes: tuple[int, int]
    window: Window
    hand: int


def lattice_points(vertices: NDArray[np.float64], origin: NDArray[np.float64], cell: float) -> NDArray[np.float64]:
    """Vertices in cells, cell centres at whole numbers, shape (n, 3)."""
    return np.asarray((vertices - origin) / cell - 0.5 + NUDGE)


def seen_along(points: NDArray[np.float64], direction: Sequence[int], box: Box) -> View:
    """Shear the lattice so that `direction`, whose first step that is not 0 is +1, runs along depth.

    Lines through cell centres stay lines through whole rows and columns, as the shear has whole coefficients.
    """
    depth = next(axis for axis in range(3) if direction[axis])
    row, column = (axis for axis in range(3) if axis != depth)
    slopes = (int(direction[row]), int(direction[column]))
    sheared = np.empty((len(points), 3))
    sheared[:, 0] = points[:, row] - slopes[0] * points[:, depth]
    sheared[:, 1] = points[:, column] - slopes[1] * points[:, depth]
    sheared[:, 2] = points[:, depth]
    window = (*_reach(box, row, slopes[0], depth), *_reach(box, column, slopes[1], depth))
    return View(sheared, (row, column, depth), slopes, window, -1 if depth == 1 else 1)


def _reach(box: Box, axis: int, slope: int, depth: int) -> tuple[int, int]:
    """The least and the greatest of i - slope k for cells i, k of the box."""
    corners = [i - slope * k for i in (box[0][axis], box[1][axis] - 1) for k in (box[0][depth], box[1][depth] - 1)]
    return min(corners), max(corners)


def checked_grid(origin: ArrayLike, cell: float, shape: Sequence[int]) -> tuple[NDArray[np.float64], float, tuple[int, int, int]]:
    """Origin [m], cell [m] and shape of a grid as they are computed with.

    Raises:
        BadInput: not three finite coordinates, a cell that is not positive, not three counts of at least 1.
    """
    start = np.asarray(origin, dtype=np.float64)
    if start.shape != (3,) or not np.isfinite(start).all():
        raise BadInput("grid origin", start.tolist(), "three finite coordinates in metres")
    if not (np.isfinite(cell) and cell > 0):
        raise BadInput("grid cell", cell, "a finite length above 0 m")
    counts = tuple(int(n) for n in shape)
    if len(counts) != 3 or min(counts) < 1:
        raise BadInput("grid shape", tuple(shape), "three counts of cells, each at least 1")
    return start, float(cell), (counts[0], counts[1], counts[2])
