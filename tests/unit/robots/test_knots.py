"""Motions on knots and at samples: what ruckig itself says at these times is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.knots import Profiles, Raster, Samples, profiles
from robots.trajectory import Trajectory, joint_move, profile_of
from twin.errors import BadInput

COUNT, JOINTS = 40, 6

Motions = tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def motions() -> Motions:
    """Random waypoints, some joints of some motions standing still, and limits."""
    rng = np.random.default_rng(8)
    start, goal = rng.uniform(-2, 2, (2, COUNT, JOINTS))
    goal = np.where(rng.random((COUNT, JOINTS)) < 0.1, start, goal)
    return start, goal, (rng.uniform(0.5, 2, JOINTS), rng.uniform(2, 8, JOINTS), rng.uniform(20, 90, JOINTS))


def test_samples_are_ruckig_s_own(motions: Motions) -> None:
    start, goal, limits = motions
    for q0, q1 in zip(start, goal, strict=True):
        ours, theirs = joint_move(q0, q1, *limits, dt=0.013), profile_of(q0, q1, *limits)
        assert ours.duration == pytest.approx(theirs.duration, abs=0.013)
        for t, q, qd, qdd in zip(ours.t[:-1], ours.q, ours.qd, ours.qdd, strict=False):
            for mine, peer in zip((q, qd, qdd), theirs.at_time(t), strict=True):
                np.testing.assert_allclose(mine, peer, atol=1e-9)


def magnitude(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers between powers of ten."""
    return st.floats(least, most).map(lambda power: 10.0**power)


WAYS = st.lists(st.one_of(st.just(0.0), magnitude(-7, 1), magnitude(-7, 1).map(lambda way: -way)), min_size=JOINTS, max_size=JOINTS)


@given(WAYS, magnitude(-1, 1), magnitude(-1, 2), magnitude(-0.5, 3), st.floats(0.1, 1.0))
def test_closed_form_against_ruckig(ways: list[float], velocity: float, acceleration: float, jerk: float, scale: float) -> None:
    """All cases: limits reached or not, joints that wait for the slowest. Durations, limits, the way between and the goal."""
    goal = np.array(ways)
    limits = [np.full(JOINTS, limit) * np.linspace(1.0, 0.6, JOINTS) for limit in (velocity, acceleration, jerk)]
    motion = profiles(np.zeros((1, JOINTS)), goal[None], *limits, np.array([scale]))
    theirs = profile_of(np.zeros(JOINTS), goal, *(scale**power * limit for power, limit in enumerate(limits, start=1)))
    assert motion.duration[0] == pytest.approx(theirs.duration, rel=1e-9, abs=1e-12)
    j, turn, hold = motion.table[:, :, 0]
    speed = j * turn * (turn + hold)
    for figure, limit, power in ((speed, limits[0], 1), (j * turn, limits[1], 2), (j, limits[2], 3)):
        assert (np.abs(figure) <= scale**power * limit * (1 + 1e-12)).all()
    covered = speed * (motion.duration[0] - 2 * turn - hold)
    np.testing.assert_allclose(covered, goal, rtol=1e-11, atol=0)
    at = np.linspace(0.0, 1.0, 12) * theirs.duration
    raster = sampled(motion, at[1])
    for k, t in enumerate(at[:-1]):
        position, rate, _ = theirs.at_time(t)
        far = np.abs(goal) > 1e-3  # ruckig takes other, equally quick profiles for ways that are nothing beside the duration
        np.testing.assert_allclose(raster.q[k, far, 0], np.array(position)[far], atol=1e-8)
        np.testing.assert_allclose(raster.qd[k, far, 0], np.array(rate)[far], atol=1e-6 * velocity)
    assert (raster.q[11:, :, 0] == goal).all()
    assert (raster.qd[11:, :, 0] == 0.0).all()


def sampled(motion: Profiles, h: float) -> Raster:
    """One motion on 14 knots; they lie so near to its end that rounding may not make the last one fall before it."""
    raster = Raster.of(np.zeros(1, dtype=int), 14, JOINTS, h * (1 + 1e-14))
    raster.move([motion], [np.zeros(1)], np.arange(JOINTS), fresh=True)
    return raster


def test_knots_are_ruckig_s_own_from_the_start_on(motions: Motions) -> None:
    """Ahead of the start nothing is touched, from the end on the joints rest; other columns and motions that never begin stay."""
    start, goal, limits = motions
    h, columns, begin = 0.01, np.array([5, 0, 3, 1, 7, 2]), np.where(np.arange(COUNT) % 5 == 4, np.inf, 0.004 * np.arange(COUNT))
    motion = profiles(start, goal, *limits, np.ones(COUNT))
    raster = Raster.of(np.arange(COUNT), 700, 8, h)
    q, qd = raster.q, raster.qd
    q[:], qd[:] = 7.0, 7.0
    raster.move([motion], [begin], columns, fresh=False)
    assert (q[:, [4, 6]] == 7.0).all()
    for i in range(COUNT):
        if not np.isfinite(begin[i]):
            assert (q[:, :, i] == 7.0).all()
            continue
        theirs = profile_of(start[i], goal[i], *limits)
        assert motion.duration[i] == pytest.approx(theirs.duration, rel=1e-12)
        for k in range(0, 700, 7):
            t = k * h - begin[i]
            if t < -1e-9:
                assert (q[k, :, i] == 7.0).all()
            else:
                position, speed, _ = theirs.at_time(max(t, 0.0)) if t < theirs.duration else (goal[i], np.zeros(JOINTS), None)
                np.testing.assert_allclose(q[k, columns, i], position, atol=1e-9)
                np.testing.assert_allclose(qd[k, columns, i], speed, atol=1e-8)


def test_a_chain_is_its_motions_one_by_one(motions: Motions) -> None:
    """Robots in any order, some lanes without a robot of their own, a break between the motions, a chain that breaks off."""
    start, goal, limits = motions
    out, back = profiles(start, goal, *limits, np.ones(COUNT)), profiles(goal, start, *limits, np.ones(COUNT))
    robots, begin = np.array([3, 17, 5, 8, 39, 0, 1, 2, 12, 30]), 0.003 * np.arange(COUNT)
    later = np.where(np.arange(COUNT) == 5, np.inf, begin + out.duration + 0.05)
    chain, single = (Raster.of(robots, 900, JOINTS, 0.01) for _ in range(2))
    columns = np.arange(JOINTS)
    chain.move([out, back], [begin, later], columns, fresh=True)
    single.rest(start, columns.tolist())
    single.move([out], [begin], columns, fresh=False)
    single.move([back], [later], columns, fresh=False)
    np.testing.assert_array_equal(chain.q, single.q)
    np.testing.assert_array_equal(chain.qd, single.qd)
    np.testing.assert_array_equal(chain.q[-1, :, :10], np.where(robots == 5, goal[robots].T, start[robots].T))


def test_a_motion_alone_is_the_motion_among_others_to_the_bit(motions: Motions) -> None:
    start, goal, limits = motions
    together = Raster.of(np.arange(COUNT), 500, JOINTS, 0.01)
    motion = profiles(start, goal, *limits, np.linspace(0.3, 1.0, COUNT))
    together.move([motion], [np.zeros(COUNT)], np.arange(JOINTS), fresh=True)
    for i in (0, 7, 21, 39):
        one = profiles(start[i : i + 1], goal[i : i + 1], *limits, np.linspace(0.3, 1.0, COUNT)[i : i + 1])
        alone = Raster.of(np.zeros(1, dtype=int), 500, JOINTS, 0.01)
        alone.move([one], [np.zeros(1)], np.arange(JOINTS), fresh=True)
        np.testing.assert_array_equal(one.duration, motion.duration[i : i + 1])
        np.testing.assert_array_equal(alone.q[:, :, 0], together.q[:, :, i])
        np.testing.assert_array_equal(alone.qd[:, :, 0], together.qd[:, :, i])


def test_a_share_of_the_speed_takes_the_same_path_longer(motions: Motions) -> None:
    start, goal, limits = motions
    whole, half = (profiles(start, goal, *limits, np.full(COUNT, share)) for share in (1.0, 0.5))
    np.testing.assert_allclose(half.duration, 2.0 * whole.duration, rtol=1e-9)


def test_sampled_motions_are_read_at_the_knots() -> None:
    t = 0.002 * np.arange(101)
    motion = Trajectory(t, np.sin(t)[:, None], np.cos(t)[:, None], -np.sin(t)[:, None])
    raster = Raster.of(np.array([1, 0]), 40, 1, 0.01)
    raster.rest(np.zeros((2, 1)), [0])
    raster.follow(Samples([motion, None]), np.array([0.02, 0.0]), np.array([0]))
    q, qd = raster.q, raster.qd
    np.testing.assert_allclose(q[2:23, 0, 1], np.sin(0.01 * np.arange(21)), atol=1e-15)
    assert (q[:2, 0, 1] == 0.0).all()
    assert (q[22:, 0, 1] == np.sin(0.2)).all()
    assert (qd[22:, 0, 1] == 0.0).all()
    assert (q[:, 0, 0] == 0.0).all()


def test_limits_that_nobody_gave_are_asked_for(motions: Motions) -> None:
    start, goal, (_, acceleration, jerk) = motions
    with pytest.raises(BadInput, match="speed limits need them given"):
        profiles(start, goal, np.full(JOINTS, np.inf), acceleration, jerk, np.ones(COUNT))
