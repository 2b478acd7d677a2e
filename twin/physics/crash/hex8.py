"""The eight-node hexahedron with one integration point and hourglass control.

Flanagan & Belytschko 1981, with the mean of the nodes' values, their three slopes and their four hourglass modes as one
transform: `slopes_and_modes` takes eight nodal values apart, `nodal` puts eight nodal forces together. Nodes in VTK's order.
"""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.kernel.choose import maximum, minimum

__all__ = ["faces", "gradient", "length", "nodal", "shortest", "slopes_and_modes", "viscosity", "volume"]


@scalar
def slopes_and_modes(x):  # type: ignore[no-untyped-def]
    """Eight nodal values -> 8 times their derivatives by the natural coordinates (3), and their hourglass modes (4)."""
    a, b, c, d = x[6] - x[0], x[7] - x[1], x[4] - x[2], x[5] - x[3]
    p, q, r, s = x[6] + x[0], x[7] + x[1], x[4] + x[2], x[5] + x[3]
    slopes = a - b - c + d, a + b - c - d, a + b + c + d
    return slopes, (p - q + r - s, p + q - r - s, p - q - r + s, a - b + c - d)


@scalar
def nodal(t, q):  # type: ignore[no-untyped-def]
    """Forces on the eight nodes of what works on slopes (3) and modes (4): the transpose of `slopes_and_modes`."""
    a, b, c, d = t[0] + t[1] + t[2] + q[3], t[1] + t[2] - t[0] - q[3], t[2] - t[0] - t[1] + q[3], t[0] + t[2] - t[1] - q[3]
    e, f, g, h = q[0] + q[1] + q[2], q[1] - q[0] - q[2], q[0] - q[1] - q[2], q[2] - q[0] - q[1]
    return e - a, f - b, g - c, h - d, g + c, h + d, e + a, f + b


@scalar
def faces(jx, jy, jz):  # type: ignore[no-untyped-def]
    """Areas of the three middle faces as vectors, from 8 times the Jacobian's columns; their cofactors.

    Returns:
        c1, c2, c3: tuples (x, y, z) with c_k . dx/dxi_l = det delta_kl, dx/dxi itself not 8 times.
    """
    f = real(1 / 64, jx[0])
    c1 = (f * (jy[1] * jz[2] - jz[1] * jy[2]), f * (jz[1] * jx[2] - jx[1] * jz[2]), f * (jx[1] * jy[2] - jy[1] * jx[2]))
    c2 = (f * (jy[2] * jz[0] - jz[2] * jy[0]), f * (jz[2] * jx[0] - jx[2] * jz[0]), f * (jx[2] * jy[0] - jy[2] * jx[0]))
    c3 = (f * (jy[0] * jz[1] - jz[0] * jy[1]), f * (jz[0] * jx[1] - jx[0] * jz[1]), f * (jx[0] * jy[1] - jy[0] * jx[1]))
    return c1, c2, c3


@scalar
def volume(jx, jy, jz, c1):  # type: ignore[no-untyped-def]
    """One-point volume [m^3]."""
    return jx[0] * c1[0] + jy[0] * c1[1] + jz[0] * c1[2]


@scalar
def gradient(u, v, w, c1, c2, c3, over):  # type: ignore[no-untyped-def]
    """Gradient of a vector field from 8 times its slopes; `over` is 1 / volume. Row by row: du/dx, du/dy, ..."""
    u1, u2, u3 = u[0] * over, u[1] * over, u[2] * over
    v1, v2, v3 = v[0] * over, v[1] * over, v[2] * over
    w1, w2, w3 = w[0] * over, w[1] * over, w[2] * over
    return (
        u1 * c1[0] + u2 * c2[0] + u3 * c3[0], u1 * c1[1] + u2 * c2[1] + u3 * c3[1], u1 * c1[2] + u2 * c2[2] + u3 * c3[2],
        v1 * c1[0] + v2 * c2[0] + v3 * c3[0], v1 * c1[1] + v2 * c2[1] + v3 * c3[1], v1 * c1[2] + v2 * c2[2] + v3 * c3[2],
        w1 * c1[0] + w2 * c2[0] + w3 * c3[0], w1 * c1[1] + w2 * c2[1] + w3 * c3[1], w1 * c1[2] + w2 * c2[2] + w3 * c3[2],
    )  # fmt: skip


@scalar
def length(vol, c1, c2, c3):  # type: ignore[no-untyped-def]
    """Characteristic length [m]: volume over the largest face; 2/omega_max = length / c for a brick. Negative when inverted.

    Returns:
        length, sum of the squared areas.
    """
    a = c1[0] * c1[0] + c1[1] * c1[1] + c1[2] * c1[2]
    b = c2[0] * c2[0] + c2[1] * c2[1] + c2[2] * c2[2]
    c = c3[0] * c3[0] + c3[1] * c3[1] + c3[2] * c3[2]
    return real(0.25, vol) * vol / math.sqrt(maximum(maximum(a, b), c)), a + b + c


@scalar
def viscosity(rho, le, short, speed, rate, linear, quadratic):  # type: ignore[no-untyped-def]
    """Bulk viscosity against rattling behind shocks (von Neumann & Richtmyer 1950, Landshoff 1955), and the critical time step with it.

    Args:
        rho: density; le: length; short: `shortest` length; speed: of sound.
        rate: of the volume, compression negative; linear, quadratic: coefficients.

    Returns:
        pressure [Pa], time step [s].
    """
    closing = minimum(rate, real(0, rate))
    q = linear * speed - quadratic * le * closing
    return -rho * le * q * closing, short / (q + math.sqrt(q * q + speed * speed))


@scalar
def shortest(vol, le, areas2, shear, modulus):  # type: ignore[no-untyped-def]
    """Length [m] that sound must not pass in a step: 2/omega_max = shortest / c of the free element, exact for bricks.

    With Poisson's ratio the sides pull together: omega^2 = (4/rho) (2 mu max b^2 + lambda sum b^2), b the faces over the volume.
    """
    part = real(2, vol) * shear / modulus
    largest = real(0.25, vol) * vol / le
    return le / math.sqrt(part + (real(1, vol) - part) * areas2 / (largest * largest))
