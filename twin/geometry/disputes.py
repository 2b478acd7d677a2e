"""Cells about which lines do not agree: the winding number decides, in blocks where it can."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray

from twin.geometry.lattice import Box, View
from twin.geometry.raster import Crossings
from twin.geometry.surface import Surface
from twin.geometry.tree import Tree, tree_of
from twin.geometry.winding import winding_numbers
from twin.kernel import loop

__all__ = ["settle"]

BLOCK = 4  # cells along an edge of a block
MARGIN = 0.1  # from one half, for a whole block


def settle(
    disputed: NDArray[np.int64], surface: Surface, views: Sequence[View], found: Sequence[Crossings], box: Box, inside: NDArray[np.bool_]
) -> None:
    """Decide the disputed cells of the box: inside from a winding number of one half, either way round.

    Off the surface the winding number is harmonic, so that it is smooth: a block that no line meets the surface in, and whose
    eight corners lie beyond the margin on one side, is decided as a whole. All other cells are asked one by one.

    Args:
        disputed: flat indices of cells of the box, shape (k,).
        surface: in cells, as the grid sees it.
        inside: of the box's cells, changed in place.
    """
    tree = tree_of(surface)
    blocks = tuple(-(-n // BLOCK) for n in inside.shape)
    touched = np.zeros(blocks, np.bool_)
    for view, met in zip(views, found, strict=True):
        _touch(met.rows, met.columns, met.depths, view.axes, np.array(box[0]), touched)
    cells = np.column_stack(np.unravel_index(disputed, inside.shape))
    block = np.ravel_multi_index(tuple((cells // BLOCK).T), blocks)
    many = np.bincount(block, minlength=touched.size) >= 8  # fewer are asked themselves with less work than the corners
    whole = np.flatnonzero(many & ~touched.ravel())
    verdict = np.full(touched.size, -1, np.int8)
    verdict[whole] = _verdicts(tree, np.column_stack(np.unravel_index(whole, blocks)), blocks, box)
    known = verdict[block] >= 0
    inside.ravel()[disputed[known]] = verdict[block[known]] > 0
    rest = (cells[~known] + np.array(box[0])).astype(np.float64)
    inside.ravel()[disputed[~known]] = np.abs(winding_numbers(tree, rest)) >= 0.5


def _verdicts(tree: Tree, blocks: NDArray[np.intp], counts: tuple[int, ...], box: Box) -> NDArray[np.int8]:
    """1 for blocks inside, 0 outside, -1 where the corners do not tell, shape (k,)."""
    corners = blocks[:, None, :] + np.indices((2, 2, 2)).reshape(3, 8).T
    places, which = np.unique(np.ravel_multi_index(tuple(corners.reshape(-1, 3).T), tuple(n + 1 for n in counts)), return_inverse=True)
    points = np.column_stack(np.unravel_index(places, tuple(n + 1 for n in counts))) * BLOCK + np.array(box[0])
    numbers = np.abs(winding_numbers(tree, points.astype(np.float64)))[which].reshape(-1, 8)
    return np.where((numbers > 0.5 + MARGIN).all(axis=1), 1, np.where((numbers < 0.5 - MARGIN).all(axis=1), 0, -1)).astype(np.int8)


@loop
def _touch(rows, columns, depths, axes, first, touched):  # type: ignore[no-untyped-def]
    """Mark the blocks that hold a crossing; one on a face between blocks belongs to both."""
    at = np.empty(3, np.int64)
    for k in range(rows.shape[0]):
        at[axes[0]], at[axes[1]], at[axes[2]] = rows[k], columns[k], floor(depths[k])
        low, high = np.maximum((at - first - 1) // BLOCK, 0), (at - first) // BLOCK
        for x in range(low[0], min(high[0] + 1, touched.shape[0])):
            for y in range(low[1], min(high[1] + 1, touched.shape[1])):
                for z in range(low[2], min(high[2] + 1, touched.shape[2])):
                    touched[x, y, z] = True
