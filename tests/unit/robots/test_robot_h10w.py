"""The stand-in: reproducible, named as one, sound, and mirrored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import robots
from robots import dynamics, ik, kinematics, meshes
from robots.catalogue import h10w
from robots.catalogue.h10w import Parameters
from twin.assets import root

MIRROR = np.diag([1.0, -1.0, 1.0])


@pytest.fixture(scope="module")
def robot():
    return robots.load("h10w")


def test_generating_again_gives_the_same_bytes(tmp_path) -> None:
    files = h10w.generate(tmp_path)
    bundled = root() / "robots" / "h10w"
    assert {file.name for file in files} == {file.name for file in bundled.iterdir()}
    for file in files:
        assert file.read_bytes() == (bundled / file.name).read_bytes(), file.name


def test_it_says_what_it_is() -> None:
    assert "stand-in" in (root() / "robots" / "h10w" / "ORIGIN.md").read_text()


def test_size_of_what_is_shipped_and_drawn(robot) -> None:
    assert sum(file.stat().st_size for file in (root() / "robots" / "h10w").iterdir()) < 1.5e6
    assert sum(len(meshes.load(shape)[1]) for link in robot.links for shape in link.visuals) < 30_000


def test_meshes_are_closed_and_look_outward(robot) -> None:
    import trimesh

    for path in {shape.path for link in robot.links for shape in link.visuals}:
        mesh = trimesh.load(path, force="mesh")
        for part in mesh.split(only_watertight=False):
            assert part.is_watertight, path.name
            assert part.volume > 0, path.name


def test_looks_and_collision_shapes_agree(robot) -> None:
    """Collision primitives cover the drawn arm within a few millimetres and do not reach far beyond it."""
    import trimesh

    for i in range(1, 8):
        link = robot.link(f"right_link_{i}")
        drawn = np.concatenate([meshes.load(shape)[0] for shape in link.visuals])
        solid = trimesh.util.concatenate([trimesh.Trimesh(*meshes.load(shape)).apply_transform(shape.origin) for shape in link.collisions])
        assert (np.abs(solid.bounds - np.array([drawn.min(axis=0), drawn.max(axis=0)])) < 0.085).all(), link.name


def test_arms_mirror_each_other(robot) -> None:
    """Home is symmetric; reflected joint values give reflected poses."""
    rng = np.random.default_rng(0)
    signs = np.array([-1, 1, -1, 1, -1, 1, -1])
    q = np.tile(robot.home, (20, 1))
    right, left = ([robot.index(name) for name in robot.arms[side].joints] for side in ("right", "left"))
    q[:, right] = rng.uniform(robot.lower[right], robot.upper[right], (20, 7))
    q[:, left] = signs * q[:, right]
    T = kinematics.forward(robot, q, ["right_tcp", "left_tcp"])
    np.testing.assert_allclose(T[:, 1, :3, 3], T[:, 0, :3, 3] @ MIRROR, atol=1e-9)
    np.testing.assert_allclose(T[:, 1, :3, 2], T[:, 0, :3, 2] @ MIRROR, atol=1e-9)
    np.testing.assert_allclose(robot.home[left], signs * robot.home[right])


def test_home_points_ahead(robot) -> None:
    T = kinematics.forward(robot, robot.home, ["right_tcp"])[0, 0]
    np.testing.assert_allclose(T[:3, 2], [1, 0, 0], atol=1e-3)
    np.testing.assert_allclose(np.abs(T[:3, 1]), [0, 1, 0], atol=1e-3)
    assert 0.5 < T[0, 3] < 0.8


def test_reach_and_offsets_are_the_parameters(robot) -> None:
    p = Parameters()
    q = robot.home.copy()
    q[[robot.index(f"right_joint_{i}") for i in range(1, 8)]] = 0.0
    T = kinematics.forward(robot, q, ["right_link_1", "right_hand", "right_tcp"])[0]
    assert np.linalg.norm(T[1, :3, 3] - T[0, :3, 3]) == pytest.approx(p.upper_arm + p.forearm + p.wrist_to_flange)
    assert np.linalg.norm(T[2, :3, 3] - T[1, :3, 3]) == pytest.approx(p.flange_to_tool)
    assert T[0, 2, 3] == pytest.approx(p.shoulder_height + robot.home[robot.index("lift")])


def test_fingers_meet_at_the_tool_point(robot) -> None:
    """At q = 0 the pads touch in the middle; the opening is twice the joint's way."""
    q = robot.home.copy()
    for way, gap in ((0.0, 0.0), (0.05, 0.1)):
        q[robot.index("right_finger_joint_1")] = way
        hand, one, two, tool = kinematics.forward(robot, q, ["right_hand", "right_finger_1", "right_finger_2", "right_tcp"])[0]
        between = hand[:3, :3].T @ (one[:3, 3] - two[:3, 3])
        np.testing.assert_allclose(between, [0, gap, 0], atol=1e-12)
        np.testing.assert_allclose((one + two)[:3, 3] / 2, tool[:3, 3], atol=1e-12)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_arm_works_where_it_should(robot, side: str) -> None:
    """Straight ahead with the tool level, in front pointing down, and at its own side."""
    sign = 1.0 if side == "left" else -1.0
    arm = robot.arms[side]
    shoulder = 0.85 + robot.home[robot.index("lift")]
    places = {
        (1.0, 0.0, 0.0): [(x, sign * y, shoulder + z) for x in (0.65, 0.75, 0.85) for y in (0.0, 0.2, 0.35) for z in (-0.35, -0.2, -0.1)],
        (0.0, 0.0, -1.0): [(x, sign * y, shoulder + z) for x in (0.45, 0.55, 0.65) for y in (0.05, 0.2, 0.4) for z in (-0.45, -0.3)],
        (0.0, sign, 0.0): [(x, sign * y, shoulder + z) for x in (0.1, 0.3) for y in (0.8, 0.9) for z in (-0.35, -0.1)],
    }
    for approach, points in places.items():
        z = np.array(approach)
        y = np.array([0.0, 1.0, 0.0]) if abs(z[1]) < 0.5 else np.array([1.0, 0.0, 0.0])
        targets = np.tile(np.eye(4), (len(points), 1, 1))
        targets[:, :3, :3], targets[:, :3, 3] = np.column_stack([np.cross(y, z), y, z]), points
        report = ik.solve(robot, arm.tool, targets, seed=robot.home, joints=arm.joints, margin=0.1)
        assert report.converged.all(), [point for point, ok in zip(points, report.converged, strict=True) if not ok]


def test_motors_hold_arm_and_payload_stretched_out(robot) -> None:
    from robots.control import with_payload

    arm = robot.arms["right"]
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = np.column_stack([[0, 0, -1], [0, 1, 0], [1, 0, 0]]), (0.12 + 0.95, -0.22, 1.05)
    report = ik.solve(robot, arm.tool, T, seed=robot.home, joints=arm.joints)
    loaded = with_payload(robot, "right_hand", arm.payload, (0.0, 0.0, 0.13), np.eye(3) * 0.02)
    tau = np.abs(dynamics.gravity_torque(loaded, report.q)[0])
    moving = [robot.index(name) for name in arm.joints]
    assert report.converged[0]
    assert (tau[moving] < 0.8 * robot.effort[moving]).all()
    assert tau[moving].max() > 80


def test_other_parameters_give_another_robot(tmp_path) -> None:
    from robots.urdf import read

    h10w.generate(tmp_path, replace(Parameters(), upper_arm=0.5, base_size=(0.8, 0.6, 0.3)))
    longer = read(tmp_path / "h10w.urdf")
    q = np.zeros(longer.nq)
    T = kinematics.forward(longer, q, ["left_link_1", "left_hand"])[0]
    assert np.linalg.norm(T[1, :3, 3] - T[0, :3, 3]) == pytest.approx(0.5 + 0.36 + 0.11)
