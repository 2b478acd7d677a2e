"""What has to be looked at before time goes on: places that may send a part on, places that have got room."""

from __future__ import annotations

import numpy as np

from twin.kernel import exact, exact_scalar
from twin.physics.line.records import NONE

__all__ = ["ask", "enter", "forget", "give_back", "has_card", "leave", "new_part", "send", "take_card"]


@exact_scalar
def send(w, parts, ints, reals, node):  # type: ignore[no-untyped-def]
    """A part of that place may be able to go on."""
    _note(w, parts, ints, reals, 2 * node)


@exact_scalar
def ask(w, parts, ints, reals, node):  # type: ignore[no-untyped-def]
    """That place has got room: one of those that lead to it may send."""
    place = w[node]
    for i in range(place.feeders_at, place.feeders_at + place.feeders):
        if w[ints[i]].ready > 0:
            _note(w, parts, ints, reals, 2 * node + 1)
            return


@exact_scalar
def _note(w, parts, ints, reals, what):  # type: ignore[no-untyped-def]
    run = w[0]
    if ints[run.queued + what] == 0:
        ints[run.queued + what] = 1
        ints[run.agenda + (run.agenda_tail & run.agenda_mask)] = what
        run.agenda_tail += 1


@exact
def new_part(w, parts, ints, reals, kind):  # type: ignore[no-untyped-def]
    """A part that is not yet in the line; its number."""
    part = w[0].free
    w[0].free = parts[part].next
    w[0].free_count -= 1
    new = parts[part]
    new.next, new.kind, new.goes, new.reworks, new.cards = NONE, kind, NONE, 0, 0
    new.born, new.came, new.ready_at = w[0].now, w[0].now, w[0].now
    return part


@exact
def enter(w, parts, ints, reals, part, born):  # type: ignore[no-untyped-def]
    """It is in the line from now on."""
    _account(w, parts, ints, reals)
    w[0].active += 1
    parts[part].born, parts[part].came = born, w[0].now


@exact
def leave(w, parts, ints, reals, part):  # type: ignore[no-untyped-def]
    """A part is no more; the cards that it had are free."""
    for loop in range(w[0].loops_at, w[0].loops_at + w[0].loops):
        give_back(w, parts, ints, reals, part, loop)
    _account(w, parts, ints, reals)
    w[0].ended += w[0].now - parts[part].came
    w[0].active -= 1
    forget(w, parts, ints, reals, part)


@exact
def forget(w, parts, ints, reals, part):  # type: ignore[no-untyped-def]
    """Its place is free for another."""
    parts[part].next = w[0].free
    w[0].free = part
    w[0].free_count += 1


@exact_scalar
def _account(w, parts, ints, reals):  # type: ignore[no-untyped-def]
    w[0].area += w[0].active * (w[0].now - w[0].since)
    w[0].since = w[0].now


@exact
def give_back(w, parts, ints, reals, part, loop):  # type: ignore[no-untyped-def]
    """If the part has a card of that loop it is free, and whoever wants to come in may."""
    bit = np.int64(1) << (loop - w[0].loops_at)
    if parts[part].cards & bit:
        parts[part].cards ^= bit
        w[loop].free += 1
        for y in range(w[0].nodes_at, w[0].nodes_at + w[0].nodes):
            if w[y].takes == loop:
                ask(w, parts, ints, reals, y)


@exact_scalar
def has_card(w, parts, ints, reals, part, loop):  # type: ignore[no-untyped-def]
    """Whether the part has a card of that loop, or could have one."""
    return parts[part].cards & (np.int64(1) << (loop - w[0].loops_at)) != 0 or w[loop].free > 0


@exact_scalar
def take_card(w, parts, ints, reals, part, loop):  # type: ignore[no-untyped-def]
    """The part has one from now on."""
    bit = np.int64(1) << (loop - w[0].loops_at)
    if parts[part].cards & bit == 0:
        parts[part].cards |= bit
        w[loop].free -= 1
