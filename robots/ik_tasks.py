"""What a frame shall reach: poses, positions, parts of a pose, or a direction to look in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from twin.errors import BadInput

__all__ = ["LookAt", "Pose", "Shape", "Task", "shape_of", "target_rows"]

Rotation = Literal["full", "free", "about x", "about y", "about z"]
ROTATIONS = ("full", "free", "about x", "about y", "about z")
AXES = ("x", "y", "z")


@dataclass(frozen=True, eq=False)
class Pose:
    """Bring a link's frame to a pose, or to a part of one.

    Attributes:
        frame: link of the robot.
        target: T_root_frame, (n, 4, 4) or (4, 4).
        position: which coordinates count, along the target's axes; "" for none.
        rotation: "full", "free" (any), or "about x|y|z": that axis points as the target's does, the turn about it is free.
    """

    frame: str
    target: np.ndarray
    position: str = "xyz"
    rotation: Rotation = "full"


@dataclass(frozen=True, eq=False)
class LookAt:
    """Turn a link's frame so that one of its axes points at a place; its position may count as well.

    Attributes:
        point: (n, 3) or (3,), in root axes [m].
        axis: of the frame, that shall point there.
        at: (n, 3) or (3,): where the frame's origin shall be [m], or None: anywhere.
    """

    frame: str
    point: np.ndarray
    axis: Literal["x", "y", "z"] = "z"
    at: np.ndarray | None = None


Task = Pose | LookAt


@dataclass(frozen=True)
class Shape:
    """What of a task a kernel is specialised on. `axis`: the one that is aligned or looks, -1 for none."""

    frame: str
    position: tuple[int, ...]
    full: bool
    axis: int
    looks: bool

    @property
    def width(self) -> int:
        """Numbers that describe a target: rotation and position, and the point to look at."""
        return 15 if self.looks else 12


def shape_of(task: Task) -> Shape:
    """The task without its numbers.

    Raises:
        BadInput: words that mean nothing, or a task that asks for nothing.
    """
    if isinstance(task, LookAt):
        if task.axis not in AXES:
            raise BadInput(f"axis that looks, of {task.frame}", task.axis, "x, y or z")
        return Shape(task.frame, () if task.at is None else (0, 1, 2), False, AXES.index(task.axis), True)
    if any(letter not in AXES for letter in task.position) or len(set(task.position)) < len(task.position):
        raise BadInput(f"position of the task of {task.frame}", task.position, "some of the letters x, y, z, or none")
    if task.rotation not in ROTATIONS:
        raise BadInput(f"rotation of the task of {task.frame}", task.rotation, ", ".join(ROTATIONS))
    if not task.position and task.rotation == "free":
        raise BadInput(f"task of {task.frame}", "neither position nor rotation", "at least one of them")
    axis = AXES.index(task.rotation[-1]) if task.rotation.startswith("about") else -1
    return Shape(task.frame, tuple(AXES.index(letter) for letter in sorted(task.position)), task.rotation == "full", axis, False)


def target_rows(task: Task) -> np.ndarray:
    """The target's numbers, (n, width): rotation row by row, position, point.

    Raises:
        BadInput: another shape, numbers that are not finite, a matrix that is no rigid transform.
    """
    if isinstance(task, Pose):
        T = rigid(task.target)
        return np.concatenate([T[:, :3, :3].reshape(-1, 9), T[:, :3, 3]], axis=1)
    point = _points(f"point that {task.frame} looks at", task.point)
    at = np.zeros((1, 3)) if task.at is None else _points(f"place of {task.frame}", task.at)
    count = max(len(point), len(at))
    if {len(point), len(at)} - {1, count}:
        raise BadInput(f"look-at task of {task.frame}", (len(point), len(at)), "as many points as places, or one for all")
    parts = (np.eye(3).reshape(1, 9), at, point)
    return np.concatenate([np.broadcast_to(part, (count, part.shape[1])) for part in parts], axis=1)


def rigid(targets: np.ndarray) -> np.ndarray:
    """Poses as (n, 4, 4).

    Raises:
        BadInput: another shape, or no rigid transforms.
    """
    poses = np.ascontiguousarray(targets, dtype=np.float64)
    poses = poses[None] if poses.ndim == 2 else poses
    if poses.ndim != 3 or poses.shape[1:] != (4, 4):
        raise BadInput("targets", np.shape(targets), "shape (n, 4, 4)")
    R = poses[:, :3, :3]
    square = np.einsum("nki,nkj->nij", R, R)
    if not (np.abs(square - np.eye(3)).max(initial=0.0) < 1e-6 and np.isfinite(poses).all() and (np.linalg.det(R) > 0).all()):
        raise BadInput("targets", "a matrix that turns lengths or angles", "rigid transforms: rotation matrix and finite position")
    return poses


def _points(where: str, values: np.ndarray) -> np.ndarray:
    rows = np.atleast_2d(np.asarray(values, dtype=float))
    if rows.ndim != 2 or rows.shape[1] != 3 or not np.isfinite(rows).all():
        raise BadInput(where, np.shape(values), "finite numbers, shape (n, 3) or (3,)")
    return rows
