"""Strain and rotation of a step, and small tensors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crash.compiled import contracted, deviator, flat, full, midpoint, rotated, traction, voigt, von_mises
from tests.unit.crash.reference import deviatoric, mises, rotation, symmetric

SEEDS = st.integers(0, 2**32 - 1)


def axial(w):
    """Of a skew matrix."""
    return np.array([w[2, 1], w[0, 2], w[1, 0]])


def rows(a):
    return tuple(flat(row) for row in a)


@given(SEEDS)
def test_the_strain_of_a_step_is_the_symmetric_part_of_the_gradient_in_its_middle(seed):
    a = np.random.default_rng(seed).uniform(-0.4, 0.4, (3, 3))
    exact = a @ np.linalg.inv(np.eye(3) - a / 2)
    strain, half_turn = midpoint(rows(a), 1.0)
    assert full(strain) == pytest.approx((exact + exact.T) / 2, abs=1e-13)
    assert np.array(half_turn) == pytest.approx(axial((exact - exact.T) / 2) / 2, abs=1e-13)


@given(SEEDS, st.floats(-170, 170))
def test_a_rigid_turn_does_not_strain_and_turns_the_stress_exactly(seed, degrees):
    rng = np.random.default_rng(seed)
    turn, stress = rotation(rng.normal(size=3), np.radians(degrees)), symmetric(rng)
    strain, half_turn = midpoint(rows(np.eye(3) - turn.T), 1.0)  # x_end - x_start = (1 - R') x_end
    assert full(strain) == pytest.approx(np.zeros((3, 3)), abs=1e-12)
    assert full(rotated(voigt(stress), half_turn)) == pytest.approx(turn @ stress @ turn.T, abs=1e-12)


@given(SEEDS)
def test_a_stress_is_turned_by_the_rotation_of_hughes_and_winget(seed):
    rng = np.random.default_rng(seed)
    stress, half = symmetric(rng), rng.uniform(-3, 3, 3)
    w = 2 * np.array([[0, -half[2], half[1]], [half[2], 0, -half[0]], [-half[1], half[0], 0]])
    q = np.linalg.solve(np.eye(3) - w / 2, np.eye(3) + w / 2)
    assert q @ q.T == pytest.approx(np.eye(3), abs=1e-12)
    found = full(rotated(voigt(stress), flat(half)))
    assert found == pytest.approx(q @ stress @ q.T, abs=1e-12)
    assert np.linalg.eigvalsh(found) == pytest.approx(np.linalg.eigvalsh(stress), abs=1e-12)


@given(SEEDS)
def test_products_of_symmetric_tensors(seed):
    rng = np.random.default_rng(seed)
    a, b, n = symmetric(rng, 1e8), symmetric(rng), rng.normal(size=3)
    assert contracted(voigt(a), voigt(b)) == pytest.approx((a * b).sum(), rel=1e-12, abs=1e-6)
    assert np.array(traction(voigt(a), flat(n))) == pytest.approx(a @ n, rel=1e-12, abs=1e-6)
    mean, rest = deviator(voigt(a))
    assert mean == pytest.approx(np.trace(a) / 3, rel=1e-12, abs=1e-6)
    assert full(rest) == pytest.approx(deviatoric(a), abs=1e-6)
    assert von_mises(rest) == pytest.approx(mises(a), rel=1e-12)


def test_a_bar_under_tension_has_its_stress_as_equivalent_stress_and_none_can_be_divided_by():
    assert von_mises(deviator((3e8, 0.0, 0.0, 0.0, 0.0, 0.0))[1]) == pytest.approx(3e8, rel=1e-14)
    assert 0 < von_mises((0.0,) * 6) < 1e-12
