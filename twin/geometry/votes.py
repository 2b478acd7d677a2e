"""Inside or outside, cell by cell: the three lines through a cell vote."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.geometry.growth import longer
from twin.geometry.lattice import Box, View
from twin.geometry.raster import Crossings
from twin.kernel import loop

__all__ = ["Count", "cast_votes", "count_votes", "counted"]

ALL, ODD, NONE = -1, 1, 0  # bits what a line looks at in its winding number: any, its parity, nothing


class Count(NamedTuple):
    """Where the lines along one axis are crossed, and what they are good for.

    Attributes:
        steps: change of the winding number when a cell's centre is reached, shape (outer, along, inner), int8: the box's cells,
            reshaped so that the middle axis is the lines'.
        mask: ALL for a line that goes in as often as out; ODD where only the number of crossings is even (faces look both
            ways there); NONE for a line through a hole, which has no vote. Shape (outer, inner), int8.
    """

    steps: NDArray[np.int8]
    mask: NDArray[np.int8]


def counted(found: Crossings, view: View, box: Box) -> Count:
    """Sort crossings into the box: what lies before its first cell counts there, what lies behind its last only in the total."""
    size = np.subtract(box[1], box[0])
    axis = view.axes[2]
    outer, along, inner = int(np.prod(size[:axis])), int(size[axis]), int(np.prod(size[axis + 1 :]))
    steps, total = np.zeros((outer, along, inner), np.int8), np.zeros((outer, inner), np.int32)
    lines = line_numbers(found, view, box)
    _step(lines, found.depths, found.signs, view.hand, box[0][axis], steps, total)
    mask = np.where(total == 0, ALL, np.where(total % 2 == 0, ODD, NONE)).astype(np.int8)
    return Count(steps, mask)


def line_numbers(found: Crossings, view: View, box: Box) -> NDArray[np.int64]:
    """The line of each crossing, row by row over the box, shape (k,)."""
    row, column, _ = view.axes
    width = box[1][column] - box[0][column]
    return (found.rows.astype(np.int64) - box[0][row]) * width + (found.columns - box[0][column])


@loop
def _step(lines, depths, signs, hand, first, steps, total):  # type: ignore[no-untyped-def]
    along, inner = steps.shape[1], steps.shape[2]
    for k in range(lines.shape[0]):
        o, i = lines[k] // inner, lines[k] % inner
        total[o, i] += hand * signs[k]
        reached = max(int(np.ceil(depths[k])) - first, 0)
        if reached < along:
            steps[o, reached, i] += hand * signs[k]


@loop
def cast_votes(steps, mask, votes):  # type: ignore[no-untyped-def]
    """Add to `votes`, shaped as `steps`, a vote for every cell that is inside on its line."""
    outer, along, inner = steps.shape
    winding = np.empty(inner, np.int8)
    for o in range(outer):
        winding[:] = 0
        for k in range(along):
            for i in range(inner):
                winding[i] += steps[o, k, i]
                votes[o, k, i] += (winding[i] & mask[o, i]) != 0


@loop
def count_votes(votes, mask_x, mask_y, mask_z, inside):  # type: ignore[no-untyped-def]
    """Decide every cell on which at least two lines agree and none disagrees.

    Returns:
        Flat indices of the cells that stay undecided, shape (k,), int64.
    """
    nx, ny, nz = votes.shape
    undecided = np.empty(1024, np.int64)
    count = 0
    for x in range(nx):
        for y in range(ny):
            doubt = False
            for z in range(nz):
                vote = votes[x, y, z]
                voters = int(mask_x[y, z] != 0) + int(mask_y[x, z] != 0) + int(mask_z[x, y] != 0)
                inside[x, y, z] = vote != 0
                doubt |= (voters < 2) | ((vote != 0) & (vote != voters))
            if not doubt:
                continue
            for z in range(nz):
                vote = votes[x, y, z]
                voters = int(mask_x[y, z] != 0) + int(mask_y[x, z] != 0) + int(mask_z[x, y] != 0)
                if voters < 2 or (vote != 0 and vote != voters):
                    if count == undecided.shape[0]:
                        undecided = longer(undecided)
                    undecided[count] = (x * ny + y) * nz + z
                    count += 1
    return undecided[:count]
