"""The linear tetrahedron: geometry, equilibrium, patch test, spin, critical time step."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.crash.compiled import ELASTIC, columns, full, stepped, tet_linear, tet_pushed, tet_strained, voigt
from tests.unit.crash.reference import Solid, State, crooked_tet, rotation, symmetric, tet_gradients, tet_length

SEEDS = st.integers(0, 2**32 - 1)
REGULAR = np.array([[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]], float) / 2


def moved(x, v, dt=1.0):
    return tet_strained(*columns(x), *columns(v), dt)


@given(SEEDS)
def test_a_linear_field_has_its_exact_strain(seed):
    rng = np.random.default_rng(seed)
    x, a = crooked_tet(rng), 1e-6 * rng.normal(size=(3, 3))
    exact = a @ np.linalg.inv(np.eye(3) - a / 2)
    strain, half_turn, _ = moved(x, x @ a.T + rng.normal(size=3))
    assert full(strain) == pytest.approx((exact + exact.T) / 2, abs=1e-14)
    assert half_turn[0] == pytest.approx((exact[2, 1] - exact[1, 2]) / 4, abs=1e-14)


@given(SEEDS)
def test_volume_and_smallest_height(seed):
    x = crooked_tet(np.random.default_rng(seed))
    _, _, (volume, height, *_) = moved(x, np.zeros((4, 3)))
    assert volume == pytest.approx(tet_gradients(x)[1], rel=1e-12)
    assert height == pytest.approx(tet_length(x), rel=1e-12)


def test_an_element_that_is_inside_out_has_a_negative_height():
    _, _, (volume, height, *_) = moved(REGULAR[[1, 0, 2, 3]], np.zeros((4, 3)))
    _, _, (right, up, *_) = moved(REGULAR, np.zeros((4, 3)))
    assert volume == pytest.approx(-right)
    assert height == pytest.approx(-up)


@given(SEEDS)
def test_forces_of_a_stress_are_in_equilibrium_and_have_its_virial(seed):
    rng = np.random.default_rng(seed)
    x, stress = crooked_tet(rng), symmetric(rng)
    _, _, shape = moved(x, np.zeros((4, 3)))
    eight = np.array(tet_pushed(voigt(stress), shape)).T
    force = eight[:4]
    assert not eight[4:].any()
    assert force.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-13)
    assert force.T @ x == pytest.approx(-shape[0] * stress, abs=1e-13)
    assert force == pytest.approx(-shape[0] * tet_gradients(x)[0] @ stress, abs=1e-13)


def six_of_each(count):
    """Kuhn's six tetrahedra of every one of count^3 cubes that fill a cube of edge 1: nodes, elements."""
    nodes = np.stack(np.meshgrid(*[np.arange(count + 1) / count] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    number = {tuple(np.round(count * p).astype(int).tolist()): k for k, p in enumerate(nodes)}
    tets = []
    for base in np.ndindex(count, count, count):
        for order in permutations(range(3)):
            at, corners = np.array(base), [base]
            for axis in order:
                at = at + np.eye(3, dtype=int)[axis]
                corners.append(tuple(at.tolist()))
            tet = [number[c] for c in corners]
            if np.linalg.det(nodes[tet[1:]] - nodes[tet[0]]) < 0:
                tet[2:] = tet[:1:-1]
            tets.append(tet)
    return nodes, np.array(tets)


@settings(max_examples=10)
@given(SEEDS)
def test_patch_a_linear_displacement_of_crooked_elements_gives_one_stress_and_no_force_inside(seed):
    rng = np.random.default_rng(seed)
    (x, tets), solid = six_of_each(3), Solid()
    inside = ((x > 1e-9) & (x < 1 - 1e-9)).all(axis=1)
    x[inside] += rng.uniform(-0.08, 0.08, (8, 3))
    u = 1e-3 * x @ rng.normal(size=(3, 3))
    force, stresses = np.zeros_like(x), []
    for tet in tets[np.isin(tets, np.flatnonzero(inside)).any(axis=1)]:
        mass = 7850 * tet_gradients(x[tet])[1]
        found, new, _ = stepped(tet_linear, x[tet] + u[tet], u[tet], State(mass), 1.0, solid.constants, ELASTIC)
        force[tet] += found
        stresses.append(new.stress)
    size = np.abs(stresses[0]).max()
    assert np.abs(np.array(stresses) - stresses[0]).max() < 1e-10 * size
    assert np.abs(force[inside]).max() < 1e-10 * size / 9


def test_a_stressed_element_that_turns_by_360_degrees_has_its_stress_and_energy_again():
    rng = np.random.default_rng(2)
    x, stress = crooked_tet(rng, 0.01), symmetric(rng, 3e8)
    old, turn = State(1e-3, stress=stress, energy=2.0), rotation([3, -1, 2], np.radians(1))
    for _ in range(360):
        before, x = x, x @ turn.T
        _, old, _ = stepped(tet_linear, x, (x - before) / 1e-7, old, 1e-7, Solid().constants, ELASTIC)
    assert np.abs(old.stress - stress).max() < 1e-6 * np.abs(stress).max()
    assert old.energy == pytest.approx(2.0, abs=1e-9)
