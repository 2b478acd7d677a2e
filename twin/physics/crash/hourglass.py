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

__all__ = ["along", "braced", "curling", "damping", "edges", "power", "rates", "spread", "squared", "stiffened", "worked"]


@scalar
def rates(modes, slope, bow):  # type: ignore[no-untyped-def]
    """Rates of the four modes of one velocity component [m/s]: without what its gradient makes of the places' modes (3 x 4)."""
    return (
        modes[0] - slope[0] * bow[0][0] - slope[1] * bow[1][0] - slope[2] * bow[2][0],
        modes[1] - slope[0] * bow[0][1] - slope[1] * bow[1][1] - slope[2] * bow[2][1],
        modes[2] - slope[0] * bow[0][2] - slope[1] * bow[1][2] - slope[2] * bow[2][2],
        modes[3] - slope[0] * bow[0][3] - slope[1] * bow[1][3] - slope[2] * bow[2][3],
    )


@scalar
def damping(mass, speed, total, viscous):  # type: ignore[no-untyped-def]
    """Force of a mode's rate [N s/m].

    Args:
        mass: of the element [kg]; speed: of sound [m/s]; total: sum of `squares` [1/m^2].
        viscous: a pure number, 0.1 by habit.
    """
    # rho V^(2/3) c / 4, and the element's size from its middle faces: V^(2/3) ~ (4/sqrt 3) V sqrt(total)
    return real(2.3094010767585034 / 4, mass) * viscous * mass * speed * math.sqrt(total)


@scalar
def edges(j):  # type: ignore[no-untyped-def]
    """1 over the squares of 8 times half the element's lengths in its three directions, and over the products of two of these (01, 12, 20).

    Args:
        j: 8 times the Jacobian, row by row; its columns are the directions.
    """
    a = j[0][0] * j[0][0] + j[1][0] * j[1][0] + j[2][0] * j[2][0]
    b = j[0][1] * j[0][1] + j[1][1] * j[1][1] + j[2][1] * j[2][1]
    c = j[0][2] * j[0][2] + j[1][2] * j[1][2] + j[2][2] * j[2][2]
    over = real(1, a) / (a * b * c)  # one division and two roots for all six: these are what takes longest
    bc, ca, ab = over * a, over * b, over * c
    first, second = math.sqrt(ab), math.sqrt(bc)
    return (b * ab, c * bc, a * ca), (first, second, first * second * b)


@scalar
def along(modes, j):  # type: ignore[no-untyped-def]
    """Rates of each mode on the three columns of 8 times the Jacobian (4 x 3) [m^2/s]; modes: by component (3 x 4)."""
    return _on_columns(modes, j, 0), _on_columns(modes, j, 1), _on_columns(modes, j, 2), _on_columns(modes, j, 3)


@scalar
def _on_columns(modes, j, n):  # type: ignore[no-untyped-def]
    x, y, z = modes[0][n], modes[1][n], modes[2][n]
    return (
        x * j[0][0] + y * j[1][0] + z * j[2][0],
        x * j[0][1] + y * j[1][1] + z * j[2][1],
        x * j[0][2] + y * j[1][2] + z * j[2][2],
    )


@scalar
def curling(rate, r, rr):  # type: ignore[no-untyped-def]
    """Strain rates of the modes [1/s].

    Args:
        rate: of each mode (4 x 3), as `along` gives them; r, rr: as `edges` gives them.

    Returns:
        of the plates normal to directions 0, 1, 2, in the middle of the face: normal strains in the two directions that follow, shear
        strain; and at a corner the normal strain in direction 0, 1, 2 of the fourth mode (3 x 4).
    """
    a, b, c, d = rate  # xi eta, eta zeta, zeta xi, xi eta zeta. A plate's normal strain is the mode of that direction and the normal.
    return (
        (a[1] * r[1], c[2] * r[2], (c[1] + a[2]) * rr[1], d[0] * r[0]),
        (b[2] * r[2], a[0] * r[0], (a[2] + b[0]) * rr[2], d[1] * r[1]),
        (c[0] * r[0], b[1] * r[1], (b[0] + c[1]) * rr[0], d[2] * r[2]),
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
def spread(stress, vol, r, rr):  # type: ignore[no-untyped-def]
    """Forces of stresses on the modes, by columns of 8 times the Jacobian (4 x 3) [N/m]: the transpose of `curling`, as a mean."""
    f = real(-1 / 3, vol) * vol  # mean of xi^2; of (xi eta)^2 a third of it
    g = f * real(1 / 3, vol)
    f0, f1, f2 = f * r[0], f * r[1], f * r[2]
    p, q, s = stress
    t0, t1, t2 = f * rr[1] * p[2], f * rr[2] * q[2], f * rr[0] * s[2]
    return (
        (f0 * q[1], f1 * p[0], t0 + t1),
        (t1 + t2, f1 * s[1], f2 * q[0]),
        (f0 * s[0], t2 + t0, f2 * p[1]),
        (g * r[0] * p[3], g * r[1] * q[3], g * r[2] * s[3]),
    )


@scalar
def braced(q, j, rate, slow):  # type: ignore[no-untyped-def]
    """Whole force on the modes of one component (4) [N].

    Args:
        q: as `spread` gives it; j: that component's row of 8 times the Jacobian; rate: of the modes (4), resisted by `slow` times it.
    """
    return (
        q[0][0] * j[0] + q[0][1] * j[1] + q[0][2] * j[2] - slow * rate[0],
        q[1][0] * j[0] + q[1][1] * j[1] + q[1][2] * j[2] - slow * rate[1],
        q[2][0] * j[0] + q[2][1] * j[1] + q[2][2] * j[2] - slow * rate[2],
        q[3][0] * j[0] + q[3][1] * j[1] + q[3][2] * j[2] - slow * rate[3],
    )


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


@scalar
def squared(modes):  # type: ignore[no-untyped-def]
    """Sum of the squares of all rates (3 x 4) [m^2/s^2]: what damping takes, over its coefficient."""
    return power(modes[0], modes[0]) + power(modes[1], modes[1]) + power(modes[2], modes[2])
