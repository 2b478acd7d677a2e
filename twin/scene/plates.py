"""Flat pieces of floor and upright pieces of wall as meshes: what a plan becomes in space."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scene.model import Mesh

__all__ = ["plate", "wall"]

Color = tuple[float, float, float, float]


def plate(polygon: Any, height: float, color: Color) -> Mesh | None:
    """A shapely polygon, seen from above, at that height [m]; None where it has no area."""
    import shapely

    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(polygon))
    corners = np.array([shapely.get_coordinates(triangle)[:3] for triangle in triangles])
    if len(corners) == 0:
        return None
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    turned = ax * by - ay * bx < 0
    corners[turned] = corners[turned][:, ::-1]
    vertices = np.column_stack([corners.reshape(-1, 2), np.full(3 * len(corners), height)])
    return Mesh(vertices.astype(np.float32), np.arange(len(vertices)).reshape(-1, 3), color)


def wall(line: Any, height: float, color: Color) -> Mesh:
    """A straight shapely line, seen from both sides, from the floor to that height [m]."""
    (ax, ay), (bx, by) = line.coords[0], line.coords[-1]
    vertices = np.array([[ax, ay, 0], [bx, by, 0], [bx, by, height], [ax, ay, height]], np.float32)
    return Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3], [0, 2, 1], [0, 3, 2]]), color)
