"""Finer triangles of the same surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.geometry.surface import Surface

__all__ = ["quartered", "refined"]


def refined(surface: Surface, edge: float, *, most: int = 400_000) -> Surface:
    """All triangles quartered until no edge is longer than `edge` [m], or there would be more than `most` triangles."""
    fine = surface
    while 4 * len(fine.faces) <= most and _longest(fine) > edge:
        vertices, faces = quartered(fine.vertices, fine.faces.astype(np.int64))
        fine = Surface(vertices, faces.astype(np.int32))
    return fine


def quartered(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Every triangle becomes four; the middles of edges, one for both neighbours, come after the old vertices."""
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    edges, edge = np.unique(edges, axis=0, return_inverse=True)
    middles = vertices[edges].mean(axis=1)
    a, b, c = faces.T
    ab, bc, ca = (edge.reshape(-1, 3) + len(vertices)).T
    parts = [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return np.concatenate((vertices, middles)), np.concatenate([np.column_stack(part) for part in parts])


def _longest(surface: Surface) -> float:
    corners = surface.corners
    return float(np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max())
