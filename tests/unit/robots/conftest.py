"""Slow, obvious kinematics and random trees, to hold the compiled ones against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from robots.inertia import box
from robots.model import Joint, Link, Robot
from robots.transforms import from_rpy, placed
from robots.tree import ordered, resolved


def _slow_pose(robot: Robot, q: np.ndarray, link: str) -> np.ndarray:
    """T_root_link, multiplied out joint by joint with the matrix exponential."""
    from scipy.linalg import expm

    T = np.eye(4)
    while link != robots_root(robot):
        joint = next(joint for joint in robot.joints if joint.child == link)
        twist = np.zeros((4, 4))
        if joint.kind != "fixed":
            leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
            value = factor * q[robot.joint_names.index(leader)] + shift
            x, y, z = joint.axis
            if joint.kind == "prismatic":
                twist[:3, 3] = value * joint.axis
            else:
                twist[:3, :3] = value * np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        T = joint.origin @ expm(twist) @ T
        link = joint.parent
    return T


def robots_root(robot: Robot) -> str:
    children = {joint.child for joint in robot.joints}
    return next(link.name for link in robot.links if link.name not in children)


def _random_tree(seed: int) -> Robot:
    """Branches, every kind of joint, mimics of mimics, links with and without mass, in shuffled order."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 36))
    links, joints = [Link("link0")], []
    for i in range(1, count + 1):
        kind = str(rng.choice(["revolute", "continuous", "prismatic", "fixed"], p=[0.45, 0.15, 0.2, 0.2]))
        axis = rng.normal(size=3) if rng.random() < 0.7 else np.eye(3)[rng.integers(3)] * rng.choice([-1.0, 1.0])
        movable = [joint.name for joint in joints if joint.moves]
        mimic = None
        if kind != "fixed" and movable and rng.random() < 0.2:
            mimic = (str(rng.choice(movable)), float(rng.normal()), float(rng.normal()))
        body = box(float(rng.uniform(0.1, 5)), rng.uniform(0.05, 0.5, 3), placed(rng.normal(size=3) * 0.2, from_rpy(*rng.normal(size=3))))
        origin = placed(rng.normal(size=3) * 0.3, from_rpy(*rng.uniform(-3, 3, 3)))
        parent = f"link{rng.integers(0, i)}"
        limit = np.inf if kind == "continuous" else 2.0
        joints.append(
            Joint(f"joint{i}", kind, parent, f"link{i}", origin, axis / np.linalg.norm(axis), -limit, limit, 1.0, 10.0, mimic=mimic)
        )
        links.append(Link(f"link{i}", body.mass, body.com, body.inertia) if rng.random() < 0.8 else Link(f"link{i}"))
    if all(not joint.moves for joint in joints):
        return _random_tree(seed + 10_000)
    shuffled = [joints[i] for i in rng.permutation(count)]
    in_order, chain = ordered("random", [links[i] for i in rng.permutation(count + 1)], shuffled)
    return Robot("random", in_order, resolved(chain))


@pytest.fixture(scope="session")
def slow_pose() -> Callable[[Robot, np.ndarray, str], np.ndarray]:
    return _slow_pose


@pytest.fixture(scope="session")
def random_tree() -> Callable[[int], Robot]:
    return _random_tree
