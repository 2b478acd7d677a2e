"""The arm of a robot that only its URDF describes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from robots.model import Arm, Robot

__all__ = ["with_single_arm"]


def with_single_arm(robot: Robot) -> Robot:
    """The robot with one arm, "arm", where its joints leave no choice; unchanged otherwise.

    They leave none when all independent revolute and continuous joints stand in one chain. The tool is the last link
    that hangs on the chain by fixed joints alone: a tool flange or grasp frame, if the file has one.
    """
    chain = [joint for joint in robot.independent if joint.kind in ("revolute", "continuous")]
    if not chain or any(not _carries(robot, first.child, second.parent) for first, second in pairwise(chain)):
        return robot
    tool = chain[-1].child
    for joint in robot.joints:
        if joint.kind == "fixed" and joint.parent == tool:
            tool = joint.child
    return replace(robot, arms={"arm": Arm("arm", tuple(joint.name for joint in chain), tool)})


def _carries(robot: Robot, upper: str, lower: str) -> bool:
    """Whether the link `lower` is `upper` or hangs below it."""
    index = robot.link_index(lower)
    while index > 0 and robot.links[index].name != upper:
        index = robot.link_index(robot.joints[index - 1].parent)
    return robot.links[index].name == upper
