"""Motions respect their limits, start and end at rest where they should, and keep to the line."""

from __future__ import annotations

import numpy as np
import pytest

import robots
from robots import kinematics
from robots.trajectory import joint_move, linear_move
from twin.errors import BadInput

DT = 1e-3


def check_consistent(motion) -> None:
    """Positions, speeds and accelerations are derivatives of each other; times are k dt; rest at both ends."""
    np.testing.assert_allclose(motion.t, DT * np.arange(len(motion.t)), rtol=1e-15)
    ends = [0, -1]
    assert np.abs(motion.qd[ends]).max() < 1e-9
    assert np.abs(motion.qdd[ends]).max() < 1e-6
    inner = slice(1, -2)  # the last step may be cut short by the end of the motion
    np.testing.assert_allclose(((motion.q[2:] - motion.q[:-2]) / (2 * DT))[:-1], motion.qd[inner], atol=2e-4)


def test_joint_move_within_limits() -> None:
    robot = robots.load("iiwa")
    rng = np.random.default_rng(0)
    for _ in range(20):
        q0, q1 = rng.uniform(robot.lower, robot.upper, (2, robot.nq))
        motion = joint_move(q0, q1, robot.velocity, robot.acceleration, robot.jerk, dt=DT)
        check_consistent(motion)
        assert (motion.q[0] == q0).all()
        assert (motion.q[-1] == q1).all()
        assert (np.abs(motion.qd) <= robot.velocity * (1 + 1e-9)).all()
        assert (np.abs(motion.qdd) <= robot.acceleration * (1 + 1e-9)).all()
        jerk = np.abs(np.diff(motion.qdd[:-1], axis=0)) / DT
        assert (jerk <= robot.jerk * (1 + 1e-6)).all()


def test_duration_of_a_single_joint_is_the_closed_form() -> None:
    """Seven phases, all limits reached: T = d/v + v/a + a/j."""
    d, v, a, j = 5.0, 1.0, 4.0, 40.0
    motion = joint_move([0.0], [d], [v], [a], [j], dt=DT)
    assert motion.duration == pytest.approx(d / v + v / a + a / j, abs=DT)


def test_scale_stretches_time() -> None:
    args = ([0.0, 1.0], [1.0, -1.0], [1.0, 2.0], [4.0, 5.0], [40.0, 50.0])
    fast, slow = joint_move(*args, dt=DT), joint_move(*args, scale=0.5, dt=DT)
    assert slow.duration == pytest.approx(2 * fast.duration, abs=2 * DT)
    np.testing.assert_allclose(slow.q[::2][:500], fast.q[:500], atol=1e-9)


def test_no_way_to_go() -> None:
    motion = joint_move([0.3], [0.3], [1.0], [1.0], [1.0], dt=DT)
    assert motion.t.tolist() == [0.0]
    assert motion.q.tolist() == [[0.3]]


@pytest.mark.parametrize(("name", "arm_name"), [("iiwa", "arm"), ("panda", "arm"), ("h10w", "right")])
def test_linear_move_keeps_to_the_line(name: str, arm_name: str) -> None:
    robot = robots.load(name)
    arm = robot.arms[arm_name]
    T0 = kinematics.forward(robot, robot.home, [arm.tool])[0, 0]
    T1 = T0.copy()
    T1[:3, 3] += [0.05, -0.1, -0.08]
    turn = 0.3
    T1[:3, :3] = T0[:3, :3] @ np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    motion = linear_move(robot, robot.home, arm.tool, T1, joints=arm.joints, speed=0.25, acceleration=1.0, jerk=10.0, dt=DT)
    check_consistent(motion)
    T = kinematics.forward(robot, motion.q, [arm.tool])[:, 0]
    way = T1[:3, 3] - T0[:3, 3]
    along = (T[:, :3, 3] - T0[:3, 3]) @ way / (way @ way)
    assert np.linalg.norm(T[:, :3, 3] - T0[:3, 3] - np.outer(along, way), axis=1).max() < 1e-6
    assert (np.diff(along) > -1e-9).all()
    assert np.abs(T[-1] - T1).max() < 1e-7
    angle = np.arccos(np.clip((np.einsum("ij,nij->n", T0[:3, :3], T[:, :3, :3]) - 1) / 2, -1, 1))
    np.testing.assert_allclose(angle[50:], turn * along[50:], atol=1e-5)
    speed = np.linalg.norm(np.diff(T[:, :3, 3], axis=0), axis=1) / DT
    assert speed.max() == pytest.approx(0.25, rel=1e-3)
    assert motion.slowed == 1.0
    still = [i for i, joint in enumerate(robot.joint_names) if joint not in arm.joints]
    np.testing.assert_allclose(motion.q[:, still], np.broadcast_to(robot.home[still], (len(motion.t), len(still))), atol=1e-15)


def test_too_fast_a_line_is_slowed_and_says_so() -> None:
    robot = robots.load("iiwa")
    T = kinematics.forward(robot, robot.home, ["tool"])[0, 0].copy()
    T[1, 3] += 0.4
    motion = linear_move(robot, robot.home, "tool", T, joints=None, speed=5.0, acceleration=50.0, jerk=5000.0, dt=DT)
    assert motion.slowed > 1.0
    assert (np.abs(motion.qd) <= robot.velocity * (1 + 1e-6)).all()
    assert (np.abs(motion.qdd) <= robot.acceleration * (1 + 1e-6)).all()


def test_turning_on_the_spot() -> None:
    robot = robots.load("panda")
    tool = robot.arms["arm"].tool
    T = kinematics.forward(robot, robot.home, [tool])[0, 0]
    goal = T.copy()
    goal[:3, :3] = T[:3, :3] @ np.diag([1.0, -1.0, -1.0]) @ np.diag([1.0, -1.0, -1.0]) @ np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    options = {"speed": 0.5, "acceleration": 2.0, "jerk": 20.0, "angular_speed": 0.5, "dt": DT}
    motion = linear_move(robot, robot.home, tool, goal, joints=robot.arms["arm"].joints, **options)
    tips = kinematics.forward(robot, motion.q, [tool])[:, 0, :3, 3]
    assert np.abs(tips - T[:3, 3]).max() < 1e-6
    assert motion.duration > np.pi / 2 / 0.5
    assert len(linear_move(robot, robot.home, tool, T, joints=None, **options).t) == 1


def test_a_line_out_of_reach_says_how_far_it_got() -> None:
    robot = robots.load("h10w")
    arm = robot.arms["right"]
    T = kinematics.forward(robot, robot.home, [arm.tool])[0, 0].copy()
    T[0, 3] += 1.0
    with pytest.raises(robots.Unreachable) as caught:
        linear_move(robot, robot.home, arm.tool, T, joints=arm.joints, speed=0.5, acceleration=1.0, jerk=10.0, dt=DT)
    error = caught.value
    assert error.frame == "right_tcp"
    assert 0.1 < error.fraction < 0.6
    assert error.distance == pytest.approx(1.0 - error.fraction)
    assert "right_tcp leaves the reachable space" in str(error)
    assert set(error.joints) <= set(arm.joints)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"velocity": [0.0]}, "velocity"),
        ({"velocity": [np.inf]}, "without speed limits"),
        ({"jerk": [1.0, 1.0]}, "jerk"),
        ({"scale": 0.0}, "scale"),
        ({"dt": 0.0}, "dt"),
        ({"q1": [np.nan]}, "finite"),
        ({"q1": [1.0, 2.0]}, "shape"),
    ],
)
def test_bad_calls_are_told(change, words) -> None:
    call = {"q0": [0.0], "q1": [1.0], "velocity": [1.0], "acceleration": [1.0], "jerk": [1.0], "scale": 1.0, "dt": DT} | change
    with pytest.raises(BadInput, match=words):
        joint_move(**call)
