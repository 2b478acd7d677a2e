"""When what happens next: a tournament over the next time of everything that can happen by itself.

Each slot has one time, infinity for never. Moving a slot plays its matches up to the final again, log2(slots) comparisons, whether the
time grows or shrinks; the winner of the final happens next. Of equal times the lower slot wins: an order that does not hang on history.
"""

from __future__ import annotations

import numpy as np

from twin.kernel import exact_scalar

__all__ = ["calendar", "first", "schedule"]


def calendar(slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Winners (their first element is the number of leaves) and times, all never, of a calendar of at least so many slots."""
    leaves = 2
    while leaves < slots:
        leaves *= 2
    winners = np.zeros(leaves, np.int64)
    for p in range(leaves - 1, 0, -1):
        winners[p] = 2 * p - leaves if 2 * p >= leaves else winners[2 * p]
    winners[0] = leaves
    return winners, np.full(leaves, np.inf)


@exact_scalar
def schedule(ints, reals, slot, t):  # type: ignore[no-untyped-def]
    """That slot happens at t. `ints` and `reals` begin with the calendar's winners and times."""
    reals[slot] = t
    a = slot & ~np.int64(1)
    b = a + 1
    p = (ints[0] + slot) >> 1
    ints[p] = b if reals[b] < reals[a] else a
    while p > 1:
        p >>= 1
        a = ints[2 * p]
        b = ints[2 * p + 1]
        ints[p] = b if reals[b] < reals[a] else a


@exact_scalar
def first(ints, reals):  # type: ignore[no-untyped-def]
    """(slot, time) of what happens next."""
    slot = ints[1]
    return slot, reals[slot]
