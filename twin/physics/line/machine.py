"""One machine: what it does with its parts, what hinders it, and as what its time is counted."""

from __future__ import annotations

from twin.kernel import exact, exact_scalar
from twin.physics.line.calendar import schedule
from twin.physics.line.records import BLOCKED, BUSY, DOWN, NONE, OFF, SETUP, STARVED, WAITING
from twin.physics.line.variate import variate

__all__ = [
    "DONE",
    "IDLE",
    "PREPARE",
    "QUALITY",
    "begin",
    "breaks_down",
    "count",
    "hire",
    "mark",
    "repaired",
    "settle",
    "staff",
    "stop",
    "work",
    "works_until_failure",
]

IDLE, PREPARE, WORK, DONE = range(4)
DURING_WORK, DURING_SETUP = 1, 2
PROCESS, PREPARING, FAILING, REPAIRING, QUALITY = range(5)  # streams of a machine


@exact_scalar
def count(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Account for the time of machine s in its state up to now."""
    m = w[s]
    reals[m.spent + m.state] += w[0].now - m.counted
    m.counted = w[0].now


@exact_scalar
def mark(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Something about machine s changed: it is settled when everything that can go on has gone on."""
    if w[s].marked == 0:
        w[s].marked = 1
        run = w[0]
        ints[run.changed + run.changes] = s
        run.changes += 1


@exact
def settle(w, parts, ints, reals):  # type: ignore[no-untyped-def]
    """All machines that changed get the state that follows from phase and hindrances; clocks of work run or stand accordingly."""
    run = w[0]
    for k in range(run.changes):
        s = ints[run.changed + k]
        m = w[s]
        m.marked = 0
        state = _state(m)
        if state != m.state:
            count(w, parts, ints, reals, s)
            m.state = state
            if run.logged < run.log_rows:
                _write_down(w, parts, ints, reals, s)
        works = state in (BUSY, SETUP)
        if works and m.running == 0:
            m.running = 1
            m.began = run.now
            m.breaks = 1 if state == BUSY and m.wear < m.remaining else 0
            schedule(ints, reals, m.slot, run.now + (m.wear if m.breaks == 1 else m.remaining))
        elif not works:
            stop(w, parts, ints, reals, s)
            if reals[m.slot] < float("inf"):
                schedule(ints, reals, m.slot, float("inf"))
    run.changes = 0


@exact_scalar
def stop(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """The clock of the work stands: so much is left of it, and of the time to failure."""
    m = w[s]
    if m.running == 1:
        m.running = 0
        elapsed = w[0].now - m.began
        m.remaining = max(m.remaining - elapsed, 0.0)
        if m.phase != PREPARE:
            m.wear -= elapsed


@exact
def _write_down(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Into the log."""
    run = w[0]
    at = run.log + 4 * run.logged
    run.logged += 1
    reals[at], reals[at + 1], reals[at + 2], reals[at + 3] = run.now, s - run.machines_at, w[s].state, w[s].last_part


@exact_scalar
def _state(m):  # type: ignore[no-untyped-def]
    if m.off == 1:  # what is repaired meanwhile takes no planned time
        return OFF
    if m.down == 1:
        return DOWN
    if m.phase == IDLE:
        return STARVED
    if m.phase == DONE:
        return BLOCKED
    if m.wants_people == 1:
        return WAITING
    return BUSY if m.phase == WORK else SETUP


@exact
def begin(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """A machine has got its parts: set it up if it has to be, then work."""
    m = w[s]
    place = w[m.node]
    kind = parts[m.head].kind
    due = False
    if place.setup >= 0:
        due = m.since_setup >= place.setup_every if place.setup_every > 0 else m.last_part != kind
    m.last_part = kind
    if due:
        m.since_setup = 0
        m.phase = PREPARE
        m.remaining = variate(ints, reals, m.stream + 2 * PREPARING, place.setup)
        hire(w, parts, ints, reals, s)
        mark(w, parts, ints, reals, s)
    else:
        work(w, parts, ints, reals, s)


@exact
def work(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """The work itself begins."""
    m = w[s]
    place = w[m.node]
    stop(w, parts, ints, reals, s)
    m.phase = WORK
    m.since_setup += 1
    m.remaining = variate(ints, reals, m.stream + 2 * PROCESS, ints[place.process + m.last_part])
    hire(w, parts, ints, reals, s)
    mark(w, parts, ints, reals, s)


@exact
def hire(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """Get the people that this phase needs, or wait for them; send those home that it does not."""
    m = w[s]
    place = w[m.node]
    if place.people_row < 0:
        return
    needed = (m.phase == WORK and place.people_during & DURING_WORK) or (m.phase == PREPARE and place.people_during & DURING_SETUP)
    if needed and m.has_people == 0 and m.wants_people == 0:
        m.wants_people = 1
        m.asked = w[0].now
        w[place.people_row].wanted += 1
        staff(w, parts, ints, reals, place.people_row)
    elif not needed and m.has_people == 1:
        m.has_people = 0
        release(w, parts, ints, reals, place.people_row, place.people_count)


@exact
def release(w, parts, ints, reals, p, number):  # type: ignore[no-untyped-def]
    """So many people are free again."""
    _busy(w, parts, ints, reals, p)
    w[p].free += number
    staff(w, parts, ints, reals, p)


@exact
def staff(w, parts, ints, reals, p):  # type: ignore[no-untyped-def]
    """Free people go to who waits longest: first come, first served."""
    people = w[p]
    while people.on == 1 and people.wanted > 0:
        chosen, since, repairs = NONE, float("inf"), False
        for s in range(w[0].machines_at, w[0].machines_at + w[0].machines):
            m = w[s]
            place = w[m.node]
            if m.wants_people == 1 and place.people_row == p and m.asked < since:
                chosen, since, repairs = s, m.asked, False
            if m.down == 1 and m.has_crew == 0 and place.crew == p and m.crew_asked < since:
                chosen, since, repairs = s, m.crew_asked, True
        if chosen < 0:
            return
        m = w[chosen]
        place = w[m.node]
        number = 1 if repairs else place.people_count
        if people.free < number:
            return
        _busy(w, parts, ints, reals, p)
        people.free -= number
        people.wanted -= 1
        if repairs:
            m.has_crew = 1
            schedule(ints, reals, m.slot + 1, w[0].now + m.mending)
        else:
            m.wants_people = 0
            m.has_people = 1
            mark(w, parts, ints, reals, chosen)


@exact
def _busy(w, parts, ints, reals, p):  # type: ignore[no-untyped-def]
    people = w[p]
    people.busy += (people.people_count - people.free) * (w[0].now - people.since)
    people.since = w[0].now


@exact
def works_until_failure(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """A time to failure [s], on the clock that wears the machine out."""
    m = w[s]
    return variate(ints, reals, m.stream + 2 * FAILING, w[m.node].fails)


@exact
def breaks_down(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """A machine fails: its work stops and goes on after the repair."""
    m = w[s]
    place = w[m.node]
    stop(w, parts, ints, reals, s)
    m.down = 1
    mark(w, parts, ints, reals, s)
    if m.has_people == 1:  # who may be the ones that repair it
        m.has_people = 0
        release(w, parts, ints, reals, place.people_row, place.people_count)
    elif m.wants_people == 1:  # asks again when it is repaired
        m.wants_people = 0
        w[place.people_row].wanted -= 1
    m.wear = float("inf") if place.calendar == 1 else works_until_failure(w, parts, ints, reals, s)
    m.mending = variate(ints, reals, m.stream + 2 * REPAIRING, place.repair)
    if place.crew < 0:
        m.has_crew = 1
        schedule(ints, reals, m.slot + 1, w[0].now + m.mending)
    else:
        m.has_crew = 0
        m.crew_asked = w[0].now
        w[place.crew].wanted += 1
        staff(w, parts, ints, reals, place.crew)


@exact
def repaired(w, parts, ints, reals, s):  # type: ignore[no-untyped-def]
    """It goes on with what it did."""
    m = w[s]
    place = w[m.node]
    m.down = 0
    m.has_crew = 0
    if place.crew >= 0:
        release(w, parts, ints, reals, place.crew, 1)
    if place.calendar == 1:
        schedule(ints, reals, m.slot + 1, w[0].now + works_until_failure(w, parts, ints, reals, s))
    hire(w, parts, ints, reals, s)
    mark(w, parts, ints, reals, s)
