"""Hourglass control: what it works against, and what it leaves alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crash.compiled import ELASTIC, hex_linear, stepped
from tests.unit.crash.reference import CORNERS, MODES, Solid, State, crooked, hex_gradients, rotation

SEEDS = st.integers(0, 2**32 - 1)
VISCOUS, SPRINGY = Solid(viscous=0.1), Solid(elastic=0.05)


def gammas(x):
    """The modes without what linear fields have of them."""
    return MODES - (MODES @ x) @ hex_gradients(x)[0].T


@pytest.mark.parametrize("mode", range(4))
@pytest.mark.parametrize("axis", range(3))
def test_a_mode_has_no_stress_and_is_resisted(mode, axis):
    x, v = CORNERS / 2, np.zeros((8, 3))
    v[:, axis] = 1e-3 * MODES[mode]
    for solid in (VISCOUS, SPRINGY):
        force, new, _ = stepped(hex_linear, x, v, State(7850.0), 1e-6, solid.constants, ELASTIC)
        assert np.abs(new.stress).max() < 1e-9 * 210e9 * 1e-9
        assert (force * v).sum() < 0
        assert new.hourglass > 0
        assert new.energy == 0
        if solid is VISCOUS:  # along the mode itself
            assert force == pytest.approx(v * (force * v).sum() / (v * v).sum(), abs=1e-9 * np.abs(force).max())


@given(SEEDS)
def test_rigid_motion_and_uniform_strain_are_free_of_it(seed):
    rng = np.random.default_rng(seed)
    x = crooked(rng)
    v = x @ rng.normal(size=(3, 3)).T + rng.normal(size=3)
    force, new, _ = stepped(hex_linear, x, v, State(7850.0), 1e-9, Solid(viscous=0.1, elastic=0.05).constants, ELASTIC)
    bare, _, _ = stepped(hex_linear, x, v, State(7850.0), 1e-9, Solid().constants, ELASTIC)
    scale = 0.1 * np.sqrt(210e9 * 7850) * np.abs(v).max()
    assert np.abs(force - bare).max() < 1e-12 * scale
    assert new.hourglass < 1e-12 * scale


@given(SEEDS)
def test_viscous_forces_take_from_the_nodes_what_they_count(seed):
    rng = np.random.default_rng(seed)
    x, v, dt = crooked(rng), rng.normal(size=(8, 3)), 1e-7
    bare, _, _ = stepped(hex_linear, x, v, State(7850.0), dt, Solid().constants, ELASTIC)
    force, new, _ = stepped(hex_linear, x, v, State(7850.0), dt, VISCOUS.constants, ELASTIC)
    assert new.hourglass == pytest.approx(-dt * ((force - bare) * v).sum(), rel=1e-9)


@given(SEEDS)
def test_elastic_forces_give_back_what_they_took(seed):
    rng = np.random.default_rng(seed)
    x, v, dt = crooked(rng), 1e-3 * rng.normal(size=(3, 4)), 1e-6
    v = (v @ gammas(x)).T  # no strain: gamma is orthogonal to linear fields
    _, there, _ = stepped(hex_linear, x, v, State(7850.0), dt, SPRINGY.constants, ELASTIC)
    _, back, _ = stepped(hex_linear, x, -v, there, dt, SPRINGY.constants, ELASTIC)
    assert there.hourglass > 0
    assert back.hourglass == pytest.approx(0, abs=1e-9 * there.hourglass)
    assert np.abs(back.held).max() < 1e-9 * np.abs(there.held).max()  # a rounded gamma has a rounded rotation


def test_elastic_forces_flow_with_the_material():
    """Half of the trial deviator is cut off, and half of the hourglass force with it."""
    x = CORNERS / 2
    held = np.arange(1.0, 13.0).reshape(3, 4)
    shear = 1e6 * np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    old = State(7850.0, stress=shear, held=held)
    _, new, _ = stepped(hex_linear, x, np.zeros((8, 3)), old, 1e-6, SPRINGY.constants, (np.sqrt(3) * 0.5e6, 0.0))
    assert new.stress == pytest.approx(shear / 2, abs=1e-6)
    assert new.held == pytest.approx(held / 2, rel=1e-9)


def test_the_coefficients_are_those_of_a_cube_by_flanagan_and_belytschko():
    """For a cube of edge a: Q rho a^2 c / 4 against rates, in bending kappa (lambda + 2 mu) 3 a / 32 against displacements."""
    a, dt = 0.02, 1e-9
    x, v, mass = CORNERS * a / 2, np.zeros((8, 3)), 7850 * a**3
    v[:, 2] = MODES[1]  # its rate: 8
    sound = np.sqrt(VISCOUS.modulus / 7850)
    force, _, _ = stepped(hex_linear, x, v, State(mass), dt, VISCOUS.constants, ELASTIC)
    assert force[:, 2] == pytest.approx(-MODES[1] * 8 * 0.1 * 7850 * a**2 * sound / 4, rel=1e-9)
    force, _, _ = stepped(hex_linear, x, v, State(mass), dt, SPRINGY.constants, ELASTIC)
    assert force[:, 2] == pytest.approx(-MODES[1] * 8 * dt * 0.05 * SPRINGY.modulus * 3 * a / 32, rel=1e-9)


FLAT, CURVED = np.array([5e-3, 4e-3, 1e-3]), 0.01  # a layer of a plate [m]; its curvature [1/m]


def layer_after(displacement, height=0.0):
    """Hourglass energy of a layer of a plate `height` above its middle, displaced at once, over its volume and D; and its stress."""
    x = CORNERS * FLAT / 2 + np.array([0, 0, height])
    u = displacement(*x.T)
    dt = 1e-6
    _, new, _ = stepped(hex_linear, x + u, u / dt, State(7850 * FLAT.prod()), dt, SPRINGY.constants, ELASTIC)
    return new.hourglass / FLAT.prod() / (4.5 * SPRINGY.elastic * SPRINGY.modulus), new.stress


def twist(x, y, z):
    return CURVED * np.stack([-y * z, -x * z, x * y], axis=1)


def bend(x, y, z):
    return CURVED * np.stack([-x * z, 0 * y, x * x / 2], axis=1)


@pytest.mark.parametrize("height", [0.0, 1e-3])
def test_a_plate_that_twists_strains_its_layers_as_much_as_it_should(height):
    """Its shear strain changes by 2 kappa t through a layer, nothing else strains: however long the elements are."""
    found, stress = layer_after(twist, height)
    shear = CURVED * FLAT[2]  # at the layer's faces, more than in its middle
    assert found == pytest.approx((1 - 0.3) / 2 * shear**2 / 6, rel=1e-4)
    assert stress[0, 1] == pytest.approx(-2 * CURVED * height * SPRINGY.shear, rel=1e-4, abs=1)


@pytest.mark.parametrize("height", [0.0, 1e-3])
def test_a_plate_that_bends_strains_its_layers_as_much_as_it_should(height):
    found, stress = layer_after(bend, height)
    assert found == pytest.approx((CURVED * FLAT[2] / 2) ** 2 / 6, rel=1e-4)
    assert stress[0, 0] == pytest.approx(-CURVED * height * SPRINGY.modulus, rel=1e-4, abs=1)


def test_stresses_turn_with_the_body():
    """A quarter turn in 90 steps: the forces have turned, the stresses, which look along the element's edges, are the same."""
    x, turn = crooked(np.random.default_rng(2)), rotation([1, 2, 3], np.pi / 180)
    held = 1e6 * np.random.default_rng(1).normal(size=(3, 4))
    old = State(7850.0, held=held)
    first, _, _ = stepped(hex_linear, x, np.zeros((8, 3)), old, 1.0, SPRINGY.constants, ELASTIC)
    for _ in range(90):
        before, x = x, x @ turn.T
        last, old, _ = stepped(hex_linear, x, x - before, old, 1.0, SPRINGY.constants, ELASTIC)
    assert old.held == pytest.approx(held, rel=1e-6)
    assert last == pytest.approx(first @ rotation([1, 2, 3], np.pi / 2).T, abs=1e-6 * np.abs(first).max())
