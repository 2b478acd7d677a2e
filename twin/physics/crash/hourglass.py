"""Resistance to hourglass modes: viscous (Flanagan & Belytschko 1981, eq. 62) and elastic, both at once where both are wanted.

A mode's rate is what is left of the nodes' velocities without the linear field, so that rigid motion and uniform strain are
free of it; its force works on exactly that rate.

The elastic form goes by the strains that the modes are (Belytschko & Bindeman 1993): the element bends and twists as a plate, about
each of its three middle planes. Modes that only together make a twist strain nothing but in it; resisted one by one, as in Flanagan
& Belytschko's eq. 74, flat elements would resist the twist of the plate that they are part of. For a cube bending is that of eq. 74.
"""

from __future__ import annotations

import math

from twin.kernel import real, scalar

__all__ = ["curling", "damping", "edges", "leaning", "power", "pulls", "rates", "spread", "stiffened", "worked"]


@scalar
def leaning(hx, hy, hz, c1, c2, c3, over):  # type: ignore[no-untyped-def]
    """How far each mode's shape follows from linear fields: h_a . x projected on the faces, over the volume; 4 x (3)."""
    return (
        _on_faces(hx[0], hy[0], hz[0], c1, c2, c3, over),
        _on_faces(hx[1], hy[1], hz[1], c1, c2, c3, over),
        _on_faces(hx[2], hy[2], hz[2], c1, c2, c3, over),
        _on_faces(hx[3], hy[3], hz[3], c1, c2, c3, over),
    )


@scalar
def _on_faces(x, y, z, c1, c2, c3, over):  # type: ignore[no-untyped-def]
    return (
        over * (x * c1[0] + y * c1[1] + z * c1[2]),
        over * (x * c2[0] + y * c2[1] + z * c2[2]),
        over * (x * c3[0] + y * c3[1] + z * c3[2]),
    )


@scalar
def rates(modes, slopes, lean):  # type: ignore[no-untyped-def]
    """Rates of the four modes of one velocity component [m/s]."""
    return (
        modes[0] - slopes[0] * lean[0][0] - slopes[1] * lean[0][1] - slopes[2] * lean[0][2],
        modes[1] - slopes[0] * lean[1][0] - slopes[1] * lean[1][1] - slopes[2] * lean[1][2],
        modes[2] - slopes[0] * lean[2][0] - slopes[1] * lean[2][1] - slopes[2] * lean[2][2],
        modes[3] - slopes[0] * lean[3][0] - slopes[1] * lean[3][1] - slopes[2] * lean[3][2],
    )


@scalar
def pulls(q, lean):  # type: ignore[no-untyped-def]
    """What the modes' forces of one component take from the tractions on the three faces."""
    return (
        q[0] * lean[0][0] + q[1] * lean[1][0] + q[2] * lean[2][0] + q[3] * lean[3][0],
        q[0] * lean[0][1] + q[1] * lean[1][1] + q[2] * lean[2][1] + q[3] * lean[3][1],
        q[0] * lean[0][2] + q[1] * lean[1][2] + q[2] * lean[2][2] + q[3] * lean[3][2],
    )


@scalar
def damping(mass, vol, areas2, modulus, viscous):  # type: ignore[no-untyped-def]
    """Force of a mode's rate [N s/m].

    Args:
        mass: of the element [kg]; vol: its volume; areas2: sum of its squared middle faces.
        modulus: lambda + 2 mu [Pa].
        viscous: a pure number, 0.1 by habit.
    """
    # rho V^(2/3) c / 4 with c = sqrt(modulus / rho), and the element's size from its faces: V^(2/3) ~ (4/sqrt 3) sqrt(areas2)
    size2 = real(2.3094010767585034, vol) * math.sqrt(areas2)
    return real(0.25, vol) * viscous * size2 * math.sqrt(modulus * mass / vol)


@scalar
def edges(jx, jy, jz):  # type: ignore[no-untyped-def]
    """The element's three directions, from 8 times the Jacobian's columns: unit vectors (3 x 3), 1 / (8 times half their length) (3)."""
    one = real(1, jx[0])
    r0 = one / math.sqrt(jx[0] * jx[0] + jy[0] * jy[0] + jz[0] * jz[0])
    r1 = one / math.sqrt(jx[1] * jx[1] + jy[1] * jy[1] + jz[1] * jz[1])
    r2 = one / math.sqrt(jx[2] * jx[2] + jy[2] * jy[2] + jz[2] * jz[2])
    e0, e1 = (jx[0] * r0, jy[0] * r0, jz[0] * r0), (jx[1] * r1, jy[1] * r1, jz[1] * r1)
    return (e0, e1, (jx[2] * r2, jy[2] * r2, jz[2] * r2)), (r0, r1, r2)


@scalar
def curling(modes, e, r):  # type: ignore[no-untyped-def]
    """Strain rates of the modes [1/s].

    Args:
        modes: their rates by component (3 x 4), as `rates` has them; e, r: as `edges` gives them.

    Returns:
        of the plates normal to directions 0, 1, 2, in the middle of the face: normal strains in the two directions that follow, shear
        strain; and at a corner the normal strain in direction 0, 1, 2 of the fourth mode (3 x 4).
    """
    a, b, c = _along(modes, e[0]), _along(modes, e[1]), _along(modes, e[2])
    # modes: xi eta, eta zeta, zeta xi. A plate's normal strain is the mode of that direction and the normal.
    return (
        (b[0] * r[1], c[2] * r[2], b[2] * r[2] + c[0] * r[1], a[3] * r[0]),
        (c[1] * r[2], a[0] * r[0], c[0] * r[0] + a[1] * r[2], b[3] * r[1]),
        (a[2] * r[0], b[1] * r[1], a[1] * r[1] + b[2] * r[0], c[3] * r[2]),
    )


@scalar
def _along(modes, e):  # type: ignore[no-untyped-def]
    """The four modes' rates in one direction [m/s]."""
    return (
        modes[0][0] * e[0] + modes[1][0] * e[1] + modes[2][0] * e[2],
        modes[0][1] * e[0] + modes[1][1] * e[1] + modes[2][1] * e[2],
        modes[0][2] * e[0] + modes[1][2] * e[1] + modes[2][2] * e[2],
        modes[0][3] * e[0] + modes[1][3] * e[1] + modes[2][3] * e[2],
    )


@scalar
def stiffened(held, strain, dt, shear, modulus, elastic, keep):  # type: ignore[no-untyped-def]
    """Stresses of the elastic part after a step [Pa], order as `curling`: plane stress in each plate, what has flowed scaled by `keep`.

    Args:
        held: before; strain: rates [1/s]; shear, modulus: mu, lambda + 2 mu [Pa]; elastic: a pure number, 0.05 by habit.
    """
    poisson = (modulus - shear - shear) / (real(2, dt) * (modulus - shear))
    bend = real(4.5, dt) * elastic * modulus * dt  # a cube's stiffness is then that of Flanagan & Belytschko's eq. 74
    across, twist = bend * poisson, real(0.5, dt) * bend * (real(1, dt) - poisson)
    return (
        _plate(held[0], strain[0], bend, across, twist, keep),
        _plate(held[1], strain[1], bend, across, twist, keep),
        _plate(held[2], strain[2], bend, across, twist, keep),
    )


@scalar
def _plate(s, d, bend, across, twist, keep):  # type: ignore[no-untyped-def]
    return (
        keep * (s[0] + bend * d[0] + across * d[1]),
        keep * (s[1] + bend * d[1] + across * d[0]),
        keep * (s[2] + twist * d[2]),
        keep * (s[3] + bend * d[3]),
    )


@scalar
def spread(stress, vol, e, r):  # type: ignore[no-untyped-def]
    """Forces of the modes by component (3 x 4) [N] of stresses: the transpose of `curling`, meant over the element."""
    f = vol * real(1 / 3, vol)  # mean of xi^2; of (xi eta)^2 a third of it
    g = f * real(1 / 3, vol)
    p, q, s = stress
    t0, t1, t2 = f * p[2], f * q[2], f * s[2]
    a = f * q[1] * r[0], t1 * r[2] + t2 * r[1], f * s[0] * r[0], g * p[3] * r[0]
    b = f * p[0] * r[1], f * s[1] * r[1], t0 * r[2] + t2 * r[0], g * q[3] * r[1]
    c = t0 * r[1] + t1 * r[0], f * q[0] * r[2], f * p[1] * r[2], g * s[3] * r[2]
    return (
        _summed(a, b, c, e[0][0], e[1][0], e[2][0]),
        _summed(a, b, c, e[0][1], e[1][1], e[2][1]),
        _summed(a, b, c, e[0][2], e[1][2], e[2][2]),
    )


@scalar
def _summed(a, b, c, x, y, z):  # type: ignore[no-untyped-def]
    return a[0] * x + b[0] * y + c[0] * z, a[1] * x + b[1] * y + c[1] * z, a[2] * x + b[2] * y + c[2] * z, a[3] * x + b[3] * y + c[3] * z


@scalar
def worked(before, after, strain, vol, dt):  # type: ignore[no-untyped-def]
    """Work of a step on the elastic part [J]: the mean of the stresses before and after on the strain."""
    done = _done(before[0], after[0], strain[0]) + _done(before[1], after[1], strain[1]) + _done(before[2], after[2], strain[2])
    return real(1 / 6, vol) * vol * dt * done


@scalar
def _done(s, t, d):  # type: ignore[no-untyped-def]
    bending = (s[0] + t[0]) * d[0] + (s[1] + t[1]) * d[1] + (s[2] + t[2]) * d[2]
    return bending + real(1 / 3, d[0]) * (s[3] + t[3]) * d[3]


@scalar
def power(a, b):  # type: ignore[no-untyped-def]
    """Of four forces on four rates [W]."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
