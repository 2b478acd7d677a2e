"""One step of a hexahedron apart from its material: from nodes to strain, and from stress to nodal forces."""

from __future__ import annotations

from twin.kernel import scalar
from twin.physics.crash.hex8 import gradient, inverse, nodal, slopes_and_modes, squares
from twin.physics.crash.hourglass import braced, curling, edges, power, rates, spread, stiffened, worked
from twin.physics.crash.tensor import midpoint

__all__ = ["bent", "moved", "pushed", "strained", "thrust"]


@scalar
def moved(u, g, bow):  # type: ignore[no-untyped-def]
    """Of one velocity component (8) [m/s]: derivatives by x, y, z (3) [1/s], rates of the hourglass modes (4) [m/s]."""
    slopes, modes = slopes_and_modes(u)
    by_place = gradient(slopes, g)
    return by_place, rates(modes, by_place, bow)


@scalar
def strained(x, y, z, u, v, w, dt):  # type: ignore[no-untyped-def]
    """What a hexahedron does in a step.

    Args:
        x, y, z: places of its nodes at the step's end [m]; u, v, w: velocities during it [m/s]; dt: [s].

    Returns:
        strain increment (6), half the rotation (3); of the shape 8 times the Jacobian by rows (3 x 3), hourglass modes of the places by
        component (3 x 4), gradients (3 x 3) as `inverse` gives them, (volume, largest and sum of their `squares`); rates of the modes
        (3 x 4).
    """
    (jx, bx), (jy, by), (jz, bz) = slopes_and_modes(x), slopes_and_modes(y), slopes_and_modes(z)
    j, bow = (jx, jy, jz), (bx, by, bz)
    vol, g = inverse(j)
    (lu, hu), (lv, hv), (lw, hw) = moved(u, g, bow), moved(v, g, bow), moved(w, g, bow)
    strain, half_turn = midpoint((lu, lv, lw), dt)
    return strain, half_turn, (j, bow, g, (vol, *squares(g))), (hu, hv, hw)


@scalar
def bent(rate, held, j, vol, dt, m, keep):  # type: ignore[no-untyped-def]
    """Elastic hourglass forces. Where the material flows, they return as the deviator does.

    Args:
        rate: of the modes (4 x 3), as `along` gives them; held: stresses so far (3 x 4) [Pa]; j: 8 times the Jacobian; vol: volume.
        m: constants, as `element` has them; keep: what plastic flow left of the deviator.

    Returns:
        stresses now (3 x 4), forces on the modes (4 x 3), as `spread` gives them, work done against them in the step [J].
    """
    r, rr = edges(j)
    strain = curling(rate, r, rr)
    now = stiffened(held, strain, dt, m[1], m[2], m[4], keep)
    return now, spread(now, vol, r, rr), worked(held, now, strain, vol, dt)


@scalar
def thrust(vol, stress):  # type: ignore[no-untyped-def]
    """What a stress (6) does against a gradient, row by row (3 x 3) [J]."""
    xx, yy, zz, xy, yz, zx = stress
    a, b, c = -vol * xy, -vol * yz, -vol * zx
    return (-vol * xx, a, c), (a, -vol * yy, b), (c, b, -vol * zz)


@scalar
def pushed(t, q, j, rate, slow, g, bow):  # type: ignore[no-untyped-def]
    """Forces of one component that a hexahedron puts on its nodes (8) [N]: the transpose of `moved`.

    Args:
        t: row of the `thrust`; q: forces on the modes, as `spread` gives them; j: row of 8 times the Jacobian.
        rate, slow: of the modes of that component (4), and their damping; g, bow: gradients, modes of the places, as `strained` has them.
    """
    force = braced(q, j, rate, slow)
    a, b, c = t[0] - power(force, bow[0]), t[1] - power(force, bow[1]), t[2] - power(force, bow[2])
    slopes = (
        a * g[0][0] + b * g[0][1] + c * g[0][2],
        a * g[1][0] + b * g[1][1] + c * g[1][2],
        a * g[2][0] + b * g[2][1] + c * g[2][2],
    )
    return nodal(slopes, force)
