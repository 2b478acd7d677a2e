"""One step of one element with each of the materials: what CPU lanes and CUDA threads both call."""

from __future__ import annotations

import math

from twin.kernel import real, scalar
from twin.physics.crash.hex8 import length, shortest, viscosity
from twin.physics.crash.hourglass import along, damping, squared
from twin.physics.crash.plasticity import (
    cowper_symonds,
    elastic,
    johnson_cook,
    returned_linear,
    returned_power,
    returned_table,
    warmed,
)
from twin.physics.crash.solid import bent, pushed, strained, thrust
from twin.physics.crash.tensor import contracted, deviator
from twin.physics.crash.tet4 import tet_pushed, tet_shortest, tet_strained

__all__ = ["hex_johnson_cook", "hex_linear", "hex_table", "tet_johnson_cook", "tet_linear", "tet_table"]


@scalar
def hex_linear(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """Linear hardening.

    Args:
        nodes: x, y, z [m], u, v, w [m/s] of its eight nodes.
        old: stress (6) [Pa], plastic strain, internal energy [J], hourglass work [J], mass [kg], temperature [K], stresses of
            elastic hourglass control (3 x 4) [Pa], pressure of the bulk viscosity [Pa].
        dt: of the step [s].
        m: constants: (bulk, shear, modulus, viscous, elastic, quadratic, linear), (yield0, slope).

    Returns:
        forces (3 x 8) [N], the state after the step without the mass, the critical time step [s] before its last number.
    """
    kin = strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _hex(kin, old, dt, m[0], _linear(kin[0], kin[1], old, m))


@scalar
def hex_table(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """Tabulated hardening with Cowper and Symonds' rate effect; `m`: (as above), (strains, slopes, yield0), (C, p)."""
    kin = strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _hex(kin, old, dt, m[0], _table(kin[0], kin[1], old, dt, m))


@scalar
def hex_johnson_cook(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """Johnson and Cook's law, heated by its own plastic work; `m`: (as above), law, (rho c [J/(m^3 K)], share of the work)."""
    kin = strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _hex(kin, old, dt, m[0], _johnson_cook(kin[0], kin[1], old, dt, m))


@scalar
def tet_linear(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """As `hex_linear`, of a tetrahedron: four nodes count."""
    kin = tet_strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _tet(kin, old, dt, m[0], _linear(kin[0], kin[1], old, m))


@scalar
def tet_table(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """As `hex_table`, of a tetrahedron."""
    kin = tet_strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _tet(kin, old, dt, m[0], _table(kin[0], kin[1], old, dt, m))


@scalar
def tet_johnson_cook(nodes, old, dt, m):  # type: ignore[no-untyped-def]
    """As `hex_johnson_cook`, of a tetrahedron."""
    kin = tet_strained(nodes[0], nodes[1], nodes[2], nodes[3], nodes[4], nodes[5], dt)
    return _tet(kin, old, dt, m[0], _johnson_cook(kin[0], kin[1], old, dt, m))


@scalar
def _linear(strain, half_turn, old, m):  # type: ignore[no-untyped-def]
    """Stress after the step (6), plastic strain of the step, temperature, what plastic flow left of the deviator; so do the others."""
    p, trial = elastic(old[0], half_turn, strain, m[0][0], m[0][1])
    more, keep = returned_linear(trial, old[1], m[0][1], m[1][0], m[1][1])
    return _stress(p, trial, keep), more, old[5], keep


@scalar
def _table(strain, half_turn, old, dt, m):  # type: ignore[no-untyped-def]
    p, trial = elastic(old[0], half_turn, strain, m[0][0], m[0][1])
    factor = cowper_symonds(_rate(strain, dt), m[2][0], m[2][1])
    more, keep = returned_table(trial, old[1], m[0][1], m[1], factor)
    return _stress(p, trial, keep), more, old[5], keep


@scalar
def _johnson_cook(strain, half_turn, old, dt, m):  # type: ignore[no-untyped-def]
    p, trial = elastic(old[0], half_turn, strain, m[0][0], m[0][1])
    rate = _rate(strain, dt)
    more, keep = returned_power(trial, old[1], m[0][1], rate, old[5], m[1])
    warmer = old[5] + warmed(johnson_cook(old[1] + more, rate, old[5], m[1]), more, m[2][1], m[2][0])
    return _stress(p, trial, keep), more, warmer, keep


@scalar
def _rate(strain, dt):  # type: ignore[no-untyped-def]
    """Effective strain rate of a strain increment [1/s]."""
    _, d = deviator(strain)
    return math.sqrt(real(2 / 3, dt) * contracted(d, d)) / dt


@scalar
def _stress(p, s, keep):  # type: ignore[no-untyped-def]
    return s[0] * keep + p, s[1] * keep + p, s[2] * keep + p, s[3] * keep, s[4] * keep, s[5] * keep


@scalar
def _work(vol, strain, before, after, q):  # type: ignore[no-untyped-def]
    """Internal energy of a step [J]: the mean stress on the strain, and what the bulk viscosity took; q: before and after, together."""
    both = (
        before[0] + after[0] - q, before[1] + after[1] - q, before[2] + after[2] - q,
        before[3] + after[3], before[4] + after[4], before[5] + after[5],
    )  # fmt: skip
    return real(0.5, vol) * vol * contracted(both, strain)


@scalar
def _damped(stress, q):  # type: ignore[no-untyped-def]
    return stress[0] - q, stress[1] - q, stress[2] - q, stress[3], stress[4], stress[5]


@scalar
def _hex(kin, old, dt, m, new):  # type: ignore[no-untyped-def]
    """From the new stress to forces and energies of a hexahedron."""
    strain, _, (j, bow, g, (vol, largest, total)), modes = kin
    stress, more, temperature, keep = new
    rho = old[4] / vol
    speed = math.sqrt(m[2] / rho)
    short = shortest(largest, total, m[1], m[2])
    q, step = viscosity(rho, length(largest), short, speed, (strain[0] + strain[1] + strain[2]) / dt, m[6], m[5])
    slow = damping(old[4], speed, total, m[3])
    held, f, leaned = bent(along(modes, j), old[6], j, vol, dt, m, keep)
    t = thrust(vol, _damped(stress, q))
    forces = (
        pushed(t[0], f, j[0], modes[0], slow, g, bow),
        pushed(t[1], f, j[1], modes[1], slow, g, bow),
        pushed(t[2], f, j[2], modes[2], slow, g, bow),
    )
    energy = old[2] + _work(vol, strain, old[0], stress, old[7] + q)
    hourglass = old[3] + leaned + dt * slow * squared(modes)
    return forces, stress, old[1] + more, energy, hourglass, temperature, held, step, q


@scalar
def _tet(kin, old, dt, m, new):  # type: ignore[no-untyped-def]
    """From the new stress to forces and energies of a tetrahedron."""
    strain, _, shape = kin
    stress, more, temperature, _ = new
    rho = old[4] / shape[0]
    short = tet_shortest(shape)
    q, step = viscosity(rho, shape[1], short, math.sqrt(m[2] / rho), (strain[0] + strain[1] + strain[2]) / dt, m[6], m[5])
    energy = old[2] + _work(shape[0], strain, old[0], stress, old[7] + q)
    return tet_pushed(_damped(stress, q), shape), stress, old[1] + more, energy, old[3], temperature, old[6], step, q
