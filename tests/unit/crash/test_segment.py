"""A node at a face: the nearest place on it, the shares of its corners, friction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.unit.crash.compiled import above, between, flat, rubbed, shares
from tests.unit.crash.reference import rotation

SEEDS = st.integers(0, 2**32 - 1)
SQUARE = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float)


def at(face, r, s):
    return np.array(shares(float(r), float(s))) @ face


def seen(face, p):
    r, s, height, n = above(flat(p), *(flat(c) for c in face))
    return r, s, height, np.array(n)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_shares_are_a_partition_of_unity_and_bilinear(r, s):
    found = np.array(shares(r, s))
    assert found.sum() == pytest.approx(1, abs=1e-14)
    assert (found >= -1e-15).all()
    assert found @ SQUARE[:, 0] == pytest.approx(r, abs=1e-14)
    assert found @ SQUARE[:, 1] == pytest.approx(s, abs=1e-14)


@given(SEEDS, st.floats(-1.02, 1.02), st.floats(-1.02, 1.02), st.floats(0, 1))
def test_the_short_look_never_misses_who_is_inside(seed, r, s, share):
    """Warped faces: nobody who is less deep than the thickness is turned away, and nobody far above or below is let through."""
    rng = np.random.default_rng(seed)
    face = SQUARE + rng.uniform(-0.3, 0.3, (4, 3))
    n = seen(face, at(face, r, s))[3]
    depth, thickness = 0.5 * share, 0.5
    point = at(face, r, s) - depth * n
    found = seen(face, point)
    if -thickness < found[2] < 0 and max(abs(found[0]), abs(found[1])) <= 1.02:
        assert between(flat(point), *(flat(c) for c in face), thickness)
    for away in (1.0, -1.5):
        assert not between(flat(at(face, r, s) + away * n), *(flat(c) for c in face), thickness)


@pytest.mark.parametrize("k", range(4))
def test_at_a_corner_the_corner_has_it_all(k):
    assert shares(float(SQUARE[k, 0]), float(SQUARE[k, 1])) == tuple(1.0 if j == k else 0.0 for j in range(4))


@given(SEEDS, st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(-0.3, 0.3))
def test_above_a_parallelogram_it_is_exact(seed, r, s, height):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=3), rng.normal(size=3)
    b = b + (1 if a @ b > 0 else -1) * 0.3 * np.cross(a, rng.normal(size=3))  # none too slanted
    n = np.cross(a, b)
    if np.linalg.norm(n) < 0.3 * np.linalg.norm(a) * np.linalg.norm(b):
        return
    n /= np.linalg.norm(n)
    face = rng.normal(size=3) + SQUARE[:, :1] * a + SQUARE[:, 1:2] * b
    found = seen(face, at(face, r, s) + height * n)
    assert found[:3] == pytest.approx((r, s, height), abs=1e-10)
    assert found[3] == pytest.approx(n, abs=1e-10)


@settings(max_examples=40)
@given(SEEDS, st.floats(-0.9, 0.9), st.floats(-0.9, 0.9), st.floats(-0.15, 0.15))
def test_above_a_warped_face_it_is_the_nearest_place(seed, r, s, height):
    rng = np.random.default_rng(seed)
    face = (SQUARE + rng.uniform(-0.1, 0.1, (4, 3))) @ rotation(rng.normal(size=3), rng.uniform(0, 3)).T
    p = at(face, r, s) + height * np.cross(face[2] - face[0], face[3] - face[1]) / 4
    found_r, found_s, found_height, n = seen(face, p)
    nearest = minimize(lambda q: ((at(face, *q) - p) ** 2).sum(), (r, s), tol=1e-14, method="BFGS")
    assert (found_r, found_s) == pytest.approx(nearest.x, abs=2e-4)
    assert abs(found_height) == pytest.approx(np.sqrt(nearest.fun), abs=1e-6)
    assert np.sign(found_height) == np.sign(height) or abs(found_height) < 1e-6
    assert np.linalg.norm(n) == pytest.approx(1, rel=1e-12)


@given(SEEDS, st.floats(0.05, 0.3), st.floats(0.05, 0.3), st.floats(-0.2, 0.2))
def test_above_a_triangle_whose_last_corner_stands_twice(seed, r, s, height):
    rng = np.random.default_rng(seed)
    turn = rotation(rng.normal(size=3), rng.uniform(0, 3))
    corners = np.array([[0, 0, 0], [1, 0, 0], [0.2, 0.9, 0]]) @ turn.T
    p = corners[0] + (r + 0.1) * (corners[1] - corners[0]) + (s + 0.1) * (corners[2] - corners[0]) + height * turn[:, 2]
    found_r, found_s, found_height, n = seen(corners[[0, 1, 2, 2]], p)
    assert found_height == pytest.approx(height, abs=1e-9)
    assert n == pytest.approx(turn[:, 2], abs=1e-9)
    assert abs(found_r) <= 1.001
    assert abs(found_s) <= 1.001


def test_far_beside_a_face_is_outside_of_it():
    for p in ([3, 0, 0.1], [0, -5, 0.1], [2, 2, -0.1]):
        r, s, _, _ = seen(SQUARE, np.array(p, float))
        assert max(abs(r), abs(s)) > 1.5


@given(SEEDS, st.floats(0, 2))
def test_friction_lies_in_the_face_within_coulombs_limit(seed, friction):
    rng = np.random.default_rng(seed)
    n = rng.normal(size=3)
    n /= np.linalg.norm(n)
    held, slip = rng.normal(size=3), rng.normal(size=3)
    found = np.array(rubbed(flat(held), flat(slip), flat(n), 1.5, 2.0, friction))
    assert found @ n == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(found) <= 1.5 * friction + 1e-12
    trial = held - 2.0 * slip
    trial -= n * (trial @ n)
    if np.linalg.norm(trial) <= 1.5 * friction:
        assert found == pytest.approx(trial, abs=1e-12)
    else:
        assert np.linalg.norm(found) == pytest.approx(1.5 * friction, rel=1e-9, abs=1e-12)
        assert np.linalg.norm(np.cross(found, trial)) == pytest.approx(0, abs=1e-9)
