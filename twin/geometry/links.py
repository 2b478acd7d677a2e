"""Links of a lattice that a surface cuts, and where: for interpolated bounce-back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput
from twin.geometry.edges import edges_of
from twin.geometry.lattice import checked_grid, lattice_points, seen_along
from twin.geometry.links_loops import collect, measure, rim
from twin.geometry.raster import crossings
from twin.geometry.surface import Surface

__all__ = ["HALF", "Links", "link_fractions"]

HALF = 0.5  # where no crossing was found: the wall of plain bounce-back


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Links between neighbours, each from an outside cell.

    Attributes:
        cells: flat index, C order, of the outside cell n, shape (k,), int64.
        directions: row of the given directions that leads from n to an inside cell, shape (k,), int32.
        fractions: where the surface is hit first, 0 at n, 1 at the neighbour, in (0, 1], shape (k,), float64.
        guessed: how many of these hit nothing (holes, cells decided by vote or given to thin walls) and got 0.5.
        cut_cells, cut_directions, cut_fractions: the same for links that the surface cuts although both ends are outside,
            in both directions: thin walls, sharp edges, open sheets. Shape (j,).
    """

    cells: NDArray[np.int64]
    directions: NDArray[np.int32]
    fractions: NDArray[np.float64]
    guessed: int
    cut_cells: NDArray[np.int64]
    cut_directions: NDArray[np.int32]
    cut_fractions: NDArray[np.float64]

    @property
    def cut(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Cells and directions of the links that are cut between two outside cells."""
        return self.cut_cells, self.cut_directions


def link_fractions(
    surface: Surface, origin: ArrayLike, cell: float, inside: NDArray[np.bool_], directions: NDArray[np.integer] | Sequence[Sequence[int]]
) -> Links:
    """Every link from an outside cell n to an inside cell n + c of the grid, with the fraction at which it meets the surface.

    For each pair c, -c of directions the lattice is sheared so that c becomes an axis; its lines are then followed through the
    surface as in `voxelise`: no ray is searched, a face meets the lines that cross it.

    Args:
        origin, cell: of the grid [m], as given to `voxelise`.
        inside: shape (nx, ny, nz); cells that something else has filled may be among them.
        directions: steps to neighbours, each -1, 0 or 1 along x, y, z, shape (k, 3).

    Raises:
        BadInput: no grid, or directions that are no steps to different neighbours.
    """
    inside = np.ascontiguousarray(inside, dtype=np.bool_)
    start, cell, counts = checked_grid(origin, cell, inside.shape)
    steps = _checked(directions)
    edges = edges_of(surface)
    points = lattice_points(surface.vertices, start, cell)
    rim_of, rim_cells = rim(inside)
    nearest = np.full((len(rim_cells), len(steps)), np.inf)
    cuts = []
    for forward, backward in _pairs(steps):
        step = steps[forward] if forward >= 0 else -steps[backward]
        view = seen_along(points, step, ((0, 0, 0), counts))
        met = crossings(view.points, surface.faces, edges, view.window)
        cuts.append(
            measure(met.rows, met.columns, met.depths, view.axes, view.slopes, inside, rim_of, nearest, forward, backward, len(steps))
        )
    cells, numbers, fractions, guessed = collect(inside, rim_cells, steps, nearest)
    return Links(cells, numbers, fractions, guessed, *_first_of(cuts, len(steps)))


def _first_of(
    cuts: list[tuple[NDArray[np.int64], NDArray[np.float64]]], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
    """Of all cuts, the first on each link: cells, directions, fractions, in the order of the cells."""
    keys, fractions = (np.concatenate(part) for part in zip(*cuts, strict=True))
    order = np.lexsort((fractions, keys))
    keys, fractions = keys[order], fractions[order]
    fresh = np.ones(len(keys), np.bool_)
    fresh[1:] = keys[1:] != keys[:-1]
    return keys[fresh] // count, (keys[fresh] % count).astype(np.int32), fractions[fresh]


def _checked(directions: NDArray[np.integer] | Sequence[Sequence[int]]) -> NDArray[np.int64]:
    steps = np.asarray(directions)
    fits = steps.ndim == 2 and steps.shape[1:] == (3,) and len(steps) > 0 and bool(np.isin(steps, (-1, 0, 1)).all())
    if not fits or not steps.any(axis=1).all() or len(np.unique(steps, axis=0)) != len(steps):
        raise BadInput("directions", steps.tolist(), "different steps of -1, 0 or 1 along x, y, z, none of them at rest, shape (k, 3)")
    return steps.astype(np.int64)


def _pairs(steps: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Numbers of the directions along each line: the one whose first step is +1, its opposite; -1 for one that is missing."""
    number = {tuple(step): i for i, step in enumerate(steps.tolist())}
    ways = {max(step, tuple(-s for s in step)) for step in number}  # of c and -c the greater begins with +1
    return [(number.get(way, -1), number.get(tuple(-s for s in way), -1)) for way in sorted(ways, reverse=True)]
