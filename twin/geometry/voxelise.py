"""A surface on a grid: which cells are inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.geometry.disputes import settle
from twin.geometry.edges import edges_of
from twin.geometry.lattice import Box, checked_grid, lattice_points, seen_along
from twin.geometry.orientation import oriented
from twin.geometry.raster import crossings
from twin.geometry.surface import Surface
from twin.geometry.thin import mark_thin
from twin.geometry.votes import cast_votes, count_votes, counted

__all__ = ["Voxels", "voxelise"]

AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Voxels:
    """What a surface fills of a grid.

    Attributes:
        inside: shape (nx, ny, nz), bool.
        thin_cells: cells given to walls thinner than a cell, which hold no cell centre.
        disputed_cells: cells about which lines disagreed or could not tell, decided by the winding number; 0 for a closed surface.
        open_lines: lines of the three axes that go into the surface without coming out: 0 for a closed surface.
    """

    inside: NDArray[np.bool_]
    thin_cells: int
    disputed_cells: int
    open_lines: int


def voxelise(surface: Surface, origin: ArrayLike, cell: float, shape: Sequence[int], *, thin: bool = True) -> Voxels:
    """Cells whose centre, at origin + (i + 1/2) cell, lies inside the surface.

    Along each axis, the lines through all cell centres are followed through the surface (scanlines; Nooruddin & Turk 2003). A cell is
    inside where the winding number is not 0: overlapping closed parts are one body, a part that looks inward within another is
    its cavity. Where the three lines through a cell disagree, because of holes, the generalised winding number decides
    (Jacobson, Kavan & Sorkine-Hornung 2013): inside from one half. Faces that look the wrong way are turned first.
    The order of the faces does not matter. A sheet that closes nothing has no inside.

    Args:
        origin: lowest corner of the grid [m], shape (3,).
        cell: edge of the cubic cells [m].
        shape: cells along x, y, z. A count of 1 gives a slice through its cells' centres.
        thin: give walls thinner than a cell the cells nearest to them, so that they do not vanish.

    Raises:
        BadInput: an origin, cell or shape that makes no grid.
    """
    start, cell, counts = checked_grid(origin, cell, shape)
    surface, edges = oriented(surface, edges_of(surface))
    points = lattice_points(surface.vertices, start, cell)
    inside = np.zeros(counts, np.bool_)
    box = _box_of(points[surface.faces.ravel()], counts)
    if box is None:
        return Voxels(inside, 0, 0, 0)
    views = [seen_along(points, axis, box) for axis in AXES]
    found = [crossings(view.points, surface.faces, edges, view.window) for view in views]
    part = np.zeros(np.subtract(box[1], box[0]), np.bool_)
    votes, masks = np.zeros(part.shape, np.uint8), []
    for view, met in zip(views, found, strict=True):
        steps, mask = counted(met, view, box)
        cast_votes(steps, mask, votes.reshape(steps.shape))
        masks.append(mask)
    disputed = count_votes(votes, *(mask.reshape(_across(part.shape, axis)) for axis, mask in enumerate(masks)), part)
    if len(disputed):
        settle(disputed, Surface(points, surface.faces), views, found, box, part)
    thin_cells = 0
    if thin:
        normals = _unit(surface.area_vectors)
        thin_cells = sum(mark_thin(met, view, box, mask, normals, part) for met, view, mask in zip(found, views, masks, strict=True))
    inside[tuple(slice(low, high) for low, high in zip(*box, strict=True))] = part
    return Voxels(inside, thin_cells, len(disputed), sum(int((mask == 0).sum()) for mask in masks))


def _box_of(corners: NDArray[np.float64], counts: tuple[int, int, int]) -> Box | None:
    """The cells around the surface, one more on each side, as far as the grid goes; None if it lies beside the grid."""
    low = np.clip(np.floor(corners.min(axis=0)), 0, counts)
    high = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, counts)
    if (low >= high).any():
        return None
    return (int(low[0]), int(low[1]), int(low[2])), (int(high[0]), int(high[1]), int(high[2]))


def _across(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors; of a face without area, 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))
