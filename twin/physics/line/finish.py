"""What happens to a part when the work on it is done: it is good, goes back, is scrap; becomes something else, or several."""

from __future__ import annotations

from twin.kernel import exact
from twin.physics.line.agenda import ask, enter, leave, new_part, send
from twin.physics.line.machine import DONE, IDLE, QUALITY, begin, hire, mark, stop
from twin.physics.line.records import NONE
from twin.physics.line.variate import chance

__all__ = ["finish"]


@exact
def finish(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """The work of machine s is done: its parts wait for room, or it is free at once."""
    m = w[s]
    x = m.node
    place = w[x]
    stop(w, parts, ints, reals, s)
    if place.scrap > 0.0 or place.rework > 0.0:
        _inspect(w, parts, ints, reals, s)
    if m.count == 1 and parts[m.head].goes == x:  # once more in the same machine
        parts[m.head].goes = NONE
        begin(w, parts, ints, reals, s)
        mark(w, parts, ints, reals, s)
        return
    if m.count > 0:
        if place.split_count > 0:
            _split(w, parts, ints, reals, s)
        elif place.makes >= 0:
            part = m.head
            while part >= 0:
                if parts[part].goes < 0:  # what goes back is what it was
                    parts[part].kind = place.makes
                part = parts[part].next
        m.phase = DONE
        m.done = w[0].now
        place.ready += 1
        send(w, parts, ints, reals, x)
    else:
        m.phase = IDLE
        ask(w, parts, ints, reals, x)
    hire(w, parts, ints, reals, s)
    mark(w, parts, ints, reals, s)


@exact
def _inspect(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Each part by itself; who went back too often is scrap."""
    m = w[s]
    place = w[m.node]
    part, kept, last, count = m.head, NONE, NONE, 0
    while part >= 0:
        p = parts[part]
        following = p.next
        u = chance(ints, m.stream + 2 * QUALITY)
        bad = u < place.scrap
        if not bad and u < place.scrap + place.rework:
            p.goes = place.rework_to
            p.reworks += 1
            bad = p.reworks > place.rework_most
        if bad:
            ints[place.thrown_at + p.kind] += 1
            leave(w, parts, ints, reals, part)
        else:
            p.next = NONE
            if kept < 0:
                kept = part
            else:
                parts[last].next = part
            last = part
            count += 1
        part = following
    m.head, m.last, m.count = kept, last, count


@exact
def _split(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Each part that does not go back becomes several."""
    m = w[s]
    place = w[m.node]
    part, head, count = m.head, NONE, 0
    while part >= 0:
        following = parts[part].next
        parts[part].next = head
        if parts[part].goes < 0:
            head = _more_of_it(w, parts, ints, reals, part, place.split_count, place.split_into)
            count += place.split_count
        else:
            head = part
            count += 1
        part = following
    m.head, m.count = head, count


@exact
def _more_of_it(w, parts, ints, reals, part, count, kind):  # type: ignore[no-untyped-def]
    """One part becomes `count`; the head of their list, which goes on with what followed the part."""
    parts[part].kind = kind
    head = part
    for _ in range(count - 1):
        other = new_part(w, parts, ints, reals, kind)
        enter(w, parts, ints, reals, other, parts[part].born)
        parts[other].next = head
        head = other
    return head
