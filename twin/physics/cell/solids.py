"""Mass properties of a body made of convex pieces of one density."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robots import meshes
from robots.model import Geometry

__all__ = ["mass_properties", "outside"]


def mass_properties(pieces: Sequence[Geometry], mass: float) -> tuple[np.ndarray, np.ndarray]:
    """Centre of mass (3,) [m] and inertia about it (3, 3) [kg m^2], in the body's axes, for a total `mass` [kg]."""
    volumes, centres, inertias = zip(*(_piece(g) for g in pieces), strict=True)
    total = sum(volumes)
    com = sum(v * c for v, c in zip(volumes, centres, strict=True)) / total
    inertia = np.zeros((3, 3))
    for volume, centre, own in zip(volumes, centres, inertias, strict=True):
        share, shift = mass * volume / total, centre - com
        inertia += share * (own + shift @ shift * np.eye(3) - np.outer(shift, shift))  # parallel axes
    return com, inertia


def _piece(g: Geometry) -> tuple[float, np.ndarray, np.ndarray]:
    """Volume [m^3], centre (3,) and inertia per unit mass (3, 3) [m^2] in the body's axes."""
    R, centre = g.origin[:3, :3], g.origin[:3, 3]
    if g.kind == "mesh":
        import trimesh

        vertices, faces = meshes.load(g)
        hull = trimesh.Trimesh(vertices, faces, process=False).convex_hull
        own = np.asarray(hull.moment_inertia) / hull.volume
        return float(hull.volume), centre + R @ np.asarray(hull.center_mass), R @ own @ R.T
    volume, moments = _primitive(g)
    return volume, centre, R @ np.diag(moments) @ R.T


def _primitive(g: Geometry) -> tuple[float, np.ndarray]:
    """Volume and principal moments per unit mass; the capsule as in any table of inertias."""
    if g.kind == "box":
        x, y, z = (s * s / 12 for s in g.size)
        return math.prod(g.size), np.array([y + z, x + z, x + y])
    r = g.size[0]
    if g.kind == "sphere":
        return 4 / 3 * math.pi * r**3, np.full(3, 0.4 * r * r)
    length = g.size[1]
    tube = math.pi * r * r * length
    across = r * r / 4 + length * length / 12
    if g.kind == "cylinder":
        return tube, np.array([across, across, r * r / 2])
    ball = 4 / 3 * math.pi * r**3
    share = ball / (ball + tube)
    ends = 0.4 * r * r + length * length / 4 + 3 / 8 * length * r
    cross = (1 - share) * across + share * ends
    return ball + tube, np.array([cross, cross, (1 - share) * r * r / 2 + share * 0.4 * r * r])


def outside(pieces: Sequence[Geometry], point: np.ndarray) -> float:
    """Distance [m] of a point (3,), in the body's frame, from the nearest piece; 0 inside. A mesh counts as its bounding box."""
    return min(_outside(g, point) for g in pieces)


def _outside(g: Geometry, point: np.ndarray) -> float:
    p = g.origin[:3, :3].T @ (point - g.origin[:3, 3])
    if g.kind in ("box", "mesh"):
        low, high = (-np.array(g.size) / 2, np.array(g.size) / 2) if g.kind == "box" else _bounds(g)
        return float(np.linalg.norm(np.maximum(np.maximum(low - p, p - high), 0.0)))
    if g.kind == "sphere":
        return max(0.0, float(np.linalg.norm(p)) - g.size[0])
    along, across = abs(p[2]) - g.size[1] / 2, math.hypot(p[0], p[1])
    if g.kind == "capsule":
        return max(0.0, math.hypot(across, max(along, 0.0)) - g.size[0])
    return math.hypot(max(along, 0.0), max(across - g.size[0], 0.0))


def _bounds(g: Geometry) -> tuple[np.ndarray, np.ndarray]:
    vertices = meshes.load(g)[0]
    return vertices.min(axis=0), vertices.max(axis=0)
