"""Parts come into machines: one by one, until a batch is full, or until an assembly has got all that goes into it."""

from __future__ import annotations

from twin.kernel import exact
from twin.physics.line.agenda import ask, leave
from twin.physics.line.calendar import schedule
from twin.physics.line.machine import IDLE, begin
from twin.physics.line.records import NONE

__all__ = ["goes_on", "load", "machine_for", "waited"]

WAITED = 1  # of a station: its batch has waited long enough


@exact
def machine_for(w, parts, ints, reals, y, kind):  # type: ignore[no-untyped-def]
    """A machine of the station that would take a part of that kind now, or NONE."""
    place = w[y]
    if place.joins >= 0 and ints[place.held + kind] >= ints[place.joins + kind]:
        return NONE
    for s in range(place.machine, place.machine + place.machines):
        m = w[s]
        if m.phase == IDLE and m.down == 0 and m.off == 0 and (m.count == 0 or m.count < place.batch or place.joins >= 0):
            return s
    return NONE


@exact
def load(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """Into a machine, which begins when it has all that it needs."""
    place = w[y]
    p = parts[part]
    s = machine_for(w, parts, ints, reals, y, p.kind)
    m = w[s]
    if place.joins >= 0:
        ints[place.held + p.kind] += 1
    p.next = NONE
    if m.count == 0:
        m.head = part
    else:
        parts[m.last].next = part
    m.last = part
    m.count += 1
    if place.joins >= 0:
        if _complete(w, parts, ints, reals, y):
            _join(w, parts, ints, reals, y, s)
            begin(w, parts, ints, reals, s)
        else:
            ask(w, parts, ints, reals, y)
    elif m.count < place.batch and not (place.left == WAITED and m.count >= place.least):
        if m.count == 1 and place.wait > 0.0:
            schedule(ints, reals, place.slot, w[0].now + place.wait)
        ask(w, parts, ints, reals, y)
    else:
        if place.wait > 0.0:
            place.left = 0
            schedule(ints, reals, place.slot, float("inf"))
        begin(w, parts, ints, reals, s)
        if place.machines > 1:
            ask(w, parts, ints, reals, y)


@exact
def waited(w, parts, ints, reals, y):  # type: ignore[no-untyped-def]
    """The first part of a batch has waited long enough: begin with what is there, or as soon as it is enough and the machine is there."""
    w[y].left = WAITED
    goes_on(w, parts, ints, reals, y)


@exact
def goes_on(w, parts, ints, reals, y):  # type: ignore[no-untyped-def]
    """The machine of a batch that has waited long enough may be there again."""
    place = w[y]
    m = w[place.machine]
    enough = place.left == WAITED and m.count > 0 and m.count >= place.least
    if enough and m.phase == IDLE and m.down == 0 and m.off == 0:
        place.left = 0
        begin(w, parts, ints, reals, place.machine)


@exact
def _complete(w, parts, ints, reals, y):  # type: ignore[no-untyped-def]
    place = w[y]
    lacking = 0
    for kind in range(w[0].kinds):
        lacking += max(ints[place.joins + kind] - ints[place.held + kind], 0)
    return lacking == 0


@exact
def _join(w, parts, ints, reals, y, s):  # type: ignore[no-untyped-def]
    """All parts but the main one become part of it."""
    place = w[y]
    m = w[s]
    part, main = m.head, NONE
    while part >= 0:
        following = parts[part].next
        if parts[part].kind == place.part and main < 0:
            main = part
        else:
            leave(w, parts, ints, reals, part)
        part = following
    parts[main].next = NONE
    m.head, m.last, m.count = main, main, 1
    for kind in range(w[0].kinds):
        ints[place.held + kind] = 0
