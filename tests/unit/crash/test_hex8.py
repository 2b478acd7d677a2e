"""The one-point hexahedron: geometry, equilibrium, patch test, spin, critical time step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crash.compiled import (
    ELASTIC,
    columns,
    flat,
    full,
    hex_linear,
    length,
    nodal,
    pushed,
    slopes_and_modes,
    stepped,
    strained,
    thrust,
    voigt,
)
from tests.unit.crash.reference import CORNERS, Solid, State, crooked, fastest, hex_gradients, hex_length, rotation, symmetric
from twin.geometry import hexmesh

SEEDS = st.integers(0, 2**32 - 1)
NO_HOURGLASS = ((0.0,) * 3,) * 4


def moved(x, v, dt=1.0):
    """Strain, half rotation, shape, modes' rates."""
    return strained(*columns(x), *columns(v), dt)


def forces(x, stress, q=NO_HOURGLASS):
    """On the nodes (8, 3), of a stress and of forces on the modes."""
    _, _, (j, bow, g, (volume, _, _)), _ = moved(x, np.zeros((8, 3)))
    t = thrust(volume, stress)
    return np.array([pushed(t[d], q, j[d], (0.0,) * 4, 0.0, g, bow) for d in range(3)]).T


@given(SEEDS)
def test_forces_are_the_transpose_of_slopes_and_modes(seed):
    rng = np.random.default_rng(seed)
    x, t, q = rng.normal(size=8), rng.normal(size=3), rng.normal(size=4)
    slopes, modes = slopes_and_modes(flat(x))
    assert t @ slopes + q @ modes == pytest.approx(x @ nodal(flat(t), flat(q)), abs=1e-12)


def test_slopes_are_eight_times_the_derivatives_and_modes_do_not_see_them():
    for k in range(3):
        slopes, modes = slopes_and_modes(flat(CORNERS[:, k]))
        assert slopes == tuple(8.0 * (np.arange(3) == k))
        assert modes == (0.0,) * 4


@given(SEEDS)
def test_a_linear_field_has_its_exact_gradient_and_no_hourglass_rate(seed):
    rng = np.random.default_rng(seed)
    x, a = crooked(rng), 1e-6 * rng.normal(size=(3, 3))
    exact = a @ np.linalg.inv(np.eye(3) - a / 2)
    strain, half_turn, _, modes = moved(x, x @ a.T + rng.normal(size=3))
    assert full(strain) == pytest.approx((exact + exact.T) / 2, abs=1e-14)
    assert half_turn[2] == pytest.approx((exact[1, 0] - exact[0, 1]) / 4, abs=1e-14)
    assert np.array(modes) == pytest.approx(np.zeros((3, 4)), abs=1e-13)


@given(SEEDS)
def test_size_and_gradients(seed):
    rng = np.random.default_rng(seed)
    x = crooked(rng)
    slopes, volume = hex_gradients(x)
    _, _, (_, _, g, (found, largest, total)), _ = moved(x, np.zeros((8, 3)))
    assert found == pytest.approx(volume, rel=1e-12)
    assert length(largest) == pytest.approx(hex_length(x), rel=1e-12)
    assert total == pytest.approx((np.array(g) ** 2).sum(), rel=1e-12)
    assert CORNERS @ g == pytest.approx(slopes, abs=1e-12)


@given(SEEDS)
def test_a_parallelepiped_has_its_exact_volume(seed):
    edges = np.eye(3) + np.random.default_rng(seed).uniform(-0.3, 0.3, (3, 3))
    _, _, (_, _, _, (volume, *_)), _ = moved((CORNERS + 1) / 2 @ edges, np.zeros((8, 3)))
    assert volume == pytest.approx(np.linalg.det(edges), rel=1e-12)


def test_an_element_that_is_inside_out_has_no_critical_step():
    x = CORNERS[[4, 5, 6, 7, 0, 1, 2, 3]]
    _, _, (_, _, _, (volume, *_)), _ = moved(x, np.zeros((8, 3)))
    assert volume == pytest.approx(-8)
    for flat_or_turned in (x, x * [1, 1, 0]):
        _, _, step = stepped(hex_linear, flat_or_turned, np.zeros((8, 3)), State(1.0), 1e-9, Solid().constants, ELASTIC)
        assert not step > 0


@given(SEEDS)
def test_forces_of_a_stress_are_in_equilibrium_and_have_its_virial(seed):
    rng = np.random.default_rng(seed)
    x, stress = crooked(rng), symmetric(rng)
    force = forces(x, voigt(stress))
    assert force.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-13)
    assert np.cross(x, force).sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-13)
    assert force.T @ x == pytest.approx(-hex_gradients(x)[1] * stress, abs=1e-13)


@given(SEEDS)
def test_hourglass_forces_are_in_equilibrium(seed):
    rng = np.random.default_rng(seed)
    x = crooked(rng)
    force = forces(x, (0.0,) * 6, tuple(flat(q) for q in rng.normal(size=(4, 3))))
    assert force.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert force.T @ x == pytest.approx(np.zeros((3, 3)), abs=1e-12)


def patched(mesh, x, solid, gradient):
    """Stress of each element (m, 3, 3) and forces on the nodes after a small linear displacement."""
    u = x @ gradient.T
    force, stresses = np.zeros_like(x), []
    for hexa in mesh.hexes:
        volume = hex_gradients(x[hexa])[1]
        found, new, _ = stepped(hex_linear, x[hexa] + u[hexa], u[hexa], State(7850 * volume), 1.0, solid.constants, ELASTIC)
        force[hexa] += found
        stresses.append(new.stress)
    return np.array(stresses), force


def inside(x):
    return ((x > 1e-9) & (x < 1 - 1e-9)).all(axis=1)


def patch_mesh(rng, axes):
    """27 elements of a cube, their inner nodes moved along some axes; along z as whole columns."""
    mesh = hexmesh.box((1.0, 1.0, 1.0), (3, 3, 3))
    x = mesh.nodes + np.array([0.5, 0.5, 0.0])
    columns_, number = np.unique(np.round(x[:, :2], 6), axis=0, return_inverse=True)
    shift = rng.uniform(-0.1, 0.1, (len(columns_), 3))[number.reshape(-1)] * axes
    return mesh, x + shift * ((x > 1e-9) & (x < 1 - 1e-9))


@settings(max_examples=10)
@given(SEEDS)
def test_patch_a_linear_displacement_of_crooked_elements_gives_one_stress_and_no_force_inside(seed):
    rng = np.random.default_rng(seed)
    solid, gradient = Solid(elastic=0.05), 1e-3 * rng.normal(size=(3, 3))
    mesh, x = patch_mesh(rng, [1, 1, 0])
    stresses, force = patched(mesh, x, solid, gradient)
    middle = gradient @ np.linalg.inv(np.eye(3) + gradient / 2)
    strain = (middle + middle.T) / 2
    exact = 2 * solid.shear * strain + (solid.bulk - 2 / 3 * solid.shear) * np.trace(strain) * np.eye(3)
    size = np.abs(exact).max()
    assert np.abs(stresses - exact).max() < 1e-10 * size
    assert np.abs(force[inside(x)]).max() < 1e-10 * size / 9


def test_a_stressed_element_that_turns_by_360_degrees_has_its_stress_and_energy_again():
    rng = np.random.default_rng(1)
    x, stress = crooked(rng, 0.01), symmetric(rng, 3e8)
    solid, turn = Solid(elastic=0.05, viscous=0.1), rotation([1, 2, 3], np.radians(1))
    old = State(1e-3, stress=stress, energy=2.0, hourglass=0.5)
    for _ in range(360):
        before, x = x, x @ turn.T
        _, old, _ = stepped(hex_linear, x, (x - before) / 1e-7, old, 1e-7, solid.constants, ELASTIC)
    assert np.abs(old.stress - stress).max() < 1e-6 * np.abs(stress).max()
    assert old.energy == pytest.approx(2.0, abs=1e-9)
    assert old.hourglass == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("sides", [(1.0, 1.0, 1.0), (1.0, 2.0, 0.5), (0.3, 0.3, 4.0)])
def test_the_critical_step_of_a_brick_without_lateral_contraction_is_two_over_its_highest_frequency(sides):
    x, solid = CORNERS / 2 * sides * 0.01, Solid(poisson=0.0)
    mass = 7850 * hex_gradients(x)[1]
    _, _, step = stepped(hex_linear, x, np.zeros((8, 3)), State(mass), 1e-9, solid.constants, ELASTIC)
    assert step == pytest.approx(2 / fastest(x, mass, solid, hex_gradients), rel=1e-6)


@given(st.floats(0.3, 3), st.floats(0.3, 3), st.floats(0.0, 0.45))
def test_the_critical_step_is_safe_for_bricks_and_exact_for_cubes(a, b, poisson):
    solid, slower = Solid(poisson=poisson, linear=0.06, quadratic=1.5), 0.06 + np.sqrt(0.06**2 + 1)
    for sides in ((a, b, 1.0), (a, a, a)):
        x, mass = CORNERS / 2 * sides, 7850 * np.prod(sides)
        _, _, step = stepped(hex_linear, x, np.zeros((8, 3)), State(mass), 1e-9, solid.constants, ELASTIC)
        exact = 2 / fastest(x, mass, solid, hex_gradients) / slower
        assert step <= exact * (1 + 1e-9)
    assert step == pytest.approx(exact, rel=1e-9)
