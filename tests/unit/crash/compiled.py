"""The scalar functions of the crash kind as Python calls them: each compiled by itself, and kept on disk.

They are inlined where loops call them, so that nothing of them is kept on disk otherwise: every test would compile them anew.
"""

import numpy as np
from numba import config, njit

from tests.unit.crash.reference import State
from twin.kernel.cache import folder_for, writable
from twin.physics.crash import element as _element
from twin.physics.crash import hex8 as _hex8
from twin.physics.crash import plasticity as _plasticity
from twin.physics.crash import segment as _segment
from twin.physics.crash import solid as _solid
from twin.physics.crash import tensor as _tensor
from twin.physics.crash import tet4 as _tet4
from twin.physics.crash import walls as _walls


def kept(function):
    """Compile on first call, keep in the folder of the crash kind's own kernels: another one as soon as a file there changes."""
    place = folder_for(_element.__file__)
    before, config.CACHE_DIR = config.CACHE_DIR, str(place)
    try:
        return njit(error_model="numpy", cache=writable(place))(function)
    finally:
        config.CACHE_DIR = before


@kept
def contracted(a, b):
    return _tensor.contracted(a, b)


@kept
def deviator(s):
    return _tensor.deviator(s)


@kept
def von_mises(d):
    return _tensor.von_mises(d)


@kept
def traction(s, n):
    return _tensor.traction(s, n)


@kept
def midpoint(a, dt):
    return _tensor.midpoint(a, dt)


@kept
def rotated(s, h):
    return _tensor.rotated(s, h)


@kept
def slopes_and_modes(x):
    return _hex8.slopes_and_modes(x)


@kept
def nodal(t, q):
    return _hex8.nodal(t, q)


@kept
def strained(x, y, z, u, v, w, dt):
    return _solid.strained(x, y, z, u, v, w, dt)


@kept
def pushed(t, q, j, rate, slow, g, bow):
    return _solid.pushed(t, q, j, rate, slow, g, bow)


@kept
def thrust(vol, stress):
    return _solid.thrust(vol, stress)


@kept
def length(largest):
    return _hex8.length(largest)


@kept
def tet_strained(x, y, z, u, v, w, dt):
    return _tet4.tet_strained(x, y, z, u, v, w, dt)


@kept
def tet_pushed(stress, shape):
    return _tet4.tet_pushed(stress, shape)


@kept
def returned_linear(trial, ep, shear, yield0, slope):
    return _plasticity.returned_linear(trial, ep, shear, yield0, slope)


@kept
def returned_table(trial, ep, shear, curve, factor):
    return _plasticity.returned_table(trial, ep, shear, curve, factor)


@kept
def returned_power(trial, ep, shear, rate, temperature, law):
    return _plasticity.returned_power(trial, ep, shear, rate, temperature, law)


@kept
def hardened(ep, strains, slopes, yield0):
    return _plasticity.hardened(ep, strains, slopes, yield0)


@kept
def cowper_symonds(rate, c, p):
    return _plasticity.cowper_symonds(rate, c, p)


@kept
def johnson_cook(ep, rate, temperature, law):
    return _plasticity.johnson_cook(ep, rate, temperature, law)


@kept
def hex_linear(nodes, old, dt, m):
    return _element.hex_linear(nodes, old, dt, m)


@kept
def hex_table(nodes, old, dt, m):
    return _element.hex_table(nodes, old, dt, m)


@kept
def hex_johnson_cook(nodes, old, dt, m):
    return _element.hex_johnson_cook(nodes, old, dt, m)


@kept
def tet_linear(nodes, old, dt, m):
    return _element.tet_linear(nodes, old, dt, m)


@kept
def above(p, a, b, c, d):
    return _segment.above(p, a, b, c, d)


@kept
def between(p, a, b, c, d, thickness):
    return _segment.between(p, a, b, c, d, thickness)


@kept
def shares(r, s):
    return _segment.shares(r, s)


@kept
def rubbed(held, slip, n, push, stiffness, friction):
    return _segment.rubbed(held, slip, n, push, stiffness, friction)


@kept
def away(shape, p, axis, radius, x):
    return _walls.away(shape, p, axis, radius, x)


@kept
def stopped(gap, n, v, w, dt, friction):
    return _walls.stopped(gap, n, v, w, dt, friction)


def flat(array):
    """Numbers of an array as a tuple, which scalar functions take."""
    return tuple(np.asarray(array, float).reshape(-1).tolist())


def columns(x):
    """x, y and z of nodes (n, 3), a tuple each."""
    return tuple(flat(x[:, d]) for d in range(3))


def voigt(s):
    """A symmetric tensor (3, 3) as (xx, yy, zz, xy, yz, zx)."""
    return (*flat(np.diag(s)), float(s[0, 1]), float(s[1, 2]), float(s[2, 0]))


def full(s):
    """The other way round."""
    xx, yy, zz, xy, yz, zx = s
    return np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]])


def stepped(form, x, v, old, dt, *constants):
    """A step of one element that ends at x (n, 3) with velocities v (n, 3): forces (n, 3), state, critical time step."""
    state = voigt(old.stress), old.ep, old.energy, old.hourglass, old.mass, old.temperature, tuple(flat(q) for q in old.held), old.q
    force, stress, ep, energy, hourglass, temperature, held, step, q = form((*columns(x), *columns(v)), state, dt, constants)
    new = State(old.mass, full(stress), ep, energy, hourglass, temperature, np.array(held), q)
    return np.array(force).T[: len(x)], new, step


ELASTIC = 1e30, 0.0
"""Yield stress and hardening of what does not yield."""
