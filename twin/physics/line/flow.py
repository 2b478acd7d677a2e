"""Parts on their way: where one goes next, whether there is room, how it leaves one place and comes to the other."""

from __future__ import annotations

import math

from twin.kernel import exact, exact_scalar
from twin.physics.line.agenda import ask, enter, forget, give_back, has_card, leave, new_part, send, take_card
from twin.physics.line.calendar import schedule
from twin.physics.line.machine import DONE, IDLE, begin, hire, mark
from twin.physics.line.records import BUFFER, CONVEYOR, NONE, SINK, SOURCE, STATION, TRANSPORT
from twin.physics.line.variate import chance, variate

__all__ = [
    "BINS",
    "ORDERS",
    "RULES",
    "append",
    "arrive",
    "at_the_end",
    "carry",
    "found",
    "goes_away",
    "more_of_it",
    "next_arrival",
    "room",
    "stay_of_bin",
    "waited",
    "waits_since",
]

NEXT, SHARES, BY_PART, FIRST_FREE, SHORTEST, IN_TURN = range(6)
ORDERS = ("fifo", "lifo", "priority")
RULES = ("next", "shares", "by_part", "first_free", "shortest", "in_turn")
FIFO, LIFO, PRIORITY = range(3)  # orders of a buffer
ACCUMULATING, STANDING = range(2)  # orders of a belt
WAITED = 1  # of a station: its batch has waited long enough
BINS = 1024
PER_OCTAVE = 24  # bins of the histogram of stays: 3 % wide, from 1 ms to 6e9 s
LEAST_STAY = 1e-3


@exact_scalar
def room(w, parts, ints, reals, y, part):  # type: ignore[no-untyped-def]
    """Whether the part may come to place y now."""
    place = w[y]
    if place.takes >= 0 and not has_card(w, parts, ints, reals, part, place.takes):
        return False
    if place.kind == BUFFER or place.kind == TRANSPORT:
        return place.level + place.reserved < place.capacity
    if place.kind == STATION:
        return _machine_for(w, parts, ints, reals, y, parts[part].kind) >= 0
    if place.kind == CONVEYOR:
        return place.level < place.capacity and w[0].now >= place.free_at and place.stopped < 0.0
    return place.kind == SINK


@exact
def _machine_for(w, parts, ints, reals, y, kind):  # type: ignore[no-untyped-def]
    """A machine of the station that would take a part of that kind now, or NONE."""
    place = w[y]
    if place.joins >= 0 and ints[place.held + kind] >= ints[place.joins + kind]:
        return NONE
    for s in range(place.machine, place.machine + place.machines):
        m = w[s]
        if m.phase == IDLE and m.down == 0 and m.off == 0 and (m.count == 0 or m.count < place.batch or place.joins >= 0):
            return s
    return NONE


@exact_scalar
def _target(w, parts, ints, reals, x, part, only):  # type: ignore[no-untyped-def]
    """Where a part of place x may go now, NONE where there is no room; `only`: no other place, if not NONE."""
    p = parts[part]
    place = w[x]
    if p.goes < 0:
        if place.rule == NEXT:
            y = ints[place.routes_at]
            if only >= 0 and y != only:
                return NONE
            return y if room(w, parts, ints, reals, y, part) else NONE
        if place.rule == FIRST_FREE or place.rule == SHORTEST:
            return _one_with_room(w, parts, ints, reals, x, part, only)
        _decide(w, parts, ints, reals, x, part)
    y = p.goes
    if only >= 0 and y != only:
        return NONE
    return y if room(w, parts, ints, reals, y, part) else NONE


@exact
def _decide(w, parts, ints, reals, x, part):  # type: ignore[no-untyped-def]
    """Rules that look at no room: the part goes there, and waits for it."""
    place = w[x]
    p = parts[part]
    if place.rule == BY_PART:
        p.goes = ints[place.routes_at + p.kind]
    elif place.rule == IN_TURN:
        p.goes = ints[place.routes_at + place.turn]
        place.turn = (place.turn + 1) % place.routes
    else:
        u = chance(ints, place.stream)
        i = place.routes_at
        while i < place.routes_at + place.routes - 1 and u >= reals[place.odds_at + i - place.routes_at]:
            i += 1
        p.goes = ints[i]


@exact
def _one_with_room(w, parts, ints, reals, x, part, only):  # type: ignore[no-untyped-def]
    place = w[x]
    best, least = NONE, 0
    for k in range(place.routes):
        y = ints[place.routes_at + (k + (place.turn if place.rule == SHORTEST else 0)) % place.routes]
        if room(w, parts, ints, reals, y, part):
            if place.rule == FIRST_FREE:
                best = y
                break
            if best < 0 or w[y].level + w[y].reserved < least:
                best, least = y, w[y].level + w[y].reserved
    return best if only < 0 or best == only else NONE


@exact_scalar
def found(w, parts, ints, reals, x, only):  # type: ignore[no-untyped-def]
    """(target, machine) of the part of place x that goes next; target NONE where none can, machine NONE where x has none."""
    place = w[x]
    if place.ready < 1:
        return NONE, NONE
    if place.kind != STATION:
        return _target(w, parts, ints, reals, x, place.head, only), NONE
    target, machine, since = NONE, NONE, float("inf")
    for s in range(place.machine, place.machine + place.machines):
        m = w[s]
        if m.phase == DONE and m.down == 0 and m.off == 0 and m.done < since:
            y = _target(w, parts, ints, reals, x, m.head, only)
            if y >= 0:
                target, machine, since = y, s, m.done
    return target, machine


@exact_scalar
def waits_since(w, parts, ints, reals, x, s):  # type: ignore[no-untyped-def]
    """Since when the part waits that goes next from place x (its machine s)."""
    place = w[x]
    if place.kind == STATION:
        return w[s].done
    p = parts[place.head]
    return p.ready_at + place.delay if place.kind == CONVEYOR else p.ready_at


@exact
def goes_away(w, parts, ints, reals, x):  # type: ignore[no-untyped-def]
    """The first part of a source found no room, and is lost."""
    place = w[x]
    part = place.head
    level(w, parts, ints, reals, x, -1)
    place.head = parts[part].next
    place.ready -= 1
    ints[place.thrown_at + parts[part].kind] += 1
    forget(w, parts, ints, reals, part)
    if place.level == 0:
        place.tail = NONE
        next_arrival(w, parts, ints, reals, x)


@exact_scalar
def carry(w, parts, ints, reals, x, s, y):  # type: ignore[no-untyped-def]
    """A part goes from place x (its machine s) to y."""
    part = _take(w, parts, ints, reals, x, s)
    place = w[x]
    if place.rule == SHORTEST:  # of equals each gets its turn
        place.turn = (place.turn + 1) % place.routes
    for i in range(place.gives_at, place.gives_at + place.gives):
        give_back(w, parts, ints, reals, part, ints[i])
    arrive(w, parts, ints, reals, part, y)


@exact_scalar
def _take(w, parts, ints, reals, x, s):  # type: ignore[no-untyped-def]
    place = w[x]
    now = w[0].now
    if place.kind == STATION:
        m = w[s]
        part = m.head
        m.head = parts[part].next
        m.count -= 1
        if m.count == 0:
            m.phase = IDLE
            place.ready -= 1
            hire(w, parts, ints, reals, s)
            mark(w, parts, ints, reals, s)
            ask(w, parts, ints, reals, x)
        return part
    part = place.head
    level(w, parts, ints, reals, x, -1)
    place.head = parts[part].next
    if place.head < 0:
        place.tail = NONE
    place.ready -= 1
    if place.kind == SOURCE:
        enter(w, parts, ints, reals, part, now)
        if place.level == 0:
            next_arrival(w, parts, ints, reals, x)
    elif place.kind == CONVEYOR:
        _belt_moves(w, parts, ints, reals, x, now)
        ask(w, parts, ints, reals, x)
    else:
        ask(w, parts, ints, reals, x)
    return part


@exact
def _belt_moves(w, parts, ints, reals, x, now):  # type: ignore[no-untyped-def]
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


@exact
def at_the_end(w, parts, ints, reals, x):  # type: ignore[no-untyped-def]
    """The first part of a belt has come to its end."""
    place = w[x]
    place.ready += 1
    if place.order != ACCUMULATING:
        place.stopped = w[0].now
    send(w, parts, ints, reals, x)


@exact_scalar
def level(w, parts, ints, reals, x, change):  # type: ignore[no-untyped-def]
    """So many parts more wait in place x."""
    place = w[x]
    place.area += place.level * (w[0].now - place.since)
    place.since = w[0].now
    place.level += change


@exact
def next_arrival(w, parts, ints, reals, x):  # type: ignore[no-untyped-def]
    """A source waits for its next parts."""
    place = w[x]
    if place.left != 0:
        after = variate(ints, reals, place.stream + 2, place.every)
        schedule(ints, reals, place.slot, w[0].now + after)


@exact_scalar
def arrive(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """A part comes to place y, which has room."""
    place = w[y]
    p = parts[part]
    p.goes = NONE
    if place.takes >= 0:
        take_card(w, parts, ints, reals, part, place.takes)
    if place.kind == STATION:
        _load(w, parts, ints, reals, part, y)
    elif place.kind == SINK:
        ints[place.taken_at + p.kind] += 1
        _stayed(w, parts, ints, reals, part)
        leave(w, parts, ints, reals, part)
    elif place.kind == CONVEYOR:
        _onto_belt(w, parts, ints, reals, part, y)
    else:
        p.ready_at = w[0].now
        _queue(w, parts, ints, reals, part, y)
        place.ready += 1
        send(w, parts, ints, reals, y)


@exact
def _stayed(w, parts, ints, reals, part):  # type: ignore[no-untyped-def]
    stay = w[0].now - parts[part].born
    run = w[0]
    reals[run.stays] += 1.0
    reals[run.stays + 1] += stay
    reals[run.stays + 2] += stay * stay
    reals[run.stays + 3] = run.now
    ints[run.histogram + _bin(stay)] += 1


@exact
def _bin(stay):  # type: ignore[no-untyped-def]
    if stay <= LEAST_STAY:
        return 0
    return min(int(math.log2(stay / LEAST_STAY) * PER_OCTAVE) + 1, BINS - 1)


def stay_of_bin(k: float) -> float:
    """Upper edge of bin k of the histogram of stays [s]."""
    return float(LEAST_STAY * 2 ** (k / PER_OCTAVE))


@exact
def _onto_belt(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    place = w[y]
    now = w[0].now
    parts[part].ready_at = now + place.travel - place.delay  # in the belt's own time, which stands when the belt does
    place.free_at = now + place.gap
    append(w, parts, ints, reals, part, y)
    if place.level == 1:
        schedule(ints, reals, place.slot, now + place.travel)
    schedule(ints, reals, place.slot + 1, place.free_at)


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
def _queue(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
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


@exact
def _load(w, parts, ints, reals, part, y):  # type: ignore[no-untyped-def]
    """Into a machine, which begins when it has all that it needs."""
    place = w[y]
    p = parts[part]
    s = _machine_for(w, parts, ints, reals, y, p.kind)
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
        if m.count == 1:
            place.left = 0
            if place.wait > 0.0:
                schedule(ints, reals, place.slot, w[0].now + place.wait)
        ask(w, parts, ints, reals, y)
    else:
        if place.wait > 0.0:
            schedule(ints, reals, place.slot, float("inf"))
        begin(w, parts, ints, reals, s)
        if place.machines > 1:
            ask(w, parts, ints, reals, y)


@exact
def waited(w, parts, ints, reals, y):  # type: ignore[no-untyped-def]
    """The first part of a batch has waited long enough: begin with what is there, or as soon as it is enough."""
    place = w[y]
    m = w[place.machine]
    if m.phase == IDLE and m.down == 0 and m.off == 0 and m.count >= place.least:
        begin(w, parts, ints, reals, place.machine)
    else:
        place.left = WAITED


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


@exact
def more_of_it(w, parts, ints, reals, part, count, kind):  # type: ignore[no-untyped-def]
    """One part becomes `count`; the head of their list, which goes on with what followed the part."""
    parts[part].kind = kind
    head = part
    for _ in range(count - 1):
        other = new_part(w, parts, ints, reals, kind)
        enter(w, parts, ints, reals, other, parts[part].born)
        parts[other].next = head
        head = other
    return head
