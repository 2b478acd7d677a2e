"""Bodies that are inside of each other at the start, by their elements: whichever way they lie, and however few they are.

Two elements overlap where no direction separates them (the separating axis theorem): the normals of both, and the cross products of their
edges, are all that need be looked at. What they overlap by in the direction where it is least is how deep they are inside of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from twin.physics.crash.case import Case
from twin.physics.crash.contact_loops import list_near
from twin.physics.crash.critical import CORNERS

__all__ = ["overlapping"]

DEEP = 0.2  # of the thinner element's smallest size: crooked elements that fit into each other overlap by less
AT_ONCE = 20_000  # pairs


def overlapping(case: Case, apart: np.ndarray) -> tuple[int, int] | None:
    """Two elements of different bodies that are inside of each other, the first pair that is; None where there are none.

    Args:
        apart: elements that may be, those that are glued, shape (m,).
    """
    corners = case.x[case.connect]
    low, high = corners.min(axis=1), corners.max(axis=1)
    for a, b in combinations(range(len(case.names)), 2):
        mine, others = (np.flatnonzero((case.part == k) & ~apart) for k in (a, b))
        mine = _in(mine, low, high, others)
        others = _in(others, low, high, mine)
        for pairs in _close(mine, others, low, high):
            deep = _depths(case, corners, pairs) > DEEP
            if deep.any():
                first, second = pairs[int(np.argmax(deep))].tolist()
                return first, second
    return None


def _in(elements: np.ndarray, low: np.ndarray, high: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Elements whose boxes touch the box around all others."""
    if not len(elements) or not len(others):
        return elements[:0]
    bottom, top = low[others].min(axis=0), high[others].max(axis=0)
    found: np.ndarray = elements[((low[elements] <= top) & (high[elements] >= bottom)).all(axis=1)]
    return found


def _close(mine: np.ndarray, others: np.ndarray, low: np.ndarray, high: np.ndarray) -> Iterator[np.ndarray]:
    """Pairs of elements whose boxes overlap, some at a time, shape (pairs, 2)."""
    if not len(mine) or not len(others):
        return
    middle, half = (low + high)[mine] / 2, (high - low)[mine] / 2
    wide = half.max(axis=0)
    size = float(max((high - low)[others].max(), 2 * wide.max()))
    zeros, ones = np.zeros(len(mine), np.int32), np.ones(len(others), np.int32)
    first, found = list_near(middle, zeros, low[others] - wide, high[others] + wide, ones, size)
    ours = np.repeat(np.arange(len(mine)), np.diff(first))
    touch = ((low[mine][ours] < high[others][found]) & (high[mine][ours] > low[others][found])).all(axis=1)
    pairs = np.stack([mine[ours[touch]], others[found[touch]]], axis=1)
    for begin in range(0, len(pairs), AT_ONCE):
        yield pairs[begin : begin + AT_ONCE]


def _depths(case: Case, corners: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """How deep the elements of each pair are inside of each other, over the smaller of their sizes; 0 or less where they are not."""
    edges = [_directions(case, corners, pairs[:, side]) for side in (0, 1)]
    axes = [np.cross(e[:, [1, 2, 0]], e[:, [2, 0, 1]]) for e in edges]
    axes.append(np.cross(edges[0][:, :, None], edges[1][:, None]).reshape(len(pairs), 9, 3))
    axis = np.concatenate(axes, axis=1)
    length = np.linalg.norm(axis, axis=2, keepdims=True)
    axis = axis / np.maximum(length, 1e-300)
    (a0, a1), (b0, b1) = (_shadow(corners[pairs[:, side]], axis) for side in (0, 1))
    deep = np.where(length[..., 0] > 1e-6, np.minimum(a1, b1) - np.maximum(a0, b0), np.inf).min(axis=1)
    size = np.minimum(case.lengths[pairs[:, 0]], case.lengths[pairs[:, 1]])
    found: np.ndarray = deep / size
    return found


def _directions(case: Case, corners: np.ndarray, elements: np.ndarray) -> np.ndarray:
    """Three directions of an element's edges, unit vectors, shape (m, 3, 3); of a tetrahedron those from its first corner."""
    found = np.einsum("nk,mni->mki", CORNERS, corners[elements])
    tet = case.tet[elements]
    found[tet] = corners[elements[tet]][:, 1:4] - corners[elements[tet]][:, :1]
    unit: np.ndarray = found / np.linalg.norm(found, axis=2, keepdims=True)
    return unit


def _shadow(corners: np.ndarray, axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From where to where elements reach in some directions, (m, axes) each."""
    along = corners @ axis.transpose(0, 2, 1)
    return along.min(axis=1), along.max(axis=1)
