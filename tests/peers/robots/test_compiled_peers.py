"""Compiled kernels give the same numbers as pinocchio and MuJoCo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from in_pinocchio import Peer
from robot_reference import has_mass, largest_error, motions, rich_tree

import robots
from robots import dynamics, kinematics
from robots.model import Joint, Robot
from robots.urdf import write

pytestmark = pytest.mark.peers

COUNT = 50
COMPILED: dict[str, Any] = {"path": "compiled"}
FLYING = [9, 21, 51]


def flying(seed: int) -> Robot:
    """A random tree on a floating base that starts in the axes of the world."""
    robot = rich_tree(seed)
    first = robot.joints[0]
    assert first.kind == "floating"
    return replace(robot, joints=(replace(first, origin=np.eye(4)), *robot.joints[1:]))


def rotors(robot: Robot) -> Robot:
    """The same robot with a rotor at every joint."""
    return replace(robot, joints=tuple(replace(joint, armature=0.1 + 0.05 * i) for i, joint in enumerate(robot.joints)))


ROBOTS = {name: lambda name=name: robots.load(name) for name in ("iiwa", "panda", "h10w")}
ROBOTS |= {f"flying {seed}": lambda seed=seed: flying(seed) for seed in FLYING}
ROBOTS |= {"iiwa with rotors": lambda: rotors(robots.load("iiwa"))}


@pytest.fixture(scope="module", params=ROBOTS)
def peer(request, pinocchio, tmp_path_factory) -> Peer:
    return Peer(pinocchio, ROBOTS[request.param](), tmp_path_factory.mktemp("peer") / "peer.urdf")


@pytest.fixture(scope="module")
def rows(peer) -> dict[str, np.ndarray]:
    return motions(peer.robot, COUNT)


def near(ours: np.ndarray, theirs: Any, *rows: np.ndarray) -> bool:
    return largest_error(ours, np.array([theirs(*row) for row in zip(*rows, strict=True)])) <= 1e-10


def test_inverse_dynamics(peer, rows) -> None:
    motion = rows["q"], rows["qd"], rows["qdd"]
    assert near(dynamics.inverse_dynamics(peer.robot, *motion, **COMPILED), peer.rnea, *motion)


def test_forward_dynamics(peer, rows) -> None:
    assert has_mass(peer.robot)
    given = rows["q"], rows["qd"], rows["tau"]
    assert near(dynamics.forward_dynamics(peer.robot, *given, **COMPILED), peer.aba, *given)


def test_inertia_matrix(peer, rows) -> None:
    assert near(dynamics.inertia_matrix(peer.robot, rows["q"], **COMPILED), peer.crba, rows["q"])


@pytest.mark.parametrize(("axes", "theirs"), [("root", "LOCAL_WORLD_ALIGNED"), ("local", "LOCAL")])
def test_jacobian(axes: Any, theirs: str, peer, rows) -> None:
    link = peer.robot.links[-1].name
    ours = kinematics.jacobian(peer.robot, rows["q"], link, axes=axes, **COMPILED)
    assert near(ours, lambda q: peer.jacobian(q, link, theirs), rows["q"])


def test_centre_of_mass(peer, rows) -> None:
    assert near(dynamics.centre_of_mass(peer.robot, rows["q"], **COMPILED), peer.com, rows["q"])


def test_energies(peer, rows) -> None:
    motion = rows["q"], rows["qd"]
    assert near(np.transpose(dynamics.energy(peer.robot, *motion, **COMPILED)), peer.energies, *motion)


@pytest.mark.parametrize("armature", [False, True])
def test_accelerations_equal_those_of_mujoco(armature: bool, mujoco, tmp_path) -> None:
    """Its limits, damping, dry friction and contacts off; its own file format knows no meshes of ours."""
    robot = rotors(robots.load("iiwa")) if armature else robots.load("iiwa")
    bare = replace(robot, links=tuple(replace(link, visuals=(), collisions=()) for link in robot.links))
    write(bare, tmp_path / "bare.urdf")
    model = mujoco.MjModel.from_xml_path(str(tmp_path / "bare.urdf"))
    joints = [robot.joint(model.joint(i).name) for i in range(model.njnt)]
    set_free(mujoco, model, joints)
    order = [robot.index(joint.name) for joint in joints]
    rows, data, theirs = motions(robot, COUNT), mujoco.MjData(model), np.empty((COUNT, robot.nv))
    for i in range(COUNT):
        data.qpos[:], data.qvel[:], data.qfrc_applied[:] = (rows[name][i, order] for name in ("q", "qd", "tau"))
        mujoco.mj_forward(model, data)
        theirs[i, order] = data.qacc
    ours = dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"], **COMPILED)
    assert largest_error(ours, theirs) <= 1e-9


def set_free(mujoco: Any, model: Any, joints: list[Joint]) -> None:
    """Nothing but bodies, joints, weight and rotors."""
    off = mujoco.mjtDisableBit
    model.opt.disableflags |= off.mjDSBL_LIMIT | off.mjDSBL_CONTACT | off.mjDSBL_FRICTIONLOSS
    model.dof_damping[:], model.dof_frictionloss[:] = 0.0, 0.0
    model.dof_armature[:] = [joint.armature for joint in joints]
