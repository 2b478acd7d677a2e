"""Who is near whom: the hash of voxels finds what looking at everybody finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.crash.contact_loops import list_near

SEEDS = st.integers(0, 2**32 - 1)


def everybody(x, part, low, high, of):
    inside = ((x[:, None] >= low) & (x[:, None] <= high)).all(axis=2) & (part[:, None] != of)
    return [np.flatnonzero(row) for row in inside]


def compared(x, part, low, high, of, size):
    first, found = list_near(x, part.astype(np.int32), low, high, of.astype(np.int32), size)
    assert len(first) == len(x) + 1
    for k, wanted in enumerate(everybody(x, part, low, high, of)):
        assert found[first[k] : first[k + 1]].tolist() == wanted.tolist()


@given(SEEDS, st.floats(0.05, 3))
def test_boxes_around_points(seed, size):
    rng = np.random.default_rng(seed)
    points, count = rng.integers(0, 60), rng.integers(1, 60)
    x, centre = rng.uniform(-2, 2, (points, 3)), rng.uniform(-2, 2, (count, 3))
    half = rng.uniform(0, 0.5, (count, 3))
    compared(x, rng.integers(0, 3, points), centre - half, centre + half, rng.integers(0, 3, count), size)


@settings(max_examples=30)
@given(SEEDS)
def test_points_on_corners_of_voxels_and_boxes(seed):
    rng = np.random.default_rng(seed)
    x, low = rng.integers(-3, 4, (40, 3)).astype(float), rng.integers(-3, 3, (30, 3)).astype(float)
    compared(x, rng.integers(0, 2, 40), low, low + rng.integers(0, 3, (30, 3)), rng.integers(0, 2, 30), 1.0)


def test_far_away_and_small():
    """Metres off the origin, micrometres in size."""
    rng = np.random.default_rng(3)
    x = 7.0 + 1e-5 * rng.uniform(size=(200, 3))
    low = 7.0 + 1e-5 * rng.uniform(size=(100, 3))
    compared(x, np.zeros(200, int), low, low + 1e-6, np.ones(100, int), 3e-6)


def test_a_body_is_not_near_itself():
    x = np.zeros((5, 3))
    _, found = list_near(x, np.zeros(5, np.int32), x - 1, x + 1, np.zeros(5, np.int32), 1.0)
    assert len(found) == 0
