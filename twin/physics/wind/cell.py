"""One cell's collision. A tuple of populations in, one out; compiled for CPU loops and CUDA threads from this text.

Two relaxation times (Ginzburg, Verhaeghe & d'Humieres 2008) on the equilibrium of incompressible flow (He & Luo
1997): the moments are the pressure, as density deviation rho = 3 p, and the velocity j. Populations are stored less their
weights, so that float32 spends its digits on what changes. Opposite directions are taken together: s is their sum, d their
difference. Eddy viscosity by Smagorinsky from the stress that the cell holds itself (Hou et al. 1996).
"""

from __future__ import annotations

from twin.kernel import real, scalar
from twin.kernel.choose import root

__all__ = [
    "AT_ONCE",
    "MAGIC",
    "macros_d2q9",
    "macros_d3q19",
    "moments_d3q19",
    "one_rate_pair",
    "pair",
    "rate",
    "relaxed_d2q9",
    "relaxed_d3q19",
    "stress_d2q9",
    "thickened",
]

MAGIC = 3 / 16  # (tau+ - 1/2)(tau- - 1/2): half-way bounce-back then lies exactly half-way in a parabola
AT_ONCE = 0.5  # tau - 1/2 of moments that are at equilibrium after each step


@scalar
def rate(excess):  # type: ignore[no-untyped-def]
    """Relaxation rate from tau - 1/2. That of even moments is 3 nu; of odd ones MAGIC over that, or AT_ONCE (`Layout.odd_at_once`).

    With eddies it is the same for both: there tau - 1/2 is next to nothing, and a fixed magic number would leave the odd moments
    unrelaxed: their noise fills the tunnel.
    """
    return real(1.0, excess) / (excess + real(0.5, excess))


@scalar
def thickened(excess, stress2, smagorinsky):  # type: ignore[no-untyped-def]
    """tau - 1/2 with eddy viscosity nu_t = (C Delta)^2 |S|, where |S| is sqrt(2 S:S) and S = -3 Pi / (2 tau).

    tau = (tau_0 + sqrt(tau_0^2 + 18 sqrt(2) C^2 |Pi|)) / 2 (Hou et al. 1996).

    Args:
        stress2: Pi:Pi of the non-equilibrium.
        smagorinsky: 18 sqrt(2) C^2.
    """
    half = real(0.5, excess)
    tau = excess + half
    return half * (tau + root(tau * tau + smagorinsky * root(stress2))) - half


@scalar
def pair(along, against, keep_s, keep_d, base, square, odd, u):  # type: ignore[no-untyped-def]
    """Two opposite directions after a collision: (along, against).

    Args:
        keep_s, keep_d: (1 - rate) / 2, even and odd. base, square: even rate times weight, times rho - 3/2 j.j and 9/2.
        odd: odd rate times three weights. u: velocity along the direction.
    """
    s, d = keep_s * (along + against) + (base + square * u * u), keep_d * (along - against) + odd * u
    return s + d, s - d


@scalar
def one_rate_pair(along, against, keep, base, square, odd, u):  # type: ignore[no-untyped-def]
    """As `pair` where even and odd parts have one rate: each keeps its own share, which saves additions.

    Args:
        keep: 1 - rate; the others as for `pair`.
    """
    s, d = base + square * u * u, odd * u
    return keep * along + (s + d), keep * against + (s - d)


@scalar
def macros_d3q19(f):  # type: ignore[no-untyped-def]
    """Density deviation and velocity (rho, jx, jy, jz)."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    d7, d9, d11, d13, d15, d17 = f7 - f8, f9 - f10, f11 - f12, f13 - f14, f15 - f16, f17 - f18
    rho = f0 + (f1 + f2) + (f3 + f4) + (f5 + f6) + (f7 + f8) + (f9 + f10) + (f11 + f12) + (f13 + f14) + (f15 + f16) + (f17 + f18)
    return rho, (f1 - f2) + (d7 + d13) + (d9 + d15), (f3 - f4) + (d7 - d13) + (d11 + d17), (f5 - f6) + (d9 - d15) + (d11 - d17)


@scalar
def moments_d3q19(f):  # type: ignore[no-untyped-def]
    """(rho, jx, jy, jz, Pi:Pi): the last of the second moment's deviation from equilibrium. Sums are shared wherever they can be."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    x, y, z = f1 + f2, f3 + f4, f5 + f6
    s7, s9, s11, s13, s15, s17 = f7 + f8, f9 + f10, f11 + f12, f13 + f14, f15 + f16, f17 + f18
    d7, d9, d11, d13, d15, d17 = f7 - f8, f9 - f10, f11 - f12, f13 - f14, f15 - f16, f17 - f18
    jx, jy, jz = (d7 + d13) + (d9 + d15) + (f1 - f2), (d7 - d13) + (d11 + d17) + (f3 - f4), (d9 - d15) + (d11 - d17) + (f5 - f6)
    a, b, c = s7 + s13, s9 + s15, s11 + s17
    ab = a + b
    rho = f0 + ((x + y) + (z + c)) + ab
    p = rho * real(1 / 3, f0)
    xx, yy, zz = x + ab - p - jx * jx, y + (a + c) - p - jy * jy, z + (b + c) - p - jz * jz
    xy, xz, yz = s7 - s13 - jx * jy, s9 - s15 - jx * jz, s11 - s17 - jy * jz
    return rho, jx, jy, jz, xx * xx + yy * yy + zz * zz + real(2.0, f0) * (xy * xy + xz * xz + yz * yz)


@scalar
def relaxed_d3q19(f, even, odd):  # type: ignore[no-untyped-def]
    """The populations after a collision with rates `even` and `odd`."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    one, half = real(1.0, f0), real(0.5, f0)
    rho, jx, jy, jz = macros_d3q19(f)
    r = rho - real(1.5, f0) * (jx * jx + jy * jy + jz * jz)
    ks, kd = half * (one - even), half * (one - odd)
    b, q, o = even * real(1 / 18, f0) * r, even * real(4.5 / 18, f0), odd * real(3 / 18, f0)
    g1, g2 = pair(f1, f2, ks, kd, b, q, o, jx)
    g3, g4 = pair(f3, f4, ks, kd, b, q, o, jy)
    g5, g6 = pair(f5, f6, ks, kd, b, q, o, jz)
    b, q, o = half * b, half * q, half * o
    g7, g8 = pair(f7, f8, ks, kd, b, q, o, jx + jy)
    g9, g10 = pair(f9, f10, ks, kd, b, q, o, jx + jz)
    g11, g12 = pair(f11, f12, ks, kd, b, q, o, jy + jz)
    g13, g14 = pair(f13, f14, ks, kd, b, q, o, jx - jy)
    g15, g16 = pair(f15, f16, ks, kd, b, q, o, jx - jz)
    g17, g18 = pair(f17, f18, ks, kd, b, q, o, jy - jz)
    g0 = (one - even) * f0 + even * real(1 / 3, f0) * r
    return g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15, g16, g17, g18


@scalar
def macros_d2q9(f):  # type: ignore[no-untyped-def]
    """Density deviation and velocity (rho, jx, jz)."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8 = f
    d5, d7 = f5 - f6, f7 - f8
    return f0 + (f1 + f2) + (f3 + f4) + (f5 + f6) + (f7 + f8), (f1 - f2) + (d5 + d7), (f3 - f4) + (d5 - d7)


@scalar
def stress_d2q9(f):  # type: ignore[no-untyped-def]
    """Pi:Pi of the second moment's deviation from equilibrium."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8 = f
    rho, jx, jz = macros_d2q9(f)
    s5, s7 = f5 + f6, f7 + f8
    p = rho * real(1 / 3, f0)
    xx, zz, xz = (f1 + f2) + (s5 + s7) - p - jx * jx, (f3 + f4) + (s5 + s7) - p - jz * jz, s5 - s7 - jx * jz
    return xx * xx + zz * zz + real(2.0, f0) * xz * xz


@scalar
def relaxed_d2q9(f, even, odd):  # type: ignore[no-untyped-def]
    """The populations after a collision with rates `even` and `odd`."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8 = f
    one, half, quarter = real(1.0, f0), real(0.5, f0), real(0.25, f0)
    rho, jx, jz = macros_d2q9(f)
    r = rho - real(1.5, f0) * (jx * jx + jz * jz)
    ks, kd = half * (one - even), half * (one - odd)
    b, q, o = even * real(1 / 9, f0) * r, even * real(4.5 / 9, f0), odd * real(3 / 9, f0)
    g1, g2 = pair(f1, f2, ks, kd, b, q, o, jx)
    g3, g4 = pair(f3, f4, ks, kd, b, q, o, jz)
    b, q, o = quarter * b, quarter * q, quarter * o
    g5, g6 = pair(f5, f6, ks, kd, b, q, o, jx + jz)
    g7, g8 = pair(f7, f8, ks, kd, b, q, o, jx - jz)
    g0 = (one - even) * f0 + even * real(4 / 9, f0) * r
    return g0, g1, g2, g3, g4, g5, g6, g7, g8
