"""Nodes, walls and the clock on CUDA threads: what `loops_nodes` does, one thread a node."""

from __future__ import annotations

from twin.kernel import real
from twin.kernel.choose import minimum
from twin.kernel.cuda import BLOCK, cuda, part
from twin.physics.crash.layout import LANES
from twin.physics.crash.swings import stable
from twin.physics.crash.walls import away, stopped

__all__ = ["gather_node", "move_node", "push_node", "tick"]

WIDE = BLOCK + 1  # of a row in shared memory, so that rows begin in different banks


def gather_node(first, corner, forces, f, pace):  # type: ignore[no-untyped-def]
    """The forces of its elements on this thread's node, in the CPU's order.

    Args:
        first: first entry of each node, and one more; corner: where in `forces` the x-component stands.
    """
    n = cuda.grid(1)
    if n + 1 < len(first) and pace[1] > real(0, pace[1]):
        fx = fy = fz = real(0, pace[1])
        for j in range(first[n], first[n + 1]):
            k = corner[j]
            fx += forces[k]
            fy += forces[k + 8 * LANES]
            fz += forces[k + 16 * LANES]
        f[n, 0], f[n, 1], f[n, 2] = fx, fy, fz


@part
def _sums(a, b, c, kind):  # type: ignore[no-untyped-def]
    """Of the values of a block of threads; thread 0 gets that of the a, thread 1 of the b, thread 2 of the c."""
    held = cuda.shared.array((3, WIDE), dtype=kind.dtype)
    i = cuda.threadIdx.x
    held[0, i], held[1, i], held[2, i] = a, b, c
    cuda.syncthreads()
    total = real(0, a)
    if i < 3:
        for k in range(BLOCK):
            total += held[i, k]
    cuda.syncthreads()
    return total


@part
def _at(first, times, value, curve, t):  # type: ignore[no-untyped-def]
    """Value of a curve."""
    begin, stop = first[curve], first[curve + 1]
    found = value[stop - 1]
    if t <= times[begin]:
        found = value[begin]
    else:
        for k in range(begin + 1, stop):
            if t < times[k]:
                share = (t - times[k - 1]) / (times[k] - times[k - 1])
                found = value[k - 1] + share * (value[k] - value[k - 1])
                break
    return found


def push_node(pushed, begin, entry, by, push, first, times, value, v, f, work, pace):  # type: ignore[no-untyped-def]
    """Forces from outside at the end of a step, and their work in it.

    Args:
        pushed: nodes that forces work on, each once; begin, entry: the forces on each; the others as in `state.Motions`, `state.Nodes`.
    """
    k, t, dt = cuda.grid(1), pace[0], pace[1]
    zero, half = real(0, dt), real(0.5, dt)
    given = zero
    if k < len(pushed) and dt > zero:
        n = pushed[k]
        for j in range(begin[k], begin[k + 1]):
            e = entry[j]
            before, after = _at(first, times, value, by[e], t), _at(first, times, value, by[e], t + dt)
            mean = half * (before + after) * dt
            for d in range(3):
                f[n, d] += after * push[e, d]
                given += mean * push[e, d] * v[n, d]
    total = _sums(zero, given, zero, v)
    if cuda.threadIdx.x == 1:
        work[cuda.blockIdx.x, 1] += total


@part
def _driven(wanted, v, pushed, mass):  # type: ignore[no-untyped-def]
    """Work that it takes to give a node the velocity that is wanted."""
    return (wanted - v) * mass * real(0.5, v) * (v - pushed + wanted)


def move_node(  # type: ignore[no-untyped-def]
    x, v, f, inverse_mass, free, work, shape, place, speed, friction, impulse, first, times, value, driven, gravity, pace
):
    """Velocity and place of this thread's node: forces, prescribed motions, walls. Arguments as in `state.Nodes`, `Walls`, `Motions`."""
    n, i, row = cuda.grid(1), cuda.threadIdx.x, cuda.blockIdx.x
    t, dt, kick = pace[0], pace[1], pace[2]
    zero, half, one = real(0, dt), real(0.5, dt), real(1, dt)
    there = n < len(inverse_mass) - 8 and dt > zero
    lost = given = mass = v0 = v1 = v2 = p0 = p1 = p2 = zero
    if there:
        inverse = inverse_mass[n]
        over = inverse * kick
        p0 = (f[n, 0] * over + gravity[0] * kick) * free[n, 0]
        p1 = (f[n, 1] * over + gravity[1] * kick) * free[n, 1]
        p2 = (f[n, 2] * over + gravity[2] * kick) * free[n, 2]
        v0, v1, v2 = v[n, 0] + p0, v[n, 1] + p1, v[n, 2] + p2
        if inverse > zero:
            mass = one / inverse
            if len(driven) > 0:
                middle = t + half * dt
                if driven[n, 0] >= 0:
                    wanted = _at(first, times, value, driven[n, 0], middle)
                    given += _driven(wanted, v0, p0, mass)
                    v0 = wanted
                if driven[n, 1] >= 0:
                    wanted = _at(first, times, value, driven[n, 1], middle)
                    given += _driven(wanted, v1, p1, mass)
                    v1 = wanted
                if driven[n, 2] >= 0:
                    wanted = _at(first, times, value, driven[n, 2], middle)
                    given += _driven(wanted, v2, p2, mass)
                    v2 = wanted
    for w in range(len(shape)):
        g0 = g1 = g2 = zero
        if mass > zero:
            axis = place[w, 3], place[w, 4], place[w, 5]
            u = speed[w, 0], speed[w, 1], speed[w, 2]
            ahead = x[n, 0] + dt * v0, x[n, 1] + dt * v1, x[n, 2] + dt * v2
            gap, normal = away(shape[w], (place[w, 0], place[w, 1], place[w, 2]), axis, place[w, 6], ahead)
            if gap < zero:
                change = stopped(gap, normal, (v0, v1, v2), u, dt, friction[w])
                g0, g1, g2 = change[0] * free[n, 0], change[1] * free[n, 1], change[2] * free[n, 2]
                m0, m1, m2 = half * (v0 - p0 + v0 + g0), half * (v1 - p1 + v1 + g1), half * (v2 - p2 + v2 + g2)
                lost += mass * (g0 * (u[0] - m0) + g1 * (u[1] - m1) + g2 * (u[2] - m2))
                given += mass * (g0 * u[0] + g1 * u[1] + g2 * u[2])
                v0, v1, v2 = v0 + g0, v1 + g1, v2 + g2
        total = _sums(mass * g0, mass * g1, mass * g2, x)
        if i < 3:
            impulse[row, w, i] += total
    if len(shape) > 0 or len(driven) > 0:
        total = _sums(lost, given, zero, x)
        if i < 2:
            work[row, i] += total
    if there:
        v[n, 0], v[n, 1], v[n, 2] = v0, v1, v2
        x[n, 0] += v0 * dt
        x[n, 1] += v1 * dt
        x[n, 2] += v2 * dt


def tick(least, place, speed, inverse_mass, impulse, before, limits, now, steps, pace, until):  # type: ignore[no-untyped-def]
    """The next step: how long it is, and where it takes the walls. One block of threads.

    Args:
        least: smallest critical steps [s]; the walls' as in `state.Walls`; limits, now, steps: as in `state.Clock`, now and steps become
            those of the step's end; pace: see `strain_linear`, with a step of 0 at `until` and where an element has none.
    """
    held = cuda.shared.array(BLOCK, dtype=least.dtype)
    i = cuda.threadIdx.x
    smallest = least[0]
    for k in range(i, len(least), BLOCK):
        smallest = minimum(least[k], smallest)
    held[i] = smallest
    cuda.syncthreads()
    half = BLOCK // 2
    while half > 0:
        if i < half:
            held[i] = minimum(held[i], held[i + half])
        cuda.syncthreads()
        half //= 2
    t, last, left = now[0], now[1], until - now[0]
    zero, two = real(0, t), real(2, t)
    dt = limits[0] * stable(held[0], limits[2], limits[3])
    if last > zero:
        dt = minimum(dt, limits[1] * last)
    if dt > left:
        dt = left
    elif two * dt > left:  # no sliver at the end
        dt = left / two
    goes = dt > zero and left > zero
    cuda.syncthreads()
    for w in range(len(inverse_mass)):
        s0 = s1 = s2 = total = zero
        if inverse_mass[w] > zero:
            for k in range(i, len(impulse), BLOCK):
                s0 += impulse[k, w, 0]
                s1 += impulse[k, w, 1]
                s2 += impulse[k, w, 2]
            total = _sums(s0, s1, s2, least)
        if i < 3 and goes:
            if inverse_mass[w] > zero:
                speed[w, i] -= (total - before[w, i]) * inverse_mass[w]
                before[w, i] = total
            place[w, i] += speed[w, i] * dt
    if i == 0:
        pace[0], pace[1], pace[2] = t, zero, zero
        if goes:
            pace[1], pace[2] = dt, (dt + last) / two
            now[0], now[1] = t + dt, dt
            steps[0] += 1
