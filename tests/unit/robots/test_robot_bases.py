"""Robots on a plane and free in space."""

from __future__ import annotations

import numpy as np
import pytest

import robots
from robots import bases, dynamics, kinematics
from robots.model import Joint, Link, Robot
from robots.transforms import about, placed
from twin.errors import BadInput


def test_a_plane_moves_the_whole_robot() -> None:
    robot = robots.load("h10w")
    on_wheels = bases.planar(robot, speed=1.2)
    q = np.concatenate([[1.0, -2.0, 0.7], robot.home])
    T = placed((1.0, -2.0, 0.0), about(np.array([0.0, 0.0, 1.0]), 0.7))
    tool = robot.arms["left"].tool
    expected = T @ kinematics.forward(robot, robot.home, [tool])[0, 0]
    np.testing.assert_allclose(kinematics.forward(on_wheels, q, [tool])[0, 0], expected, atol=1e-12)
    assert on_wheels.velocity[0] == 1.2
    assert on_wheels.joint_names[:3] == ("base_x", "base_y", "base_yaw")


def test_a_free_robot_falls_as_one() -> None:
    """Without forces every body of it falls with g, and no joint accelerates."""
    robot = bases.floating(robots.load("iiwa"))
    assert robot.nq == robot.nv + 1
    assert robot.home[3] == 1.0
    still = np.zeros(robot.nv)
    qdd = dynamics.forward_dynamics(robot, robot.home, still, still)[0]
    np.testing.assert_allclose(qdd, [0, 0, -9.81, *[0.0] * (robot.nv - 3)], atol=1e-9)


def test_only_a_base_floats() -> None:
    links = (Link("root"), Link("a", 1.0, inertia=np.eye(3)), Link("b", 1.0, inertia=np.eye(3)))
    joints = (Joint("turn", "continuous", "root", "a"), Joint("free", "floating", "a", "b"))
    robot = Robot("odd", links, joints)
    with pytest.raises(BadInput, match="only a base floats"):
        dynamics.gravity_torque(robot, robot.home, path="compiled")


def test_names_that_are_taken_are_refused() -> None:
    with pytest.raises(BadInput, match="names that the robot does not use"):
        bases.planar(bases.planar(robots.load("h10w")))


def test_limits_upside_down_are_refused() -> None:
    with pytest.raises(BadInput, match="lower <= upper"):
        Joint("knee", "revolute", "a", "b", lower=1.0, upper=-1.0)
