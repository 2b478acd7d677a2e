"""The surface where a scalar field has one value: marching tetrahedra (Doi and Koide 1991) over a grid of cells.

Every cube of eight neighbouring cell centres is cut into six tetrahedra along one diagonal (Kuhn 1960). All cubes are cut
alike, so neighbours agree on their common faces and the surface has no holes inside the grid, and no ambiguous case.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from twin.errors import BadInput

__all__ = ["isosurface"]

_CORNERS = np.array([[i >> 2 & 1, i >> 1 & 1, i & 1] for i in range(8)])
# from corner (0, 0, 0) to (1, 1, 1) along the axes in each order; odd orders turned, so that all tetrahedra are right-handed
_TETRAHEDRA = np.array(
    [[0, 4 >> a, (4 >> a) + (4 >> b), 7] if (b - a) % 3 == 1 else [0, (4 >> a) + (4 >> b), 4 >> a, 7] for a, b, _ in permutations(range(3))]
)
# which corners are inside (bit k: corner k) -> triangles, each of three edges (corner, corner); right-handed, seen from outside
_ONE = {0: ((0, 1), (0, 2), (0, 3)), 1: ((1, 0), (1, 3), (1, 2)), 2: ((2, 0), (2, 1), (2, 3)), 3: ((3, 0), (3, 2), (3, 1))}
_TWO = {(0, 1): (2, 3), (0, 2): (3, 1), (0, 3): (1, 2), (1, 2): (0, 3), (1, 3): (2, 0), (2, 3): (0, 1)}


def isosurface(
    field: np.ndarray, level: float, *, origin: Sequence[float] = (0.0, 0.0, 0.0), cell: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The surface around all that is larger than `level`.

    Args:
        field: values at the cell centres, shape (nx, ny, nz); cubes with a value that is not finite are left out.
        level: of the field's unit.
        origin: corner of the grid [m]; the centre of cell i is at origin + (i + 1/2) cell.
        cell: edge of a cell [m].

    Returns:
        vertices [m], shape (n, 3), and faces, shape (m, 3), seen counter-clockwise from where the field is smaller; both empty
        where the level is not reached or the grid is one cell thick. Closed but for the grid's border and left-out cubes.

    Raises:
        BadInput: a field that is not of three dimensions.
    """
    values = np.asarray(field, float)
    if values.ndim != 3:
        raise BadInput("isosurface: field", values.shape, "values at cell centres, shape (nx, ny, nz)")
    tetrahedra = _crossed(values, level)
    edges = _triangles(tetrahedra, values.ravel()[tetrahedra] > level)
    count = values.size
    keys, faces = np.unique(edges.min(axis=-1) * count + edges.max(axis=-1), return_inverse=True)
    a, b = keys // count, keys % count
    low, high = values.ravel()[a], values.ravel()[b]
    share = np.clip((level - low) / (high - low), 1e-6, 1 - 1e-6)[:, None]  # a vertex of its own for every edge
    centre_a, centre_b = (np.stack(np.unravel_index(index, values.shape), axis=1) for index in (a, b))
    vertices = np.asarray(origin, float) + (centre_a + (centre_b - centre_a) * share + 0.5) * cell
    return vertices, faces.reshape(-1, 3)


def _crossed(values: np.ndarray, level: float) -> np.ndarray:
    """The tetrahedra of all cubes that have cells on both sides of the level, as flat cell numbers, shape (k, 4)."""
    inside = values > level
    nx, ny, nz = values.shape
    shape = (max(nx - 1, 0), max(ny - 1, 0), max(nz - 1, 0))
    some, every, finite = np.zeros(shape, bool), np.ones(shape, bool), np.ones(shape, bool)
    valid = np.isfinite(values)
    for i, j, k in _CORNERS:
        corner = np.s_[i : i + shape[0], j : j + shape[1], k : k + shape[2]]
        some |= inside[corner]
        every &= inside[corner]
        finite &= valid[corner]
    cube = np.stack(np.nonzero(some & ~every & finite), axis=1)
    corners = (cube[:, None, :] + _CORNERS) @ np.array([ny * nz, nz, 1])
    tetrahedra: np.ndarray = corners[:, _TETRAHEDRA].reshape(-1, 4)
    return tetrahedra


def _triangles(tetrahedra: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The cut edges at the corners of all triangles, shape (m, 3, 2): two flat cell numbers each."""
    code = inside @ np.array([1, 2, 4, 8])
    parts = [np.empty((0, 3, 2), np.int64)]
    for case, triangles in _CASES.items():
        chosen = tetrahedra[code == case]
        parts += [chosen[:, triangle] for triangle in triangles]
    return np.concatenate(parts)


def _cases() -> dict[int, list[np.ndarray]]:
    """Which corners are inside (bit k: corner k) -> triangles as corners of edges, shape (3, 2) each."""
    cases: dict[int, list[np.ndarray]] = {}
    for corner, edges in _ONE.items():
        triangle = np.array(edges)
        cases[1 << corner] = [triangle]
        cases[15 - (1 << corner)] = [triangle[::-1]]
    for (a, b), (c, d) in _TWO.items():
        ring = np.array([(a, c), (a, d), (b, d), (b, c)])
        cases[(1 << a) + (1 << b)] = [ring[[0, 1, 2]], ring[[0, 2, 3]]]
    return cases


_CASES = _cases()
