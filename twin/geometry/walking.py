"""Ways on foot: the free floor as a grid, the shortest way from every place to the nearest exit, and its length, pulled straight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Floor", "Walk", "walkable"]

ROUND = 8  # segments of a quarter circle where obstacles are grown: half a per cent of the radius
STEPS = {  # a step on the grid -> the cells that it touches on its way: not across the corner of something
    (1, 0): (), (0, 1): (), (1, 1): ((1, 0), (0, 1)), (1, -1): ((1, 0), (0, -1)),
    (2, 1): ((1, 0), (1, 1)), (1, 2): ((0, 1), (1, 1)), (2, -1): ((1, 0), (1, -1)), (1, -2): ((0, -1), (1, -1)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Walk:
    """A way on foot: its corners x, y [m], shape (k, 2), from its start to the exit, its length [m], and which exit."""

    points: np.ndarray
    length: float
    exit: int


@dataclass(frozen=True, eq=False)
class Floor:
    """Places where the middle of a person can be, and how to get to an exit from them.

    Attributes:
        places: x, y [m], shape (n, 2).
        length: of the way to the nearest exit along the grid [m], shape (n,); infinite where none leads there.
        following: index of the next place on that way, shape (n,); -9999 at the exits.
        exit: index of the exit that it leads to, shape (n,).
        free: polygons that the places lie in, prepared.
        exits: shapely geometries.
        cell: of the grid [m].
    """

    places: np.ndarray
    length: np.ndarray
    following: np.ndarray
    exit: np.ndarray
    free: Any
    exits: Sequence[Any]
    cell: float

    def beside(self, geometry: Any, reach: float) -> np.ndarray:
        """Indices of the places within `reach` [m] of a geometry."""
        return _near(self.places, geometry, reach)

    def walk(self, place: int) -> Walk:
        """The way from a place to its exit, pulled straight as far as the free floor allows."""
        import shapely

        chain = [place]
        while self.following[chain[-1]] >= 0:
            chain.append(int(self.following[chain[-1]]))
        points = self.places[chain]
        corners, here = [0], 0
        while here < len(points) - 1:
            here = self._farthest(points, here)
            corners.append(here)
        door = self.exits[int(self.exit[place])]
        last = shapely.ops.nearest_points(door, shapely.Point(points[-1]))[0]
        way = np.concatenate([points[corners], [last.coords[0]]])
        return Walk(way, float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum()), int(self.exit[place]))

    def _farthest(self, points: np.ndarray, start: int) -> int:
        """A place far along the way that is seen from `start`: steps grow as long as it is, then shrink."""
        import shapely

        def seen(end: int) -> bool:
            return bool(self.free.covers(shapely.LineString(points[[start, end]])))

        last, step = start + 1, 1
        while last + step < len(points) and seen(last + step):
            last, step = last + step, step * 2
        while step > 0:
            if last + step < len(points) and seen(last + step):
                last += step
            step //= 2
        return last


def walkable(inside: Any, obstacles: Sequence[Any], exits: Sequence[Any], *, width: float, cell: float) -> Floor:
    """The floor on which somebody `width` [m] wide can walk, and the ways from there to the exits.

    Shortest ways by Dijkstra's algorithm on a grid with sixteen neighbours: up to 3 % too long before they are pulled straight.

    Args:
        inside: polygon of the hall.
        obstacles: polygons.
        exits: segments on the hall's outline; a place is at one when a person there touches it.
        cell: side of the grid's cells [m].
    """
    import shapely
    from scipy.sparse.csgraph import dijkstra

    radius = width / 2
    grown = shapely.union_all([each.buffer(radius, quad_segs=ROUND) for each in obstacles])
    free = shapely.difference(inside.buffer(-radius * (1 - 1e-9)), grown)
    places, graph = _grid(free, cell)
    at = np.full(len(places), -1)
    for k, each in enumerate(exits):
        at[_near(places, each, radius + cell)] = k
    sources = np.flatnonzero(at >= 0)
    if len(places) == 0 or len(sources) == 0:
        nowhere = np.full(len(places), np.inf)
        return Floor(places, nowhere, np.full(len(places), -9999), np.full(len(places), -1), _prepared(free), exits, cell)
    length, following, start = dijkstra(graph, directed=False, indices=sources, min_only=True, return_predecessors=True)
    return Floor(places, length, following, np.where(start >= 0, at[start], -1), _prepared(free), exits, cell)


def _near(places: np.ndarray, geometry: Any, reach: float) -> np.ndarray:
    """Indices of the places within `reach` [m] of a geometry; its box sorts out most of them."""
    import shapely

    x0, y0, x1, y1 = geometry.bounds
    x, y = places.T
    some = np.flatnonzero((x >= x0 - reach) & (x <= x1 + reach) & (y >= y0 - reach) & (y <= y1 + reach))
    near: np.ndarray = some[shapely.distance(shapely.points(places[some]), geometry) <= reach]
    return near


def _prepared(free: Any) -> Any:
    """The free floor, made ready for many questions; a hair larger, so that places on its edge see along it."""
    import shapely

    ready = free.buffer(1e-6)
    shapely.prepare(ready)
    return ready


def _grid(free: Any, cell: float) -> tuple[np.ndarray, Any]:
    """Places of a grid in the free floor, shape (n, 2), and the lengths between neighbours as a sparse matrix (n, n)."""
    import shapely
    from scipy.sparse import coo_array

    if free.is_empty:
        return np.empty((0, 2)), None
    shapely.prepare(free)
    x0, y0, x1, y1 = free.bounds
    x, y = np.arange(x0, x1 + cell, cell), np.arange(y0, y1 + cell, cell)
    mesh = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
    open_ = shapely.intersects_xy(free, mesh[..., 0], mesh[..., 1])
    number = np.full(open_.shape, -1)
    number[open_] = np.arange(open_.sum())
    padded = np.pad(number, 2, constant_values=-1)

    def shifted(dx: int, dy: int) -> np.ndarray:
        """Number of the place dx, dy cells on from each; -1 for none."""
        return padded[2 + dx : 2 + dx + len(x), 2 + dy : 2 + dy + len(y)]

    rows, columns, lengths = [], [], []
    for (dx, dy), between in STEPS.items():
        there = shifted(dx, dy)
        linked = (number >= 0) & (there >= 0)
        for cells in between:
            linked &= shifted(*cells) >= 0
        rows.append(number[linked])
        columns.append(there[linked])
        lengths.append(np.full(linked.sum(), cell * np.hypot(dx, dy)))
    count = int(open_.sum())
    entries = (np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns)))
    return mesh[open_], coo_array(entries, shape=(count, count)).tocsr()
