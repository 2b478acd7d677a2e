"""Whole steps of the compiled elements beside the textbook's, and their energy beside the work of their forces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crash import reference
from tests.unit.crash.compiled import hex_linear, hex_table, stepped, tet_linear
from tests.unit.crash.reference import (
    CORNERS,
    Solid,
    State,
    crooked,
    crooked_tet,
    hex_gradients,
    hex_step,
    symmetric,
    tet_gradients,
    tet_step,
)

SEEDS = st.integers(0, 2**32 - 1)
SOLID = Solid(viscous=0.08, elastic=0.05, quadratic=1.5, linear=0.06)
FORMS = {"hex": (hex_linear, hex_step, crooked, hex_gradients), "tet": (tet_linear, tet_step, crooked_tet, tet_gradients)}


def same(found, wanted):
    """Forces, states and steps agree, each compared with its own size."""
    (force, new, step), (force_, new_, step_) = found, wanted
    assert step == pytest.approx(step_, rel=1e-10)
    for a, b in ((force, force_), (new.stress, new_.stress), (new.held, new_.held)):
        assert np.abs(a - b).max() <= 1e-9 * np.abs(b).max()
    for name in ("ep", "energy", "hourglass"):
        assert getattr(new, name) == pytest.approx(getattr(new_, name), rel=1e-9, abs=1e-12 * abs(new_.energy))


def any_state(rng, mass, held):
    stress = symmetric(rng, 2e8)
    return State(mass, stress, rng.uniform(0, 0.5), 3.0, 1.0, held=1e3 * rng.normal(size=(3, 4)) * held)


@pytest.mark.parametrize("form", FORMS)
@given(SEEDS, st.floats(-7, -1))
def test_a_step_is_the_textbooks(form, seed, decades):
    """Elastic or plastic, small steps or half a turn and half the size at once."""
    rng = np.random.default_rng(seed)
    compiled, textbook, made, gradients = FORMS[form]
    x, dt = made(rng, 0.01), 1e-6
    v = 0.01 * 10**decades / dt * rng.normal(size=x.shape)
    if gradients(x - v * dt / 2)[1] <= 0.2 * gradients(x)[1]:
        v = v / 10
    old = any_state(rng, 7850 * gradients(x)[1], form == "hex")
    yield0, slope = 3e8, 1e9
    found = stepped(compiled, x, v, old, dt, SOLID.constants, (yield0, slope))
    same(found, textbook(x, v, old, dt, SOLID, lambda ep: yield0 + slope * ep))


@given(SEEDS)
def test_a_step_with_a_curve_and_a_rate_effect_is_the_textbooks(seed):
    rng = np.random.default_rng(seed)
    x, dt = crooked(rng, 0.01), 1e-6
    v = 10 * rng.normal(size=x.shape)
    old = any_state(rng, 7850 * hex_gradients(x)[1], True)
    strains, stresses = [0.0, 0.1, 0.2, 0.3], [2e8, 3e8, 3.2e8, 4e8]
    changes = np.diff(np.diff(stresses) / 0.1, prepend=0.0, append=0.0)
    changes[-1] = -(stresses[-1] - stresses[-2]) / 0.1
    curve = (*strains, *[1e30] * 4), (*changes.tolist(), *[0.0] * 4), stresses[0]
    rate = reference.effective(reference.incremental(x, v, dt, hex_gradients)[0]) / dt
    factor = 1 + (rate / 40) ** 0.2
    found = stepped(hex_table, x, v, old, dt, SOLID.constants, curve, (40.0, 5.0))
    same(found, hex_step(x, v, old, dt, SOLID, lambda ep: factor * np.interp(ep, strains, stresses)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("yield0", [1e30, 2e8])
def test_the_energy_of_a_path_is_the_work_of_the_forces(form, yield0):
    """Of a path that bends, strains and turns an element, the better the finer it is taken."""
    compiled, _, made, gradients = FORMS[form]
    rng = np.random.default_rng(7)
    start = made(rng, 0.01)
    way = 0.0005 * rng.normal(size=start.shape)
    turn = np.array([0.3, -0.2, 0.4])

    def at(s):
        return (start + np.sin(2 * s) * way) @ reference.rotation(turn, s).T

    for steps, within in ((200, 1e-3), (1200, 1e-4)):
        old, work, before = State(7850 * gradients(start)[1]), 0.0, np.zeros_like(start)
        for k in range(steps):
            x0, x1 = at(k / steps), at((k + 1) / steps)
            force, old, _ = stepped(compiled, x1, (x1 - x0) * 1e6, old, 1e-6, Solid(elastic=0.05).constants, (yield0, 1e9))
            work -= ((force + before) / 2 * (x1 - x0)).sum()
            before = force
        assert old.energy + old.hourglass == pytest.approx(work, rel=within)


def test_viscosity_pushes_back_and_is_counted():
    """A cube squeezed at 1e4 /s: pressure rho l (0.06 c rate + 1.5 l rate^2), its work in the internal energy; stretched: none."""
    x, dt, rate, solid = CORNERS * 0.005, 1e-9, 1e4, Solid(poisson=0.0, linear=0.06, quadratic=1.5)
    mass = 7850 * 1e-6
    for sign in (-1.0, 1.0):
        v = np.zeros((8, 3))
        v[:, 2] = sign * rate * x[:, 2]
        force, new, _ = stepped(hex_linear, x, v, State(mass), dt, solid.constants, (1e30, 0.0))
        sound = np.sqrt(210e9 / 7850)
        q = 7850 * 0.01 * rate * (0.06 * sound + 1.5 * 0.01 * rate) if sign < 0 else 0.0
        assert -force[4:, 2].sum() / 1e-4 == pytest.approx(new.stress[2, 2] - q, rel=1e-4)
        elastic = new.stress[2, 2] * sign * rate * dt / 2
        assert new.energy == pytest.approx(1e-6 * (elastic + q / 2 * rate * dt), rel=1e-4)  # it began at 0
