"""The four-node tetrahedron: one constant strain. Too stiff in bending and in plastic flow at constant volume; hexahedra do better."""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.kernel.choose import maximum
from twin.physics.crash.tensor import midpoint, traction

__all__ = ["tet_pushed", "tet_shortest", "tet_strained"]


@scalar
def tet_strained(x, y, z, u, v, w, dt):  # type: ignore[no-untyped-def]
    """What a tetrahedron does in a step.

    Args:
        x, y, z: places of its nodes at the step's end [m]; u, v, w: velocities during it [m/s]; four of each; dt: [s].

    Returns:
        strain increment (6), half the rotation (3), its shape (volume, smallest height, twice the areas of three faces as vectors).
    """
    ax, bx, cx = x[1] - x[0], x[2] - x[0], x[3] - x[0]
    ay, by, cy = y[1] - y[0], y[2] - y[0], y[3] - y[0]
    az, bz, cz = z[1] - z[0], z[2] - z[0], z[3] - z[0]
    c1 = (by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx)
    c2 = (cy * az - cz * ay, cz * ax - cx * az, cx * ay - cy * ax)
    c3 = (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    six = ax * c1[0] + ay * c1[1] + az * c1[2]
    over = real(1, six) / six
    u1, u2, u3 = (u[1] - u[0]) * over, (u[2] - u[0]) * over, (u[3] - u[0]) * over
    v1, v2, v3 = (v[1] - v[0]) * over, (v[2] - v[0]) * over, (v[3] - v[0]) * over
    w1, w2, w3 = (w[1] - w[0]) * over, (w[2] - w[0]) * over, (w[3] - w[0]) * over
    strain, half_turn = midpoint(
        (
            (u1 * c1[0] + u2 * c2[0] + u3 * c3[0], u1 * c1[1] + u2 * c2[1] + u3 * c3[1], u1 * c1[2] + u2 * c2[2] + u3 * c3[2]),
            (v1 * c1[0] + v2 * c2[0] + v3 * c3[0], v1 * c1[1] + v2 * c2[1] + v3 * c3[1], v1 * c1[2] + v2 * c2[2] + v3 * c3[2]),
            (w1 * c1[0] + w2 * c2[0] + w3 * c3[0], w1 * c1[1] + w2 * c2[1] + w3 * c3[1], w1 * c1[2] + w2 * c2[2] + w3 * c3[2]),
        ),
        dt,
    )
    opposite = (c1[0] + c2[0] + c3[0], c1[1] + c2[1] + c3[1], c1[2] + c2[2] + c3[2])
    largest = maximum(maximum(_square(c1), _square(c2)), maximum(_square(c3), _square(opposite)))
    return strain, half_turn, (six * real(1 / 6, six), six / math.sqrt(largest), c1, c2, c3)


@scalar
def _square(a):  # type: ignore[no-untyped-def]
    return a[0] * a[0] + a[1] * a[1] + a[2] * a[2]


@scalar
def tet_shortest(shape):  # type: ignore[no-untyped-def]
    """Length [m] that sound must not pass in a step, safe for every Poisson's ratio: 3 V over the root of the squared faces' sum."""
    vol, _, c1, c2, c3 = shape
    opposite = (c1[0] + c2[0] + c3[0], c1[1] + c2[1] + c3[1], c1[2] + c2[2] + c3[2])
    return real(6, vol) * vol / math.sqrt(_square(c1) + _square(c2) + _square(c3) + _square(opposite))


@scalar
def tet_pushed(stress, shape):  # type: ignore[no-untyped-def]
    """Forces that a tetrahedron puts on its nodes [N]: x-components, y, z; eight of each, the last four 0."""
    _, _, c1, c2, c3 = shape
    t1, t2, t3 = traction(stress, c1), traction(stress, c2), traction(stress, c3)
    return _spread(t1[0], t2[0], t3[0]), _spread(t1[1], t2[1], t3[1]), _spread(t1[2], t2[2], t3[2])


@scalar
def _spread(a, b, c):  # type: ignore[no-untyped-def]
    sixth, zero = real(1 / 6, a), real(0, a)
    return sixth * (a + b + c), -sixth * a, -sixth * b, -sixth * c, zero, zero, zero, zero
