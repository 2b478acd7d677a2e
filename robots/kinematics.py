"""Forward kinematics and Jacobians, batched. Poses are T_root_link: relative to the robot's root link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from robots.arrays import joint_values, tree
from robots.batch import checked, compute, generic_loops, watch
from robots.frames_loops import jacobians, poses
from robots.model import Robot
from twin.errors import UnknownName

__all__ = ["all_links", "forward", "jacobian"]

Axes = Literal["root", "local"]


def all_links(robot: Robot, q: np.ndarray) -> np.ndarray:
    """Poses of all links, in the order of `robot.links`, shape (n, links, 4, 4); q has shape (n, nq) or (nq,)."""
    if robot.nq != robot.nv:
        return forward(robot, q, robot.link_names, path="generic")
    rows = joint_values(robot, q)
    T = np.empty((len(rows), len(robot.links), 4, 4))
    poses(tree(robot), rows, T)
    return T


def forward(robot: Robot, q: np.ndarray, frames: Sequence[str], **options: Any) -> np.ndarray:
    """Poses of the links `frames`, shape (n, frames, 4, 4); q has shape (n, nq) or (nq,).

    Args: dtype, threads and path as in `robots.batch.compute`.

    Raises:
        UnknownName: a link that the robot does not have.
        BadInput: q of another shape.
    """
    places = [robot.link_index(name) for name in frames]
    rows = checked(robot, "q", q, speeds=False)
    if generic_loops(robot, len(rows), options):
        watch(robot, {"q": rows}, {})
        return all_links(robot, rows)[:, places]
    T = compute(robot, "frames", {"q": rows}, links=tuple(frames), **options)["T"]
    return T.T.reshape(len(frames), 4, 4, len(T)).transpose(3, 0, 1, 2)


def jacobian(robot: Robot, q: np.ndarray, frame: str, *, axes: Axes = "root", **options: Any) -> np.ndarray:
    """d(velocity, angular velocity)/d(speeds) of the link `frame`, shape (n, 6, nv).

    Rows 0-2 are the velocity of the frame's origin [m], rows 3-5 the angular velocity [rad]: in root axes
    (LOCAL_WORLD_ALIGNED in pinocchio's words), or in the frame's own (`axes="local"`, LOCAL). Columns of joints that others
    mimic contain their followers.

    Args: dtype, threads and path as in `robots.batch.compute`.
    """
    if axes not in ("root", "local"):
        raise UnknownName("axes", axes, ("root", "local"))
    link = robot.link_index(frame)
    rows = checked(robot, "q", q, speeds=False)
    if axes == "root" and generic_loops(robot, len(rows), options):
        watch(robot, {"q": rows}, {})
        T = all_links(robot, rows)
        J = np.empty((len(T), 6, robot.nq))
        jacobians(tree(robot), T, link, J)
        return J
    J = compute(robot, "jacobian", {"q": rows}, links=(frame,), local=axes == "local", **options)["J"]
    return J.T.reshape(6, robot.nv, len(J)).transpose(2, 0, 1)
