"""Elements in slabs, of which only neighbours share nodes: even slabs can be worked off at once, then the odd ones."""

from __future__ import annotations

import numpy as np

from twin.kernel import loop

__all__ = ["SLAB", "slabs"]

SLAB = 1024  # elements at least: enough that a slab's last block, half empty, does not count


def slabs(connect: np.ndarray, node_count: int, smallest: int = SLAB) -> np.ndarray:
    """Slab of each element, shape (m,), int64, from 0.

    Breadth first from an element at an end, as Cuthill and McKee order matrices: an element shares nodes only with those of its
    own level, the one before and the one behind. Slabs are runs of levels.

    Args:
        connect: nodes of each element, shape (m, k), int32; a node may stand twice in a row.
    """
    count = len(connect)
    if not count:
        return np.zeros(0, np.int64)
    order = np.argsort(connect.reshape(-1), kind="stable")
    first = np.searchsorted(connect.reshape(-1)[order], np.arange(node_count + 1))
    owners = order // connect.shape[1]
    level = np.full(count, -1, np.int64)
    _levels(connect, first, owners, level)
    return _runs(np.bincount(level), smallest)[level]


def _runs(sizes: np.ndarray, smallest: int) -> np.ndarray:
    """Number of the slab of each level: a slab is closed as soon as it is large enough; a rest joins the last one."""
    slab = np.zeros(len(sizes), np.int64)
    held = number = 0
    left = int(sizes.sum())
    for level, size in enumerate(sizes.tolist()):
        slab[level] = number
        held, left = held + size, left - size
        if held >= smallest and left >= smallest:
            number, held = number + 1, 0
    return slab


@loop
def _levels(connect, first, owners, level):  # type: ignore[no-untyped-def]
    """Level of every element; each connected body starts behind the one before, at the element that is farthest from its first."""
    count = len(connect)
    queue = np.empty(count, np.int64)
    base = 0
    for start in range(count):
        if level[start] >= 0:
            continue
        end = start
        for look in range(2):
            deepest = base
            head, tail = 0, 1
            queue[0], level[end] = end, base
            while head < tail:
                e = queue[head]
                head += 1
                for k in range(connect.shape[1]):
                    n = connect[e, k]
                    for j in range(first[n], first[n + 1]):
                        other = owners[j]
                        if level[other] < 0:
                            level[other] = level[e] + 1
                            deepest = level[other]
                            queue[tail] = other
                            tail += 1
            if look == 0:
                end = queue[tail - 1]
                for k in range(tail):
                    level[queue[k]] = -1
        base = deepest + 1
