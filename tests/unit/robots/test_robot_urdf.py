"""URDF: the way there and back, and every fault named by link or joint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import robots
from robots import kinematics, urdf
from robots.model import Robot
from twin.errors import BadInput

LINK = '<link name="{}"><inertial><mass value="1"/><inertia ixx="1" iyy="1" izz="1"/></inertial>{}</link>'
JOINT = '<joint name="{}" type="{}"><parent link="{}"/><child link="{}"/>{}</joint>'
LIMIT = '<limit lower="-1" upper="1" velocity="2" effort="3"/>'


def robot_text(*parts: str) -> str:
    return f'<robot name="r">{"".join(parts)}</robot>'


def good(*extra: str) -> str:
    return robot_text(LINK.format("a", ""), LINK.format("b", ""), JOINT.format("j", "revolute", "a", "b", LIMIT), *extra)


@pytest.fixture
def read(tmp_path):
    def _read(text: str, **options) -> Robot:
        file = tmp_path / "r.urdf"
        file.write_text(text)
        return urdf.read(file, **options)

    return _read


def fixed(name: str, parent: str, child: str) -> str:
    return JOINT.format(name, "fixed", parent, child, "")


def hinge(name: str, parent: str, child: str, extra: str = LIMIT) -> str:
    return JOINT.format(name, "revolute", parent, child, extra)


def follower(name: str, parent: str, child: str, leader: str) -> str:
    return hinge(name, parent, child, f'{LIMIT}<mimic joint="{leader}"/>')


def collision(shape: str) -> str:
    return robot_text(f'<link name="bad"><collision><geometry>{shape}</geometry></collision></link>')


def massive(mass: str = "1", inertia: str = 'ixx="1" iyy="1" izz="1"') -> str:
    return robot_text(f'<link name="bad"><inertial><mass value="{mass}"/><inertia {inertia}/></inertial></link>')


def mesh(name: str) -> str:
    return robot_text(f'<link name="bad"><visual><geometry><mesh filename="{name}"/></geometry></visual></link>')


A, B, C = (LINK.format(name, "") for name in "abc")
FAULTS = {
    "loop": (robot_text(A, B, C, fixed("ab", "a", "b"), fixed("bc", "b", "c"), fixed("ca", "c", "a")), ["ab", "bc", "ca", "loop"]),
    "loop beside a root": (robot_text(A, B, C, fixed("bc", "b", "c"), fixed("cb", "c", "b")), ["bc", "cb", "loop"]),
    "two parents": (robot_text(A, B, C, fixed("ac", "a", "c"), fixed("bc", "b", "c")), ["parents of link c", "ac, bc"]),
    "two roots": (robot_text(A, B), ["root links", "a, b"]),
    "no link": (robot_text(), ["no <link>"]),
    "unknown parent": (robot_text(A, fixed("j", "nowhere", "a")), ["parent link of joint j", "nowhere"]),
    "no parent": (robot_text(A, '<joint name="j" type="fixed"><child link="a"/></joint>'), ["joint j, parent"]),
    "unknown type": (robot_text(A, B, JOINT.format("j", "revolut", "a", "b", LIMIT)), ["joint j, type", "Did you mean revolute"]),
    "floating": (robot_text(A, B, JOINT.format("j", "floating", "a", "b", LIMIT)), ["joint j, type", "floating"]),
    "no limits": (robot_text(A, B, hinge("j", "a", "b", "")), ["joint j, limit", "continuous"]),
    "limits crossed": (robot_text(A, B, hinge("j", "a", "b", '<limit lower="2" upper="1"/>')), ["joint j, limit", "lower <= upper"]),
    "NaN": (robot_text(A, B, hinge("j", "a", "b", '<limit lower="nan" upper="1"/>')), ["joint j, limit, lower", "nan"]),
    "NaN mass": (massive("nan"), ["link bad, mass", "nan"]),
    "no number": (massive("heavy"), ["link bad, mass", "heavy"]),
    "negative mass": (massive("-2"), ["link bad, mass", "-2"]),
    "not positive definite": (massive("1", 'ixx="1" iyy="1" izz="-1"'), ["link bad, inertia", "positive definite"]),
    "triangle": (massive("1", 'ixx="1" iyy="1" izz="3"'), ["link bad, inertia", "exceeds the sum"]),
    "zero axis": (robot_text(A, B, hinge("j", "a", "b", LIMIT + '<axis xyz="0 0 0"/>')), ["joint j, axis"]),
    "name twice": (robot_text(A, A), ["links", "each name once"]),
    "no name": (robot_text("<link/>"), ["<link>", "no name"]),
    "unknown mimic": (robot_text(A, B, follower("j", "a", "b", "k")), ["mimic of joint j", "'k'"]),
    "own mimic": (robot_text(A, B, follower("j", "a", "b", "j")), ["mimic of joint j", "j -> j"]),
    "circular mimic": (robot_text(A, B, C, follower("j", "a", "b", "k"), follower("k", "b", "c", "j")), ["mimic of joint", "j -> k -> j"]),
    "mimic of a fixed joint": (
        robot_text(A, B, C, follower("j", "a", "b", "k"), fixed("k", "b", "c")),
        ["mimic of joint j", "a joint that moves"],
    ),
    "missing mesh": (mesh("meshes/gone.stl"), ["link bad, visual 0, mesh", "meshes/gone.stl", "Looked for"]),
    "mesh outside": (mesh("../../../etc/passwd"), ["link bad, visual 0, mesh", "files in"]),
    "absolute mesh outside": (mesh("file:///etc/passwd"), ["link bad, visual 0, mesh", "files in"]),
    "empty geometry": (collision(""), ["link bad, collision 0", "no geometry"]),
    "unknown geometry": (collision("<torus/>"), ["link bad, collision 0", "torus"]),
    "flat box": (collision('<box size="1 0 1"/>'), ["link bad, collision 0", "lengths > 0"]),
    "malformed": ("<robot><link</robot>", ["line 1", "well-formed XML"]),
    "empty": ("", ["well-formed XML"]),
    "other XML": ("<html/>", ["<html>", "<robot>"]),
    "entity": ('<!DOCTYPE r [<!ENTITY x "y">]><robot name="&x;"><link name="a"/></robot>', ["entity x"]),
    "entity bomb": ('<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><robot name="&b;"/>', ["entity a"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_are_named(name: str, read) -> None:
    text, words = FAULTS[name]
    with pytest.raises(BadInput) as caught:
        read(text)
    assert all(word in str(caught.value) for word in (*words, "r.urdf")), str(caught.value)


def test_the_sound_one_is_read(read) -> None:
    """So that none of the faults above is found for a wrong reason."""
    robot = read(good())
    assert robot.joint_names == ("j",)
    assert robot.velocity[0] == 2.0
    assert robot.links[1].mass == 1.0


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(BadInput, match="No such file"):
        urdf.read("/nowhere/r.urdf")


def test_point_masses_and_massless_frames_are_allowed(read) -> None:
    zero = '<inertial><mass value="2"/><inertia ixx="0" iyy="0" izz="0"/></inertial>'
    robot = read(robot_text(f'<link name="a">{zero}</link>', '<link name="b"/>', JOINT.format("j", "continuous", "a", "b", "")))
    assert robot.links[0].mass == 2.0
    assert robot.upper[0] == np.inf


def test_packages(tmp_path) -> None:
    target = tmp_path / "ros" / "arm" / "meshes" / "a.stl"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"")
    (tmp_path / "urdf").mkdir()
    file = tmp_path / "urdf" / "r.urdf"
    file.write_text(mesh("package://arm/meshes/a.stl"))
    with pytest.raises(BadInput, match="Looked for"):
        urdf.read(file)
    for folder in (tmp_path / "ros", tmp_path / "ros" / "arm"):
        assert urdf.read(file, package_folders=[folder]).files[1] == target
    file.write_text(mesh("package://arm/../../urdf/../secret.stl"))
    with pytest.raises(BadInput, match="package folder"):
        urdf.read(file, package_folders=[tmp_path / "ros"])


def test_a_mimic_of_a_mimic_points_at_the_leader(read) -> None:
    d = LINK.format("d", "")
    second = JOINT.format("k", "revolute", "b", "c", LIMIT + '<mimic joint="j" multiplier="2" offset="1"/>')
    third = JOINT.format("l", "revolute", "c", "d", LIMIT + '<mimic joint="k" multiplier="3" offset="5"/>')
    robot = read(good(C, d, second, third))
    assert robot.joint("l").mimic == ("j", 6.0, 8.0)


@pytest.mark.parametrize("name", ["h10w", "panda", "iiwa"])
def test_write_and_read_back(name: str, tmp_path) -> None:
    robot = robots.load(name)
    urdf.write(robot, tmp_path / "copy.urdf")
    back = urdf.read(tmp_path / "copy.urdf", package_folders=[robot.source.parent])
    assert back.link_names == robot.link_names
    assert back.joint_names == robot.joint_names
    q = np.random.default_rng(0).uniform(-1, 1, (5, robot.nq))
    np.testing.assert_allclose(kinematics.all_links(back, q), kinematics.all_links(robot, q), atol=1e-10)
    for old, new in zip(robot.links, back.links, strict=True):
        assert new.mass == pytest.approx(old.mass)
        np.testing.assert_allclose(new.inertia, old.inertia, atol=1e-11)
        assert [shape.kind for shape in new.collisions] == [shape.kind for shape in old.collisions]
    urdf.write(back, tmp_path / "again.urdf")
    assert (tmp_path / "again.urdf").read_bytes() == (tmp_path / "copy.urdf").read_bytes()


@pytest.mark.parametrize("seed", range(5))
def test_random_trees_survive_the_way_through_a_file(seed: int, random_tree, tmp_path) -> None:
    robot = random_tree(seed)
    urdf.write(robot, tmp_path / "r.urdf")
    back = urdf.read(tmp_path / "r.urdf")
    q = np.random.default_rng(seed).normal(size=(3, robot.nq))
    np.testing.assert_allclose(kinematics.all_links(back, q), kinematics.all_links(robot, q), atol=1e-9)


def test_a_robot_from_a_file_has_its_only_arm(read) -> None:
    robot = robots.load(Path(robots.load("iiwa").source))
    assert robot.arms["arm"].joints == tuple(f"lbr_iiwa_joint_{i}" for i in range(1, 8))
    assert robot.arms["arm"].tool == "lbr_iiwa_link_7"
    assert robots.load(robots.load("h10w").source).arms == {}


def test_every_file_read_is_named() -> None:
    robot = robots.load("panda")
    assert robot.files[0] == robot.source
    assert {file.suffix for file in robot.files} == {".urdf", ".obj"}
    assert len(robot.files) == len(set(robot.files))
    assert all(file.is_file() for file in robot.files)


@pytest.mark.parametrize(
    "file", ["xarm/xarm6_robot.urdf", "xarm/xarm6_with_gripper.urdf", "franka_panda/panda.urdf", "kuka_iiwa/model.urdf", "r2d2.urdf"]
)
def test_files_of_pybullet_data_load(file: str) -> None:
    folder = robots.load("panda").source.parent.parent
    assert urdf.read(folder / file).nq >= 6
