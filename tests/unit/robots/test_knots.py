"""Motions on knots and at samples: what ruckig itself says at these times is the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from robots.knots import Samples, profiles
from robots.trajectory import Trajectory, joint_move, profile_of
from twin.errors import BadInput

COUNT, JOINTS = 40, 6


@pytest.fixture(scope="module")
def motions() -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Random waypoints, some joints of some motions standing still, and limits."""
    rng = np.random.default_rng(8)
    start, goal = rng.uniform(-2, 2, (2, COUNT, JOINTS))
    goal = np.where(rng.random((COUNT, JOINTS)) < 0.1, start, goal)
    return start, goal, (rng.uniform(0.5, 2, JOINTS), rng.uniform(2, 8, JOINTS), rng.uniform(20, 90, JOINTS))


def test_samples_are_ruckig_s_own(motions) -> None:
    start, goal, limits = motions
    for q0, q1 in zip(start, goal, strict=True):
        ours, theirs = joint_move(q0, q1, *limits, dt=0.013), profile_of(q0, q1, *limits)
        assert ours.duration == pytest.approx(theirs.duration, abs=0.013)
        for t, q, qd, qdd in zip(ours.t[:-1], ours.q, ours.qd, ours.qdd, strict=False):
            for mine, peer in zip((q, qd, qdd), theirs.at_time(t), strict=True):
                np.testing.assert_allclose(mine, peer, atol=1e-9)


def test_knots_are_ruckig_s_own_from_the_start_on(motions) -> None:
    """Ahead of the start nothing is touched, from the end on the joints rest; other columns and motions that never begin stay."""
    start, goal, limits = motions
    h, columns, begin = 0.01, np.array([5, 0, 3, 1, 7, 2]), np.where(np.arange(COUNT) % 5 == 4, np.inf, 0.004 * np.arange(COUNT))
    motion = profiles(start, goal, *limits, np.ones(COUNT))
    q, qd = np.full((2, 700, 8, COUNT), 7.0)
    motion.write(begin, columns, h, q, qd)
    assert (q[:, [4, 6]] == 7.0).all()
    for i in range(COUNT):
        if not np.isfinite(begin[i]):
            assert (q[:, :, i] == 7.0).all()
            continue
        theirs = profile_of(start[i], goal[i], *limits)
        assert motion.duration[i] == theirs.duration
        for k in range(0, 700, 7):
            t = k * h - begin[i]
            if t < -1e-9:
                assert (q[k, :, i] == 7.0).all()
            else:
                position, speed, _ = theirs.at_time(max(t, 0.0)) if t < theirs.duration else (goal[i], np.zeros(JOINTS), None)
                np.testing.assert_allclose(q[k, columns, i], position, atol=1e-9)
                np.testing.assert_allclose(qd[k, columns, i], speed, atol=1e-8)


def test_a_share_of_the_speed_takes_the_same_path_longer(motions) -> None:
    start, goal, limits = motions
    whole, half = (profiles(start, goal, *limits, np.full(COUNT, share)) for share in (1.0, 0.5))
    np.testing.assert_allclose(half.duration, 2.0 * whole.duration, rtol=1e-9)


def test_sampled_motions_are_read_at_the_knots() -> None:
    t = 0.002 * np.arange(101)
    motion = Trajectory(t, np.sin(t)[:, None], np.cos(t)[:, None], -np.sin(t)[:, None])
    q, qd = np.zeros((2, 40, 1, 2))
    Samples([motion, None]).write(np.array([0.02, 0.0]), np.array([0]), 0.01, q, qd)
    np.testing.assert_allclose(q[2:23, 0, 0], np.sin(0.01 * np.arange(21)), atol=1e-15)
    assert (q[:2, 0, 0] == 0.0).all()
    assert (q[22:, 0, 0] == np.sin(0.2)).all()
    assert (qd[22:, 0, 0] == 0.0).all()
    assert (q[:, 0, 1] == 0.0).all()


def test_limits_that_nobody_gave_are_asked_for(motions) -> None:
    start, goal, (_, acceleration, jerk) = motions
    with pytest.raises(BadInput, match="speed limits need them given"):
        profiles(start, goal, np.full(JOINTS, np.inf), acceleration, jerk, np.ones(COUNT))
