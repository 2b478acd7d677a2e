"""Newton-Euler against energy: torque is the slope of potential energy, power the rate of kinetic energy."""

from __future__ import annotations

import numpy as np
import pytest

from robots import kinematics
from robots.dynamics import GRAVITY, gravity_torque, inverse_dynamics
from robots.model import Robot


def potential(robot: Robot, q: np.ndarray) -> float:
    T = kinematics.all_links(robot, q)[0]
    return sum(-link.mass * np.array(GRAVITY) @ (pose[:3, :3] @ link.com + pose[:3, 3]) for link, pose in zip(robot.links, T, strict=True))


def kinetic(robot: Robot, q: np.ndarray, qd: np.ndarray) -> float:
    T, energy = kinematics.all_links(robot, q)[0], 0.0
    for link, pose in zip(robot.links, T, strict=True):
        linear, angular = np.split(kinematics.jacobian(robot, q, link.name)[0] @ qd, 2)
        R = pose[:3, :3]
        v = linear + np.cross(angular, R @ link.com)
        energy += 0.5 * link.mass * v @ v + 0.5 * angular @ R @ link.inertia @ R.T @ angular
    return energy


@pytest.mark.parametrize("seed", range(12))
def test_gravity_torque_is_the_slope_of_potential_energy(seed, random_tree) -> None:
    robot = random_tree(seed)
    q, h = np.random.default_rng(seed).normal(size=robot.nq), 1e-5
    steps = h * np.eye(robot.nq)
    slope = [(potential(robot, q + step) - potential(robot, q - step)) / (2 * h) for step in steps]
    np.testing.assert_allclose(gravity_torque(robot, q)[0], slope, atol=1e-6 * max(1.0, np.abs(slope).max()))


@pytest.mark.parametrize("seed", range(12))
def test_power_is_the_rate_of_energy(seed, random_tree) -> None:
    robot = random_tree(seed)
    q, qd, qdd = np.random.default_rng(seed).normal(size=(3, robot.nq))
    tau, h = inverse_dynamics(robot, q, qd, qdd)[0], 1e-5

    def energy(t: float) -> float:
        at, speed = q + t * qd + 0.5 * t**2 * qdd, qd + t * qdd
        return potential(robot, at) + kinetic(robot, at, speed)

    rate = (energy(h) - energy(-h)) / (2 * h)
    assert tau @ qd == pytest.approx(rate, rel=1e-6, abs=1e-5)


def test_turning_gravity_is_turning_the_robot(random_tree) -> None:
    robot = random_tree(3)
    q = np.random.default_rng(3).normal(size=robot.nq)
    up = gravity_torque(robot, q, gravity=(0.0, 0.0, 9.81))
    np.testing.assert_allclose(up, -gravity_torque(robot, q), rtol=1e-12, atol=1e-12)
