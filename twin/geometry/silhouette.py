"""The area that a body shows to the wind."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput
from twin.geometry.edges import edges_of
from twin.geometry.raster import cut_edges
from twin.geometry.surface import Surface
from twin.kernel import loop, routine

__all__ = ["projected_area"]


def projected_area(surface: Surface, axis: ArrayLike = (1, 0, 0), *, cells: int = 1024) -> float:
    """Area [m^2] of the surface's shadow on a plane across `axis`: the union of its projected triangles, holes left out.

    `cells` rows are laid over the shadow. In the middle of each, the length that triangles cover is exact; over the rows the
    midpoint rule sums, with an error of second order (exact for straight edges along or across the rows).

    Raises:
        BadInput: an axis without direction, less than one row.
    """
    way = np.asarray(axis, dtype=np.float64)
    if way.shape != (3,) or not np.isfinite(way).all() or not way.any():
        raise BadInput("axis", way.tolist(), "three finite numbers, not all 0")
    if cells < 1:
        raise BadInput("cells", cells, "at least 1")
    across, up = _plane(way)
    points = np.column_stack((surface.vertices @ up, surface.vertices @ across, np.zeros(len(surface.vertices))))
    used = points[surface.faces.ravel(), 0]
    low, height = used.min(), (used.max() - used.min()) / cells
    if height == 0:
        return 0.0
    points[:, 0] = (points[:, 0] - low) / height - 0.5
    edges = edges_of(surface)
    lowest, start, columns, _ = cut_edges(points, edges.ends, 0, cells - 1)
    return float(height * _covered(points, surface.faces, edges.of_face, lowest, start, columns, cells))


def _plane(way: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two unit vectors across `way`, at right angles; for one of the axes, the other two."""
    way = way / np.linalg.norm(way)
    aside = np.eye(3)[np.argmin(np.abs(way))]
    across = np.cross(way, aside)
    across /= np.linalg.norm(across)
    return across, np.cross(way, across)


@loop
def _covered(points, faces, of_face, lowest, start, columns, rows):  # type: ignore[no-untyped-def]
    """Sum over the rows of the length that intervals cover together."""
    first = np.zeros(rows + 1, np.int64)
    for f in range(faces.shape[0]):
        bottom, top = _reach(points, faces, f, rows)
        for row in range(bottom, top):
            first[row + 1] += 1
    first = np.cumsum(first)
    begins, ends, filled = np.empty(first[rows]), np.empty(first[rows]), np.zeros(rows, np.int64)
    for f in range(faces.shape[0]):
        bottom, top = _reach(points, faces, f, rows)
        for row in range(bottom, top):
            low, high = np.inf, -np.inf
            for k in range(3):
                e = of_face[f, k]
                cut = start[e] + row - lowest[e]
                if start[e] <= cut < start[e + 1]:
                    low, high = min(low, columns[cut]), max(high, columns[cut])
            begins[first[row] + filled[row]], ends[first[row] + filled[row]] = low, high
            filled[row] += 1
    total = 0.0
    for row in range(rows):
        order = np.argsort(begins[first[row] : first[row + 1]])
        reached = -np.inf
        for k in order:
            begin, end = begins[first[row] + k], ends[first[row] + k]
            if end > reached:
                total += end - max(begin, reached)
                reached = end
    return total


@routine
def _reach(points, faces, f, rows):  # type: ignore[no-untyped-def]
    p, q, r = points[faces[f, 0], 0], points[faces[f, 1], 0], points[faces[f, 2], 0]
    return max(ceil(min(p, q, r)), 0), min(ceil(max(p, q, r)), rows)
