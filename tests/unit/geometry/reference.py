"""Slow and obvious: every point against every triangle."""

from __future__ import annotations

import numpy as np

from twin.geometry.surface import Surface

D3Q19 = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if 1 <= abs(x) + abs(y) + abs(z) <= 2])


def centres(origin, cell, shape):
    """Cell centres [m], shape (nx, ny, nz, 3)."""
    axes = [start + (np.arange(count) + 0.5) * cell for start, count in zip(origin, shape, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def winding(surface: Surface, points: np.ndarray) -> np.ndarray:
    """Sum of solid angles over 4 pi, from spherical triangles, shape (n,)."""
    numbers = np.zeros(len(points))
    for triangle in surface.corners:
        a, b, c = (corner - points for corner in triangle)
        la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
        up = np.einsum("ij,ij->i", a, np.cross(b, c))
        dots = [np.einsum("ij,ij->i", p, q) for p, q in ((a, b), (b, c), (c, a))]
        numbers += 2 * np.arctan2(up, la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb)
    return numbers / (4 * np.pi)


def first_hit(surface: Surface, start: np.ndarray, way: np.ndarray) -> float:
    """Least s in [0, 1] with start + s way on the surface, inf for none (Moeller & Trumbore 1997)."""
    a, b, c = surface.corners.transpose(1, 0, 2)
    across = np.cross(way, c - a)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.einsum("ij,ij->i", b - a, across)
        u = np.einsum("ij,ij->i", start - a, across) * scale
        turned = np.cross(start - a, b - a)
        v = turned @ way * scale
        s = np.einsum("ij,ij->i", c - a, turned) * scale
        met = (u >= 0) & (v >= 0) & (u + v <= 1) & (s >= 0) & (s <= 1)
    return float(s[met].min()) if met.any() else np.inf


def turned(angles) -> np.ndarray:
    """Rotation about x, then y, then z by `angles` [rad], as a 4 x 4 transform."""
    T = np.eye(4)
    for axis, angle in enumerate(angles):
        R = np.eye(4)
        i, j = (axis + 1) % 3, (axis + 2) % 3
        R[i, i] = R[j, j] = np.cos(angle)
        R[j, i], R[i, j] = np.sin(angle), -np.sin(angle)
        T = R @ T
    return T
