"""The run: what happens next happens, then everything that can go on goes on, then time moves."""

from __future__ import annotations

import numpy as np

from twin.kernel import bare, exact, exact_loop
from twin.physics.line.agenda import ask, new_part, send
from twin.physics.line.belt import at_the_end
from twin.physics.line.calendar import first, schedule
from twin.physics.line.finish import finish
from twin.physics.line.fleet import call, count_task, rings
from twin.physics.line.flow import carry, found, goes_away, next_arrival, waits_since
from twin.physics.line.loading import goes_on, waited
from twin.physics.line.machine import DONE, IDLE, PREPARE, breaks_down, count, mark, repaired, settle, staff, work, works_until_failure
from twin.physics.line.places import append
from twin.physics.line.records import NONE, SOURCE, STATION, TRANSPORT

__all__ = [
    "ARRIVAL",
    "BATCH_WAITED",
    "BELT_BEGIN",
    "BELT_END",
    "CROWDED",
    "MACHINE_DONE",
    "MACHINE_FAILS",
    "REACHED",
    "ROBOT_RINGS",
    "SHIFT_EDGE",
    "SILENT",
    "STALLED",
    "advance",
]

SHIFT_EDGE, MACHINE_DONE, MACHINE_FAILS, ARRIVAL, BELT_END, BELT_BEGIN, BATCH_WAITED, ROBOT_RINGS = range(8)
REACHED, CROWDED, SILENT, STALLED = range(4)
PATIENCE = 1_000_000  # events at one moment


@exact_loop
def advance(rows, parts, ints, reals, roads, until):  # type: ignore[no-untyped-def]
    """Up to time `until` [s], everything at it included.

    REACHED, or SILENT: nothing more is going to happen; everything is accounted for up to `until` then. CROWDED: more room for parts is
    needed before it can go on. STALLED: things go on happening and time does not. `roads`: of mobile robots; None where there are none,
    for which there is a kernel of its own.
    """
    if roads is None:
        return _advance(bare(rows), bare(parts), bare(ints), bare(reals), None, until)
    return _advance(bare(rows), bare(parts), bare(ints), bare(reals), bare(roads), until)


@exact
def _start(w, parts, ints, reals, roads):  # type: ignore[no-untyped-def]
    for k in range(w[0].shifts_at, w[0].shifts_at + w[0].shifts):
        schedule(ints, reals, w[k].slot, next_edge(w, parts, ints, reals, k))
    for s in range(w[0].machines_at, w[0].machines_at + w[0].machines):
        m = w[s]
        place = w[m.node]
        m.wear = np.inf
        if place.fails >= 0:
            after = works_until_failure(w, parts, ints, reals, s)
            if place.calendar == 1:
                schedule(ints, reals, m.slot + 1, w[0].now + after)
            else:
                m.wear = after
    for x in range(w[0].nodes_at, w[0].nodes_at + w[0].nodes):
        place = w[x]
        if place.kind == SOURCE:
            if place.travel >= 0.0:  # the first one comes at a time of its own
                schedule(ints, reals, place.slot, place.travel)
            else:
                next_arrival(w, parts, ints, reals, x)
        elif place.ready > 0:
            send(w, parts, ints, reals, x)
    _go_on(w, parts, ints, reals, roads)


@exact
def _advance(w, parts, ints, reals, roads, until):  # type: ignore[no-untyped-def]
    if w[0].begun == 0:
        w[0].begun = 1
        _start(w, parts, ints, reals, roads)
    while True:
        slot, t = first(ints, reals)
        if not t <= until:
            break
        if w[0].free_count < w[0].reserve:
            return CROWDED
        w[0].stalled = w[0].stalled + 1 if t == w[0].now else 0
        if w[0].stalled > PATIENCE:
            return STALLED
        w[0].now = w[0].happened = t
        w[0].events += 1
        what = ints[w[0].what + slot]
        if what != MACHINE_DONE:  # whose slot is set when the machine is settled
            schedule(ints, reals, slot, np.inf)
        _happens(w, parts, ints, reals, roads, what, ints[w[0].who + slot])
        _go_on(w, parts, ints, reals, roads)
    silent = first(ints, reals)[1] == np.inf
    w[0].now = until
    w[0].area += w[0].active * (until - w[0].since)
    w[0].since = until
    for s in range(w[0].machines_at, w[0].machines_at + w[0].machines):
        count(w, parts, ints, reals, s)
    for r in range(w[0].robots_at, w[0].robots_at + w[0].robots):
        count_task(w, reals, r)
    for x in range(w[0].nodes_at, w[0].nodes_at + w[0].nodes):
        place = w[x]
        place.area += place.level * (until - place.since)
        place.since = until
    for p in range(w[0].people_at, w[0].people_at + w[0].people):
        people = w[p]
        people.busy += (people.people_count - people.free) * (until - people.since)
        people.since = until
    return SILENT if silent else REACHED


@exact
def _happens(w, parts, ints, reals, roads, what, who):  # type: ignore[no-untyped-def]
    if what == MACHINE_DONE:
        m = w[who]
        if m.breaks == 1:
            breaks_down(w, parts, ints, reals, who)
        elif m.phase == PREPARE:
            work(w, parts, ints, reals, who)
        else:
            finish(w, parts, ints, reals, who)
    elif what == ARRIVAL:
        _arrivals(w, parts, ints, reals, who)
    elif what == MACHINE_FAILS:
        if w[who].down == 1:
            repaired(w, parts, ints, reals, who)
            _look_again(w, parts, ints, reals, who)
        else:
            breaks_down(w, parts, ints, reals, who)
    elif what == BELT_END:
        at_the_end(w, parts, ints, reals, who)
    elif what == BELT_BEGIN:
        ask(w, parts, ints, reals, who)
    elif what == BATCH_WAITED:
        waited(w, parts, ints, reals, who)
    elif what == SHIFT_EDGE:
        _edge(w, parts, ints, reals, who)
    elif roads is not None:
        rings(w, parts, ints, reals, roads, who)


@exact
def _look_again(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """A machine is there again: it may take a part, or give one away."""
    m = w[s]
    if m.phase == DONE:
        send(w, parts, ints, reals, m.node)
    elif m.phase == IDLE:
        if w[m.node].batch > 1:
            goes_on(w, parts, ints, reals, m.node)
        ask(w, parts, ints, reals, m.node)


@exact
def _arrivals(w, parts, ints, reals, x):  # type: ignore[no-untyped-def]
    """So many parts come at once. Where they are lost, each that finds no room is."""
    place = w[x]
    if place.shift >= 0 and w[place.shift].on == 0 and next_edge(w, parts, ints, reals, place.shift) > w[0].now:
        schedule(ints, reals, place.slot, next_edge(w, parts, ints, reals, place.shift))
        return
    number = place.arrivals if place.left < 0 else min(place.arrivals, place.left)
    if place.left > 0:
        place.left -= number
    for _ in range(number):
        part = new_part(w, parts, ints, reals, place.part)
        append(w, parts, ints, reals, part, x)
        place.ready += 1
    send(w, parts, ints, reals, x)


@exact
def _edge(w, parts, ints, reals, k):  # type: ignore[no-untyped-def]
    """A shift begins (even edges) or ends."""
    shift = w[k]
    shift.on = 1 - shift.at % 2
    shift.at += 1
    if shift.at == shift.edges:
        shift.at = 0
        shift.origin += shift.period
    schedule(ints, reals, shift.slot, next_edge(w, parts, ints, reals, k))
    for s in range(w[0].machines_at, w[0].machines_at + w[0].machines):
        if w[w[s].node].shift == k:
            w[s].off = 1 - shift.on
            mark(w, parts, ints, reals, s)
            if shift.on == 1:
                _look_again(w, parts, ints, reals, s)
    for p in range(w[0].people_at, w[0].people_at + w[0].people):
        if w[p].shift == k:
            w[p].on = shift.on
            staff(w, parts, ints, reals, p)


@exact
def next_edge(w, parts, ints, reals, k):  # type: ignore[no-untyped-def]
    """When the shift begins or ends next [s]."""
    shift = w[k]
    return shift.origin + reals[shift.edges_at + shift.at]


@exact
def _who_sends(w, parts, ints, reals, y):  # type: ignore[no-untyped-def]
    """Of the places that lead to y, the one whose part waits longest and may come now; NONE where none can."""
    place = w[y]
    if place.feeders == 1:
        x = ints[place.feeders_at]
        return x if w[x].kind != TRANSPORT else np.int64(NONE)
    chosen, since = np.int64(NONE), np.inf
    for i in range(place.feeders_at, place.feeders_at + place.feeders):
        x = ints[i]
        if w[x].kind == TRANSPORT:  # whose parts robots bring
            continue
        target, s = found(w, parts, ints, reals, x, y)
        if target >= 0 and waits_since(w, parts, ints, reals, x, s) < since:
            chosen, since = x, waits_since(w, parts, ints, reals, x, s)
    return chosen


@exact
def _calls(w, parts, ints, reals, roads, x, asks):  # type: ignore[no-untyped-def]
    """Robots are called for what waits in transport x, or in those that lead to x. True where x is such a transport."""
    if asks == 0:
        if w[x].kind == TRANSPORT:
            call(w, parts, ints, reals, roads, x)
            return True
        return False
    for _ in range(w[x].feeders):  # there is room at x: for the part that has waited longest, and on
        t, since = np.int64(NONE), np.inf
        for i in range(w[x].feeders_at, w[x].feeders_at + w[x].feeders):
            place = w[ints[i]]
            if place.kind == TRANSPORT and place.ready > 0 and parts[place.head].ready_at < since:
                t, since = ints[i], parts[place.head].ready_at
        if t < 0:
            break
        before = w[t].ready
        call(w, parts, ints, reals, roads, t)
        if w[t].ready == before:
            break
    return False


@exact
def _go_on(w, parts, ints, reals, roads):  # type: ignore[no-untyped-def]
    """Until the agenda is empty: who may send sends, who has room asks."""
    run = w[0]
    while run.agenda_head < run.agenda_tail:
        what = ints[run.agenda + (run.agenda_head & run.agenda_mask)]
        run.agenda_head += 1
        ints[run.queued + what] = 0
        x, only = what >> 1, np.int64(NONE)
        if roads is not None and _calls(w, parts, ints, reals, roads, x, what & 1):
            continue
        if what & 1 == 1:
            only = x
            x = _who_sends(w, parts, ints, reals, only)
            if x < 0:
                continue
        y, s = found(w, parts, ints, reals, x, only)
        if y < 0:
            if w[x].lost == 1 and w[x].ready > 0:
                goes_away(w, parts, ints, reals, x)
                send(w, parts, ints, reals, x)
            continue
        carry(w, parts, ints, reals, x, s, y)
        if only >= 0 and w[only].kind != STATION:  # a station asks for more by itself, while it has a machine free
            ask(w, parts, ints, reals, only)
        if w[x].ready > 0:
            send(w, parts, ints, reals, x)
    settle(w, parts, ints, reals)
