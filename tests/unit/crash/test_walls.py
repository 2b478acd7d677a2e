"""Rigid walls: distances, and the velocity that a node has afterwards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.crash.compiled import away, flat, stopped
from twin.physics.crash.walls import CYLINDER, PLANE, SPHERE

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_distances_and_normals(seed):
    rng = np.random.default_rng(seed)
    p, axis, x, radius = rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.7
    axis /= np.linalg.norm(axis)
    across = x - p - axis * ((x - p) @ axis)
    wanted = {
        PLANE: ((x - p) @ axis, axis),
        CYLINDER: (np.linalg.norm(across) - radius, across / np.linalg.norm(across)),
        SPHERE: (np.linalg.norm(x - p) - radius, (x - p) / np.linalg.norm(x - p)),
    }
    for shape, (gap, normal) in wanted.items():
        found, n = away(shape, flat(p), flat(axis), radius, flat(x))
        assert found == pytest.approx(gap, abs=1e-12)
        assert n == pytest.approx(tuple(normal), abs=1e-9)


@given(SEEDS, st.floats(-1e-3, 1e-3), st.floats(0, 2))
def test_a_node_ends_on_the_wall_and_friction_only_slows_it(seed, gap, friction):
    rng = np.random.default_rng(seed)
    n, v, w, dt = rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 1e-3
    n /= np.linalg.norm(n)
    change = np.array(stopped(gap, flat(n), flat(v), flat(w), dt, friction))
    push = max(-gap / dt, 0.0)
    assert change @ n == pytest.approx(push, abs=1e-12)  # gap + dt push = 0
    slip = (v - w) - n * ((v - w) @ n)
    rub = change - push * n
    assert np.linalg.norm(rub) == pytest.approx(min(friction * push, np.linalg.norm(slip)), abs=1e-12)
    assert rub @ slip == pytest.approx(-np.linalg.norm(rub) * np.linalg.norm(slip), abs=1e-12)
