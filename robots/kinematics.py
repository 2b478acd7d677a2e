"""Forward kinematics and Jacobians, batched. Poses are T_root_link: relative to the robot's root link."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robots.arrays import joint_values, tree
from robots.frames_loops import jacobians, poses
from robots.model import Robot

__all__ = ["all_links", "forward", "jacobian"]


def all_links(robot: Robot, q: np.ndarray) -> np.ndarray:
    """Poses of all links, in the order of `robot.links`, shape (n, links, 4, 4); q has shape (n, nq) or (nq,)."""
    rows = joint_values(robot, q)
    T = np.empty((len(rows), len(robot.links), 4, 4))
    poses(tree(robot), rows, T)
    return T


def forward(robot: Robot, q: np.ndarray, frames: Sequence[str]) -> np.ndarray:
    """Poses of the links `frames`, shape (n, frames, 4, 4); q has shape (n, nq) or (nq,).

    Raises:
        UnknownName: a link that the robot does not have.
        BadInput: q of another shape.
    """
    return all_links(robot, q)[:, [robot.link_index(name) for name in frames]]


def jacobian(robot: Robot, q: np.ndarray, frame: str) -> np.ndarray:
    """d(velocity, angular velocity)/dq of the link `frame`, shape (n, 6, nq).

    Rows 0-2 are the velocity of the frame's origin [m], rows 3-5 the angular velocity [rad], both in root axes
    (LOCAL_WORLD_ALIGNED in pinocchio's words). Columns of joints that others mimic contain their followers.
    """
    T = all_links(robot, q)
    J = np.empty((len(T), 6, robot.nq))
    jacobians(tree(robot), T, robot.link_index(frame), J)
    return J
