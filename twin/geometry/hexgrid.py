"""What the parametric meshes are built of: bent blocks of hexahedra, put together where their sides meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from twin.errors import BadInput
from twin.geometry.solid_mesh import SolidMesh

__all__ = ["checked_counts", "checked_length", "filled", "graded", "plane_sets", "welded", "where"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


def filled(x: ArrayLike, y: ArrayLike, z: ArrayLike, mask: NDArray[np.bool_] | None = None) -> SolidMesh:
    """The cells of a rectangular grid, or those of a mask, as hexahedra; nodes and elements run along x first.

    Args:
        x, y, z: rising grid lines [m], shapes (nx + 1,), (ny + 1,), (nz + 1,).
        mask: which cells, shape (nx, ny, nz); all if left out.
    """
    x, y, z = (np.asarray(line, dtype=np.float64) for line in (x, y, z))
    chosen = np.ones((len(x) - 1, len(y) - 1, len(z) - 1), np.bool_) if mask is None else mask
    used, hexes = np.unique(_cells(chosen.shape)[chosen.ravel(order="F")], return_inverse=True)
    plane, i = np.divmod(used, len(x))
    k, j = np.divmod(plane, len(y))
    return SolidMesh(np.column_stack((x[i], y[j], z[k])), hexes.reshape(-1, 8).astype(np.int32))


def welded(blocks: Sequence[Floats], tolerance: float) -> SolidMesh:
    """Bent blocks as one mesh; nodes on their sides that lie within `tolerance` [m] of each other become one.

    Args:
        blocks: grid points [m], shape (nx + 1, ny + 1, nz + 1, 3) each, the three axes right-handed.
    """
    points = [block.transpose(2, 1, 0, 3).reshape(-1, 3) for block in blocks]
    starts = np.cumsum([0, *(len(part) for part in points[:-1])])
    shapes = [tuple(n - 1 for n in block.shape[:3]) for block in blocks]
    nodes = np.concatenate(points)
    hexes = np.concatenate([_cells(shape) + start for shape, start in zip(shapes, starts, strict=True)])
    side = np.flatnonzero(np.concatenate([_on_side(block.shape[:3]) for block in blocks]))
    pairs = side[cKDTree(nodes[side]).query_pairs(tolerance, output_type="ndarray")]
    joins = coo_array((np.ones(len(pairs), np.int8), pairs.T), shape=(len(nodes), len(nodes)))
    _, label = connected_components(joins, directed=False)
    _, first, number = np.unique(label, return_index=True, return_inverse=True)
    return SolidMesh(nodes[first], number[hexes].astype(np.int32))


def plane_sets(nodes: Floats, tolerance: float) -> dict[str, Ints]:
    """`x_low`, `x_high`, ... `z_high`: nodes within `tolerance` [m] of the lowest and the highest coordinate."""
    found = {}
    for axis, name in enumerate("xyz"):
        along = nodes[:, axis]
        found[f"{name}_low"] = where(along <= along.min() + tolerance)
        found[f"{name}_high"] = where(along >= along.max() - tolerance)
    return found


def where(mask: NDArray[np.bool_]) -> Ints:
    """Numbers of the nodes that a mask names."""
    return np.flatnonzero(mask).astype(np.int32)


def graded(length: float, count: int, ratio: float = 1.0) -> Floats:
    """Grid lines from 0 to `length`, shape (count + 1,); the last cell is `ratio` times the first, in a geometric row."""
    widths = ratio ** (np.arange(count) / max(count - 1, 1))
    lines = np.concatenate(([0.0], np.cumsum(widths)))
    return np.asarray(lines * (length / lines[-1]))


def checked_length(what: str, value: float) -> float:
    """A finite length above 0 m, or BadInput."""
    if not (np.isfinite(value) and value > 0):
        raise BadInput(what, value, "a finite length above 0 m")
    return float(value)


def checked_counts(what: str, *counts: int, least: int = 1) -> None:
    """Whole numbers of elements, each at least `least`, or BadInput."""
    for count in counts:
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < least:
            raise BadInput(what, count, f"a whole number of elements, at least {least}")


def _cells(shape: Sequence[int]) -> Ints:
    """Nodes of the cells of a block, shape (nx ny nz, 8); nodes and cells are numbered along x first."""
    nx, ny, nz = shape
    k, j, i = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    low = ((k * (ny + 1) + j) * (nx + 1) + i).ravel()
    bottom = np.array([0, 1, nx + 2, nx + 1])
    return np.asarray(low[:, None] + np.concatenate((bottom, bottom + (nx + 1) * (ny + 1)))).astype(np.int32)


def _on_side(shape: Sequence[int]) -> NDArray[np.bool_]:
    """Which nodes of a block lie on its sides, numbered along x first."""
    side = np.ones(tuple(reversed(shape)), np.bool_)
    side[1:-1, 1:-1, 1:-1] = False
    return side.ravel()
