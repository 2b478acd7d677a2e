"""A surface filled with cubes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from twin.errors import BadInput
from twin.geometry.hexgrid import checked_length, filled, plane_sets
from twin.geometry.solid_mesh import SolidMesh
from twin.geometry.surface import Surface
from twin.geometry.voxelise import voxelise

__all__ = ["from_surface"]

MOST_CELLS = 200_000_000  # of the grid round the surface: a byte each, several times


def from_surface(surface: Surface, cell: float, *, largest: bool = True, thin: bool = True) -> SolidMesh:
    """Cubes of edge `cell` [m] where a surface is filled (`twin.geometry.voxelise`), in the surface's frame; a staircase.

    Stresses at the steps are not to be trusted; mass and stiffness in bulk converge with the cell.
    Cubes that touch along an edge or in a corner only share its nodes: a hinge. With three cubes through its thickness a wall has none.
    Node sets: `x_low` ... `z_high`, the outermost nodes each way.

    Args:
        largest: keep the largest piece only, of those whose cubes share faces; otherwise all.
        thin: give walls thinner than a cell one layer of cubes, rather than nothing.

    Raises:
        BadInput: a cell that is not positive, too large to meet anything inside, or so small that the grid would not fit.
    """
    checked_length("cell", cell)
    low, high = surface.bounds
    shape = np.maximum(np.ceil((high - low) / cell - 1e-9), 1)
    if float(np.prod(shape)) > MOST_CELLS:
        fits = cell * (float(np.prod(shape)) / MOST_CELLS) ** (1 / 3)
        raise BadInput("cell", cell, f"at least about {fits:.2g} m: a grid of at most {MOST_CELLS:,} cells round the body")
    counts = [int(n) for n in shape]
    start = (low + high) / 2 - shape * cell / 2
    inside = voxelise(surface, start, cell, counts, thin=thin).inside
    if not inside.any():
        raise BadInput("cell", cell, "a cell small enough that some cell's centre lies inside", "Or the surface is open: see its health.")
    if largest:
        inside = _largest(inside)
    lines = [first + cell * np.arange(n + 1) for first, n in zip(start, counts, strict=True)]
    mesh = filled(lines[0], lines[1], lines[2], inside)
    return SolidMesh(mesh.nodes, mesh.hexes, sets=plane_sets(mesh.nodes, cell / 1000))


def _largest(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    pieces, count = label(inside)
    if count == 1:
        return inside
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray(pieces == sizes.argmax())
