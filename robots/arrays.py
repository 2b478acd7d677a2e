"""A robot as flat arrays, the form in which compiled loops take it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from robots.model import Robot
from robots.transforms import onto_z, placed
from twin.errors import BadInput

__all__ = ["FIXED", "PRISMATIC", "REVOLUTE", "Bodies", "Chain", "Tree", "bodies", "chain", "joint_values", "tree"]

FIXED, REVOLUTE, PRISMATIC = 0, 1, 2
CODES = {"fixed": FIXED, "revolute": REVOLUTE, "continuous": REVOLUTE, "prismatic": PRISMATIC}


class Tree(NamedTuple):
    """Every link with the joint that carries it, the root first; a joint stands at factor q[drive] + shift.

    Shapes: parent, kind, drive (links,) with -1 where there is none; origin (links, 4, 4); axis (links, 3);
    factor, shift (links,).
    """

    parent: np.ndarray
    kind: np.ndarray
    drive: np.ndarray
    origin: np.ndarray
    axis: np.ndarray
    factor: np.ndarray
    shift: np.ndarray


class Bodies(NamedTuple):
    """Mass (links,), centre of mass (links, 3), inertia about it (links, 3, 3), in link axes."""

    mass: np.ndarray
    com: np.ndarray
    inertia: np.ndarray


class Chain(NamedTuple):
    """The movable joints between the root and one frame; all axes are turned onto z, fixed transforms are folded.

    T_root_frame = before[0] M(q0) before[1] M(q1) ... tail. Shapes: before (k, 4, 4), tail (4, 4), the others (k,).
    """

    before: np.ndarray
    tail: np.ndarray
    kind: np.ndarray
    drive: np.ndarray
    factor: np.ndarray
    shift: np.ndarray


@lru_cache(maxsize=64)
def tree(robot: Robot) -> Tree:
    """Flat arrays of the kinematics."""
    rows = [(robot.link_index(joint.parent), CODES[joint.kind], *_drive(robot, i)) for i, joint in enumerate(robot.joints)]
    parent, kind, drive, factor, shift = zip((-1, FIXED, -1, 0.0, 0.0), *rows, strict=True)
    return Tree(
        np.array(parent, dtype=np.int64),
        np.array(kind, dtype=np.int64),
        np.array(drive, dtype=np.int64),
        np.stack([np.eye(4), *(joint.origin for joint in robot.joints)]),
        np.stack([np.zeros(3), *(joint.axis for joint in robot.joints)]),
        np.array(factor),
        np.array(shift),
    )


@lru_cache(maxsize=64)
def bodies(robot: Robot) -> Bodies:
    """Flat arrays of the inertias."""
    return Bodies(
        np.array([link.mass for link in robot.links]),
        np.stack([link.com for link in robot.links]).astype(float),
        np.stack([link.inertia for link in robot.links]).astype(float),
    )


@lru_cache(maxsize=256)
def chain(robot: Robot, frame: str) -> Chain:
    """The joints that move the link `frame`. Raises UnknownName."""
    path, link = [], robot.link_index(frame)
    while link > 0:
        path.append(link - 1)
        link = robot.link_index(robot.joints[link - 1].parent)
    before, rows, T = [], [], np.eye(4)
    for i in reversed(path):
        joint = robot.joints[i]
        T = T @ joint.origin
        if joint.moves:
            turn = placed(rotation=onto_z(joint.axis))  # its z axis is the joint's
            before.append(T @ turn)
            rows.append((CODES[joint.kind], *_drive(robot, i)))
            T = turn.T
    kind, drive, factor, shift = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Chain(
        np.array(before).reshape(-1, 4, 4),
        np.ascontiguousarray(T),
        np.array(kind, dtype=np.int64),
        np.array(drive, dtype=np.int64),
        np.array(factor, dtype=float),
        np.array(shift, dtype=float),
    )


def joint_values(robot: Robot, values: np.ndarray, name: str = "q") -> np.ndarray:
    """`values` as a contiguous float64 array of shape (n, nq); one row may come as (nq,).

    Raises:
        BadInput: another shape.
    """
    rows = np.atleast_2d(np.ascontiguousarray(values, dtype=np.float64))
    if rows.ndim != 2 or rows.shape[1] != robot.nq:
        raise BadInput(f"{name} of robot {robot.name}", np.shape(values), f"shape (n, {robot.nq}): {', '.join(robot.joint_names)}")
    return rows


def _drive(robot: Robot, i: int) -> tuple[int, float, float]:
    """Which q moves joint i, times what, plus what."""
    joint = robot.joints[i]
    if not joint.moves:
        return -1, 0.0, 0.0
    leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
    return robot.index(leader), factor, shift
