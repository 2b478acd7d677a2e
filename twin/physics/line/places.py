"""Parts that wait in a place: a list, in its order, and how many they were over time."""

from __future__ import annotations

from twin.kernel import exact, exact_scalar
from twin.physics.line.records import NONE

__all__ = ["ORDERS", "append", "level", "queue"]

ORDERS = ("fifo", "lifo", "priority")
FIFO, LIFO, PRIORITY = range(3)


@exact_scalar
def level(w, parts, ints, reals, x, change):  # type: ignore[no-untyped-def]
    """So many parts more wait in place x."""
    place = w[x]
    place.area += place.level * (w[0].now - place.since)
    place.since = w[0].now
    place.level += change


@exact_scalar
def append(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """To the end of the list of place y."""
    place = w[y]
    parts[part].next = NONE
    if place.tail < 0:
        place.head = part
    else:
        parts[place.tail].next = part
    place.tail = part
    level(w, parts, ints, reals, y, 1)


@exact
def queue(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """Into the list of a buffer, in its order."""
    place = w[y]
    if place.order == FIFO or place.head < 0:
        append(w, parts, ints, reals, part, y)
        return
    before, here = NONE, place.head
    if place.order == PRIORITY:
        mine = ints[w[0].priority + parts[part].kind]
        while here >= 0 and ints[w[0].priority + parts[here].kind] >= mine:
            before, here = here, parts[here].next
    if here < 0:
        append(w, parts, ints, reals, part, y)
        return
    parts[part].next = here
    if before < 0:
        place.head = part
    else:
        parts[before].next = part
    level(w, parts, ints, reals, y, 1)
