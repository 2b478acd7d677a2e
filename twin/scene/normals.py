"""Vertex normals that keep edges crisp: a vertex is split where its faces meet at more than the crease angle."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

__all__ = ["CREASE_ANGLE", "creased"]

CREASE_ANGLE = np.radians(35.0)
"""Faces that meet at a larger angle [rad] are shaded flat against each other: boxes stay boxes, cylinders round."""


def creased(vertices: np.ndarray, faces: np.ndarray, crease_angle: float = CREASE_ANGLE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split vertices along creases and give each its normal.

    The three corners of every face start on their own. Corners of two faces that share an edge, and meet there at less than
    `crease_angle`, become one vertex; its normal is the mean of its faces' normals weighted by their areas.

    Args:
        vertices: [m], shape (n, 3 + k): x, y, z, and k numbers, such as a colour, that ride along; a vertex is split where they differ.
        faces: indices, shape (m, 3).
        crease_angle: [rad].

    Returns:
        vertices of shape (p, 3 + k), unit normals of shape (p, 3), faces of shape (m, 3); the triangles are the same.
    """
    rows, welded = np.unique(vertices, axis=0, return_inverse=True)
    at, points = welded.reshape(-1)[faces], rows[:, :3]
    normals = np.cross(points[at[:, 1]] - points[at[:, 0]], points[at[:, 2]] - points[at[:, 0]])
    vertex_of_corner, count = _smooth_corners(at, _unit(normals), np.cos(crease_angle))
    split = np.zeros((count, rows.shape[1]))
    split[vertex_of_corner] = rows[at.ravel()]
    summed = np.stack([np.bincount(vertex_of_corner, np.repeat(normals[:, k], 3), count) for k in range(3)], axis=1)
    return split, _unit(summed), vertex_of_corner.reshape(-1, 3)


def _smooth_corners(faces: np.ndarray, normals: np.ndarray, cosine: float) -> tuple[np.ndarray, int]:
    """Number of the smooth vertex that each corner belongs to, shape (3 m,), and how many there are."""
    start, end = faces.ravel(), faces[:, [1, 2, 0]].ravel()
    corner_start = np.arange(len(start))
    corner_end = corner_start.reshape(-1, 3)[:, [1, 2, 0]].ravel()
    flip = start > end
    low, high = np.where(flip, corner_end, corner_start), np.where(flip, corner_start, corner_end)
    order = np.lexsort((np.maximum(start, end), np.minimum(start, end)))
    edge = np.stack([np.minimum(start, end), np.maximum(start, end)], axis=1)[order]
    a, b = order[:-1], order[1:]
    joined = (edge[:-1] == edge[1:]).all(axis=1) & (np.einsum("ij,ij->i", normals[a // 3], normals[b // 3]) >= cosine)
    a, b = a[joined], b[joined]
    rows, columns = np.concatenate([low[a], high[a]]), np.concatenate([low[b], high[b]])
    graph = coo_matrix((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(start), len(start)))
    count, label = connected_components(graph, directed=False)
    return label, int(count)


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length one; a vanishing one (a face without area) points up."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.where(length > 1e-30, vectors / np.maximum(length, 1e-30), [0.0, 0.0, 1.0])
