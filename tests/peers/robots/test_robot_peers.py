"""The same numbers as pinocchio and Bullet."""

from __future__ import annotations

import numpy as np
import pytest
from in_pinocchio import Peer

import robots
from robots import dynamics, kinematics
from robots.model import Robot, reduce
from robots.urdf import write

pytestmark = pytest.mark.peers

NAMES = ["h10w", "iiwa", "panda"]


@pytest.fixture(params=NAMES)
def peer(request, pinocchio, tmp_path) -> Peer:
    return Peer(pinocchio, robots.load(request.param), tmp_path / "peer.urdf")


@pytest.fixture
def states(peer) -> np.ndarray:
    """Positions, speeds, accelerations, (3, 50, nq)."""
    rng, robot = np.random.default_rng(0), peer.robot
    low, high = np.where(np.isfinite(robot.lower), robot.lower, -3.0), np.where(np.isfinite(robot.upper), robot.upper, 3.0)
    return np.stack([rng.uniform(low, high, (50, robot.nq)), *rng.normal(size=(2, 50, robot.nq))])


def test_poses_equal_pinocchio(peer, states) -> None:
    ours = kinematics.all_links(peer.robot, states[0])
    assert max(np.abs(peer.poses(q) - T).max() for q, T in zip(states[0], ours, strict=True)) <= 1e-9


def test_jacobians_equal_pinocchio(peer, states) -> None:
    frame = next(iter(peer.robot.arms.values())).tool
    ours = kinematics.jacobian(peer.robot, states[0], frame)
    assert max(np.abs(peer.jacobian(q, frame) - J).max() for q, J in zip(states[0], ours, strict=True)) <= 1e-9


def test_inverse_dynamics_equals_pinocchio(peer, states) -> None:
    ours = dynamics.inverse_dynamics(peer.robot, *states)
    for q, qd, qdd, tau in zip(*states, ours, strict=True):
        theirs = peer.rnea(q, qd, qdd)
        assert np.abs(tau - theirs).max() <= 1e-9 * np.abs(theirs).max()


def test_a_reduced_robot_equals_pinocchios_own_reduction(pinocchio, tmp_path) -> None:
    """pinocchio locks joints and adds up inertias by itself: the totals must be ours."""
    robot = robots.load("iiwa")
    peer = Peer(pinocchio, robot, tmp_path / "full.urdf")
    held = {"lbr_iiwa_joint_3": 0.4, "lbr_iiwa_joint_6": -0.7}
    at = np.zeros(robot.nq)
    for name, value in held.items():
        at[robot.index(name)] = value
    model = pinocchio.buildReducedModel(peer.model, [peer.model.getJointId(name) for name in held], peer.q(at))
    small = reduce(robot, held)
    q, qd, qdd = np.random.default_rng(1).normal(size=(3, small.nq))
    theirs = pinocchio.rnea(model, model.createData(), q, qd, qdd)
    np.testing.assert_allclose(dynamics.inverse_dynamics(small, q, qd, qdd)[0], theirs, rtol=1e-9, atol=1e-9)


@pytest.fixture
def bullet(pybullet):
    """A fresh simulation without graphics."""
    client = pybullet.connect(pybullet.DIRECT)
    yield pybullet, client
    pybullet.disconnect(client)


def set_up(bullet, robot: Robot, path, q: np.ndarray) -> tuple[int, dict[int, str], dict[int, int]]:
    """Body, link index -> name, link index -> parent's index, with the joints at q."""
    p, client = bullet
    write(robot, path)
    flags = p.URDF_USE_SELF_COLLISION | p.URDF_USE_INERTIA_FROM_FILE
    body = p.loadURDF(str(path), useFixedBase=True, flags=flags, physicsClientId=client)
    names, parents = {-1: robot.links[0].name}, {}
    for i in range(p.getNumJoints(body, physicsClientId=client)):
        info = p.getJointInfo(body, i, physicsClientId=client)
        names[i], parents[i] = info[12].decode(), info[16]
        joint = robot.joint(info[1].decode())
        if joint.moves:
            leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
            p.resetJointState(body, i, factor * q[robot.index(leader)] + shift, physicsClientId=client)
    return body, names, parents


@pytest.mark.parametrize("name", NAMES)
def test_poses_equal_bullet(name: str, bullet, tmp_path) -> None:
    p, client = bullet
    robot = robots.load(name)
    for k, q in enumerate(np.random.default_rng(2).uniform(-0.5, 0.5, (5, robot.nq))):
        body, names, _ = set_up(bullet, robot, tmp_path / f"{k}.urdf", q)
        T = kinematics.all_links(robot, q)[0]
        for i, link in names.items():
            if i < 0:
                continue
            state = p.getLinkState(body, i, computeForwardKinematics=True, physicsClientId=client)
            position, rotation = np.array(state[4]), np.array(p.getMatrixFromQuaternion(state[5])).reshape(3, 3)
            ours = T[robot.link_index(link)]
            np.testing.assert_allclose(position, ours[:3, 3], atol=1e-6)
            np.testing.assert_allclose(rotation, ours[:3, :3], atol=1e-6)
        p.removeBody(body, physicsClientId=client)


@pytest.mark.parametrize("lift", [0.0, 0.2, 0.5])
def test_the_stand_in_does_not_touch_itself_at_home(lift: float, bullet, tmp_path) -> None:
    """At least 8 mm between any two links that no joint connects, at every height of the lift."""
    p, client = bullet
    robot = robots.load("h10w")
    q = robot.home.copy()
    q[robot.index("lift")] = lift
    body, names, parents = set_up(bullet, robot, tmp_path / "h10w.urdf", q)
    near = set()
    for i in names:
        for j in range(i + 1, len(names) - 1):
            if parents.get(j) == i or parents.get(i) == j:
                continue
            near |= {(names[i], names[j]) for point in p.getClosestPoints(body, body, 0.008, i, j, physicsClientId=client)}
    assert near == set()
    touching = p.getClosestPoints(body, body, 0.05, names_index(names, "torso"), names_index(names, "right_link_2"), physicsClientId=client)
    assert touching, "the query itself must see something: torso and upper arm are less than 50 mm apart"


def names_index(names: dict[int, str], wanted: str) -> int:
    return next(i for i, name in names.items() if name == wanted)


@pytest.mark.parametrize("name", ["iiwa", "panda"])
def test_inverse_dynamics_equals_bullet(name: str, bullet, tmp_path) -> None:
    """Joint by joint; what a finger that mimics another one needs counts for its leader."""
    p, client = bullet
    robot = robots.load(name)
    p.setGravity(0, 0, -9.81, physicsClientId=client)
    q, qd, qdd = np.random.default_rng(6).uniform(-1.0, 1.0, (3, robot.nq))
    body, names, _ = set_up(bullet, robot, tmp_path / "bullet.urdf", q)
    moving = [robot.joints[robot.link_index(names[i]) - 1] for i in sorted(names) if i >= 0]
    leaders = [joint.mimic or (joint.name, 1.0, 0.0) for joint in moving if joint.moves]
    spread = np.zeros((len(leaders), robot.nq))
    for row, (leader, factor, _) in enumerate(leaders):
        spread[row, robot.index(leader)] = factor
    shift = np.array([leader[2] for leader in leaders])
    state = ((spread @ q + shift).tolist(), (spread @ qd).tolist(), (spread @ qdd).tolist())
    theirs = spread.T @ np.array(p.calculateInverseDynamics(body, *state, physicsClientId=client))
    for path in ("generic", "compiled"):
        ours = dynamics.inverse_dynamics(robot, q, qd, qdd, path=path)[0]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())
