"""Robots that do not stand still at their root: on a plane, or free in space."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from robots.model import Joint, Link, Robot
from twin.errors import BadInput

__all__ = ["floating", "planar"]

WORLD = "world"


def planar(robot: Robot, *, speed: float = np.inf, turn: float = np.inf, name: str = "base") -> Robot:
    """The robot on a plane: it slides along x and y and turns about z, all in root axes of a new root link `world`.

    Three joints with one coordinate each, `base_x`, `base_y`, `base_yaw`, so that everything works as for any other joint,
    inverse kinematics included.

    Args:
        speed, turn: limits [m/s], [rad/s].

    Raises:
        BadInput: the robot has links or joints of these names already.
    """
    links, joints = [Link(WORLD)], []
    carriers = [f"{name}_x_carriage", f"{name}_y_carriage", robot.links[0].name]
    axes = {f"{name}_x": (1.0, 0.0, 0.0), f"{name}_y": (0.0, 1.0, 0.0), f"{name}_yaw": (0.0, 0.0, 1.0)}
    parent = WORLD
    for (joint, axis), child in zip(axes.items(), carriers, strict=True):
        kind = "continuous" if joint.endswith("yaw") else "prismatic"
        limit = turn if kind == "continuous" else speed
        joints.append(Joint(joint, kind, parent, child, axis=np.array(axis), velocity=limit))  # type: ignore[arg-type]
        links += [Link(child)] if child != root_of(robot) else []
        parent = child
    return _on(robot, links, joints)


def floating(robot: Robot, *, name: str = "base") -> Robot:
    """The robot free in space: seven coordinates (`robots.model.POSE`) and six speeds (`TWIST`) ahead of its own.

    Raises:
        BadInput: the robot has a link `world` or a joint of that name already.
    """
    return _on(robot, [Link(WORLD)], [Joint(name, "floating", WORLD, root_of(robot))])


def root_of(robot: Robot) -> str:
    """Name of the root link."""
    return robot.links[0].name


def _on(robot: Robot, links: list[Link], joints: list[Joint]) -> Robot:
    taken = {link.name for link in links} & set(robot.link_names) | {j.name for j in joints} & {j.name for j in robot.joints}
    if taken:
        raise BadInput(f"base of robot {robot.name}", ", ".join(sorted(taken)), "names that the robot does not use yet")
    return replace(robot, links=(*links, *robot.links), joints=(*joints, *robot.joints), merged={})
