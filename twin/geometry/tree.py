"""A tree of spheres around faces: nested bounds with what is needed far away and near."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.geometry.surface import Surface
from twin.kernel import loop

__all__ = ["DEEPEST", "LEAF", "Tree", "tree_of"]

LEAF = 2  # faces in a leaf, at most
DEEPEST = 128  # entries of a stack that walks the tree; halving keeps it below 40


_SPREAD = (
    (32, 0x001F00000000FFFF), (16, 0x001F0000FF0000FF), (8, 0x100F00F00F00F00F), (4, 0x10C30C30C30C30C3), (2, 0x1249249249249249),
)  # fmt: skip


class Tree(NamedTuple):
    """Nodes in an array, the root first.

    Attributes:
        corners: the faces' corners in the order of the tree [m], shape (m, 3, 3).
        order: which face of the surface each one is, shape (m,), int32.
        first, last: the faces of a node, half open, shape (k,), int32.
        child: the first of its two children, -1 for a leaf; the other is the next node, shape (k,), int32.
        centre: weighted by area [m], shape (k, 3); radius: all corners lie within it [m], shape (k,).
        pole: sum of the faces' area vectors [m^2], shape (k, 3).
    """

    corners: NDArray[np.float64]
    order: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    child: NDArray[np.int32]
    centre: NDArray[np.float64]
    radius: NDArray[np.float64]
    pole: NDArray[np.float64]


def tree_of(surface: Surface) -> Tree:
    """Sort the faces along a space-filling curve and halve the row again and again until few are left."""
    corners = surface.corners
    order = np.argsort(_morton(corners.mean(axis=1)), kind="stable").astype(np.int32)
    first, last, child = _halves(len(order))
    corners, vectors = np.ascontiguousarray(corners[order]), surface.area_vectors[order]
    return Tree(corners, order, first, last, child, *_bound(corners, vectors, first, last))


def _morton(points: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Place of each point on the Z-order curve through the box of all, 21 bits a coordinate, shape (n,)."""
    low, high = points.min(axis=0), points.max(axis=0)
    whole = ((points - low) / max(float((high - low).max()), 1e-300) * (2**21 - 1)).astype(np.uint64)
    for shift, mask in _SPREAD:
        whole = (whole | (whole << np.uint64(shift))) & np.uint64(mask)
    return np.asarray(whole[:, 0] | (whole[:, 1] << np.uint64(1)) | (whole[:, 2] << np.uint64(2)))


def _halves(count: int) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Breadth first: children stand behind their parents."""
    first, last, child = [0], [count], [-1]
    for node in range(4 * count):  # never reached: there are fewer nodes
        if node == len(first):
            break
        low, high = first[node], last[node]
        if high - low > LEAF:
            half = (low + high) // 2
            child[node] = len(first)
            first += [low, half]
            last += [half, high]
            child += [-1, -1]
    return np.array(first, np.int32), np.array(last, np.int32), np.array(child, np.int32)


@loop
def _bound(corners, vectors, first, last):  # type: ignore[no-untyped-def]
    count = first.shape[0]
    centre, radius, pole = np.zeros((count, 3)), np.zeros(count), np.zeros((count, 3))
    for n in range(count):
        area = 0.0
        plain = np.zeros(3)
        for f in range(first[n], last[n]):
            size = sqrt(vectors[f, 0] ** 2 + vectors[f, 1] ** 2 + vectors[f, 2] ** 2)
            area += size
            for i in range(3):
                middle = (corners[f, 0, i] + corners[f, 1, i] + corners[f, 2, i]) / 3
                centre[n, i] += size * middle
                plain[i] += middle
                pole[n, i] += vectors[f, i]
        for i in range(3):
            centre[n, i] = centre[n, i] / area if area > 0 else plain[i] / (last[n] - first[n])
        square = 0.0
        for f in range(first[n], last[n]):
            for k in range(3):
                x, y, z = corners[f, k, 0] - centre[n, 0], corners[f, k, 1] - centre[n, 1], corners[f, k, 2] - centre[n, 2]
                square = max(square, x * x + y * y + z * z)
        radius[n] = sqrt(square)
    return centre, radius, pole
