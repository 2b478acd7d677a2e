"""Robots as the peers get them: through a URDF of ours, so that both sides read the same numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from robots.inertia import Body, box, moved
from robots.model import Arm, Joint, Link, Robot, reduce
from robots.transforms import about, placed
from robots.urdf import read, write

__all__ = ["arm_alone", "dense", "falling", "through_urdf"]

DOF = 7


def through_urdf(robot: Robot, folder: Path) -> tuple[Robot, Path]:
    """The robot without shapes, written and read back, and its file."""
    bare = replace(robot, links=tuple(replace(link, visuals=(), collisions=()) for link in robot.links))
    path = folder / f"{robot.name.replace(' ', '_')}.urdf"
    write(bare, path)
    return replace(read(path), name=robot.name, arms=robot.arms), path


def dense(seed: int = 3) -> Robot:
    """Seven joints about z in a chain where no number is 0 or 1: random placements, centres of mass and inertias."""
    rng = np.random.default_rng(seed)

    def pose(reach: float) -> np.ndarray:
        axis = rng.normal(size=3)
        return placed(rng.uniform(-reach, reach, 3), about(axis / np.linalg.norm(axis), rng.uniform(1.0, 3.0)))

    def body() -> Body:
        return moved(box(rng.uniform(0.5, 5.0), rng.uniform(0.05, 0.4, 3).tolist(), np.eye(4)), pose(0.2))

    links, joints = [Link("root")], []
    for i in range(DOF):
        mass = body()
        limits = {"lower": -3.0, "upper": 3.0, "velocity": 3.0, "effort": 300.0}
        joints.append(Joint(f"joint{i}", "revolute", links[-1].name, f"link{i}", pose(0.3), **limits))
        links.append(Link(f"link{i}", mass.mass, mass.com, mass.inertia))
    joints.append(Joint("tool_joint", "fixed", links[-1].name, "tool", pose(0.3)))
    arm = Arm("arm", tuple(joint.name for joint in joints[:-1]), "tool")
    return Robot("dense", (*links, Link("tool")), tuple(joints), {"arm": arm})


def falling(robot: Robot) -> Robot:
    """The robot without limits and losses, which no engine then has to look after."""
    free = {"kind": "continuous", "lower": -math.inf, "upper": math.inf, "effort": math.inf, "damping": 0.0, "friction": 0.0}
    joints = [replace(joint, **free) if joint.moves else joint for joint in robot.joints]
    return replace(robot, name=f"{robot.name} falling", joints=tuple(joints))


def arm_alone(robot: Robot, arm: Arm) -> Robot:
    """The robot with every joint held at home but those of the arm: what solvers get that know one chain."""
    held = {name: value for name, value in zip(robot.joint_names, robot.home.tolist(), strict=True) if name not in arm.joints}
    return replace(reduce(robot, held, keep=[arm.tool]), name=f"{robot.name} {arm.name}")
