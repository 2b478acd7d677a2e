"""From a mesh to blocks of 64 elements, and from blocks back to one number an element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.crash.lanes import TETS
from twin.physics.crash.layout import COUNT, LANES, MASS, TEMPERATURE
from twin.physics.crash.loops import VOID_MASS
from twin.physics.crash.slabs import slabs
from twin.physics.crash.state import Blocks

__all__ = ["VOID", "Order", "laid"]

VOID = 1e3  # [m] edge of the cube that lanes without an element look at: its time step is longer than any other


@dataclass(frozen=True, eq=False)
class Order:
    """Where each element stands.

    Attributes:
        block, lane: of each element, shape (m,).
    """

    block: np.ndarray
    lane: np.ndarray

    def read(self, state: np.ndarray, row: int) -> np.ndarray:
        """A row of the state, one number an element, shape (m,)."""
        found: np.ndarray = state[self.block, row, self.lane]
        return found

    def write(self, state: np.ndarray, row: int, values: np.ndarray) -> None:
        """Put one number an element, shape (m,), into a row of the state."""
        state[self.block, row, self.lane] = values


def laid(
    connect: np.ndarray,
    tet: np.ndarray,
    node_count: int,
    part: np.ndarray,
    laws: np.ndarray,
    constants: np.ndarray,
    masses: np.ndarray,
    room: np.ndarray,
) -> tuple[Blocks, Order]:
    """Blocks of elements at rest.

    Args:
        connect: nodes of each element, shape (m, 8), int32; tet: whether it is a tetrahedron, shape (m,).
        part: row in `constants` of each element, shape (m,); laws: hardening law of each row.
        masses: [kg], shape (m,); room: temperature of each row at the start [K].
    """
    slab = slabs(connect, node_count)
    order = np.lexsort((np.arange(len(connect)), tet, part, slab))
    groups = np.stack([slab[order], part[order], tet[order].astype(np.int64)])
    heads = np.flatnonzero(np.r_[True, (np.diff(groups) != 0).any(axis=0)])
    sizes = np.diff(np.r_[heads, len(order)])
    blocks_of = -(-sizes // LANES)
    base = np.r_[0, np.cumsum(blocks_of)]
    within = np.arange(len(order)) - np.repeat(heads, sizes)
    block, lane = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    block[order], lane[order] = np.repeat(base[:-1], sizes) + within // LANES, within % LANES
    count = int(base[-1])
    lanes = np.tile((node_count + np.arange(8, dtype=np.int32))[None, :, None], (count, 1, LANES))
    for k in range(8):
        lanes[block, k, lane] = connect[:, k]
    of_block = np.repeat(groups[1, heads], blocks_of).astype(np.int32)
    law_of = (laws[of_block] + TETS * np.repeat(groups[2, heads], blocks_of)).astype(np.int32)
    slab_of = np.repeat(groups[0, heads], blocks_of)
    state = np.zeros((count, COUNT, LANES))
    state[:, MASS] = VOID_MASS
    state[:, TEMPERATURE] = room[of_block][:, None]
    state[block, MASS, lane] = masses
    first = np.searchsorted(slab_of, np.arange(int(slab.max()) + 2)).astype(np.int64)
    blocks = Blocks(lanes, state, of_block, law_of, constants, first, np.zeros(len(first) - 1), node_count)
    return blocks, Order(block, lane)
