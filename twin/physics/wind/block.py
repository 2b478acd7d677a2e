"""A run of D3Q19 cells in blocks that stay in the first-level cache, while the next block's populations are on their way.

With eddy viscosity, one loop would hold more than there are registers, and one cell's roots and division would keep the next ones
waiting. So there are passes over the block: moments; what all pairs of directions share; the pairs in the axes and in each plane. Between
them the next block is asked for, some rows at a time: processors do not foresee nineteen rows of a few cache lines each.
"""

from __future__ import annotations

import numpy as np

from twin.kernel import apart, piece, real
from twin.kernel.ahead import LINE, fetch_to_change, per_line
from twin.physics.wind.cell import moments_d3q19, one_rate_pair, rate, thickened
from twin.physics.wind.rows import read_d3q19

__all__ = ["bench", "run_d3q19_eddies"]

BLOCK = 128  # cells whose populations, 10 KiB in float32, stay in the first-level cache
SCRATCH = 7  # rows of BLOCK numbers that the passes share


@piece
def bench(like):  # type: ignore[no-untyped-def]
    """SCRATCH rows of BLOCK zeros of an array's type, each from the beginning of a cache line on: no vector straddles two."""
    room = np.zeros((SCRATCH + 1) * BLOCK, like.dtype)
    skip = (-room.ctypes.data % LINE) // room.itemsize
    return room[skip : skip + SCRATCH * BLOCK].reshape((SCRATCH, BLOCK))


@piece
def _ask(a, b, c, d, at, n):  # type: ignore[no-untyped-def]
    """Four rows' numbers at .. at + n, which may lie beyond their ends: what is asked for in vain costs nothing else."""
    for k in range(at, at + n, per_line(a)):
        fetch_to_change(a, k)
        fetch_to_change(b, k)
        fetch_to_change(c, k)
        fetch_to_change(d, k)


@apart
def run_d3q19_eddies(p, count, excess, smagorinsky, s):  # type: ignore[no-untyped-def]
    """Stream and collide `count` cells.

    Args:
        p: 19 rows (`rows.rows_d3q19`). excess: tau - 1/2; smagorinsky: 18 sqrt(2) C^2. s: SCRATCH rows of BLOCK.
    """
    for b in range(0, count, BLOCK):
        e = min(b + BLOCK, count)
        n = e - b
        base, square, odd, keep, jx, jy, jz = s[0][:n], s[1][:n], s[2][:n], s[3][:n], s[4][:n], s[5][:n], s[6][:n]
        for k in range(np.uint64(n)):
            base[k], jx[k], jy[k], jz[k], keep[k] = moments_d3q19(read_d3q19(p, np.uint64(b) + k))
        _ask(p[0], p[1], p[2], p[3], e, n)
        _shared(p[0][b:e], excess, smagorinsky, base, square, odd, keep, jx, jy, jz)
        _ask(p[4], p[5], p[6], p[7], e, n)
        _axes(p[1][b:e], p[2][b:e], p[3][b:e], p[4][b:e], p[5][b:e], p[6][b:e], base, square, odd, keep, jx, jy, jz)
        _ask(p[8], p[9], p[10], p[11], e, n)
        _diagonals(p[7][b:e], p[8][b:e], p[13][b:e], p[14][b:e], base, square, odd, keep, jx, jy)
        _ask(p[12], p[13], p[14], p[15], e, n)
        _diagonals(p[9][b:e], p[10][b:e], p[15][b:e], p[16][b:e], base, square, odd, keep, jx, jz)
        _ask(p[16], p[17], p[18], p[18], e, n)
        _diagonals(p[11][b:e], p[12][b:e], p[17][b:e], p[18][b:e], base, square, odd, keep, jy, jz)


@apart
def _shared(p0, excess, smagorinsky, base, square, odd, keep, jx, jy, jz):  # type: ignore[no-untyped-def]
    """From rho in `base` and the stress in `keep` to what `one_rate_pair` wants of the axes; the cells' own population."""
    one = real(1.0, excess)
    for k in range(np.uint64(len(p0))):
        both = rate(thickened(excess, keep[k], smagorinsky))
        r = base[k] - real(1.5, excess) * (jx[k] * jx[k] + jy[k] * jy[k] + jz[k] * jz[k])
        p0[k] = (one - both) * p0[k] + both * real(1 / 3, excess) * r
        base[k], square[k], odd[k] = both * real(1 / 18, excess) * r, both * real(4.5 / 18, excess), both * real(3 / 18, excess)
        keep[k] = one - both


@apart
def _axes(p1, p2, p3, p4, p5, p6, base, square, odd, keep, jx, jy, jz):  # type: ignore[no-untyped-def]
    for k in range(np.uint64(len(base))):
        p2[k], p1[k] = one_rate_pair(p1[k], p2[k], keep[k], base[k], square[k], odd[k], jx[k])
        p4[k], p3[k] = one_rate_pair(p3[k], p4[k], keep[k], base[k], square[k], odd[k], jy[k])
        p6[k], p5[k] = one_rate_pair(p5[k], p6[k], keep[k], base[k], square[k], odd[k], jz[k])


@apart
def _diagonals(p1, p2, p3, p4, base, square, odd, keep, ju, jv):  # type: ignore[no-untyped-def]
    """The four diagonals of a plane: half the weight of an axis."""
    for k in range(np.uint64(len(base))):
        half = real(0.5, base[k])
        w, q, o = half * base[k], half * square[k], half * odd[k]
        p2[k], p1[k] = one_rate_pair(p1[k], p2[k], keep[k], w, q, o, ju[k] + jv[k])
        p4[k], p3[k] = one_rate_pair(p3[k], p4[k], keep[k], w, q, o, ju[k] - jv[k])
