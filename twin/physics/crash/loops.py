"""Traversal on the CPU: elements block by block, nodes chunk by chunk, the whole time loop compiled.

Slabs of even number share no node with each other, nor do those of odd number: each half is worked off by all threads, in any
order, with the same sums. Everything that is added up over nodes is added up chunk by chunk. So the number of threads changes
no bit.
"""

from __future__ import annotations

import numpy as np

from twin.kernel import loop, piece
from twin.kernel.ahead import fetch
from twin.kernel.barrier import meet
from twin.physics.crash import lanes
from twin.physics.crash.contact_loops import press, spread
from twin.physics.crash.layout import COUNT, HELD, LANES, MASS, PLASTIC, STEP
from twin.physics.crash.loops_nodes import carry_bodies, carry_walls, gather_glued, glue, move, prop, push, stretch
from twin.physics.crash.swings import stable

__all__ = ["VOID_MASS", "advance"]

FORCES, ROWS = lanes.FORCES, lanes.ROWS
LINEAR, TABLE, JOHNSON_COOK, TETS = lanes.LINEAR, lanes.TABLE, lanes.JOHNSON_COOK, lanes.TETS
FAILURE, VOID_MASS = 9, 1e12


@loop
def advance(  # type: ignore[no-untyped-def]
    nodes, blocks, walls, motions, clock, contact, bodies, ties, springs, curved, heated, tets, until, cycles, arrived, me, threads
):
    """Central differences: up to `cycles` steps, or to the time `until` [s]; called by every thread at once with its number.

    `curved`, `heated`, `tets`: None, or anything where a block has a curve, Johnson and Cook's law, tetrahedra: what is None is not
    compiled.
    Stops before a step that is not a positive number, or before one of an element that has no positive volume: then
    `blocks.step` has a 0. The last step is cut to end at `until`.
    """
    s = np.zeros(ROWS * LANES)
    t, last, steps = clock.now[0], clock.now[1], clock.steps[0]
    for _ in range(cycles):
        dt = _next_step(blocks.step, clock.limits, last, until - t)
        if not dt > 0.0 or not t < until:
            break
        kick = 0.5 * (dt + last)
        if me == 0:
            carry_walls(walls, dt)
            carry_bodies(nodes, bodies, motions, t, dt, kick)
        meet(arrived, me, threads)
        move(nodes, walls, motions, t, dt, kick, me, threads)
        meet(arrived, me, threads)
        if len(ties.nodes) > 0:
            if me == 0:
                glue(nodes, ties, dt)
            meet(arrived, me, threads)
        for half in range(2):
            _sweep(nodes, blocks, curved, heated, tets, s, dt, half, me, threads)
            meet(arrived, me, threads)
        if len(contact.near) > 0:
            press(nodes, contact, dt, me, threads)
            meet(arrived, me, threads)
            if me == 0:
                spread(nodes, contact)
        if me == 0:
            push(nodes, motions, t, dt)
            stretch(nodes, springs, dt)
            prop(nodes, bodies, walls, dt)
            gather_glued(nodes, ties)
        t, last, steps = t + dt, dt, steps + 1
    if me == 0:
        clock.now[0], clock.now[1], clock.steps[0] = t, last, steps


@piece
def _next_step(critical, limits, last, left):  # type: ignore[no-untyped-def]
    """The next time step [s]; 0 where an element has none."""
    dt = np.inf
    for slab in range(len(critical)):
        dt = min(dt, critical[slab])
    dt = limits[0] * stable(dt, limits[2], limits[3])
    if last > 0.0:
        dt = min(dt, limits[1] * last)
    if dt > left:
        dt = left
    elif 2.0 * dt > left:  # no sliver at the end
        dt = 0.5 * left
    return dt


@piece
def _sweep(nodes, blocks, curved, heated, tets, s, dt, half, me, threads):  # type: ignore[no-untyped-def]
    """Elements of this thread's slabs of even or odd number."""
    count = (len(blocks.step) + 1 - half) // 2
    for k in range(me * count // threads, (me + 1) * count // threads):
        slab = 2 * k + half
        smallest = np.inf
        for b in range(blocks.first[slab], blocks.first[slab + 1]):
            _gather(nodes, blocks, s, b)
            constants = blocks.constants[blocks.material[b]]
            _strain(blocks.law[b], curved, heated, tets, s, blocks.state[b].reshape(-1), dt, constants)
            smallest = min(smallest, _scatter(nodes, blocks, s, b))
            if constants[FAILURE] > 0.0:
                _erode(blocks, b, constants[FAILURE])
        blocks.step[slab] = smallest


@piece
def _strain(law, curved, heated, tets, s, t, dt, constants):  # type: ignore[no-untyped-def]
    """A block's elements with the block's law."""
    if law == LINEAR:
        lanes.linear(s, t, dt, constants)
    if curved is not None and law == TABLE:
        lanes.table(s, t, dt, constants)
    if heated is not None and law == JOHNSON_COOK:
        lanes.johnson_cook(s, t, dt, constants)
    if tets is not None and law == TETS + LINEAR:
        lanes.linear_tets(s, t, dt, constants)
    if tets is not None and curved is not None and law == TETS + TABLE:
        lanes.table_tets(s, t, dt, constants)
    if tets is not None and heated is not None and law == TETS + JOHNSON_COOK:
        lanes.johnson_cook_tets(s, t, dt, constants)


@piece
def _gather(nodes, blocks, s, b):  # type: ignore[no-untyped-def]
    """Places and velocities of a block's nodes; meanwhile its state comes from memory, all of its rows by the last node."""
    for k in range(8):
        for i in range(LANES):
            fetch(blocks.state, ((8 * b + k) * LANES + i) * COUNT >> 3)
            n = np.uint64(blocks.connect[b, k, i])  # unsigned: no look whether it counts from the end
            for d in range(3):
                s[(8 * d + k) * LANES + i] = nodes.x[n, d]
                s[(24 + 8 * d + k) * LANES + i] = nodes.v[n, d]


@piece
def _scatter(nodes, blocks, s, b):  # type: ignore[no-untyped-def]
    """Forces to the nodes; the smallest critical step, or 0 where one is no positive number."""
    for k in range(8):
        for i in range(LANES):
            n = np.uint64(blocks.connect[b, k, i])
            for d in range(3):
                nodes.f[n, d] += s[(FORCES + 8 * d + k) * LANES + i]
    smallest = np.inf
    for i in range(LANES):
        step = blocks.state[b, STEP, i]
        smallest = min(smallest, step if step > 0.0 else 0.0)
    return smallest


@piece
def _erode(blocks, b, failure):  # type: ignore[no-untyped-def]
    """Elements strained beyond failure let go of their nodes; their energy stays counted."""
    for i in range(LANES):
        if blocks.state[b, PLASTIC, i] >= failure and blocks.connect[b, 0, i] != blocks.dummy:
            for k in range(8):
                blocks.connect[b, k, i] = blocks.dummy + k
            blocks.state[b, MASS, i] = VOID_MASS
            for k in range(6):
                blocks.state[b, k, i] = 0.0
            for k in range(HELD, COUNT):
                blocks.state[b, k, i] = 0.0
