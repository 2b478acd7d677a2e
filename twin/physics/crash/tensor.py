"""Small tensors as tuples: 3 x 3 row by row, symmetric ones as (xx, yy, zz, xy, yz, zx). Scalars in, scalars out."""

from __future__ import annotations

import math

from twin.kernel import real, scalar

__all__ = ["contracted", "deviator", "midpoint", "rotated", "traction", "turned", "von_mises"]


@scalar
def contracted(a, b):  # type: ignore[no-untyped-def]
    """a : b of two symmetric tensors."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + real(2, a[0]) * (a[3] * b[3] + a[4] * b[4] + a[5] * b[5])


@scalar
def deviator(s):  # type: ignore[no-untyped-def]
    """Mean of the diagonal, and what is left without it."""
    m = (s[0] + s[1] + s[2]) * real(1 / 3, s[0])
    return m, (s[0] - m, s[1] - m, s[2] - m, s[3], s[4], s[5])


@scalar
def von_mises(d):  # type: ignore[no-untyped-def]
    """Equivalent stress of a deviator; a little above 0 where there is none, so that it can be divided by."""
    return math.sqrt(real(1.5, d[0]) * contracted(d, d) + real(1e-30, d[0]))


@scalar
def traction(s, n):  # type: ignore[no-untyped-def]
    """s . n of a symmetric tensor and a vector."""
    return (s[0] * n[0] + s[3] * n[1] + s[5] * n[2], s[3] * n[0] + s[1] * n[1] + s[4] * n[2], s[5] * n[0] + s[4] * n[1] + s[2] * n[2])


@scalar
def midpoint(a, dt):  # type: ignore[no-untyped-def]
    """Strain and half rotation of a step, seen from its middle.

    `a` (3 x 3), times `dt`, is the gradient of the step's displacement by the places at its end. By those half-way it is
    a (1 - a/2)^-1, exactly: its symmetric part is free of rotation, however large (Hughes & Winget 1980); taken at the end a spin would
    strain.

    Returns:
        strain increment (6), half the axial vector of the rotation increment (3).
    """
    one, half, part = real(1, dt), real(0.5, dt), real(0.5, dt) * dt
    m0, m1, m2 = one - part * a[0][0], -part * a[0][1], -part * a[0][2]
    m3, m4, m5 = -part * a[1][0], one - part * a[1][1], -part * a[1][2]
    m6, m7, m8 = -part * a[2][0], -part * a[2][1], one - part * a[2][2]
    c0, c1, c2 = m4 * m8 - m5 * m7, m5 * m6 - m3 * m8, m3 * m7 - m4 * m6
    over = one / (m0 * c0 + m1 * c1 + m2 * c2)
    c3, c4, c5 = m2 * m7 - m1 * m8, m0 * m8 - m2 * m6, m1 * m6 - m0 * m7
    c6, c7, c8 = m1 * m5 - m2 * m4, m2 * m3 - m0 * m5, m0 * m4 - m1 * m3
    # a m^-1 = 2 (m^-1 - 1), since a = 2 (1 - m); the inverse is the transposed cofactors over the determinant
    two = real(2, dt)
    strain = (
        two * (c0 * over - one),
        two * (c4 * over - one),
        two * (c8 * over - one),
        (c3 + c1) * over,
        (c7 + c5) * over,
        (c2 + c6) * over,
    )
    # spin w = skew(a m^-1), axial vector (w_zy, w_xz, w_yx); half of it
    return strain, (half * (c5 - c7) * over, half * (c6 - c2) * over, half * (c1 - c3) * over)


@scalar
def rotated(s, h):  # type: ignore[no-untyped-def]
    """A symmetric tensor turned by the rotation (1 - W/2)^-1 (1 + W/2), where `h` is half the axial vector of W (Hughes & Winget 1980)."""
    one, two = real(1, h[0]), real(2, h[0])
    x, y, z = h
    over = two / (one + x * x + y * y + z * z)
    # Cayley's rotation: 1 + 2 ([h] + [h]^2) / (1 + h.h)
    ox, oy, oz = over * x, over * y, over * z
    xx, yy, zz, xy, yz, zx = ox * x, oy * y, oz * z, ox * y, oy * z, oz * x
    q00, q01, q02 = one - (yy + zz), xy - oz, zx + oy
    q10, q11, q12 = xy + oz, one - (zz + xx), yz - ox
    q20, q21, q22 = zx - oy, yz + ox, one - (xx + yy)
    a00, a01, a02 = q00 * s[0] + q01 * s[3] + q02 * s[5], q00 * s[3] + q01 * s[1] + q02 * s[4], q00 * s[5] + q01 * s[4] + q02 * s[2]
    a10, a11, a12 = q10 * s[0] + q11 * s[3] + q12 * s[5], q10 * s[3] + q11 * s[1] + q12 * s[4], q10 * s[5] + q11 * s[4] + q12 * s[2]
    r00, r11 = a00 * q00 + a01 * q01 + a02 * q02, a10 * q10 + a11 * q11 + a12 * q12
    return (
        r00,
        r11,
        (s[0] + s[1] + s[2]) - (r00 + r11),  # the trace stays
        a00 * q10 + a01 * q11 + a02 * q12,
        a10 * q20 + a11 * q21 + a12 * q22,
        a00 * q20 + a01 * q21 + a02 * q22,
    )


@scalar
def turned(v, h):  # type: ignore[no-untyped-def]
    """A vector turned by the rotation of `rotated`."""
    over = real(2, h[0]) / (real(1, h[0]) + h[0] * h[0] + h[1] * h[1] + h[2] * h[2])
    a, b, c = h[1] * v[2] - h[2] * v[1], h[2] * v[0] - h[0] * v[2], h[0] * v[1] - h[1] * v[0]
    return (
        v[0] + over * (a + h[1] * c - h[2] * b),
        v[1] + over * (b + h[2] * a - h[0] * c),
        v[2] + over * (c + h[0] * b - h[1] * a),
    )
