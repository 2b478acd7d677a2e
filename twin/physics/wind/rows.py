"""A run of cells as one array a direction: views, reads and writes for D2Q9 and D3Q19.

What leaves along a direction is written where its opposite was read.
"""

from __future__ import annotations

from twin.kernel import scalar

__all__ = ["read_d2q9", "read_d3q19", "rows_d2q9", "rows_d3q19", "write_d2q9", "write_d3q19"]


@scalar
def rows_d2q9(f, at, o, n):  # type: ignore[no-untyped-def]
    """Views of n cells, one a direction: direction i begins at `at` + o[i] in the flat array f."""
    a = at + o
    return (
        f[a[0] : a[0] + n], f[a[1] : a[1] + n], f[a[2] : a[2] + n], f[a[3] : a[3] + n], f[a[4] : a[4] + n],
        f[a[5] : a[5] + n], f[a[6] : a[6] + n], f[a[7] : a[7] + n], f[a[8] : a[8] + n],
    )  # fmt: skip


@scalar
def rows_d3q19(f, at, o, n):  # type: ignore[no-untyped-def]
    """Views of n cells, one a direction: direction i begins at `at` + o[i] in the flat array f."""
    a = at + o
    return (
        f[a[0] : a[0] + n], f[a[1] : a[1] + n], f[a[2] : a[2] + n], f[a[3] : a[3] + n], f[a[4] : a[4] + n],
        f[a[5] : a[5] + n], f[a[6] : a[6] + n], f[a[7] : a[7] + n], f[a[8] : a[8] + n], f[a[9] : a[9] + n],
        f[a[10] : a[10] + n], f[a[11] : a[11] + n], f[a[12] : a[12] + n], f[a[13] : a[13] + n], f[a[14] : a[14] + n],
        f[a[15] : a[15] + n], f[a[16] : a[16] + n], f[a[17] : a[17] + n], f[a[18] : a[18] + n],
    )  # fmt: skip


@scalar
def read_d2q9(p, k):  # type: ignore[no-untyped-def]
    """Populations of cell k."""
    return p[0][k], p[1][k], p[2][k], p[3][k], p[4][k], p[5][k], p[6][k], p[7][k], p[8][k]


@scalar
def read_d3q19(p, k):  # type: ignore[no-untyped-def]
    """Populations of cell k."""
    return (
        p[0][k], p[1][k], p[2][k], p[3][k], p[4][k], p[5][k], p[6][k], p[7][k], p[8][k], p[9][k],
        p[10][k], p[11][k], p[12][k], p[13][k], p[14][k], p[15][k], p[16][k], p[17][k], p[18][k],
    )  # fmt: skip


@scalar
def write_d2q9(p, k, g):  # type: ignore[no-untyped-def]
    """Give cell k its new populations."""
    p[0][k] = g[0]
    p[2][k], p[1][k], p[4][k], p[3][k], p[6][k], p[5][k], p[8][k], p[7][k] = g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8]


@scalar
def write_d3q19(p, k, g):  # type: ignore[no-untyped-def]
    """Give cell k its new populations."""
    p[0][k] = g[0]
    p[2][k], p[1][k], p[4][k], p[3][k], p[6][k], p[5][k] = g[1], g[2], g[3], g[4], g[5], g[6]
    p[8][k], p[7][k], p[10][k], p[9][k], p[12][k], p[11][k] = g[7], g[8], g[9], g[10], g[11], g[12]
    p[14][k], p[13][k], p[16][k], p[15][k], p[18][k], p[17][k] = g[13], g[14], g[15], g[16], g[17], g[18]
