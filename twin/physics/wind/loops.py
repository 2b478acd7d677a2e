"""Traversal only, in place: Esoteric Pull (Lehmann 2022), where every place in memory is read and written by one cell alone.

Populations lie as [x][direction][z][y], each plane of x with a ring of ghosts and padding. A sweep takes a plane in one run, ghosts
and solid cells included: what those hold means nothing, for each population that a fluid cell gets from one of them is written anew
by the links that follow the sweep. Direction i is read at p[i]; what leaves along i is written where the opposite direction was read.
Which place that is alternates with the parity of the step (`Grid.offsets`).
"""

from __future__ import annotations

import numpy as np

from twin.kernel import disjoint, loop, real, scalar
from twin.physics.wind.cell import (
    macros_d2q9,
    macros_d3q19,
    pair,
    rate,
    rates,
    relaxed_d2q9,
    relaxed_d3q19,
    stress_d2q9,
    stress_d3q19,
    thickened,
)
from twin.physics.wind.link import anti_bounced, interpolated, sounding
from twin.physics.wind.rows import read_d2q9, read_d3q19, rows_d2q9, rows_d3q19, write_d2q9, write_d3q19

__all__ = [
    "advance_plane", "advance_space", "interpolate", "macros_plane", "macros_space", "momentum", "outflow", "reflect",
    "sweep_plane", "sweep_space",
]  # fmt: skip

BLOCK = 256  # cells whose populations, 19 KiB in float32, stay in the first-level cache


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


@disjoint
def _run_d3q19_eddies(p, count, excess, smagorinsky, s):  # type: ignore[no-untyped-def]
    """As one loop it would hold more than there are registers: blocks of BLOCK cells, first what a cell's pairs share, then the pairs.

    s: seven rows of scratch, BLOCK each, that stay in the first-level cache.
    """
    one, half = real(1.0, excess), real(0.5, excess)
    base, square, odd, keep, jx, jy, jz = s
    for b in range(np.uint64(0), np.uint64(count), np.uint64(BLOCK)):
        n = min(np.uint64(BLOCK), np.uint64(count) - b)
        for k in range(n):
            f = read_d3q19(p, b + k)
            rho, jx[k], jy[k], jz[k] = macros_d3q19(f)
            both = rate(thickened(excess, stress_d3q19(f), smagorinsky))
            r = rho - real(1.5, excess) * (jx[k] * jx[k] + jy[k] * jy[k] + jz[k] * jz[k])
            p[0][b + k] = (one - both) * f[0] + both * real(1 / 3, excess) * r
            base[k], square[k], odd[k] = both * real(1 / 18, excess) * r, both * real(4.5 / 18, excess), both * real(3 / 18, excess)
            keep[k] = half * (one - both)
        for k in range(n):
            c = b + k
            p[2][c], p[1][c] = pair(p[1][c], p[2][c], keep[k], keep[k], base[k], square[k], odd[k], jx[k])
            p[4][c], p[3][c] = pair(p[3][c], p[4][c], keep[k], keep[k], base[k], square[k], odd[k], jy[k])
            p[6][c], p[5][c] = pair(p[5][c], p[6][c], keep[k], keep[k], base[k], square[k], odd[k], jz[k])
        _diagonals(p[7], p[8], p[13], p[14], s, jx, jy, b, n)
        _diagonals(p[9], p[10], p[15], p[16], s, jx, jz, b, n)
        _diagonals(p[11], p[12], p[17], p[18], s, jy, jz, b, n)


@scalar
def _diagonals(p1, p2, p3, p4, s, ju, jv, b, n):  # type: ignore[no-untyped-def]
    """The four diagonals in a plane."""
    base, square, odd, keep = s[0], s[1], s[2], s[3]
    for k in range(n):
        c, half = b + k, real(0.5, base[0])
        w, q, o = half * base[k], half * square[k], half * odd[k]
        p2[c], p1[c] = pair(p1[c], p2[c], keep[k], keep[k], w, q, o, ju[k] + jv[k])
        p4[c], p3[c] = pair(p3[c], p4[c], keep[k], keep[k], w, q, o, ju[k] - jv[k])


@loop
def sweep_plane(f, offsets, size, excess, smagorinsky, begin, end):  # type: ignore[no-untyped-def]
    """Stream and collide the planes begin..end, ghosts counted from 0.

    Args:
        f: populations, flat. offsets: (q,) of this parity; size: (first, cells of a run, cells of a plane).
        excess: (planes,) tau - 1/2; smagorinsky: 18 sqrt(2) C^2, of f's type; 0 for none.
    """
    first, count, plane = size
    for x in range(begin, end):
        p = rows_d2q9(f, x * 9 * plane + first, offsets, count)
        if smagorinsky > 0:
            _run_d2q9_eddies(p, count, excess[x], smagorinsky)
        else:
            even, odd = rates(excess[x])
            _run_d2q9(p, count, even, odd)


@loop
def sweep_space(f, offsets, size, excess, smagorinsky, begin, end):  # type: ignore[no-untyped-def]
    """As `sweep_plane`, for D3Q19."""
    first, count, plane = size
    scratch = np.zeros((7, BLOCK), f.dtype)
    s = (scratch[0], scratch[1], scratch[2], scratch[3], scratch[4], scratch[5], scratch[6])
    for x in range(begin, end):
        p = rows_d3q19(f, x * 19 * plane + first, offsets, count)
        if smagorinsky > 0:
            _run_d3q19_eddies(p, count, excess[x], smagorinsky, s)
        else:
            even, odd = rates(excess[x])
            _run_d3q19(p, count, even, odd)


@loop
def reflect(f, links, parity, pace, begin, end):  # type: ignore[no-untyped-def]
    """Half-way walls, inlets, mirrors and periodic sides: what arrives is what left somewhere, plus a shift.

    Args:
        links: (to, from, shift), the first two (2, m) by parity, the last (m,).
        pace: factor of the shift, of f's type.
    """
    to, source, shift = links[0][parity], links[1][parity], links[2]
    for k in range(begin, end):
        f[to[k]] = f[source[k]] + pace * shift[k]


@loop
def interpolate(f, links, parity, pace, begin, end):  # type: ignore[no-untyped-def]
    """Walls of bodies, at their true place on each link.

    Args:
        links: (to, from, third, near, far, shift), the first three (2, m) by parity, the others (m,); shift is 0 while bodies stand still.
    """
    to, source, third, near, far, shift = links[0][parity], links[1][parity], links[2][parity], links[3], links[4], links[5]
    for k in range(begin, end):
        f[to[k]] = interpolated(f[source[k]], f[third[k]], near[k], far[k]) + pace * shift[k]


@loop
def outflow(f, links, offsets, parity, velocities, weights, pace, level, begin, end):  # type: ignore[no-untyped-def]
    """Outlet cells: what comes in from outside has the outlet's pressure and the cell's own velocity.

    That pressure is the one of a sound wave that leaves with the mean velocity of all cells, so that the tunnel does not ring; in
    between it is 0. All outlet cells in one call.

    Args:
        links: (cells (m,), masks (m,), speed (1,)): place of direction 0, a bit for each direction that arrives from outside, and the
            mean velocity along x that the inlet asks for at pace 1.
        offsets: (2, q); velocities: (q, 3), weights: (q,), of f's type.
        level: (1,) density deviation at the outlet: used, then set for the next step.
    """
    cells, masks, speed = links
    q = len(weights)
    total = np.float64(0.0)
    for k in range(begin, end):
        at, mask = cells[k], masks[k]
        jx, jy, jz = velocities[0, 0], velocities[0, 0], velocities[0, 0]
        for i in range(1, q):
            g = f[at + offsets[parity, ((i - 1) ^ 1) + 1]]
            jx += g * velocities[i, 0]
            jy += g * velocities[i, 1]
            jz += g * velocities[i, 2]
        total += jx
        for i in range(1, q):
            if mask & (1 << i):
                along = velocities[i, 0] * jx + velocities[i, 1] * jy + velocities[i, 2] * jz
                left = f[at + offsets[parity, i]]
                f[at + offsets[1 - parity, i]] = anti_bounced(left, weights[i], level[0], along, jx * jx + jy * jy + jz * jz)
    if end > begin:
        level[0] = sounding(total / (end - begin), pace * speed[0])


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


@loop
def advance_plane(f, grid, medium, walls, level, parity, paces, work):  # type: ignore[no-untyped-def]
    """len(paces) steps, or a thread's share of one pass of a step: one function for both, so that bits do not depend on threads.

    Args:
        grid: (offsets (2, q), size, velocities, weights); medium: (excess, smagorinsky).
        walls: (outlet, reflected, bodies), the links of `outflow`, `reflect` and `interpolate`; level: of `outflow`.
        parity: of the first step; paces: factor of moving walls and inlets at each step.
        work: (4, 2), begin and end of the planes, and of the three kinds of links.
    """
    offsets, size, velocities, weights = grid
    excess, smagorinsky = medium
    outlet, reflected, bodies = walls
    for step in range(len(paces)):
        t = (parity + step) & 1
        sweep_plane(f, offsets[t], size, excess, smagorinsky, work[0, 0], work[0, 1])
        outflow(f, outlet, offsets, t, velocities, weights, paces[step], level, work[1, 0], work[1, 1])
        reflect(f, reflected, t, paces[step], work[2, 0], work[2, 1])
        interpolate(f, bodies, t, paces[step], work[3, 0], work[3, 1])


@loop
def advance_space(f, grid, medium, walls, level, parity, paces, work):  # type: ignore[no-untyped-def]
    """As `advance_plane`, for D3Q19."""
    offsets, size, velocities, weights = grid
    excess, smagorinsky = medium
    outlet, reflected, bodies = walls
    for step in range(len(paces)):
        t = (parity + step) & 1
        sweep_space(f, offsets[t], size, excess, smagorinsky, work[0, 0], work[0, 1])
        outflow(f, outlet, offsets, t, velocities, weights, paces[step], level, work[1, 0], work[1, 1])
        reflect(f, reflected, t, paces[step], work[2, 0], work[2, 1])
        interpolate(f, bodies, t, paces[step], work[3, 0], work[3, 1])
