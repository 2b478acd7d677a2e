"""Parts of poses, directions, both arms, whole bodies: what the report says is what a slow forward kinematics finds."""

from __future__ import annotations

import numpy as np
import pytest

import robots
from robots import bases, ik, kinematics
from robots.ik_tasks import LookAt, Pose
from robots.validate import reachable
from twin.errors import BadInput, UnknownName

COUNT = 200


@pytest.fixture(scope="module")
def iiwa():
    robot = robots.load("iiwa")
    _, targets, seeds = reachable(robot, robot.arms["arm"], COUNT, seed=3)
    return robot, targets, seeds


def reached(robot, report, frame):
    assert report.converged.mean() >= 0.995
    assert ((report.q >= robot.lower) & (report.q <= robot.upper)).all()
    return kinematics.forward(robot, report.q, [frame], path="generic")[report.converged, 0]


def test_position_alone(iiwa) -> None:
    robot, targets, seeds = iiwa
    report = ik.solve_tasks(robot, [Pose("tool", targets, rotation="free")], seed=seeds)
    T = reached(robot, report, "tool")
    assert np.linalg.norm(T[:, :3, 3] - targets[report.converged, :3, 3], axis=1).max() <= 5e-5
    assert report.rotation_error.max() == 0.0


def test_some_coordinates_are_the_target_s_own(iiwa) -> None:
    """x and y along the target's axes; z is free, and used."""
    robot, targets, seeds = iiwa
    report = ik.solve_tasks(robot, [Pose("tool", targets, position="xy", rotation="free")], seed=seeds)
    T = reached(robot, report, "tool")
    gap = np.einsum("nji,nj->ni", targets[report.converged, :3, :3], T[:, :3, 3] - targets[report.converged, :3, 3])
    assert np.linalg.norm(gap[:, :2], axis=1).max() <= 5e-5
    assert np.abs(gap[:, 2]).max() > 0.05


@pytest.mark.parametrize("axis", ["x", "z"])
def test_the_turn_about_an_axis_is_free(iiwa, axis: str) -> None:
    robot, targets, seeds = iiwa
    report = ik.solve_tasks(robot, [Pose("tool", targets, rotation=f"about {axis}")], seed=seeds)  # type: ignore[arg-type]
    T, column = reached(robot, report, "tool"), "xyz".index(axis)
    cosine = np.einsum("ni,ni->n", T[:, :3, column], targets[report.converged, :3, column])
    assert np.arccos(np.clip(cosine, -1, 1)).max() <= 6e-4
    other = (column + 1) % 3
    assert np.einsum("ni,ni->n", T[:, :3, other], targets[report.converged, :3, other]).min() < 0.5


def test_an_axis_looks_at_a_point_from_a_place(iiwa) -> None:
    robot, targets, seeds = iiwa
    points, places = targets[:, :3, 3] + 0.6 * targets[:, :3, 0], targets[:, :3, 3]
    report = ik.solve_tasks(robot, [LookAt("tool", points, axis="x", at=places)], seed=seeds)
    T = reached(robot, report, "tool")
    way = points[report.converged] - T[:, :3, 3]
    cosine = np.einsum("ni,ni->n", way / np.linalg.norm(way, axis=1, keepdims=True), T[:, :3, 0])
    assert np.arccos(np.clip(cosine, -1, 1)).max() <= 6e-4
    assert np.linalg.norm(T[:, :3, 3] - places[report.converged], axis=1).max() <= 5e-5


def test_both_arms_and_the_lift_at_once() -> None:
    robot = robots.load("h10w")
    left, right = robot.arms["left"], robot.arms["right"]
    names = ["lift", *left.joints, *right.joints]
    moving = [robot.index(name) for name in names]
    q = np.tile(robot.home, (COUNT, 1))
    q[:, moving] = np.random.default_rng(5).uniform(robot.lower[moving], robot.upper[moving], (COUNT, len(moving)))
    T = kinematics.forward(robot, q, [left.tool, right.tool], path="generic")
    tasks = [Pose(left.tool, T[:, 0]), Pose(right.tool, T[:, 1])]
    report = ik.solve_tasks(robot, tasks, seed=robot.home, joints=names, prefer="any")
    for k, arm in enumerate((left, right)):
        found = reached(robot, report, arm.tool)
        assert np.linalg.norm(found[:, :3, 3] - T[report.converged, k, :3, 3], axis=1).max() <= 5e-5
    still = [i for i in range(robot.nq) if i not in moving]
    assert (report.q[:, still] == robot.home[still]).all()


def test_a_posture_is_approached_without_losing_the_task(iiwa) -> None:
    robot, targets, seeds = iiwa
    rest = robot.home.copy()
    rest[2] = 1.0
    plain = ik.solve_tasks(robot, [Pose("tool", targets)], seed=seeds, prefer="any")
    drawn = ik.solve_tasks(robot, [Pose("tool", targets)], seed=seeds, prefer="any", posture=rest)
    assert (drawn.converged == plain.converged).all()
    before, after = (np.linalg.norm(report.q - rest, axis=1) for report in (plain, drawn))
    assert (after <= before + 1e-3).mean() > 0.97
    assert after.mean() < before.mean() - 0.1


def test_a_batch_is_its_targets_alone_to_the_bit(iiwa) -> None:
    robot, targets, seeds = iiwa
    together = ik.solve(robot, "tool", targets, seed=seeds, path="compiled", threads=2)
    for i in range(0, COUNT, 17):
        alone = ik.solve(robot, "tool", targets[i], seed=seeds[i], path="compiled")
        assert (alone.q[0] == together.q[i]).all()
        assert alone.iterations[0] == together.iterations[i]
        assert alone.restarts[0] == together.restarts[i]


def test_both_paths_reach_the_same_targets(iiwa) -> None:
    robot, targets, seeds = iiwa
    far = targets.copy()
    far[::7, 0, 3] += 2.0
    compiled, generic = (ik.solve(robot, "tool", far, seed=seeds, path=path, restarts=30) for path in ("compiled", "generic"))
    assert (compiled.converged == generic.converged).all()
    np.testing.assert_allclose(compiled.position_error[::7], generic.position_error[::7], atol=0.05)


def test_an_arm_on_another_mount_needs_no_other_kernel(iiwa) -> None:
    """The chain begins at the first joint that moves: where it is mounted is in the targets."""
    from robots.ik_lanes import attempts
    from robots.ik_tasks import shape_of

    robot = robots.load("h10w")
    arm = robot.arms["right"]
    moving = tuple(robot.index(name) for name in arm.joints)
    shapes = (shape_of(Pose(arm.tool, np.eye(4))),)
    whole = attempts(robot, shapes, moving, False)
    raised = robots.reduce(robot, {"lift": 0.4, "head_pan": 0.3})
    other = attempts(raised, shapes, tuple(raised.index(name) for name in arm.joints), False)
    assert whole.module is other.module


def test_a_base_on_wheels_drives_to_where_the_arm_reaches() -> None:
    robot = bases.planar(robots.load("h10w"))
    arm = robot.arms["right"]
    T = kinematics.forward(robot, robot.home, [arm.tool])[0, 0]
    T[:2, 3] += [130.0, -40.0]
    seed = robot.home.copy()
    seed[:2] = [128.0, -41.0]
    report = ik.solve_tasks(robot, [Pose(arm.tool, T)], seed=seed, joints=["base_x", "base_y", "base_yaw", *arm.joints])
    assert report.state[0] == "converged"


@pytest.mark.parametrize("path", ["compiled", "generic"])
def test_a_seed_that_is_not_finite_spoils_its_own_target_alone(iiwa, path: str) -> None:
    robot, targets, seeds = iiwa
    spoilt = seeds.copy()
    spoilt[5, 2] = np.nan
    report = ik.solve(robot, "tool", targets, seed=spoilt, path=path)  # type: ignore[arg-type]
    whole = ik.solve(robot, "tool", targets, seed=seeds, path=path)  # type: ignore[arg-type]
    assert not report.converged[5]
    assert report.state[5] != "converged"
    assert np.isnan(report.q[5]).all()
    others = np.arange(COUNT) != 5
    assert (report.q[others] == whole.q[others]).all()


def test_ready_answers_at_once_and_compiles_meanwhile(iiwa) -> None:
    robot, targets, seeds = iiwa
    report = ik.solve(robot, "tool", targets[:20], seed=seeds[:20], path="ready")
    assert report.converged.all()


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Pose("tool", np.eye(4), position="xw"), "letters x, y, z"),
        (Pose("tool", np.eye(4), rotation="about w"), "about x"),  # type: ignore[arg-type]
        (Pose("tool", np.eye(4), position="", rotation="free"), "neither position nor rotation"),
        (LookAt("tool", np.array([1.0, np.nan, 0.0])), "finite numbers"),
        (LookAt("tool", np.zeros(3), axis="w"), "x, y or z"),  # type: ignore[arg-type]
        (Pose("toll", np.eye(4)), "Did you mean"),
        (Pose("tool", np.eye(4)[None].repeat(3, axis=0)), "one for each target"),
    ],
)
def test_bad_tasks_are_told(iiwa, task, words: str) -> None:
    robot, _, seeds = iiwa
    with pytest.raises((BadInput, UnknownName), match=words):
        ik.solve_tasks(robot, [task], seed=seeds[:2])


def test_no_tasks_and_floating_bases_are_refused(iiwa) -> None:
    robot, targets, seeds = iiwa
    with pytest.raises(BadInput, match="at least one"):
        ik.solve_tasks(robot, [], seed=seeds)
    free = bases.floating(robot)
    for call in (ik.solve, ik.follow):
        with pytest.raises(BadInput, match="floating base"):
            call(free, "tool", targets[:1], seed=free.home)


@pytest.mark.parametrize("posture", [np.zeros((3, 7)), np.full(7, np.nan), np.zeros(6)])
def test_postures_that_do_not_fit_are_told(iiwa, posture) -> None:
    robot, targets, seeds = iiwa
    with pytest.raises(BadInput, match="posture of robot"):
        ik.solve_tasks(robot, [Pose("tool", targets)], seed=seeds, posture=posture)


def test_an_unknown_preference_is_told(iiwa) -> None:
    robot, targets, seeds = iiwa
    with pytest.raises(UnknownName, match="nearest"):
        ik.solve(robot, "tool", targets[:2], seed=seeds[:2], prefer="nearst")  # type: ignore[arg-type]
