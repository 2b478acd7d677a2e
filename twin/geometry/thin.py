"""Walls thinner than a cell, which no cell centre would see."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from twin.geometry.lattice import Box, View
from twin.geometry.raster import Crossings
from twin.geometry.votes import line_numbers
from twin.kernel import loop, routine

__all__ = ["mark_thin"]

OPPOSED = -0.5  # cosine between the normals of a wall's two faces: at most 60 degrees from parallel


def mark_thin(
    found: Crossings, view: View, box: Box, mask: NDArray[np.int8], normals: NDArray[np.float64], inside: NDArray[np.bool_]
) -> int:
    """Give a cell to every wall that lies between two cell centres of a line and stands across it. Gives back how many.

    A wall is where a line goes in and out again with no cell centre between, through faces that look in opposite ways (within
    60 degrees) and more along this line than along the other two axes. Sharp convex edges do not count as walls, knife edges do.

    Args:
        mask: which lines close, shape (outer, inner); normals: unit normals of the faces, shape (m, 3).
        inside: of the box's cells, changed in place: the cell whose centre is nearest to the middle of the wall.
    """
    axis = view.axes[2]
    outer, inner = mask.shape
    cells = inside.reshape(outer, inside.shape[axis], inner)
    lines = line_numbers(found, view, box)
    return int(_mark(lines, found.depths, found.signs, found.faces, normals, axis, box[0][axis], mask.ravel(), cells))


@loop
def _mark(lines, depths, signs, faces, normals, axis, first, mask, cells):  # type: ignore[no-untyped-def]
    along, inner = cells.shape[1], cells.shape[2]
    start, order = _by_line(lines, depths, mask.shape[0])
    marked = 0
    for line in range(mask.shape[0]):
        winding = 0
        for k in range(start[line], start[line + 1] - 1):
            here, there = order[k], order[k + 1]
            winding += signs[here]
            if (winding & mask[line]) == 0 or ceil(depths[here]) != ceil(depths[there]):
                continue
            p, q = normals[faces[here]], normals[faces[there]]
            if p[0] * q[0] + p[1] * q[1] + p[2] * q[2] > OPPOSED or _steepest(p) != axis:
                continue
            cell = floor(0.5 * (depths[here] + depths[there]) + 0.5) - first
            if 0 <= cell < along and not cells[line // inner, cell, line % inner]:
                cells[line // inner, cell, line % inner] = True
                marked += 1
    return marked


@routine
def _by_line(lines, depths, count):  # type: ignore[no-untyped-def]
    """Crossings sorted by line, on it by depth: where each line starts, shape (count + 1,), and the order."""
    start = np.zeros(count + 1, np.int64)
    for k in range(lines.shape[0]):
        start[lines[k] + 1] += 1
    for line in range(count):
        start[line + 1] += start[line]
    order, filled = np.empty(lines.shape[0], np.int64), np.zeros(count, np.int32)
    for k in range(lines.shape[0]):
        line = lines[k]
        place = start[line] + filled[line]
        filled[line] += 1
        while place > start[line] and depths[order[place - 1]] > depths[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
    return start, order


@routine
def _steepest(normal):  # type: ignore[no-untyped-def]
    x, y, z = abs(normal[0]), abs(normal[1]), abs(normal[2])
    if x >= y and x >= z:
        return 0
    return 1 if y >= z else 2
