"""The model: names, mimics, and what `reduce` must leave as it was."""

from __future__ import annotations

import math

import numpy as np
import pytest

import robots
from robots import dynamics, kinematics
from robots.model import Joint, reduce
from twin.errors import BadInput, UnknownName


@pytest.mark.parametrize("seed", range(20))
def test_a_reduced_robot_moves_and_weighs_the_same(seed, random_tree) -> None:
    robot = random_tree(seed)
    rng = np.random.default_rng(seed)
    held = {name: float(rng.normal()) for name in robot.joint_names if rng.random() < 0.4}
    small = reduce(robot, held)
    assert sum(link.mass for link in small.links) == pytest.approx(sum(link.mass for link in robot.links), rel=1e-12)
    assert small.joint_names == tuple(name for name in robot.joint_names if name not in held)

    q, qd, qdd = rng.normal(size=(3, 4, small.nq))
    left = [robot.index(name) for name in small.joint_names]
    full, full_d, full_dd = np.zeros((3, 4, robot.nq))
    for name, value in held.items():
        full[:, robot.index(name)] = value
    full[:, left], full_d[:, left], full_dd[:, left] = q, qd, qdd

    T_full, T_small = kinematics.all_links(robot, full), kinematics.all_links(small, q)
    for i, name in enumerate(robot.link_names):
        survivor, T = small.merged.get(name, (name, np.eye(4)))
        np.testing.assert_allclose(T_small[:, small.link_index(survivor)] @ T, T_full[:, i], atol=1e-11)
    if small.nq:
        tau = dynamics.inverse_dynamics(robot, full, full_d, full_dd)[:, left]
        np.testing.assert_allclose(dynamics.inverse_dynamics(small, q, qd, qdd), tau, atol=1e-9 * max(1.0, np.abs(tau).max()))


def test_tools_survive_and_geometry_goes_along() -> None:
    robot = robots.load("h10w")
    small = reduce(robot, {"lift": 0.3, "left_wheel_joint": 0.0, "right_wheel_joint": 0.0}, keep=["head"])
    assert {"left_tcp", "right_tcp", "head"} <= set(small.link_names)
    assert "torso" not in small.link_names
    assert sum(len(link.collisions) for link in small.links) == sum(len(link.collisions) for link in robot.links)
    survivor, T = small.merged["torso"]
    assert survivor == "base_link"
    assert T[2, 3] == pytest.approx(0.85 + 0.3)
    assert small.arms["left"].joints == robot.arms["left"].joints
    np.testing.assert_allclose(small.home[small.index("left_joint_4")], robot.home[robot.index("left_joint_4")])


def test_reducing_twice_is_reducing_once() -> None:
    robot = robots.load("h10w")
    once = reduce(robot, {"lift": 0.2, "head_pan": 0.1})
    twice = reduce(reduce(robot, {"lift": 0.2}), {"head_pan": 0.1})
    assert once.link_names == twice.link_names
    assert once.merged.keys() == twice.merged.keys()
    for name, (survivor, T) in once.merged.items():
        assert twice.merged[name][0] == survivor
        np.testing.assert_allclose(twice.merged[name][1], T, atol=1e-12)


def test_holding_a_gripper_holds_its_mimic() -> None:
    small = reduce(robots.load("panda"), {"panda_finger_joint1": 0.02})
    assert small.nq == 7
    assert "panda_rightfinger" in small.merged
    assert small.merged["panda_rightfinger"][1][1, 3] == pytest.approx(-0.02 * math.cos(math.pi / 4), abs=0.01)


def test_a_follower_cannot_be_held_alone() -> None:
    with pytest.raises(BadInput, match="do not mimic"):
        reduce(robots.load("panda"), {"panda_finger_joint2": 0.02})


def test_unknown_names_are_told_with_the_nearest() -> None:
    robot = robots.load("h10w")
    for call in (robot.index, robot.joint, robot.link, robot.arm):
        with pytest.raises(UnknownName):
            call("right_join_1")
    with pytest.raises(UnknownName, match="Did you mean right_joint_1"):
        robot.index("right_join_1")
    with pytest.raises(UnknownName, match="Did you mean panda"):
        robots.load("pandda")


def test_house_rule_for_acceleration_and_jerk() -> None:
    joint = Joint("j", "revolute", "a", "b", velocity=2.0)
    assert joint.acceleration == pytest.approx(8.0)
    assert joint.jerk == pytest.approx(80.0)


def test_home_is_within_limits() -> None:
    for name in robots.names():
        robot = robots.load(name)
        assert ((robot.home >= robot.lower) & (robot.home <= robot.upper)).all()


def test_public_names_exist_and_are_complete() -> None:
    assert all(getattr(robots, name) is not None for name in robots.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'spam'"):
        robots.spam  # noqa: B018


def test_importing_robots_is_cheap() -> None:
    import subprocess
    import sys

    code = "import sys, robots; print({'numba', 'scipy', 'trimesh', 'numpy', 'ruckig'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"
