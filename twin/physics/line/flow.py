"""Parts on their way: where one goes next, whether there is room, how it leaves one place and comes to the other."""

from __future__ import annotations

from twin.kernel import exact, exact_scalar
from twin.physics.line.agenda import ask, enter, forget, give_back, has_card, leave, send, take_card
from twin.physics.line.belt import moves, onto
from twin.physics.line.calendar import schedule
from twin.physics.line.loading import load, machine_for
from twin.physics.line.machine import DONE, IDLE, hire, mark
from twin.physics.line.places import level, queue
from twin.physics.line.records import BUFFER, CONVEYOR, NONE, SINK, SOURCE, STATION, TRANSPORT
from twin.physics.line.stays import stayed
from twin.physics.line.variate import chance, variate

__all__ = ["BY_PART", "FIRST_FREE", "RULES", "SHORTEST", "arrive", "carry", "found", "goes_away", "next_arrival", "room", "waits_since"]

RULES = ("next", "shares", "by_part", "first_free", "shortest", "in_turn")
NEXT, SHARES, BY_PART, FIRST_FREE, SHORTEST, IN_TURN = range(6)


@exact_scalar
def room(w, parts, ints, reals, y, part):  # type: ignore[no-untyped-def]
    """Whether the part may come to place y now."""
    place = w[y]
    if place.takes >= 0 and not has_card(w, parts, ints, reals, part, place.takes):
        return False
    if place.kind == BUFFER or place.kind == TRANSPORT:
        return place.level + place.reserved < place.capacity
    if place.kind == STATION:
        return machine_for(w, parts, ints, reals, y, parts[part].kind) >= 0
    if place.kind == CONVEYOR:
        return place.level < place.capacity and w[0].now >= place.free_at and place.stopped < 0.0
    return place.kind == SINK


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
        moves(w, parts, ints, reals, x, now)
        ask(w, parts, ints, reals, x)
    else:
        ask(w, parts, ints, reals, x)
    return part


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
        load(w, parts, ints, reals, part, y)
    elif place.kind == SINK:
        ints[place.taken_at + p.kind] += 1
        stayed(w, parts, ints, reals, part)
        leave(w, parts, ints, reals, part)
    elif place.kind == CONVEYOR:
        onto(w, parts, ints, reals, part, y)
    else:
        p.ready_at = w[0].now
        queue(w, parts, ints, reals, part, y)
        place.ready += 1
        send(w, parts, ints, reals, y)
