"""Nodes: forces from outside, walls, prescribed velocities, rigid bodies, springs and ties."""

from __future__ import annotations

import math

from twin.kernel import piece, scalar
from twin.physics.crash.tensor import turned
from twin.physics.crash.walls import away, stopped

__all__ = ["CHUNK", "carry_bodies", "carry_walls", "gather_glued", "glue", "move", "prop", "push", "stretch"]

CHUNK = 1024  # nodes


@scalar
def _at(motions, curve, t):  # type: ignore[no-untyped-def]
    """Value of a curve."""
    first, stop = motions.first[curve], motions.first[curve + 1]
    value = motions.value[stop - 1]
    if t <= motions.t[first]:
        value = motions.value[first]
    else:
        for k in range(first + 1, stop):
            if t < motions.t[k]:
                share = (t - motions.t[k - 1]) / (motions.t[k] - motions.t[k - 1])
                value = motions.value[k - 1] + share * (motions.value[k] - motions.value[k - 1])
                break
    return value


@piece
def push(nodes, motions, t, dt):  # type: ignore[no-untyped-def]
    """Forces from outside at the end of a step, and their work in it."""
    for k in range(len(motions.pushed)):
        before, after = _at(motions, motions.by[k], t), _at(motions, motions.by[k], t + dt)
        n = motions.pushed[k]
        for d in range(3):
            nodes.f[n, d] += after * motions.push[k, d]
            nodes.work[0, 1] += 0.5 * (before + after) * motions.push[k, d] * nodes.v[n, d] * dt


@piece
def stretch(nodes, springs, dt):  # type: ignore[no-untyped-def]
    """Forces of springs and dampers at the end of a step."""
    for s in range(len(springs.length)):
        a, b, c = springs.first[2 * s], springs.first[2 * s + 1], springs.first[2 * s + 2]
        x0, x1, x2, v0, v1, v2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(a, c):
            n = springs.members[k]
            w = -1.0 / (b - a) if k < b else 1.0 / (c - b)
            x0, x1, x2 = x0 + w * nodes.x[n, 0], x1 + w * nodes.x[n, 1], x2 + w * nodes.x[n, 2]
            v0, v1, v2 = v0 + w * nodes.v[n, 0], v1 + w * nodes.v[n, 1], v2 + w * nodes.v[n, 2]
        size = math.sqrt(x0 * x0 + x1 * x1 + x2 * x2) + 1e-300
        rate = (x0 * v0 + x1 * v1 + x2 * v2) / size
        slow = springs.damping[s] * rate
        pull = (springs.stiffness[s] * (size - springs.length[s]) + slow) / size
        springs.lost[s] += 0.5 * (springs.slow[s] + slow) * rate * dt  # with the force before the step and the one after
        springs.slow[s] = slow
        for k in range(a, c):
            n = springs.members[k]
            w = 1.0 / (b - a) if k < b else -1.0 / (c - b)
            nodes.f[n, 0] += w * pull * x0
            nodes.f[n, 1] += w * pull * x1
            nodes.f[n, 2] += w * pull * x2


@piece
def gather_glued(nodes, ties):  # type: ignore[no-untyped-def]
    """Forces on glued nodes work on the corners that they are glued to."""
    for k in range(len(ties.nodes)):
        n = ties.nodes[k]
        for d in range(3):
            for c in range(4):
                nodes.f[ties.corners[k, c], d] += ties.share[k, c] * nodes.f[n, d]
            nodes.f[n, d] = 0.0


@piece
def glue(nodes, ties, dt):  # type: ignore[no-untyped-def]
    """Glued nodes go where their faces go."""
    for k in range(len(ties.nodes)):
        n = ties.nodes[k]
        for d in range(3):
            v = 0.0
            for c in range(4):
                v += ties.share[k, c] * nodes.v[ties.corners[k, c], d]
            nodes.v[n, d] = v
            nodes.x[n, d] += v * dt


@piece
def carry_walls(walls, dt):  # type: ignore[no-untyped-def]
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
def carry_bodies(nodes, bodies, motions, t, dt, kick):  # type: ignore[no-untyped-def]
    """Rigid bodies move and turn (by Cayley's rotation, exactly orthogonal); their nodes get the velocities that take them along."""
    for b in range(len(bodies.mass)):
        f0, f1, f2, t0, t1, t2 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        c0, c1, c2 = bodies.place[b, 0], bodies.place[b, 1], bodies.place[b, 2]
        for k in range(bodies.first[b], bodies.first[b + 1]):
            n = bodies.members[k]
            a0, a1, a2 = nodes.f[n, 0], nodes.f[n, 1], nodes.f[n, 2]
            r0, r1, r2 = nodes.x[n, 0] - c0, nodes.x[n, 1] - c1, nodes.x[n, 2] - c2
            f0, f1, f2 = f0 + a0, f1 + a1, f2 + a2
            t0, t1, t2 = t0 + r1 * a2 - r2 * a1, t1 + r2 * a0 - r0 * a2, t2 + r0 * a1 - r1 * a0
        force, torque = (f0, f1, f2), (t0, t1, t2)
        for d in range(3):
            v = bodies.velocity[b, d]
            pushed = v + (force[d] / bodies.mass[b] + motions.gravity[d]) * kick * bodies.free[b, d]
            curve = bodies.driven[b, d]
            if curve >= 0:
                wanted = _at(motions, curve, t + 0.5 * dt)
                nodes.work[0, 1] += bodies.mass[b] * (wanted - pushed) * 0.5 * (v + wanted)
                pushed = wanted
            bodies.velocity[b, d] = pushed
            bodies.spin[b, d] += torque[d] * kick * bodies.turning[b]
            bodies.place[b, d] += pushed * dt
        _turn(bodies, b, dt)
        for k in range(bodies.first[b], bodies.first[b + 1]):
            n = bodies.members[k]
            for d in range(3):
                at = bodies.place[b, d]
                for e in range(3):
                    at += bodies.turn[b, 3 * d + e] * bodies.offset[k, e]
                nodes.v[n, d] = (at - nodes.x[n, d]) / dt
                nodes.f[n, d] = 0.0


@piece
def prop(nodes, bodies, walls, dt):  # type: ignore[no-untyped-def]
    """Walls push nodes of rigid bodies out, by a penalty and without friction; work of a step as that of contact between bodies.

    What the force was before the step is what it would be where node and wall were then.
    """
    for w in range(len(walls.shape)):
        shape, radius = walls.shape[w], walls.place[w, 6]
        axis = walls.place[w, 3], walls.place[w, 4], walls.place[w, 5]
        p = walls.place[w, 0], walls.place[w, 1], walls.place[w, 2]
        u = walls.velocity[w, 0], walls.velocity[w, 1], walls.velocity[w, 2]
        p_before = p[0] - dt * u[0], p[1] - dt * u[1], p[2] - dt * u[2]
        for k in range(len(bodies.members)):
            n, stiffness = bodies.members[k], bodies.stiffness[k]
            v = nodes.v[n, 0], nodes.v[n, 1], nodes.v[n, 2]
            x = nodes.x[n, 0], nodes.x[n, 1], nodes.x[n, 2]
            gap, out = away(shape, p, axis, radius, x)
            was, out_before = away(shape, p_before, axis, radius, (x[0] - dt * v[0], x[1] - dt * v[1], x[2] - dt * v[2]))
            if stiffness > 0.0 and min(gap, was) < 0.0:
                push, pushed = -stiffness * min(gap, 0.0), -stiffness * min(was, 0.0)
                for d in range(3):
                    force = push * out[d]
                    mean = 0.5 * dt * (force + pushed * out_before[d])
                    nodes.f[n, d] += force
                    walls.impulse[0, w, d] += force * dt
                    nodes.work[0, 0] += mean * (u[d] - v[d])
                    nodes.work[0, 1] += mean * u[d]


@scalar
def _turn(bodies, b, dt):  # type: ignore[no-untyped-def]
    """Turn a body by the rotation of a step: omega = R J^-1 R' L, with the R that it has in the step's middle."""
    q = bodies.turn[b]
    start = q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7], q[8]
    j, spin = bodies.looseness[b], (bodies.spin[b, 0], bodies.spin[b, 1], bodies.spin[b, 2])
    middle = _rolled(start, _omega(start, j, spin), 0.5 * dt)
    end = _rolled(start, _omega(middle, j, spin), dt)
    for k in range(9):
        bodies.turn[b, k] = end[k]


@scalar
def _omega(q, j, spin):  # type: ignore[no-untyped-def]
    """Angular velocity [rad/s] of a body turned by q with angular momentum `spin`; j: inverse inertia in its own frame."""
    m0, m1, m2 = _back(q, spin)
    w0, w1, w2 = j[0] * m0 + j[1] * m1 + j[2] * m2, j[3] * m0 + j[4] * m1 + j[5] * m2, j[6] * m0 + j[7] * m1 + j[8] * m2
    return q[0] * w0 + q[1] * w1 + q[2] * w2, q[3] * w0 + q[4] * w1 + q[5] * w2, q[6] * w0 + q[7] * w1 + q[8] * w2


@scalar
def _back(q, v):  # type: ignore[no-untyped-def]
    """q' v."""
    return q[0] * v[0] + q[3] * v[1] + q[6] * v[2], q[1] * v[0] + q[4] * v[1] + q[7] * v[2], q[2] * v[0] + q[5] * v[1] + q[8] * v[2]


@scalar
def _rolled(q, omega, dt):  # type: ignore[no-untyped-def]
    """A rotation after turning with an angular velocity for a time, by Cayley's rotation."""
    h = 0.5 * dt * omega[0], 0.5 * dt * omega[1], 0.5 * dt * omega[2]
    a, b, c = turned((q[0], q[3], q[6]), h), turned((q[1], q[4], q[7]), h), turned((q[2], q[5], q[8]), h)
    return a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]


@piece
def move(nodes, walls, motions, t, dt, kick, me, threads):  # type: ignore[no-untyped-def]
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


@scalar
def _before(nodes, motions, kick, n, d):  # type: ignore[no-untyped-def]
    """Velocity before the step's forces [m/s]: work of what changes it besides them goes with the mean of that and the last one."""
    return nodes.v[n, d] - (nodes.f[n, d] * nodes.inverse_mass[n] + motions.gravity[d]) * kick * nodes.free[n, d]


@scalar
def _drive(nodes, motions, t, kick, begin, end, chunk):  # type: ignore[no-untyped-def]
    """Velocities as prescribed; the work that this takes comes from outside."""
    for n in range(begin, end):
        for d in range(3):
            curve = motions.driven[n, d]
            if curve >= 0 and nodes.inverse_mass[n] > 0.0:
                wanted = _at(motions, curve, t)
                change = wanted - nodes.v[n, d]
                mean = 0.5 * (_before(nodes, motions, kick, n, d) + wanted)
                nodes.work[chunk, 1] += change / nodes.inverse_mass[n] * mean
                nodes.v[n, d] = wanted


@scalar
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
        if gap < 0.0 and nodes.inverse_mass[n] > 0.0:
            change = stopped(gap, normal, v, u, dt, friction)
            mass = 1.0 / nodes.inverse_mass[n]
            for d in range(3):
                got = change[d] * nodes.free[n, d]
                mean = 0.5 * (_before(nodes, motions, kick, n, d) + v[d] + got)
                walls.impulse[chunk, w, d] += mass * got
                nodes.work[chunk, 0] += mass * got * (u[d] - mean)
                nodes.work[chunk, 1] += mass * got * u[d]
                nodes.v[n, d] = v[d] + got
