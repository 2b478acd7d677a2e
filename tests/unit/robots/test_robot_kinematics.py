"""Compiled poses and Jacobians against slow ones, on random trees and on the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

import robots
from robots import kinematics
from robots.arrays import chain
from twin.errors import BadInput, UnknownName

TREES = range(25)


@pytest.mark.parametrize("seed", TREES)
def test_poses_of_random_trees(seed, random_tree, slow_pose) -> None:
    robot = random_tree(seed)
    q = np.random.default_rng(seed).normal(size=(3, robot.nq))
    T = kinematics.all_links(robot, q)
    for row, poses in zip(q, T, strict=True):
        for link, pose in zip(robot.link_names, poses, strict=True):
            np.testing.assert_allclose(pose, slow_pose(robot, row, link), atol=1e-12)


@pytest.mark.parametrize("seed", TREES)
def test_jacobian_is_the_derivative(seed, random_tree) -> None:
    robot = random_tree(seed)
    q, frame, h = np.random.default_rng(seed).normal(size=robot.nq), robot.links[-1].name, 1e-6
    J = kinematics.jacobian(robot, q, frame)[0]
    T = kinematics.forward(robot, q, [frame])[0, 0]
    for i in range(robot.nq):
        step = h * np.eye(robot.nq)[i]
        ahead, behind = kinematics.forward(robot, np.array([q + step, q - step]), [frame])[:, 0]
        np.testing.assert_allclose(J[:3, i], (ahead - behind)[:3, 3] / (2 * h), atol=1e-8)
        spin = (ahead - behind)[:3, :3] / (2 * h) @ T[:3, :3].T
        np.testing.assert_allclose(J[3:, i], [spin[2, 1], spin[0, 2], spin[1, 0]], atol=1e-8)


def test_chain_and_tree_agree(random_tree) -> None:
    """Inverse kinematics walks a folded chain with all axes on z; it must end where the tree does."""
    for seed in TREES:
        robot = random_tree(seed)
        q, frame = np.random.default_rng(seed).normal(size=robot.nq), robot.links[-1].name
        folded, T = chain(robot, frame), np.eye(4)
        for before, kind, drive, factor, shift in zip(folded.before, folded.kind, folded.drive, folded.factor, folded.shift, strict=True):
            value = factor * q[drive] + shift
            motion = np.eye(4)
            if kind == 2:
                motion[2, 3] = value
            else:
                motion[:2, :2] = [[np.cos(value), -np.sin(value)], [np.sin(value), np.cos(value)]]
            T = T @ before @ motion
        np.testing.assert_allclose(T @ folded.tail, kinematics.forward(robot, q, [frame])[0, 0], atol=1e-12)


def test_alone_and_in_a_batch_are_equal_to_the_bit() -> None:
    robot = robots.load("h10w")
    q = np.random.default_rng(1).normal(size=(50, robot.nq))
    together = kinematics.all_links(robot, q)
    assert all((kinematics.all_links(robot, row)[0] == T).all() for row, T in zip(q, together, strict=True))


def test_one_row_may_come_flat() -> None:
    robot = robots.load("h10w")
    assert kinematics.forward(robot, robot.home, ["left_tcp", "right_tcp"]).shape == (1, 2, 4, 4)


def test_wrong_shapes_and_names_are_told() -> None:
    robot = robots.load("h10w")
    with pytest.raises(BadInput, match=r"shape \(n, 21\)"):
        kinematics.forward(robot, np.zeros(7), ["right_tcp"])
    with pytest.raises(UnknownName, match="right_tcp"):
        kinematics.forward(robot, robot.home, ["right_tpc"])
