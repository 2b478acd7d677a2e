"""A conveyor: parts come onto it one pitch apart, and to its end in their order; it closes up behind the first, or stands with it."""

from __future__ import annotations

from twin.kernel import exact
from twin.physics.line.agenda import send
from twin.physics.line.calendar import schedule
from twin.physics.line.places import append

__all__ = ["ACCUMULATING", "STANDING", "at_the_end", "moves", "onto"]

ACCUMULATING, STANDING = range(2)  # orders of a belt


@exact
def onto(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """A part comes onto a belt."""
    place = w[y]
    now = w[0].now
    parts[part].ready_at = now + place.travel - place.delay  # in the belt's own time, which stands when the belt does
    place.free_at = now + place.gap
    append(w, parts, ints, reals, part, y)
    if place.level == 1:
        schedule(ints, reals, place.slot, now + place.travel)
    schedule(ints, reals, place.slot + 1, place.free_at)


@exact
def at_the_end(w, parts, ints, reals, x):  # type: ignore[no-untyped-def]
    """The first part of a belt has come to its end."""
    place = w[x]
    place.ready += 1
    if place.order != ACCUMULATING:
        place.stopped = w[0].now
    send(w, parts, ints, reals, x)


@exact
def moves(w, parts, ints, reals, x, now):  # type: ignore[no-untyped-def]
    """The first part has left a belt: when the next comes to its end, and when another may come onto it.

    Accumulating: it stood a pitch behind, or is still on its way. Otherwise the belt stood with all that is on it; times of parts are
    those of a clock that stood with it.
    """
    place = w[x]
    if place.stopped >= 0.0:
        stood = now - place.stopped
        place.delay += stood
        if place.free_at > place.stopped:
            place.free_at += stood
            schedule(ints, reals, place.slot + 1, place.free_at)
        place.stopped = -1.0
    if place.head >= 0:
        at = parts[place.head].ready_at + place.delay
        if place.order == ACCUMULATING:
            at = max(at, now + place.gap)
        schedule(ints, reals, place.slot, max(at, now))
