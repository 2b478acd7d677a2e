"""Traversal on the CPU: elements block by block, nodes chunk by chunk, the whole time loop compiled.

Slabs of even number share no node with each other, nor do those of odd number: each half is worked off by all threads, in any
order, with the same sums. Everything that is added up over nodes is added up chunk by chunk. So the number of threads changes
no bit.
"""

from __future__ import annotations

import numpy as np

from twin.kernel import loop, piece
from twin.kernel.barrier import meet
from twin.physics.crash import lanes
from twin.physics.crash.contact_loops import press, spread
from twin.physics.crash.layout import COUNT, LANES, MASS, PLASTIC, STEP
from twin.physics.crash.walls import away, stopped

__all__ = ["CHUNK", "VOID_MASS", "advance"]

CHUNK = 1024  # nodes

FORCES, NEW, OLD, ROWS = lanes.FORCES, lanes.NEW, lanes.OLD, lanes.ROWS
LINEAR, TABLE, JOHNSON_COOK, TETS = lanes.LINEAR, lanes.TABLE, lanes.JOHNSON_COOK, lanes.TETS
FAILURE, VOID_MASS = 9, 1e12


@loop
def advance(nodes, blocks, walls, motions, clock, contact, curved, heated, tets, until, cycles, arrived, me, threads):  # type: ignore[no-untyped-def]
    """Central differences: up to `cycles` steps, or to the time `until` [s]; called by every thread at once with its number.

    `contact`: None, or its arrays; `curved`, `heated`, `tets`: None, or anything where a block has a curve, Johnson
    and Cook's law, tetrahedra: what is None is not compiled.
    Stops before a step that is not a positive number, or before one of an element that has no positive volume: then
    `blocks.step` has a 0. The last step is cut to end at `until`.
    """
    s = np.zeros(ROWS * LANES)
    t, last, steps = clock.now[0], clock.now[1], clock.steps[0]
    for _ in range(cycles):
        dt = _next_step(blocks.step, clock.limits, last, until - t)
        if not dt > 0.0 or not t < until:
            break
        if me == 0:
            _carried(walls, dt)
        meet(arrived, me, threads)
        _move(nodes, walls, motions, t, dt, 0.5 * (dt + last), me, threads)
        meet(arrived, me, threads)
        for half in range(2):
            _sweep(nodes, blocks, curved, heated, tets, s, dt, half, me, threads)
            meet(arrived, me, threads)
        if contact is not None:
            press(nodes, contact, dt, me, threads)
            meet(arrived, me, threads)
            if me == 0:
                spread(nodes, contact)
        if me == 0:
            _outside(nodes, motions, t, dt)
        t, last, steps = t + dt, dt, steps + 1
    if me == 0:
        clock.now[0], clock.now[1], clock.steps[0] = t, last, steps


@piece
def _next_step(critical, limits, last, left):  # type: ignore[no-untyped-def]
    """The next time step [s]; 0 where an element has none."""
    dt = np.inf
    for slab in range(len(critical)):
        dt = min(dt, critical[slab])
    dt *= limits[0]
    dt = min(dt, limits[2])
    if last > 0.0:
        dt = min(dt, limits[1] * last)
    if dt > left:
        dt = left
    elif 2.0 * dt > left:  # no sliver at the end
        dt = 0.5 * left
    return dt


@piece
def _at(motions, curve, t):  # type: ignore[no-untyped-def]
    """Value of a curve."""
    first, stop = motions.first[curve], motions.first[curve + 1]
    if t <= motions.t[first]:
        return motions.value[first]
    for k in range(first + 1, stop):
        if t < motions.t[k]:
            share = (t - motions.t[k - 1]) / (motions.t[k] - motions.t[k - 1])
            return motions.value[k - 1] + share * (motions.value[k] - motions.value[k - 1])
    return motions.value[stop - 1]


@piece
def _outside(nodes, motions, t, dt):  # type: ignore[no-untyped-def]
    """Forces from outside at the end of a step, and their work in it."""
    for k in range(len(motions.pushed)):
        before, after = _at(motions, motions.by[k], t), _at(motions, motions.by[k], t + dt)
        n = motions.pushed[k]
        for d in range(3):
            nodes.f[n, d] += after * motions.push[k, d]
            nodes.work[0, 1] += 0.5 * (before + after) * motions.push[k, d] * nodes.v[n, d] * dt


@piece
def _carried(walls, dt):  # type: ignore[no-untyped-def]
    """Walls move; those that can be pushed took the impulses of the last step."""
    for w in range(len(walls.shape)):
        for d in range(3):
            if walls.inverse_mass[w] > 0.0:
                total = 0.0
                for chunk in range(len(walls.impulse)):
                    total += walls.impulse[chunk, w, d]
                walls.velocity[w, d] -= (total - walls.before[w, d]) * walls.inverse_mass[w]
                walls.before[w, d] = total
            walls.place[w, d] += walls.velocity[w, d] * dt


@piece
def _move(nodes, walls, motions, t, dt, kick, me, threads):  # type: ignore[no-untyped-def]
    """Velocities and places of this thread's nodes; their forces start again from 0."""
    count = len(nodes.x) - 8
    chunks = (count + CHUNK - 1) // CHUNK
    for chunk in range(me * chunks // threads, (me + 1) * chunks // threads):
        begin, end = chunk * CHUNK, min((chunk + 1) * CHUNK, count)
        for n in range(begin, end):
            over = nodes.inverse_mass[n] * kick
            for d in range(3):
                nodes.v[n, d] += (nodes.f[n, d] * over + motions.gravity[d] * kick) * nodes.free[n, d]
        if len(motions.driven):
            _drive(nodes, motions, t + 0.5 * dt, kick, begin, end, chunk)
        for w in range(len(walls.shape)):
            _hit(nodes, walls, motions, w, dt, kick, begin, end, chunk)
        for n in range(begin, end):
            for d in range(3):
                nodes.x[n, d] += nodes.v[n, d] * dt
                nodes.f[n, d] = 0.0


@piece
def _before(nodes, motions, kick, n, d):  # type: ignore[no-untyped-def]
    """Velocity before the step's forces [m/s]: work of what changes it besides them goes with the mean of that and the last one."""
    return nodes.v[n, d] - (nodes.f[n, d] * nodes.inverse_mass[n] + motions.gravity[d]) * kick * nodes.free[n, d]


@piece
def _drive(nodes, motions, t, kick, begin, end, chunk):  # type: ignore[no-untyped-def]
    """Velocities as prescribed; the work that this takes comes from outside."""
    for n in range(begin, end):
        for d in range(3):
            curve = motions.driven[n, d]
            if curve >= 0:
                wanted = _at(motions, curve, t)
                change = wanted - nodes.v[n, d]
                mean = 0.5 * (_before(nodes, motions, kick, n, d) + wanted)
                nodes.work[chunk, 1] += change / nodes.inverse_mass[n] * mean
                nodes.v[n, d] = wanted


@piece
def _hit(nodes, walls, motions, w, dt, kick, begin, end, chunk):  # type: ignore[no-untyped-def]
    """Nodes that would end their step inside a wall end on it."""
    shape, radius, friction = walls.shape[w], walls.place[w, 6], walls.friction[w]
    p = walls.place[w, 0], walls.place[w, 1], walls.place[w, 2]
    axis = walls.place[w, 3], walls.place[w, 4], walls.place[w, 5]
    u = walls.velocity[w, 0], walls.velocity[w, 1], walls.velocity[w, 2]
    for n in range(begin, end):
        v = nodes.v[n, 0], nodes.v[n, 1], nodes.v[n, 2]
        x = nodes.x[n, 0] + dt * v[0], nodes.x[n, 1] + dt * v[1], nodes.x[n, 2] + dt * v[2]
        gap, normal = away(shape, p, axis, radius, x)
        if gap < 0.0:
            change = stopped(gap, normal, v, u, dt, friction)
            mass = 1.0 / nodes.inverse_mass[n]
            for d in range(3):
                got = change[d] * nodes.free[n, d]
                mean = 0.5 * (_before(nodes, motions, kick, n, d) + v[d] + got)
                walls.impulse[chunk, w, d] += mass * got
                nodes.work[chunk, 0] += mass * got * (u[d] - mean)
                nodes.work[chunk, 1] += mass * got * u[d]
                nodes.v[n, d] = v[d] + got


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
            _strain(blocks.law[b], curved, heated, tets, s, dt, constants)
            smallest = min(smallest, _scatter(nodes, blocks, s, b))
            if constants[FAILURE] > 0.0:
                _erode(blocks, s, b, constants[FAILURE])
        blocks.step[slab] = smallest


@piece
def _strain(law, curved, heated, tets, s, dt, constants):  # type: ignore[no-untyped-def]
    """A block's elements with the block's law."""
    if law == LINEAR:
        lanes.linear(s, dt, constants)
    if curved is not None and law == TABLE:
        lanes.table(s, dt, constants)
    if heated is not None and law == JOHNSON_COOK:
        lanes.johnson_cook(s, dt, constants)
    if tets is not None and law == TETS + LINEAR:
        lanes.linear_tets(s, dt, constants)
    if tets is not None and curved is not None and law == TETS + TABLE:
        lanes.table_tets(s, dt, constants)
    if tets is not None and heated is not None and law == TETS + JOHNSON_COOK:
        lanes.johnson_cook_tets(s, dt, constants)


@piece
def _gather(nodes, blocks, s, b):  # type: ignore[no-untyped-def]
    for k in range(8):
        for i in range(LANES):
            n = blocks.connect[b, k, i]
            for d in range(3):
                s[(8 * d + k) * LANES + i] = nodes.x[n, d]
                s[(24 + 8 * d + k) * LANES + i] = nodes.v[n, d]
    for k in range(COUNT):
        for i in range(LANES):
            s[(OLD + k) * LANES + i] = blocks.state[b, k, i]


@piece
def _scatter(nodes, blocks, s, b):  # type: ignore[no-untyped-def]
    """Forces to the nodes, state back; the smallest critical step, or 0 where one is no positive number."""
    for k in range(8):
        for i in range(LANES):
            n = blocks.connect[b, k, i]
            for d in range(3):
                nodes.f[n, d] += s[(FORCES + 8 * d + k) * LANES + i]
    for k in range(COUNT):
        for i in range(LANES):
            blocks.state[b, k, i] = s[(NEW + k) * LANES + i]
    smallest = np.inf
    for i in range(LANES):
        step = s[(NEW + STEP) * LANES + i]
        smallest = min(smallest, step if step > 0.0 else 0.0)
    return smallest


@piece
def _erode(blocks, s, b, failure):  # type: ignore[no-untyped-def]
    """Elements strained beyond failure let go of their nodes; their energy stays counted."""
    for i in range(LANES):
        if s[(NEW + PLASTIC) * LANES + i] >= failure and blocks.connect[b, 0, i] != blocks.dummy:
            for k in range(8):
                blocks.connect[b, k, i] = blocks.dummy + k
            blocks.state[b, MASS, i] = VOID_MASS
            for k in range(6):
                blocks.state[b, k, i] = 0.0
            for k in range(12):
                blocks.state[b, COUNT - 12 + k, i] = 0.0
