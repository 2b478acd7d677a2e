"""A robot as plain data: links, joints, arms. SI, radians; every array is read-only by convention."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from robots.inertia import Body, combined, moved
from robots.transforms import about, placed
from twin.errors import BadInput, UnknownName

__all__ = ["Arm", "Geometry", "Gripper", "Joint", "Link", "Mimic", "Robot", "reduce"]

Shape = Literal["box", "cylinder", "sphere", "capsule", "mesh"]
JointKind = Literal["revolute", "continuous", "prismatic", "fixed", "floating"]
Mimic = tuple[str, float, float]
Named = TypeVar("Named")

POSE = ("x", "y", "z", "qw", "qx", "qy", "qz")
"""Coordinates of a floating joint: position [m] and rotation as a unit quaternion, T_parent_child."""
TWIST = ("vx", "vy", "vz", "wx", "wy", "wz")
"""Speeds of a floating joint: velocity [m/s] and angular velocity [rad/s] of the child in its own axes."""

SECONDS_TO_FULL_SPEED = 0.25
"""House rule where nobody gives figures: a joint reaches its speed limit in 0.25 s, ..."""
SECONDS_TO_FULL_ACCELERATION = 0.1
"""... and its acceleration limit in 0.1 s: the jerk limit."""


@dataclass(frozen=True, eq=False)
class Geometry:
    """A shape on a link.

    Attributes:
        size: box: full x, y, z [m]; cylinder and capsule: radius and length along z (a capsule's without its caps);
            sphere: radius; mesh: empty.
        path, scale: file of a mesh, and the factor along each axis that makes it metres.
        origin: T_link_geometry, shape (4, 4).
        color: RGBA in 0..1.
    """

    kind: Shape
    size: tuple[float, ...] = ()
    path: Path | None = None
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    origin: np.ndarray = field(default_factory=lambda: np.eye(4))
    color: tuple[float, float, float, float] = (0.7, 0.7, 0.72, 1.0)


@dataclass(frozen=True, eq=False)
class Link:
    """A rigid body: mass [kg], centre of mass (3,) [m] and inertia (3, 3) [kg m^2] about it, both in link axes."""

    name: str
    mass: float = 0.0
    com: np.ndarray = field(default_factory=lambda: np.zeros(3))
    inertia: np.ndarray = field(default_factory=lambda: np.zeros((3, 3)))
    visuals: tuple[Geometry, ...] = ()
    collisions: tuple[Geometry, ...] = ()


@dataclass(frozen=True, eq=False)
class Joint:
    """A connection of two links. Units: rad or m, and per second (^2, ^3); effort N m or N.

    Attributes:
        origin: T_parent_joint at q = 0, shape (4, 4).
        axis: unit vector in joint axes, shape (3,).
        lower, upper: limits; infinite for a continuous joint.
        mimic: (joint, multiplier, offset) when this joint follows another one.
        damping, friction: resistance per speed [N m s or N s/m] and Coulomb's, independent of it [N m or N].
        acceleration, jerk: limits for planned motion; NaN asks for the house rule (`SECONDS_TO_FULL_SPEED`).
        armature: inertia of the rotor as the joint feels it [kg m^2 or kg].
    """

    name: str
    kind: JointKind
    parent: str
    child: str
    origin: np.ndarray = field(default_factory=lambda: np.eye(4))
    axis: np.ndarray = field(default_factory=lambda: np.array([0.0, 0.0, 1.0]))
    lower: float = -math.inf
    upper: float = math.inf
    velocity: float = math.inf
    effort: float = math.inf
    damping: float = 0.0
    friction: float = 0.0
    mimic: Mimic | None = None
    acceleration: float = math.nan
    jerk: float = math.nan
    armature: float = 0.0

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise BadInput(f"limits of joint {self.name}", (self.lower, self.upper), "lower <= upper")
        if math.isnan(self.acceleration):
            object.__setattr__(self, "acceleration", self.velocity / SECONDS_TO_FULL_SPEED)
        if math.isnan(self.jerk):
            object.__setattr__(self, "jerk", self.acceleration / SECONDS_TO_FULL_ACCELERATION)

    @property
    def moves(self) -> bool:
        """True unless the joint is fixed."""
        return self.kind != "fixed"

    @property
    def coordinates(self) -> tuple[str, ...]:
        """Names of its coordinates in q."""
        return tuple(f"{self.name}.{part}" for part in POSE) if self.kind == "floating" else (self.name,)

    @property
    def speeds(self) -> tuple[str, ...]:
        """Names of its speeds in qd."""
        return tuple(f"{self.name}.{part}" for part in TWIST) if self.kind == "floating" else (self.name,)

    def motion(self, q: float) -> np.ndarray:
        """T_joint_child of a joint with one coordinate at `q`, shape (4, 4)."""
        if self.kind == "prismatic":
            return placed(q * self.axis)
        return placed(rotation=about(self.axis, q)) if self.moves else np.eye(4)


@dataclass(frozen=True)
class Gripper:
    """A parallel gripper; without `joints` it is a virtual one that grips anything of the right width.

    Attributes:
        joints: finger joints; the others mimic the first.
        opening: smallest and largest distance between the pads [m].
        force: largest clamping force [N].
        friction: Coulomb coefficient of the pads [-].
        pad_radius: effective radius for torsional friction [m].
        pads: half the pads' width and half their length along the approach direction [m].
    """

    joints: tuple[str, ...] = ()
    opening: tuple[float, float] = (0.0, 0.1)
    force: float = 100.0
    friction: float = 0.8
    pad_radius: float = 0.02
    pads: tuple[float, float] = (0.0125, 0.03)


@dataclass(frozen=True)
class Arm:
    """A chain that carries a tool.

    Attributes:
        joints: names in chain order.
        tool: link whose frame is the tool centre point; z is the approach direction, y that in which fingers close.
        home: joint values [rad or m] in the order of `joints`.
        payload: what it can carry [kg]; infinite where nobody says.
    """

    name: str
    joints: tuple[str, ...]
    tool: str
    gripper: Gripper | None = None
    home: tuple[float, ...] = ()
    payload: float = math.inf


@dataclass(frozen=True, eq=False)
class Robot:
    """A kinematic tree with names. `q` is the vector of the independent movable joints, in the order of `joint_names`.

    Each joint has one coordinate, but a floating one, which has seven (`POSE`) and six speeds (`TWIST`): then q, limits of
    position and `home` have nq entries, speeds, forces and their limits nv.

    Attributes:
        links: the root first, parents before children.
        joints: joints[i] carries links[i + 1].
        rest: home position of joints that belong to no arm; the others rest at zero, or at the limit nearest to it.
        source: the URDF that it came from, or None.
        files: every file that was read: URDF and meshes.
        merged: link that vanished in `reduce` -> (link that took it up, T_survivor_old).
    """

    name: str
    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    arms: Mapping[str, Arm] = field(default_factory=dict)
    rest: Mapping[str, float] = field(default_factory=dict)
    source: Path | None = None
    files: tuple[Path, ...] = ()
    merged: Mapping[str, tuple[str, np.ndarray]] = field(default_factory=dict)

    @cached_property
    def independent(self) -> tuple[Joint, ...]:
        """Movable joints that follow no other."""
        return tuple(joint for joint in self.joints if joint.moves and joint.mimic is None)

    @cached_property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the coordinates, in the order of q: those of the independent joints."""
        return tuple(name for joint in self.independent for name in joint.coordinates)

    @cached_property
    def speed_names(self) -> tuple[str, ...]:
        """Names of the speeds, in the order of qd; those of q but for a floating joint."""
        return tuple(name for joint in self.independent for name in joint.speeds)

    @cached_property
    def link_names(self) -> tuple[str, ...]:
        """Names of all links, the root first."""
        return tuple(link.name for link in self.links)

    @property
    def nq(self) -> int:
        """Number of coordinates."""
        return len(self.joint_names)

    @property
    def nv(self) -> int:
        """Number of speeds."""
        return len(self.speed_names)

    @cached_property
    def lower(self) -> np.ndarray:
        """Lower limits [rad or m], (nq,); -inf for continuous joints."""
        return self._figures("lower", of="coordinates")

    @cached_property
    def upper(self) -> np.ndarray:
        """Upper limits [rad or m], (nq,); inf for continuous joints."""
        return self._figures("upper", of="coordinates")

    @cached_property
    def velocity(self) -> np.ndarray:
        """Speed limits [rad/s or m/s], (nv,)."""
        return self._figures("velocity")

    @cached_property
    def acceleration(self) -> np.ndarray:
        """Acceleration limits [rad/s^2 or m/s^2], (nv,)."""
        return self._figures("acceleration")

    @cached_property
    def jerk(self) -> np.ndarray:
        """Jerk limits [rad/s^3 or m/s^3], (nv,)."""
        return self._figures("jerk")

    @cached_property
    def effort(self) -> np.ndarray:
        """Torque or force limits [N m or N], (nv,)."""
        return self._figures("effort")

    @cached_property
    def home(self) -> np.ndarray:
        """Resting position [rad or m], (nq,)."""
        upright = [float(name == POSE[3]) for joint in self.independent for name in (POSE if joint.kind == "floating" else ("",))]
        q: np.ndarray = np.clip(upright, self.lower, self.upper)
        placed_at = dict(self.rest)
        for arm in self.arms.values():
            placed_at |= dict(zip(arm.joints, arm.home, strict=False))
        for name, value in placed_at.items():
            q[self.index(name)] = value
        return q

    def index(self, name: str) -> int:
        """Place of the independent joint `name` in q. Raises UnknownName."""
        return self._find("joint", name, self._joint_index)

    def coordinate(self, joint: str) -> int:
        """Place of the first coordinate of an independent joint in q."""
        return self.joint_names.index(self.joint(joint).coordinates[0])

    def speed(self, joint: str) -> int:
        """Place of the first speed of an independent joint in qd."""
        return self.speed_names.index(self.joint(joint).speeds[0])

    def link(self, name: str) -> Link:
        """The link of that name. Raises UnknownName."""
        return self.links[self.link_index(name)]

    def link_index(self, name: str) -> int:
        """Place of the link `name` in `links`. Raises UnknownName."""
        return self._find("link", name, self._link_index)

    def joint(self, name: str) -> Joint:
        """The joint of that name, mimics and fixed ones included. Raises UnknownName."""
        return self._find("joint", name, self._joints)

    def arm(self, name: str) -> Arm:
        """The arm of that name. Raises UnknownName."""
        return self._find("arm", name, self.arms)

    def _figures(self, name: str, of: str = "speeds") -> np.ndarray:
        return np.array([getattr(joint, name) for joint in self.independent for _ in getattr(joint, of)], dtype=float)

    @cached_property
    def _joint_index(self) -> Mapping[str, int]:
        return {name: i for i, name in enumerate(self.joint_names)}

    @cached_property
    def _link_index(self) -> Mapping[str, int]:
        return {link.name: i for i, link in enumerate(self.links)}

    @cached_property
    def _joints(self) -> Mapping[str, Joint]:
        return {joint.name: joint for joint in self.joints}

    def _find(self, what: str, name: str, known: Mapping[str, Named]) -> Named:
        if name not in known:
            raise UnknownName(f"{what} of robot {self.name}", name, known)
        return known[name]


def reduce(robot: Robot, held: Mapping[str, float] | None = None, *, keep: Iterable[str] = ()) -> Robot:
    """The same robot with the joints `held` fixed at a value, and fixed links merged into their parents.

    Mass, centre of mass and inertia add up (parallel axes), geometries move along. Tool links and those in `keep`
    stay, with a fixed joint of their own. Joints that mimic a held joint are fixed with it.

    Raises:
        UnknownName: a held joint or a kept link that the robot does not have.
        BadInput: a held joint that follows another one; hold that one.
    """
    values = {name: float(value) for name, value in (held or {}).items()}
    for name in values:
        if robot.joint(name).mimic is not None:
            raise BadInput(f"held joints of robot {robot.name}", name, "joints that do not mimic another one")
    kept = {robot.link(name).name for name in keep} | {arm.tool for arm in robot.arms.values()}
    joints = [_held(joint, values) for joint in robot.joints]

    home: dict[str, tuple[str, np.ndarray]] = {robot.links[0].name: (robot.links[0].name, np.eye(4))}
    bodies: dict[str, list[tuple[Link, np.ndarray]]] = {robot.links[0].name: [(robot.links[0], np.eye(4))]}
    left: list[Joint] = []
    for joint, link in zip(joints, robot.links[1:], strict=True):
        survivor, T_survivor_parent = home[joint.parent]
        T_survivor_link = T_survivor_parent @ joint.origin
        if joint.moves or link.name in kept:
            home[link.name] = (link.name, np.eye(4))
            bodies[link.name] = [(link, np.eye(4))]
            left.append(replace(joint, parent=survivor, origin=T_survivor_link))
        else:
            home[link.name] = (survivor, T_survivor_link)
            bodies[survivor].append((link, T_survivor_link))

    before = {old: (home[name][0], home[name][1] @ T) for old, (name, T) in robot.merged.items()}
    movable = {joint.name for joint in left if joint.moves}
    return replace(
        robot,
        links=tuple(_welded(name, parts) for name, parts in bodies.items()),
        joints=tuple(left),
        arms={name: _without(arm, movable) for name, arm in robot.arms.items()},
        rest={name: value for name, value in robot.rest.items() if name in movable},
        merged=before | {old: (new, T) for old, (new, T) in home.items() if old != new},
    )


def _held(joint: Joint, values: Mapping[str, float]) -> Joint:
    """The joint, fixed at its value when it (or the one that it follows) is held."""
    leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
    if not joint.moves or leader not in values:
        return joint
    origin = joint.origin @ joint.motion(factor * values[leader] + shift)
    return replace(joint, kind="fixed", origin=origin, mimic=None)


def _welded(name: str, parts: list[tuple[Link, np.ndarray]]) -> Link:
    body = combined([moved(Body(link.mass, link.com, link.inertia), T) for link, T in parts])
    return Link(
        name,
        body.mass,
        body.com,
        body.inertia,
        visuals=tuple(replace(shape, origin=T @ shape.origin) for link, T in parts for shape in link.visuals),
        collisions=tuple(replace(shape, origin=T @ shape.origin) for link, T in parts for shape in link.collisions),
    )


def _without(arm: Arm, movable: set[str]) -> Arm:
    """The arm with the joints that still move."""
    home = {name: value for name, value in zip(arm.joints, arm.home, strict=False) if name in movable}
    gripper = arm.gripper and replace(arm.gripper, joints=tuple(name for name in arm.gripper.joints if name in movable))
    return replace(arm, joints=tuple(name for name in arm.joints if name in movable), home=tuple(home.values()), gripper=gripper)
