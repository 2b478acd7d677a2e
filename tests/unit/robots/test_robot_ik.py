"""Inverse kinematics: what it says it reached, a slow forward kinematics finds there."""

from __future__ import annotations

import time

import numpy as np
import pytest

import robots
from robots import ik, kinematics
from robots.transforms import about, placed
from robots.validate import reachable
from tests.machine import slowness
from twin.errors import BadInput, UnknownName

ARMS = [("iiwa", "arm"), ("panda", "arm"), ("h10w", "left"), ("h10w", "right")]


@pytest.mark.parametrize(("name", "arm_name"), ARMS)
def test_thousand_reachable_poses(name: str, arm_name: str, slow_pose) -> None:
    """At least 99.5 % to 1e-4 m and 1e-3 rad; every tenth is checked by matrix exponentials, all by the tree's own loop."""
    robot = robots.load(name)
    arm = robot.arms[arm_name]
    _, targets, starts = reachable(robot, arm, 1000, seed=7)
    report = ik.solve(robot, arm.tool, targets, seed=starts, joints=arm.joints, prefer="any")
    assert report.converged.mean() >= 0.995
    assert ((report.q >= robot.lower) & (report.q <= robot.upper)).all()
    still = [i for i, joint in enumerate(robot.joint_names) if joint not in arm.joints]
    assert (report.q[:, still] == starts[:, still]).all()
    for i in np.flatnonzero(report.converged):
        T = slow_pose(robot, report.q[i], arm.tool) if i % 10 == 0 else kinematics.forward(robot, report.q[i], [arm.tool])[0, 0]
        assert np.linalg.norm(T[:3, 3] - targets[i, :3, 3]) <= 1e-4
        R = T[:3, :3].T @ targets[i, :3, :3]
        assert np.linalg.norm([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]]) / 2 <= 1e-3
        assert np.trace(R) > 2.9


def test_reported_errors_are_the_real_ones() -> None:
    robot = robots.load("iiwa")
    arm = robot.arms["arm"]
    _, targets, starts = reachable(robot, arm, 50, seed=3)
    targets[:, 0, 3] += np.linspace(0.0, 2.0, 50)  # ever farther away
    report = ik.solve(robot, arm.tool, targets, seed=starts, restarts=5)
    T = kinematics.forward(robot, report.q, [arm.tool])[:, 0]
    np.testing.assert_allclose(report.position_error, np.linalg.norm(T[:, :3, 3] - targets[:, :3, 3], axis=1), atol=1e-9)
    assert not report.converged[-1]
    assert report.state[-1] in ("unreachable", "at limit")
    assert report.restarts[-1] == 5
    assert (report.state[report.converged] == "converged").all()
    assert report.position_error[-1] > 0.1


def test_a_batch_is_its_targets_alone_to_the_bit() -> None:
    robot = robots.load("panda")
    arm = robot.arms["arm"]
    _, targets, starts = reachable(robot, arm, 40, seed=5)
    together = ik.solve(robot, arm.tool, targets, seed=starts)
    alone = [ik.solve(robot, arm.tool, target, seed=start) for target, start in zip(targets, starts, strict=True)]
    assert all((one.q[0] == q).all() for one, q in zip(alone, together.q, strict=True))


def test_the_seed_leads_to_the_nearest_solution() -> None:
    robot = robots.load("h10w")
    arm = robot.arms["right"]
    q = robot.home + 0.01
    report = ik.solve(robot, arm.tool, kinematics.forward(robot, q, [arm.tool])[:, 0], seed=robot.home, joints=arm.joints)
    T = kinematics.forward(robot, report.q, [arm.tool])
    assert report.restarts[0] == 0
    assert np.abs(report.q - robot.home).max() < 0.1
    assert T.shape == (1, 1, 4, 4)


def test_nearest_is_nearer_than_any() -> None:
    robot = robots.load("iiwa")
    arm = robot.arms["arm"]
    _, targets, starts = reachable(robot, arm, 200, seed=9)
    away = {
        prefer: np.abs(ik.solve(robot, arm.tool, targets, seed=starts, prefer=prefer).q - starts).max(axis=1).mean()
        for prefer in ("nearest", "any")
    }
    assert away["nearest"] < away["any"]


def test_margin_is_kept_where_it_can_be() -> None:
    robot = robots.load("iiwa")
    arm = robot.arms["arm"]
    truth, targets, starts = reachable(robot, arm, 100, seed=2)
    report = ik.solve(robot, arm.tool, targets, seed=starts, margin=0.1)
    room = np.minimum(report.q - robot.lower, robot.upper - report.q).min(axis=1)
    truth_room = np.minimum(truth - robot.lower, robot.upper - truth).min(axis=1)
    assert report.converged.all()
    assert (room[truth_room >= 0.1] >= 0.1 - 1e-12).all()
    assert (room >= 0).all()


def test_half_a_turn_away() -> None:
    """The rotation error is singular there; the solver must leave all the same."""
    robot = robots.load("iiwa")
    arm = robot.arms["arm"]
    T = kinematics.forward(robot, robot.home, [arm.tool])[0, 0]
    for axis in (*np.eye(3), np.array([0.6, 0.8, 0.0]), np.array([-0.48, 0.6, 0.64])):
        target = T @ placed(rotation=about(axis, np.pi))
        report = ik.solve(robot, arm.tool, target, seed=robot.home)
        assert report.rotation_error[0] <= 5e-4 or report.state[0] != "converged"
        assert report.restarts[0] > 0 or report.converged[0]


def test_continuous_joints_have_no_limits(random_tree) -> None:
    tree = next(tree for tree in (random_tree(seed) for seed in range(100)) if np.isinf(tree.upper).sum() >= 3)
    q = np.random.default_rng(0).uniform(-1.5, 1.5, tree.nq)
    frame = tree.links[-1].name
    report = ik.solve(tree, frame, kinematics.forward(tree, q, [frame])[:, 0], seed=q + 0.05)
    assert report.converged.all()
    assert np.isfinite(report.q).all()


def test_following_stops_at_the_first_pose_out_of_reach() -> None:
    robot = robots.load("panda")
    arm = robot.arms["arm"]
    path = np.tile(kinematics.forward(robot, robot.home, [arm.tool])[0, 0], (100, 1, 1))
    path[:, 0, 3] += np.linspace(0.0, 1.5, 100)
    report = ik.follow(robot, arm.tool, path, seed=robot.home, joints=arm.joints)
    assert 10 < len(report.q) < 90
    assert report.converged[:-1].all()
    assert not report.converged[-1]
    assert np.abs(np.diff(report.q[:-1], axis=0)).max() < 0.35


def test_one_target_costs_well_under_a_millisecond() -> None:
    robot = robots.load("h10w")
    arm = robot.arms["left"]
    target = kinematics.forward(robot, robot.home + 0.02, [arm.tool])[0, 0]
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        ik.solve(robot, arm.tool, target, seed=robot.home, joints=arm.joints)
        seconds.append(time.perf_counter() - start)
    assert np.median(seconds) < 1e-3 * slowness()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"targets": np.eye(3)}, "shape"),
        ({"targets": 2 * np.eye(4)}, "rigid transforms"),
        ({"targets": np.full((4, 4), np.nan)}, "rigid transforms"),
        ({"seed": np.zeros(3)}, "seed of robot"),
        ({"seed": np.zeros((2, 7))}, "one for each target"),
        ({"joints": ["lbr_iiwa_joint_9"]}, "Did you mean"),
        ({"frame": "lbr_iiwa_link_9"}, "Did you mean"),
        ({"frame": "lbr_iiwa_link_0"}, "fixed to the root"),
    ],
)
def test_bad_calls_are_told(change, words) -> None:
    robot = robots.load("iiwa")
    call = {"frame": "tool", "targets": np.eye(4), "seed": robot.home, "joints": None} | change
    with pytest.raises((BadInput, UnknownName), match=words):
        ik.solve(robot, call["frame"], call["targets"], seed=call["seed"], joints=call["joints"])
