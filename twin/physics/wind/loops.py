"""Traversal only, in place: Esoteric Pull (Lehmann 2022), where every place in memory is read and written by one cell alone.

Populations lie as [x][direction][z][y], each plane of x with a ring of ghosts and padding. A sweep takes a plane in one run, ghosts
and solid cells included: what those hold means nothing, for each population that a fluid cell gets from one of them is written anew
by the links that follow the sweep. Direction i is read at p[i]; what leaves along i is written where the opposite direction was read.
Which place that is alternates with the parity of the step (`Grid.offsets`).
"""

from __future__ import annotations

import numpy as np

from twin.kernel import disjoint, loop, piece
from twin.kernel.ahead import fetch, fetch_to_change
from twin.kernel.barrier import await_word, meet, say
from twin.physics.wind.block import bench, run_d3q19_eddies
from twin.physics.wind.cell import (
    macros_d2q9,
    macros_d3q19,
    rate,
    relaxed_d2q9,
    relaxed_d3q19,
    stress_d2q9,
    thickened,
)
from twin.physics.wind.grid import BAND
from twin.physics.wind.link import anti_bounced, interpolated, sounding
from twin.physics.wind.rows import read_d2q9, read_d3q19, rows_d2q9, rows_d3q19, write_d2q9, write_d3q19
from twin.physics.wind.runs import LONGEST

__all__ = [
    "advance_plane", "advance_space", "interpolate", "macros_plane", "macros_space", "momentum", "outflow", "reflect",
    "sound", "sweep_plane", "sweep_space",
]  # fmt: skip


LAG = 2  # planes that a step keeps behind the step before: cells ask the next plane, whose links ask the one after it
LEAD = 4  # planes that it is ahead of the step after it at the most: they stay in the cache that the processors share
AHEAD = 16  # links whose places are asked for before they are needed
SHORT = 8  # links of a run that are not worth a call


@disjoint
def _run_d2q9(p, count, even, odd):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(count)):
        write_d2q9(p, k, relaxed_d2q9(read_d2q9(p, k), even, odd))


@disjoint
def _run_d2q9_eddies(p, count, excess, smagorinsky):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(count)):
        f = read_d2q9(p, k)
        both = rate(thickened(excess, stress_d2q9(f), smagorinsky))
        write_d2q9(p, k, relaxed_d2q9(f, both, both))


@disjoint
def _run_d3q19(p, count, even, odd):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(count)):
        write_d3q19(p, k, relaxed_d3q19(read_d3q19(p, k), even, odd))


@piece
def sweep_plane(f, offsets, size, medium, scratch, x, begin, n):  # type: ignore[no-untyped-def]
    """Stream and collide n cells of a plane's run, from the cell `begin`.

    Args:
        f: populations, flat. offsets: (q,) of this parity; size: (first, cells of a run, cells of a plane).
        medium: (2, planes) tau - 1/2 of even and of odd moments, and 18 sqrt(2) C^2, of f's type, 0 for none. scratch: of `block.bench`.
        x: the plane, ghosts counted from 0.
    """
    first, _, plane = size
    excess, smagorinsky = medium
    p = rows_d2q9(f, x * 9 * plane + first + begin, offsets, n)
    if smagorinsky > 0:
        _run_d2q9_eddies(p, n, excess[0, x], smagorinsky)
    else:
        _run_d2q9(p, n, rate(excess[0, x]), rate(excess[1, x]))


@piece
def sweep_space(f, offsets, size, medium, scratch, x, begin, n):  # type: ignore[no-untyped-def]
    """As `sweep_plane`, for D3Q19."""
    first, _, plane = size
    excess, smagorinsky = medium
    p = rows_d3q19(f, x * 19 * plane + first + begin, offsets, n)
    if smagorinsky > 0:
        s = (scratch[0], scratch[1], scratch[2], scratch[3], scratch[4], scratch[5], scratch[6])
        run_d3q19_eddies(p, n, excess[0, x], smagorinsky, s)
    else:
        _run_d3q19(p, n, rate(excess[0, x]), rate(excess[1, x]))


@disjoint
def _shifted(to, source, shift, pace):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(len(to))):
        to[k] = source[k] + pace * shift[k]


@piece
def reflect(f, reflected, parity, pace, begin, end):  # type: ignore[no-untyped-def]
    """Half-way walls, inlets, mirrors and periodic sides: what arrives is what left somewhere, plus a shift.

    Args:
        reflected: (table, starts, shift): runs of links and where those of each turn begin (`runs.links_in_runs`); (m,) shifts.
        pace: factor of the shift, of f's type.
        begin, end: turns.
    """
    table, starts, shift = reflected
    for r in range(starts[begin], starts[end]):
        to, source, step, k, n = table[r, parity], table[r, 2 + parity], table[r, 4], table[r, 5], table[r, 6]
        if step == 1 and n > SHORT:
            _shifted(f[to : to + n], f[source : source + n], shift[k : k + n], pace)
        else:
            for j in range(n):
                f[to + j * step] = f[source + j * step] + pace * shift[k + j]


@piece
def interpolate(f, links, parity, pace, begin, end):  # type: ignore[no-untyped-def]
    """Walls of bodies, at their true place on each link, for the cells begin .. end that have such links.

    Interpolation lets more or less come back from a wall than went there. What rests in the cell makes up for it: no air passes the
    wall, and momentum, and so the force, stays what it is. Left alone, the leak is an error of second order in the cell with a large
    factor: by the magic number's collision a sphere at a Reynolds number of 300, 16 cells across, swallows 4 % of the air that comes
    its way and has 8 % of drag too much for it (docs/benchmarks/wind.md).

    Args:
        links: (to, from, third, near, far, shift, starts, rest): the first three (2, m) by parity, the next three (m,); shift is 0 while
            bodies stand still. starts: (cells + 1,) first link of each cell; rest: (cells,) place of what rests there.
    """
    to, source, third, near, far, shift = links[0][parity], links[1][parity], links[2][parity], links[3], links[4], links[5]
    starts, rest, last = links[6], links[7], len(links[3]) - 1
    for cell in range(begin, end):
        gained = pace - pace  # a zero of f's type
        for k in range(starts[cell], starts[cell + 1]):
            later = min(k + AHEAD, last)
            fetch(f, source[later])
            fetch(f, third[later])
            fetch_to_change(f, to[later])
            back = interpolated(f[source[k]], f[third[k]], near[k], far[k]) + pace * shift[k]
            gained += back - f[source[k]]
            f[to[k]] = back
        f[rest[cell]] -= gained


@disjoint
def _drift(g, cx, cy, cz, jx, jy, jz):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(len(g))):
        jx[k] += g[k] * cx
        jy[k] += g[k] * cy
        jz[k] += g[k] * cz


@disjoint
def _let_in(to, left, weight, level, cx, cy, cz, jx, jy, jz):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(len(to))):
        along = cx * jx[k] + cy * jy[k] + cz * jz[k]
        to[k] = anti_bounced(left[k], weight, level, along, jx[k] * jx[k] + jy[k] * jy[k] + jz[k] * jz[k])


@piece
def outflow(f, outlet, offsets, parity, velocities, weights, level, begin, end):  # type: ignore[no-untyped-def]
    """Outlet cells: what comes in from outside has the outlet's pressure and the cell's own velocity.

    Args:
        outlet: (runs, sums, speed): cells in runs (`runs.cells_in_runs`); (runs,) gets the sums of their velocities along x.
        offsets: (2, q); velocities: (q, 3), weights: (q,), of f's type.
        level: (1,) density deviation at the outlet.
        begin, end: runs.
    """
    runs, sums = outlet[0], outlet[1]
    j = np.zeros((3, LONGEST), f.dtype)
    for r in range(begin, end):
        at, n, mask = runs[r, 0], runs[r, 1], runs[r, 2]
        jx, jy, jz = j[0, :n], j[1, :n], j[2, :n]
        j[:] = velocities[0, 0]
        for i in range(1, len(weights)):
            left = at + offsets[parity, ((i - 1) ^ 1) + 1]
            _drift(f[left : left + n], velocities[i, 0], velocities[i, 1], velocities[i, 2], jx, jy, jz)
        sums[r] = 0
        for k in range(n):
            sums[r] += jx[k]
        for i in range(1, len(weights)):
            if mask & (1 << i):
                to, left = at + offsets[1 - parity, i], at + offsets[parity, i]
                c = velocities[i]
                _let_in(f[to : to + n], f[left : left + n], weights[i], level[0], c[0], c[1], c[2], jx, jy, jz)


@piece
def sound(outlet, pace, level):  # type: ignore[no-untyped-def]
    """The outlet's pressure for the next step: that of a sound wave that leaves with the mean velocity of all its cells.

    So the tunnel does not ring; in between it is 0.

    Args:
        outlet: (runs, sums, speed): after `outflow` of all runs; (1,) mean velocity along x that the inlet asks for at pace 1.
    """
    runs, sums, speed = outlet
    if len(runs):
        level[0] = sounding(sums.sum() / runs[:, 1].sum(), pace * speed[0])


@loop
def momentum(f, to, source, directions, arms, velocities, begin, end, out):  # type: ignore[no-untyped-def]
    """Force and moment of the fluid on links of a wall: out[:6] += sum over links of what went in and what came back.

    Momentum exchange (Ladd 1994), in lattice units; call it after `interpolate` of the same parity.

    Args:
        to, source: (m,) of the parity; directions: (m,) those that leave the wall; arms: (m, 3) from the reference point.
        velocities: (q, 3).
    """
    for k in range(begin, end):
        passed = np.float64(f[to[k]]) + np.float64(f[source[k]])
        i = directions[k]
        fx, fy, fz = -passed * velocities[i, 0], -passed * velocities[i, 1], -passed * velocities[i, 2]
        out[0] += fx
        out[1] += fy
        out[2] += fz
        out[3] += arms[k, 1] * fz - arms[k, 2] * fy
        out[4] += arms[k, 2] * fx - arms[k, 0] * fz
        out[5] += arms[k, 0] * fy - arms[k, 1] * fx


@loop
def macros_plane(f, offsets, size, begin, end, take, out):  # type: ignore[no-untyped-def]
    """Density deviation and velocity before the next collision into out, (planes, 4, cells of a run): out += take (new - out)."""
    first, count, plane = size
    for x in range(begin, end):
        p = rows_d2q9(f, x * 9 * plane + first, offsets, count)
        for k in range(count):
            rho, jx, jz = macros_d2q9(read_d2q9(p, k))
            o = out[x - begin]
            o[0, k] += take * (rho - o[0, k])
            o[1, k] += take * (jx - o[1, k])
            o[3, k] += take * (jz - o[3, k])


@loop
def macros_space(f, offsets, size, begin, end, take, out):  # type: ignore[no-untyped-def]
    """As `macros_plane`, for D3Q19."""
    first, count, plane = size
    for x in range(begin, end):
        p = rows_d3q19(f, x * 19 * plane + first, offsets, count)
        for k in range(count):
            rho, jx, jy, jz = macros_d3q19(read_d3q19(p, k))
            o = out[x - begin]
            o[0, k] += take * (rho - o[0, k])
            o[1, k] += take * (jx - o[1, k])
            o[2, k] += take * (jy - o[2, k])
            o[3, k] += take * (jz - o[3, k])


@piece
def _follow(f, walls, t, pace, work, x, turn):  # type: ignore[no-untyped-def]
    """The links that wait for no later band than this one, of the plane x."""
    if work[1, 0] <= x < work[1, 1]:
        reflect(f, walls[1], t, pace, turn, turn + 1)
    if work[2, 0] <= x < work[2, 1]:
        interpolate(f, walls[2], t, pace, walls[3][turn], walls[3][turn + 1])


@piece
def _close(f, grid, walls, level, t, pace, work, bands, team):  # type: ignore[no-untyped-def]
    """What waits for the sweeps of other threads, and the walls of bodies for other links."""
    offsets, _, velocities, weights = grid
    arrived, me, threads = team
    meet(arrived, me, threads)
    reflect(f, walls[1], t, pace, work[3, 0] * bands, work[3, 1] * bands)
    outflow(f, walls[0], offsets, t, velocities, weights, level, work[5, 0], work[5, 1])
    meet(arrived, me, threads)
    interpolate(f, walls[2], t, pace, walls[3][work[4, 0] * bands], walls[3][work[4, 1] * bands])
    interpolate(f, walls[2], t, pace, work[6, 0], work[6, 1])
    if me == 0:  # nobody asks for it before all have met twice more
        sound(walls[0], pace, level)
    meet(arrived, me, threads)


@loop
def advance_plane(f, grid, medium, walls, level, parity, paces, work, team):  # type: ignore[no-untyped-def]
    """A thread's share of len(paces) steps.

    The links that wait for a band of cells follow it at once, but for those of a thread's first plane, and the walls of bodies in its
    first three planes: they hang on the planes before as well, which are another thread's.

    Args:
        grid: (offsets (2, q), size, velocities, weights); medium: (excess, smagorinsky).
        walls: (outlet, reflected, bodies, cells), the links of `outflow`, `reflect` and `interpolate`, (turns + 1,) the first of the
            bodies' cells in each turn; level: of `outflow`.
        parity: of the first step; paces: factor of moving walls and inlets at each step.
        work: (7, 2), begin and end of the planes, of those that links follow, of those that walls of bodies follow, of those whose links
            and walls of bodies wait for other threads, of outlet runs, of the bodies' cells that come last.
        team: (arrived, me, threads, 1), see `barrier.meet`.
    """
    offsets, size = grid[0], grid[1]
    arrived, me, threads, _ = team
    count, scratch = size[1], bench(f)
    bands = (count + BAND - 1) // BAND
    for step in range(len(paces)):
        t, pace = (parity + step) & 1, paces[step]
        for x in range(work[0, 0], work[0, 1]):
            for b in range(bands):
                sweep_plane(f, offsets[t], size, medium, scratch, x, b * BAND, min(BAND, count - b * BAND))
                _follow(f, walls, t, pace, work, x, x * bands + b)
        _close(f, grid, walls, level, t, pace, work, bands, (arrived, me, threads))


@loop
def advance_space(f, grid, medium, walls, level, parity, paces, work, team):  # type: ignore[no-untyped-def]
    """As `advance_plane`, for D3Q19; or several steps at a time, so that a plane is still in the cache when the next step comes.

    Threads share the planes of a step. Or each does whole steps, behind the thread that does the step before: a plane may be swept
    once the links of the plane LAG further on are done. A thread by itself takes turns between two steps. (Wavefronts: Wellein,
    Hager, Zeiser, Wittmann & Fehske 2009.) Each cell sees the same in the same order, so bits do not change.

    Args:
        team: (arrived, me, threads, steps): steps under way at a time. With 1 threads share planes; else a multiple of the threads, which
            len(paces) is a multiple of; `work` is that of all planes, and no side along x is periodic.
    """
    offsets, size = grid[0], grid[1]
    arrived, me, threads, steps = team
    count, scratch = size[1], bench(f)
    bands = (count + BAND - 1) // BAND
    begin, end = work[0, 0], work[0, 1]
    relay, mine = steps > 1, max(1, steps // threads)
    for begun in range(0, len(paces), steps):
        for i in range((end - begin + LAG * (mine - 1)) * mine):
            x = begin + i // mine - LAG * (i % mine)
            if x < begin or x >= end:
                continue
            step = begun + i % mine + (me * mine if relay else 0)
            t, pace = (parity + step) & 1, paces[step]
            if relay and threads > 1 and step > 0:
                await_word(arrived, (me + threads - 1) % threads, (step - 1) * end + min(x + LAG, end - 1))
            if relay and me + 1 < threads and x > LEAD:
                await_word(arrived, me + 1, (step + 1) * end + x - LEAD)
            for b in range(bands):
                sweep_space(f, offsets[t], size, medium, scratch, x, b * BAND, min(BAND, count - b * BAND))
                _follow(f, walls, t, pace, work, x, x * bands + b)
            if x == end - 1:
                _close(f, grid, walls, level, t, pace, work, bands, (arrived, 0, 1) if relay else (arrived, me, threads))
            if relay:
                say(arrived, me, step * end + x)
