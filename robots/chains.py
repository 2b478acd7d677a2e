"""Branches of a robot that stands still at its root: each moves for itself, wherever it is mounted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

import numpy as np

from robots.model import Robot

__all__ = ["Branch", "branches", "fingerprint", "known"]


@dataclass(frozen=True, eq=False)
class Branch:
    """Everything that one joint of the root carries.

    Attributes:
        robot: a robot of its own; its root is the frame of that joint.
        T_root_branch: (4, 4) where it is mounted.
        joints: places of its coordinates in the whole robot's q.
    """

    robot: Robot
    T_root_branch: np.ndarray
    joints: np.ndarray


def branches(robot: Robot) -> list[Branch]:
    """The branches of a robot, in the order of its joints; links that do not move are left out.

    A part of the root that is fixed to it must have been merged before (`robots.reduce`).
    """
    return [_branch(robot, joint.name) for joint in robot.joints if joint.parent == robot.links[0].name and joint.moves]


def _branch(robot: Robot, first: str) -> Branch:
    trunk = robot.joint(first)
    inside = [trunk]
    carried = {trunk.child}
    for joint in robot.joints:  # parents come before children
        if joint.parent in carried:
            inside.append(joint)
            carried.add(joint.child)
    base = replace(robot.links[0], mass=0.0, com=np.zeros(3), inertia=np.zeros((3, 3)), visuals=(), collisions=())
    joints = tuple(replace(joint, origin=np.eye(4)) if joint is trunk else joint for joint in inside)
    own = Robot(
        robot.name,
        (base, *(robot.link(joint.child) for joint in inside)),
        joints,
        arms={name: arm for name, arm in robot.arms.items() if arm.tool in carried},
    )
    places = np.array([robot.index(name) for name in own.joint_names], dtype=int)
    return Branch(own, trunk.origin, places)


def known(robot: Robot) -> Robot:
    """The robot that was met first of all that move alike: kernels are kept for it, object by object."""
    box = _first_met(fingerprint(robot))
    if not box:
        box.append(robot)
    return box[0]


@lru_cache(maxsize=256)
def _first_met(fingerprint: str) -> list[Robot]:
    return []


def fingerprint(robot: Robot) -> str:
    """Equal for robots that move alike: tree, masses, limits; not for looks or shapes."""
    digest = sha256()
    for part in _parts(robot):
        digest.update(part)
    return digest.hexdigest()


def _parts(robot: Robot) -> Iterator[bytes]:
    for link in robot.links:
        yield link.name.encode()
        yield np.concatenate([[link.mass], np.ravel(link.com), np.ravel(link.inertia)]).astype(float).tobytes()
    for joint in robot.joints:
        yield repr((joint.name, joint.kind, joint.parent, joint.child, joint.mimic)).encode()
        yield np.concatenate([np.ravel(joint.origin), np.ravel(joint.axis)]).astype(float).tobytes()
        limits = (joint.lower, joint.upper, joint.velocity, joint.effort, joint.damping, joint.friction)
        yield np.array([*limits, joint.acceleration, joint.jerk, joint.armature]).tobytes()
