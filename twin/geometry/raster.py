"""Triangles on a lattice of parallel lines: where each line is crossed.

Points come as (row, column, depth): lines run along depth through whole rows and columns. Every edge is cut by the rows once and
for all (`cut_edges`), and both its faces take that answer; a row belongs to an edge from its lower end up to, but without, its
upper end, a column to a face likewise. So on a closed surface every line goes in as often as out, exactly, whatever the
rounding: no edge, no vertex and no face along the lines is counted twice or lost.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.geometry.edges import Edges
from twin.geometry.growth import longer
from twin.kernel import loop

__all__ = ["Crossings", "Window", "crossings", "cut_edges"]

Window = tuple[int, int, int, int]  # first and last row, first and last column


class Crossings(NamedTuple):
    """Places where lines cross faces, in no order; all of shape (k,).

    Attributes:
        rows, columns: the line, int32.
        depths: where along it, in steps of the lattice, float64.
        signs: +1 into, -1 out of a body whose faces look outward, int8; meant for a right-handed (row, column, depth).
        faces: the face, int32.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    depths: NDArray[np.float64]
    signs: NDArray[np.int8]
    faces: NDArray[np.int32]


def crossings(points: NDArray[np.float64], faces: NDArray[np.int32], edges: Edges, window: Window) -> Crossings:
    """All crossings of the lines in the window.

    Args:
        points: vertices as (row, column, depth), shape (n, 3).
    """
    lowest, start, columns, depths = cut_edges(points, edges.ends, window[0], window[1])
    return Crossings(*_cross(points, faces, edges.of_face, lowest, start, columns, depths, window))


@loop
def cut_edges(points, ends, first_row, last_row):  # type: ignore[no-untyped-def]
    """Column and depth at which each edge is cut by each row that it reaches.

    Returns:
        The lowest row of every edge, shape (k,); where its cuts start, shape (k + 1,); columns and depths of all cuts.
    """
    count = ends.shape[0]
    lowest, start = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    for e in range(count):
        p, q = points[ends[e, 0], 0], points[ends[e, 1], 0]
        lowest[e] = max(ceil(min(p, q)), first_row)
        start[e + 1] = start[e] + max(min(ceil(max(p, q)) - 1, last_row) - lowest[e] + 1, 0)
    columns, depths = np.empty(start[count]), np.empty(start[count])
    for e in range(count):
        p, q = ends[e, 0], ends[e, 1]
        if points[p, 0] > points[q, 0]:
            p, q = q, p  # always from below: edges between equal points are cut equally
        run = points[q, 0] - points[p, 0]
        for k in range(start[e], start[e + 1]):
            part = (lowest[e] + (k - start[e]) - points[p, 0]) / run
            columns[k] = points[p, 1] + part * (points[q, 1] - points[p, 1])
            depths[k] = points[p, 2] + part * (points[q, 2] - points[p, 2])
    return lowest, start, columns, depths


@loop
def _cross(points, faces, of_face, lowest, start, columns, depths, window):  # type: ignore[no-untyped-def]
    first_row, last_row, first_column, last_column = window
    room = faces.shape[0] + 1024
    rows_out, columns_out, depths_out = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
    signs_out, faces_out = np.empty(room, np.int8), np.empty(room, np.int32)
    count = 0
    for f in range(faces.shape[0]):
        p, q, r = points[faces[f, 0], 0], points[faces[f, 1], 0], points[faces[f, 2], 0]
        for row in range(max(ceil(min(p, q, r)), first_row), min(ceil(max(p, q, r)) - 1, last_row) + 1):
            up, down = -1, -1
            for k in range(3):
                e = of_face[f, k]
                cut = start[e] + row - lowest[e]
                if start[e] <= cut < start[e + 1]:
                    if points[faces[f, k], 0] < points[faces[f, (k + 1) % 3], 0]:
                        up = cut
                    else:
                        down = cut
            if up < 0 or down < 0:
                continue
            c_up, c_down = columns[up], columns[down]
            if c_up == c_down:
                continue
            sign = 1 if c_down < c_up else -1
            slope = (depths[down] - depths[up]) / (c_down - c_up)
            for column in range(max(ceil(min(c_up, c_down)), first_column), min(ceil(max(c_up, c_down)) - 1, last_column) + 1):
                if count == room:
                    room *= 2
                    rows_out, columns_out = longer(rows_out), longer(columns_out)
                    depths_out, signs_out, faces_out = longer(depths_out), longer(signs_out), longer(faces_out)
                rows_out[count], columns_out[count], signs_out[count], faces_out[count] = row, column, sign, f
                depths_out[count] = depths[up] + (column - c_up) * slope
                count += 1
    return rows_out[:count], columns_out[:count], depths_out[:count], signs_out[:count], faces_out[:count]
