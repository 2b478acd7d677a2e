"""One step of a hexahedron apart from its material: from nodes to strain, and from stress to nodal forces."""

from __future__ import annotations

from twin.kernel import real, scalar
from twin.kernel.choose import minimum
from twin.physics.crash.hex8 import faces, gradient, length, nodal, slopes_and_modes, volume
from twin.physics.crash.hourglass import leaning, power, pulls, rates, resistance
from twin.physics.crash.tensor import midpoint, traction, turned

__all__ = ["bent", "pushed", "strained"]


@scalar
def strained(x, y, z, u, v, w, dt):  # type: ignore[no-untyped-def]
    """What a hexahedron does in a step.

    Args:
        x, y, z: places of its nodes at the step's end [m]; u, v, w: velocities during it [m/s]; dt: [s].

    Returns:
        strain increment (6), half the rotation (3), the element's shape (volume, length, faces c1, c2, c3, sum of squares),
        rates of its hourglass modes by component (3 x 4), their leaning (4 x 3).
    """
    (jx, hx), (jy, hy), (jz, hz) = slopes_and_modes(x), slopes_and_modes(y), slopes_and_modes(z)
    c1, c2, c3 = faces(jx, jy, jz)
    vol = volume(jx, jy, jz, c1)
    over = real(1, vol) / vol
    le, areas2 = length(vol, c1, c2, c3)
    (du, hu), (dv, hv), (dw, hw) = slopes_and_modes(u), slopes_and_modes(v), slopes_and_modes(w)
    strain, half_turn = midpoint(gradient(du, dv, dw, c1, c2, c3, over * dt))
    lean = leaning(hx, hy, hz, c1, c2, c3, over)
    modes = rates(hu, du, lean), rates(hv, dv, lean), rates(hw, dw, lean)
    return strain, half_turn, (vol, le, c1, c2, c3, areas2), modes, lean


@scalar
def bent(shape, modes, held, half_turn, mass, dt, modulus, viscous, elastic, keep):  # type: ignore[no-untyped-def]
    """Hourglass forces. Their elastic part turns with the body, and where the material flows, it returns as the deviator does.

    Args:
        shape, modes: as `strained` gives them; held: elastic part so far, by component (3 x 4) [N]; half_turn: as `strained` gives it
        keep: what plastic flow left of the deviator.

    Returns:
        elastic part now (3 x 4), whole force (3 x 4), work done against it in the step [J].
    """
    vol, _, c1, c2, c3, areas2 = shape
    least = minimum(minimum(_square(c1), _square(c2)), _square(c3))
    damping, stiffness = resistance(mass, vol, areas2, least, modulus, viscous, elastic)
    held = _turned(held, half_turn)
    step = stiffness * dt
    qx = _kept(_grown(held[0], modes[0], step), keep)
    qy = _kept(_grown(held[1], modes[1], step), keep)
    qz = _kept(_grown(held[2], modes[2], step), keep)
    fx, fy, fz = _grown(qx, modes[0], damping), _grown(qy, modes[1], damping), _grown(qz, modes[2], damping)
    half = real(0.5, dt) * dt
    work = dt * damping * (power(modes[0], modes[0]) + power(modes[1], modes[1]) + power(modes[2], modes[2]))
    work += half * (power(qx, modes[0]) + power(qy, modes[1]) + power(qz, modes[2]))
    work += half * (power(held[0], modes[0]) + power(held[1], modes[1]) + power(held[2], modes[2]))
    return (qx, qy, qz), (fx, fy, fz), work


@scalar
def _grown(q, rate, by):  # type: ignore[no-untyped-def]
    return q[0] + by * rate[0], q[1] + by * rate[1], q[2] + by * rate[2], q[3] + by * rate[3]


@scalar
def _square(a):  # type: ignore[no-untyped-def]
    return a[0] * a[0] + a[1] * a[1] + a[2] * a[2]


@scalar
def _turned(q, h):  # type: ignore[no-untyped-def]
    a, b = turned((q[0][0], q[1][0], q[2][0]), h), turned((q[0][1], q[1][1], q[2][1]), h)
    c, d = turned((q[0][2], q[1][2], q[2][2]), h), turned((q[0][3], q[1][3], q[2][3]), h)
    return (a[0], b[0], c[0], d[0]), (a[1], b[1], c[1], d[1]), (a[2], b[2], c[2], d[2])


@scalar
def _kept(q, keep):  # type: ignore[no-untyped-def]
    return q[0] * keep, q[1] * keep, q[2] * keep, q[3] * keep


@scalar
def pushed(stress, shape, force, lean):  # type: ignore[no-untyped-def]
    """Forces that a hexahedron puts on its nodes [N]: 8 x-components, 8 y, 8 z."""
    _, _, c1, c2, c3, _ = shape
    t1, t2, t3 = traction(stress, c1), traction(stress, c2), traction(stress, c3)
    px, py, pz = pulls(force[0], lean), pulls(force[1], lean), pulls(force[2], lean)
    return (
        _away(nodal((t1[0] - px[0], t2[0] - px[1], t3[0] - px[2]), force[0])),
        _away(nodal((t1[1] - py[0], t2[1] - py[1], t3[1] - py[2]), force[1])),
        _away(nodal((t1[2] - pz[0], t2[2] - pz[1], t3[2] - pz[2]), force[2])),
    )


@scalar
def _away(f):  # type: ignore[no-untyped-def]
    return -f[0], -f[1], -f[2], -f[3], -f[4], -f[5], -f[6], -f[7]
