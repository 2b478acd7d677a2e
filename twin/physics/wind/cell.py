"""One cell's collision. A tuple of populations in, one out; compiled for CPU loops and CUDA threads from this text.

Two relaxation times (Ginzburg, Verhaeghe & d'Humieres 2008) on the equilibrium of incompressible flow (He & Luo 1997,
eq. 10): the moments are the pressure, as density deviation rho = 3 p, and the velocity j. Populations are stored less their
weights, so that float32 spends its digits on what changes. Opposite directions are taken together: s is their sum, d their
difference. Eddy viscosity by Smagorinsky from the stress that the cell holds itself (Hou et al. 1996).
"""

from __future__ import annotations

from twin.kernel import real, scalar
from twin.kernel.choose import root

__all__ = ["macros_d2q9", "macros_d3q19", "rates", "relaxed_d2q9", "relaxed_d3q19", "stress_d2q9", "stress_d3q19", "thickened"]

MAGIC = 3 / 16  # (tau+ - 1/2)(tau- - 1/2): half-way bounce-back then lies exactly half-way in a parabola


@scalar
def rates(excess):  # type: ignore[no-untyped-def]
    """Relaxation rates (even, odd) from tau - 1/2, which is 3 nu."""
    half = real(0.5, excess)
    tau, odd_tau = excess + half, real(MAGIC, excess) + half * excess  # the latter times tau - 1/2
    shared = real(1.0, excess) / (tau * odd_tau)  # one division for both
    return odd_tau * shared, excess * tau * shared


@scalar
def thickened(excess, stress2, smagorinsky):  # type: ignore[no-untyped-def]
    """tau - 1/2 with eddy viscosity nu_t = (C Delta)^2 |S|, where |S| is sqrt(2 S:S) and S = -3 Pi / (2 tau).

    tau = (tau_0 + sqrt(tau_0^2 + 18 sqrt(2) C^2 |Pi|)) / 2 (Hou et al. 1996, eq. 15).

    Args:
        stress2: Pi:Pi of the non-equilibrium.
        smagorinsky: 18 sqrt(2) C^2.
    """
    half = real(0.5, excess)
    tau = excess + half
    return half * (tau + root(tau * tau + smagorinsky * root(stress2))) - half


@scalar
def macros_d3q19(f):  # type: ignore[no-untyped-def]
    """Density deviation and velocity (rho, jx, jy, jz)."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    d7, d9, d11, d13, d15, d17 = f7 - f8, f9 - f10, f11 - f12, f13 - f14, f15 - f16, f17 - f18
    rho = f0 + (f1 + f2) + (f3 + f4) + (f5 + f6) + (f7 + f8) + (f9 + f10) + (f11 + f12) + (f13 + f14) + (f15 + f16) + (f17 + f18)
    return rho, (f1 - f2) + (d7 + d13) + (d9 + d15), (f3 - f4) + (d7 - d13) + (d11 + d17), (f5 - f6) + (d9 - d15) + (d11 - d17)


@scalar
def stress_d3q19(f):  # type: ignore[no-untyped-def]
    """Pi:Pi of the second moment's deviation from equilibrium."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    rho, jx, jy, jz = macros_d3q19(f)
    s7, s9, s11, s13, s15, s17 = f7 + f8, f9 + f10, f11 + f12, f13 + f14, f15 + f16, f17 + f18
    p = rho * real(1 / 3, f0)
    xx = (f1 + f2) + (s7 + s13) + (s9 + s15) - p - jx * jx
    yy = (f3 + f4) + (s7 + s13) + (s11 + s17) - p - jy * jy
    zz = (f5 + f6) + (s9 + s15) + (s11 + s17) - p - jz * jz
    xy, xz, yz = s7 - s13 - jx * jy, s9 - s15 - jx * jz, s11 - s17 - jy * jz
    return xx * xx + yy * yy + zz * zz + real(2.0, f0) * (xy * xy + xz * xz + yz * yz)


@scalar
def relaxed_d3q19(f, even, odd):  # type: ignore[no-untyped-def]
    """The populations after a collision with rates `even` and `odd`."""
    f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16, f17, f18 = f
    one, half = real(1.0, f0), real(0.5, f0)
    rho, jx, jy, jz = macros_d3q19(f)
    r = rho - real(1.5, f0) * (jx * jx + jy * jy + jz * jz)
    keep_s, keep_d = half * (one - even), half * (one - odd)
    a, b = even * real(1 / 18, f0), odd * real(3 / 18, f0)  # along the axes; half of it along the diagonals
    base, square = a * r, a * real(4.5, f0)
    base_d, square_d, b_d = half * base, half * square, half * b
    cxy, cxz, cyz, dxy, dxz, dyz = jx + jy, jx + jz, jy + jz, jx - jy, jx - jz, jy - jz
    s1, d1 = keep_s * (f1 + f2) + (base + square * jx * jx), keep_d * (f1 - f2) + b * jx
    s3, d3 = keep_s * (f3 + f4) + (base + square * jy * jy), keep_d * (f3 - f4) + b * jy
    s5, d5 = keep_s * (f5 + f6) + (base + square * jz * jz), keep_d * (f5 - f6) + b * jz
    s7, d7 = keep_s * (f7 + f8) + (base_d + square_d * cxy * cxy), keep_d * (f7 - f8) + b_d * cxy
    s9, d9 = keep_s * (f9 + f10) + (base_d + square_d * cxz * cxz), keep_d * (f9 - f10) + b_d * cxz
    s11, d11 = keep_s * (f11 + f12) + (base_d + square_d * cyz * cyz), keep_d * (f11 - f12) + b_d * cyz
    s13, d13 = keep_s * (f13 + f14) + (base_d + square_d * dxy * dxy), keep_d * (f13 - f14) + b_d * dxy
    s15, d15 = keep_s * (f15 + f16) + (base_d + square_d * dxz * dxz), keep_d * (f15 - f16) + b_d * dxz
    s17, d17 = keep_s * (f17 + f18) + (base_d + square_d * dyz * dyz), keep_d * (f17 - f18) + b_d * dyz
    g0 = (one - even) * f0 + even * real(1 / 3, f0) * r
    return (
        g0, s1 + d1, s1 - d1, s3 + d3, s3 - d3, s5 + d5, s5 - d5, s7 + d7, s7 - d7, s9 + d9, s9 - d9,
        s11 + d11, s11 - d11, s13 + d13, s13 - d13, s15 + d15, s15 - d15, s17 + d17, s17 - d17,
    )  # fmt: skip


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
    keep_s, keep_d = half * (one - even), half * (one - odd)
    a, b = even * real(1 / 9, f0), odd * real(3 / 9, f0)  # along the axes; a quarter of it along the diagonals
    base, square = a * r, a * real(4.5, f0)
    base_d, square_d, b_d = quarter * base, quarter * square, quarter * b
    cxz, dxz = jx + jz, jx - jz
    s1, d1 = keep_s * (f1 + f2) + (base + square * jx * jx), keep_d * (f1 - f2) + b * jx
    s3, d3 = keep_s * (f3 + f4) + (base + square * jz * jz), keep_d * (f3 - f4) + b * jz
    s5, d5 = keep_s * (f5 + f6) + (base_d + square_d * cxz * cxz), keep_d * (f5 - f6) + b_d * cxz
    s7, d7 = keep_s * (f7 + f8) + (base_d + square_d * dxz * dxz), keep_d * (f7 - f8) + b_d * dxz
    g0 = (one - even) * f0 + even * real(4 / 9, f0) * r
    return g0, s1 + d1, s1 - d1, s3 + d3, s3 - d3, s5 + d5, s5 - d5, s7 + d7, s7 - d7
