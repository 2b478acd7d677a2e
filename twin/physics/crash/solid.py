"""One step of a hexahedron apart from its material: from nodes to strain, and from stress to nodal forces."""

from __future__ import annotations

from twin.kernel import real, scalar
from twin.physics.crash.hex8 import faces, gradient, length, nodal, slopes_and_modes, volume
from twin.physics.crash.hourglass import curling, damping, edges, leaning, power, pulls, rates, spread, stiffened, worked
from twin.physics.crash.tensor import midpoint, traction

__all__ = ["bent", "braced", "pushed", "strained"]


@scalar
def strained(x, y, z, u, v, w, dt):  # type: ignore[no-untyped-def]
    """What a hexahedron does in a step.

    Args:
        x, y, z: places of its nodes at the step's end [m]; u, v, w: velocities during it [m/s]; dt: [s].

    Returns:
        strain increment (6), half the rotation (3), the element's shape (volume, length, faces c1, c2, c3, sum of squares,
        directions and their lengths as `edges` gives them), rates of its hourglass modes by component (3 x 4), their leaning (4 x 3).
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
    return strain, half_turn, (vol, le, c1, c2, c3, areas2, *edges(jx, jy, jz)), modes, lean


@scalar
def bent(shape, modes, held, mass, dt, m, keep):  # type: ignore[no-untyped-def]
    """Hourglass forces. Where the material flows, their elastic part returns as the deviator does.

    Args:
        shape, modes: as `strained` gives them; held: stresses of the elastic part so far (3 x 4) [Pa]; m: constants, as `element` has them.
        keep: what plastic flow left of the deviator.

    Returns:
        stresses of the elastic part now (3 x 4), whole force of the modes by component (3 x 4), work done against it in the step [J].
    """
    vol, areas2, e, r = shape[0], shape[5], shape[6], shape[7]
    strain = curling(modes, e, r)
    now = stiffened(held, strain, dt, m[1], m[2], m[4], keep)
    slow = damping(mass, vol, areas2, m[2], m[3])
    work = dt * slow * (power(modes[0], modes[0]) + power(modes[1], modes[1]) + power(modes[2], modes[2]))
    return now, braced(now, modes, shape, slow), work + worked(held, now, strain, vol, dt)


@scalar
def braced(held, modes, shape, slow):  # type: ignore[no-untyped-def]
    """Whole force of the modes by component (3 x 4) [N]: of the stresses held (3 x 4) [Pa], and of their rates, `slow` times these."""
    q = spread(held, shape[0], shape[6], shape[7])
    return _grown(q[0], modes[0], slow), _grown(q[1], modes[1], slow), _grown(q[2], modes[2], slow)


@scalar
def _grown(q, rate, by):  # type: ignore[no-untyped-def]
    return q[0] + by * rate[0], q[1] + by * rate[1], q[2] + by * rate[2], q[3] + by * rate[3]


@scalar
def pushed(stress, shape, force, lean):  # type: ignore[no-untyped-def]
    """Forces that a hexahedron puts on its nodes [N]: 8 x-components, 8 y, 8 z."""
    c1, c2, c3 = shape[2], shape[3], shape[4]
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
