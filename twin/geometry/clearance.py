"""How far solids are from each other in space: exact distances of triangles, and how deep those that overlap are in each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

__all__ = ["Distances", "Gap", "Solid", "box_gaps"]

SAME = 1e-6  # directions nearer to each other than this are one axis


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed surface somewhere.

    Attributes:
        vertices: [m], shape (n, 3), in its own frame. Solids that share the same array share what is prepared of it.
        faces: indices, shape (m, 3), counter-clockwise from outside.
        T_world: T_world_here, shape (4, 4).
        convex: whether it is its own convex hull.
    """

    vertices: np.ndarray
    faces: np.ndarray
    T_world: np.ndarray
    convex: bool = True

    @cached_property
    def placed(self) -> np.ndarray:
        """Vertices in the world [m], shape (n, 3)."""
        there: np.ndarray = self.vertices @ self.T_world[:3, :3].T + self.T_world[:3, 3]
        return there

    @cached_property
    def bounds(self) -> np.ndarray:
        """Least and largest corner of its box along the world's axes [m], shape (2, 3)."""
        return np.array([self.placed.min(axis=0), self.placed.max(axis=0)])

    @cached_property
    def axes(self) -> tuple[np.ndarray, np.ndarray]:
        """Directions of its faces and of its edges, those of its hull where it is not convex: unit vectors, shape (k, 3) each."""
        vertices, faces = (self.vertices, self.faces) if self.convex else _hull(self.vertices)
        a, b, c = (vertices[faces[:, i]] for i in range(3))
        normals = np.cross(b - a, c - a)
        edges = np.concatenate([b - a, c - b, a - c]) if self.convex and len(faces) <= 12 else (b - a)[:0]
        R = self.T_world[:3, :3].T
        return _different(normals) @ R, _different(edges) @ R


@dataclass(frozen=True, slots=True)
class Gap:
    """How two bodies stand to each other.

    Attributes:
        distance: between their surfaces [m]; 0 where they touch or overlap.
        depth: how far one has to move to be free of the other [m]; 0 where they do not overlap. Exact for boxes, an upper
            bound for round things, and that of the convex hulls for meshes.
        points: the nearest points of the two [m], shape (2, 3); where they overlap, twice the middle of what their boxes share.
    """

    distance: float
    depth: float
    points: np.ndarray


def box_gaps(bounds: np.ndarray) -> np.ndarray:
    """Distances of axis-aligned boxes [m], shape (n, n); none is larger than that of what is in the boxes.

    Args:
        bounds: least and largest corners [m], shape (n, 2, 3).
    """
    apart = np.maximum(bounds[:, None, 0] - bounds[None, :, 1], bounds[None, :, 0] - bounds[:, None, 1])
    gaps: np.ndarray = np.linalg.norm(np.maximum(apart, 0.0), axis=2)
    return gaps


class Distances:
    """Distances of bodies, each of one or several solids; what is prepared of a surface is kept and shared."""

    def __init__(self) -> None:
        self._models: dict[int, tuple[np.ndarray, Any]] = {}

    def between(self, a: Sequence[Solid], b: Sequence[Solid]) -> Gap:
        """The gap of two bodies: the smallest of their solids', and the deepest where some overlap."""
        pairs = sorted(((_box_gap(p.bounds, q.bounds), i, k) for i, p in enumerate(a) for k, q in enumerate(b)), key=lambda each: each[0])
        best = Gap(math.inf, 0.0, np.zeros((2, 3)))
        for least, i, k in pairs:
            if least > best.distance or (least == best.distance and best.depth == 0 < least):
                break
            gap = self._between(a[i], b[k])
            if gap.distance < best.distance or gap.depth > best.depth:
                best = gap
        return best

    def _between(self, a: Solid, b: Solid) -> Gap:
        import fcl

        one, other = self._placed(a), self._placed(b)
        found = fcl.DistanceResult()
        distance = fcl.distance(one, other, fcl.DistanceRequest(enable_nearest_points=True), found)
        if distance > 0 and not _one_inside(a, b):
            return Gap(float(distance), 0.0, np.array(found.nearest_points))
        low, high = np.maximum(a.bounds[0], b.bounds[0]), np.minimum(a.bounds[1], b.bounds[1])
        return Gap(0.0, _depth(a, b), np.tile((low + high) / 2, (2, 1)))

    def _placed(self, solid: Solid) -> Any:
        import fcl

        key = id(solid.vertices)
        if key not in self._models:
            model = fcl.BVHModel()
            model.beginModel(len(solid.vertices), len(solid.faces))
            model.addSubModel(np.asarray(solid.vertices, float), np.asarray(solid.faces, np.int64))
            model.endModel()
            self._models[key] = solid.vertices, model  # the array is held, so that its id stays its own
        return fcl.CollisionObject(self._models[key][1], fcl.Transform(solid.T_world[:3, :3], solid.T_world[:3, 3]))


def _box_gap(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(np.maximum(np.maximum(a[0] - b[1], b[0] - a[1]), 0.0)))


def _one_inside(a: Solid, b: Solid) -> bool:
    """Whether one of two solids whose surfaces do not meet lies within the other."""
    return any(_inside(inner, outer) for inner, outer in ((a, b), (b, a)))


def _inside(inner: Solid, outer: Solid) -> bool:
    if (inner.bounds[0] < outer.bounds[0]).any() or (inner.bounds[1] > outer.bounds[1]).any():
        return False
    from twin.geometry.surface import Surface
    from twin.geometry.tree import tree_of
    from twin.geometry.winding import winding_numbers  # compiled code, for the few that lie within others' boxes

    tree = tree_of(Surface(outer.placed, outer.faces.astype(np.int32)))
    return bool(abs(winding_numbers(tree, inner.placed[:1])[0]) > 0.5)


def _depth(a: Solid, b: Solid) -> float:
    """The shortest way out along an axis that can separate two convex solids [m].

    Separating axes: normals of the faces, and cross products of the edges of both (Gottschalk, Lin & Manocha 1996, section 5).
    """
    across = np.cross(a.axes[1][:, None], b.axes[1][None]).reshape(-1, 3)
    lengths = np.linalg.norm(across, axis=1)
    axes = np.concatenate([a.axes[0], b.axes[0], across[lengths > SAME] / lengths[lengths > SAME, None]])
    p, q = a.placed @ axes.T, b.placed @ axes.T
    ways = np.minimum(p.max(axis=0) - q.min(axis=0), q.max(axis=0) - p.min(axis=0))
    return max(0.0, float(ways.min()))


def _hull(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import trimesh

    hull = trimesh.convex.convex_hull(vertices)
    return np.asarray(hull.vertices), np.asarray(hull.faces)


def _different(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors along those given, each direction once, whichever way it points; shape (k, 3)."""
    lengths = np.linalg.norm(vectors, axis=1)
    units = vectors[lengths > 0] / lengths[lengths > 0, None]
    largest = np.take_along_axis(units, np.abs(units).argmax(axis=1)[:, None], axis=1)
    _, first = np.unique(np.round(units * np.sign(largest), 6), axis=0, return_index=True)
    different: np.ndarray = units[first]
    return different
