"""A robot as the recursive algorithms want it: moving bodies only, every joint axis on z, fixed links merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np

from robots.inertia import Body as Mass
from robots.inertia import combined, moved
from robots.model import Robot
from robots.transforms import inverse, onto_z, placed
from twin.errors import BadInput

__all__ = ["Mechanism", "Moving", "mechanism"]

SQUARE = 1e-11
"""Entries of a rotation matrix this near to -1, 0 or 1 are taken as that: files write quarter turns as 1.57079632679."""
CRUMB = 1e-14  # of the largest entry of an inertia: what rounding leaves where symmetry says 0


@dataclass(frozen=True, eq=False)
class Moving:
    """A body with the joint that carries it. Its frame is the joint's, turned so that the axis is z.

    Attributes:
        name: of the joint; links: of the links that move as one with it.
        parent: index of the body that carries the joint, -1 for the root.
        kind: how it moves along or about z; a floating body moves freely.
        rotation, position: (3, 3), (3,) of the joint's frame in the parent's at q = 0.
        drive, factor, shift: the joint stands at factor q[drive] + shift; a floating joint begins at q[drive].
        speed: its first place in the vector of speeds.
        mass, moment, inertia: m [kg], m c (3,) [kg m], inertia about the frame's origin (3, 3) [kg m^2].
        damping, friction, armature: of the joint [N m s, N m, kg m^2] (or N s/m, N, kg).
    """

    name: str
    links: tuple[str, ...]
    parent: int
    kind: Literal["revolute", "prismatic", "floating"]
    rotation: np.ndarray
    position: np.ndarray
    drive: int
    factor: float
    shift: float
    speed: int
    mass: float
    moment: np.ndarray
    inertia: np.ndarray
    damping: float
    friction: float
    armature: float


@dataclass(frozen=True, eq=False)
class Mechanism:
    """Bodies, parents first, and where each link of the robot sits.

    Attributes:
        frames: link -> (index of its body or -1, rotation (3, 3), position (3,) in that body's frame).
        nq, nv: how many coordinates and speeds.
    """

    name: str
    bodies: tuple[Moving, ...]
    frames: Mapping[str, tuple[int, np.ndarray, np.ndarray]]
    nq: int
    nv: int

    @cached_property
    def rotors(self) -> bool:
        """Whether a joint has a rotor's inertia."""
        return any(body.armature for body in self.bodies)

    @cached_property
    def pairs(self) -> Mapping[int, tuple[int, ...]]:
        """Bodies that share a coordinate, by the first of them."""
        together: dict[int, list[int]] = {}
        for i, body in enumerate(self.bodies):
            together.setdefault(body.drive, []).append(i)
        return {group[0]: tuple(group) for group in together.values() if len(group) > 1}

    @property
    def mimics(self) -> bool:
        """Whether two bodies share a coordinate."""
        return bool(self.pairs)

    @cached_property
    def siblings(self) -> bool:
        """Whether bodies that share a coordinate hang on one parent, as the fingers of a gripper do."""
        return all(len({self.bodies[i].parent for i in group}) == 1 for group in self.pairs.values())

    def path(self, body: int) -> list[int]:
        """The bodies from the root to this one."""
        up: list[int] = []
        while body >= 0:
            up.append(body)
            body = self.bodies[body].parent
        return up[::-1]


@lru_cache(maxsize=64)
def mechanism(robot: Robot) -> Mechanism:
    """The robot's moving bodies.

    Raises:
        BadInput: a floating joint on a link that moves.
    """
    home: dict[str, tuple[int, np.ndarray]] = {robot.links[0].name: (-1, np.eye(4))}
    carried: list[list[tuple[str, Mass]]] = []
    rows: list[tuple[int, int, np.ndarray]] = []
    for i, (joint, link) in enumerate(zip(robot.joints, robot.links[1:], strict=True)):
        parent, T_parent = home[joint.parent]
        T = T_parent @ joint.origin
        if joint.kind == "floating" and parent >= 0:
            where = f"robot {robot.name}, floating joint {joint.name}"
            raise BadInput(where, f"parent link {joint.parent}, which moves", "a parent that stands still: only a base floats")
        if joint.moves:
            turn = placed(rotation=np.eye(3) if joint.kind == "floating" else onto_z(joint.axis))
            rows.append((i, parent, T @ turn))
            carried.append([])
            parent, T = len(rows) - 1, inverse(turn)
        home[link.name] = (parent, T)
        if parent >= 0:
            carried[parent].append((link.name, moved(Mass(link.mass, np.asarray(link.com, float), link.inertia), T)))
    bodies = tuple(_moving(robot, i, parent, T, loads) for (i, parent, T), loads in zip(rows, carried, strict=True))
    frames = {name: (body, _squared(T[:3, :3]), T[:3, 3]) for name, (body, T) in home.items()}
    return Mechanism(robot.name, bodies, frames, robot.nq, robot.nv)


def _moving(robot: Robot, i: int, parent: int, T: np.ndarray, loads: list[tuple[str, Mass]]) -> Moving:
    joint = robot.joints[i]
    whole = combined([mass for _, mass in loads])
    c = whole.com
    about_origin = whole.inertia + whole.mass * (c @ c * np.eye(3) - np.outer(c, c))
    leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
    kind: Literal["revolute", "prismatic", "floating"] = "revolute" if joint.kind == "continuous" else joint.kind  # type: ignore[assignment]
    return Moving(
        joint.name,
        tuple(name for name, _ in loads),
        parent,
        kind,
        _squared(T[:3, :3]),
        T[:3, 3],
        robot.coordinate(leader),
        factor,
        shift,
        robot.speed(leader),
        whole.mass,
        _without_crumbs(whole.mass * c),
        _without_crumbs((about_origin + about_origin.T) / 2),
        joint.damping,
        joint.friction,
        joint.armature,
    )


def _squared(R: np.ndarray) -> np.ndarray:
    """The rotation with entries that are nearly -1, 0 or 1 made so."""
    whole = np.round(R)
    return np.where(np.abs(R - whole) < SQUARE, whole, R)


def _without_crumbs(values: np.ndarray) -> np.ndarray:
    return np.where(np.abs(values) < CRUMB * np.abs(values).max(initial=0.0), 0.0, values)
