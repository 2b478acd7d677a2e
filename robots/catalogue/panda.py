"""Franka Emika Panda with its hand, from the URDF and meshes of the installed pybullet_data."""

from __future__ import annotations

import math
from dataclasses import replace

from robots.catalogue.pybullet_data import folder
from robots.model import Arm, Gripper, Robot
from robots.urdf import read

__all__ = ["load"]

ARM = Arm(
    name="arm",
    joints=tuple(f"panda_joint{i}" for i in range(1, 8)),
    tool="panda_grasptarget",
    # Franka Hand: 80 mm stroke, 70 N, as commonly given; pad size from the mesh; friction: house rule, rubber on steel
    gripper=Gripper(("panda_finger_joint1", "panda_finger_joint2"), (0.0, 0.08), 70.0, 0.8, 0.01, (0.01, 0.009)),
    home=(0.0, -math.pi / 4, 0.0, -3 * math.pi / 4, 0.0, math.pi / 2, math.pi / 4),
    payload=3.0,
)


def load() -> Robot:
    """The Panda. Accelerations and jerks follow the house rule, below what the maker allows."""
    robot = read(folder("panda") / "franka_panda" / "panda.urdf")
    return replace(robot, arms={"arm": ARM}, rest={"panda_finger_joint1": 0.04})
