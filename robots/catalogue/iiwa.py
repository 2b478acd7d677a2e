"""KUKA LBR iiwa 14 R820, from the URDF and meshes of the installed pybullet_data, with a virtual gripper.

The URDF's limits of 10 rad/s and 300 N m for every joint are placeholders; speeds and torques here are those commonly
given for the LBR iiwa 14 R820, not checked against the maker's own sheet. The URDF has no tool: a frame 100 mm before
the flange stands for the pads of a parallel gripper without bodies of its own, which holds parts up to 100 mm wide.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from robots.catalogue.pybullet_data import folder
from robots.model import Arm, Gripper, Joint, Link, Robot
from robots.transforms import placed
from robots.urdf import read

__all__ = ["load"]

SPEEDS = np.radians([85.0, 85.0, 100.0, 75.0, 130.0, 135.0, 135.0])
TORQUES = (320.0, 320.0, 176.0, 176.0, 110.0, 40.0, 40.0)
FLANGE = 0.045  # from link 7 to the flange's face along z [m]; 126 mm from the wrist
STANDOFF = 0.100  # from the flange to the virtual pads [m]

ARM = Arm(
    name="arm",
    joints=tuple(f"lbr_iiwa_joint_{i}" for i in range(1, 8)),
    tool="tool",
    gripper=Gripper((), (0.0, 0.1), 200.0, 0.8, 0.02, (0.0125, 0.02)),
    home=(0.0, math.pi / 6, 0.0, -math.pi / 2, 0.0, math.pi / 3, 0.0),
    payload=14.0,
)


def load() -> Robot:
    """The iiwa with a frame `tool` and a virtual gripper. Accelerations and jerks follow the house rule."""
    robot = read(folder("iiwa") / "kuka_iiwa" / "model.urdf")
    figures = zip(robot.joints, SPEEDS, TORQUES, strict=True)
    joints = [replace(joint, velocity=float(v), effort=e, acceleration=math.nan, jerk=math.nan) for joint, v, e in figures]
    tool = Joint("tool_joint", "fixed", robot.links[-1].name, "tool", placed((0.0, 0.0, FLANGE + STANDOFF)))
    return replace(robot, name="iiwa", links=(*robot.links, Link("tool")), joints=(*joints, tool), arms={"arm": ARM})
