"""The eight-node hexahedron with one integration point and hourglass control.

Flanagan & Belytschko 1981, with the mean of the nodes' values, their three slopes and their four hourglass modes as one
transform: `slopes_and_modes` takes eight nodal values apart, `nodal` puts eight nodal forces together. Nodes in VTK's order.
"""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.kernel.choose import maximum, minimum

__all__ = ["gradient", "inverse", "length", "nodal", "shortest", "slopes_and_modes", "squares", "viscosity"]


@scalar
def slopes_and_modes(x):  # type: ignore[no-untyped-def]
    """Eight nodal values -> 8 times their derivatives by the natural coordinates (3), and their hourglass modes (4)."""
    a, b, c, d = x[6] - x[0], x[7] - x[1], x[4] - x[2], x[5] - x[3]
    p, q, r, s = x[6] + x[0], x[7] + x[1], x[4] + x[2], x[5] + x[3]
    ad, bc, a_d, b_c = a + d, b + c, a - d, b - c
    ps, qr, p_s, q_r = p + s, q + r, p - s, q - r
    return (ad - bc, a_d + b_c, ad + bc), (p_s - q_r, p_s + q_r, ps - qr, a_d - b_c)


@scalar
def nodal(t, q):  # type: ignore[no-untyped-def]
    """Forces on the eight nodes of what works on slopes (3) and modes (4): the transpose of `slopes_and_modes`."""
    p, r, s, u = t[2] + t[0], t[2] - t[0], t[1] + q[3], t[1] - q[3]
    a, b, c, d = p + s, r + u, r - u, p - s
    p, r, s = q[1] + q[2], q[1] - q[2], q[2] - q[1]
    e, f, g, h = q[0] + p, r - q[0], q[0] - p, s - q[0]
    return e - a, f - b, g - c, h - d, g + c, h + d, e + a, f + b


@scalar
def inverse(j):  # type: ignore[no-untyped-def]
    """Volume by one point [m^3], and the inverse of 8 times the Jacobian: gradients of the natural coordinates, over 8 (3 x 3).

    Args:
        j: 8 times the Jacobian, row by row.
    """
    jx, jy, jz = j
    ax, ay, az = jy[1] * jz[2] - jz[1] * jy[2], jz[1] * jx[2] - jx[1] * jz[2], jx[1] * jy[2] - jy[1] * jx[2]
    bx, by, bz = jy[2] * jz[0] - jz[2] * jy[0], jz[2] * jx[0] - jx[2] * jz[0], jx[2] * jy[0] - jy[2] * jx[0]
    cx, cy, cz = jy[0] * jz[1] - jz[0] * jy[1], jz[0] * jx[1] - jx[0] * jz[1], jx[0] * jy[1] - jy[0] * jx[1]
    det = jx[0] * ax + jy[0] * ay + jz[0] * az
    over = real(1, det) / det
    g = (ax * over, ay * over, az * over), (bx * over, by * over, bz * over), (cx * over, cy * over, cz * over)
    return real(1 / 64, det) * det, g  # 8 times the determinant of the Jacobian itself


@scalar
def gradient(u, g):  # type: ignore[no-untyped-def]
    """Derivatives by x, y, z of a field from 8 times its slopes; g: as `inverse` gives it."""
    return (
        u[0] * g[0][0] + u[1] * g[1][0] + u[2] * g[2][0],
        u[0] * g[0][1] + u[1] * g[1][1] + u[2] * g[2][1],
        u[0] * g[0][2] + u[1] * g[1][2] + u[2] * g[2][2],
    )


@scalar
def squares(g):  # type: ignore[no-untyped-def]
    """Of the gradients of the natural coordinates, over 64: the largest, and the sum [1/m^2]."""
    a = g[0][0] * g[0][0] + g[0][1] * g[0][1] + g[0][2] * g[0][2]
    b = g[1][0] * g[1][0] + g[1][1] * g[1][1] + g[1][2] * g[1][2]
    c = g[2][0] * g[2][0] + g[2][1] * g[2][1] + g[2][2] * g[2][2]
    return maximum(maximum(a, b), c), a + b + c


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
def length(largest):  # type: ignore[no-untyped-def]
    """Characteristic length [m]: volume over the largest middle face, so 2 over the largest gradient of a natural coordinate.

    `largest`: of `squares`.
    """
    return real(0.25, largest) / math.sqrt(largest)


@scalar
def shortest(largest, total, shear, modulus):  # type: ignore[no-untyped-def]
    """Length [m] that sound must not pass in a step: 2/omega_max = shortest / c of the free element, exact for bricks.

    With Poisson's ratio the sides pull together: omega^2 = (4/rho) (2 mu max b^2 + lambda sum b^2), b the faces over the volume.
    """
    part = real(2, largest) * shear / modulus
    return real(0.25, largest) / math.sqrt(part * largest + (real(1, largest) - part) * total)
