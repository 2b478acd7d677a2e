"""The robot that touches: which joints move, how much mass they carry, how fast and how heavy the touching point is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as File

import numpy as np

from robots import bases, dynamics, kinematics
from robots.catalogue import load
from robots.model import Robot
from twin.errors import BadInput, UnknownName
from twin.physics.crash.human_spec import HumanSpec
from twin.scenario.paths import resolve

__all__ = ["Toucher", "carried", "chain", "heaviest", "load_robot", "operational_mass", "posture", "toucher"]

STUCK = 1e-9  # of the largest mobility: directions in which the point can hardly move do not count
BASE = ("base_x", "base_y", "base_yaw")


@dataclass(frozen=True, eq=False)
class Toucher:
    """What touches the person.

    Attributes:
        offset: (3,) of the touching point in the link's axes [m].
        moving: joints that move; columns: their places in the speeds.
        mass: of everything that they carry [kg].
        tool: link that the payload hangs on; None: on the touching point.
    """

    robot: Robot
    link: str
    offset: np.ndarray
    moving: tuple[str, ...]
    columns: np.ndarray
    mass: float
    tool: str | None

    def point(self, q: np.ndarray) -> np.ndarray:
        """Where it is, (n, 3) [m] in the base frame; q (n, nq)."""
        T = kinematics.forward(self.robot, q, [self.link], path="generic")[:, 0]
        found: np.ndarray = T[:, :3, :3] @ self.offset + T[:, :3, 3]
        return found

    def jacobian(self, q: np.ndarray) -> np.ndarray:
        """d(velocity)/d(speeds of the moving joints), (n, 3, moving); q (n, nq)."""
        return _point_jacobian(self.robot, q, self.link, self.offset)[:, :, self.columns]

    def inertia(self, q: np.ndarray, payload: float) -> np.ndarray:
        """Inertia that the moving joints feel while the others are locked, (n, moving, moving); the payload is a point mass [kg]."""
        M = dynamics.inertia_matrix(self.robot, q, path="generic")
        link, offset = (self.tool, np.zeros(3)) if self.tool is not None else (self.link, self.offset)
        J = _point_jacobian(self.robot, q, link, offset)
        M = M + payload * np.swapaxes(J, 1, 2) @ J
        found: np.ndarray = M[:, self.columns[:, None], self.columns]
        return found


def load_robot(spec: HumanSpec, folder: File) -> Robot:
    """The robot of the spec; on a plane where its base moves.

    Raises:
        BadInput: unknown model, missing or broken URDF, a joint with several coordinates.
    """
    given = spec.robot
    robot = load(given.model) if given.model is not None else load(str(resolve(given.urdf or "", folder)))
    robot = bases.planar(robot) if spec.base_moves else robot
    if robot.nq != robot.nv:
        raise BadInput("human.robot", robot.name, "a robot whose joints have one coordinate each", "Write `base_moves` for a free base.")
    return robot


def toucher(spec: HumanSpec, folder: File) -> Toucher:
    """Robot, touching point and what moves.

    Raises:
        BadInput: what `load_robot` raises; no such link or joint; a link that nothing moves.
    """
    robot = load_robot(spec, folder)
    link = _link(spec, robot)
    between = chain(robot, link)
    changing = {joint for pose in spec.path.poses for joint in pose} if spec.path is not None else set(spec.joint_speeds)
    for joint in spec.moving:
        if joint not in robot.joint_names:
            raise UnknownName("human.moving", joint, robot.joint_names)
    base = BASE if spec.base_moves else ()
    named = {*spec.moving, *base} if spec.moving else {*between, *changing}
    moving = tuple(joint for joint in robot.joint_names if joint in named)
    if not set(moving) & set(between):
        what = f"nothing of {', '.join(moving)} moves {link}" if moving else f"no joint moves {link}"
        where, remedy = ("human.moving" if spec.moving else "human.link"), "Write `base_moves: true` for a robot that drives."
        raise BadInput(where, link, f"a point that a joint moves; {what}", remedy)
    columns = np.array([robot.index(joint) for joint in moving])
    tool = next((arm.tool for arm in robot.arms.values() if set(arm.joints) & set(between)), None)
    return Toucher(robot, link, np.array(spec.offset), moving, columns, carried(robot, moving), tool)


def _link(spec: HumanSpec, robot: Robot) -> str:
    if spec.link is not None:
        if spec.link not in robot.link_names:
            raise UnknownName("human.link", spec.link, robot.link_names)
        return spec.link
    if len(robot.arms) != 1:
        tools = ", ".join(arm.tool for arm in robot.arms.values())
        raise BadInput("human.link", None, "the name of a link", f"Say what touches{f', such as {tools}' if tools else ''}.")
    return next(iter(robot.arms.values())).tool


def chain(robot: Robot, link: str) -> tuple[str, ...]:
    """Independent joints between the root and a link; of a joint that mimics another the one that leads."""
    above = {joint.child: joint for joint in robot.joints}
    names: list[str] = []
    while link in above:
        joint = above[link]
        if joint.moves:
            names.append(joint.mimic[0] if joint.mimic is not None else joint.name)
        link = joint.parent
    return tuple(dict.fromkeys(reversed(names)))


def carried(robot: Robot, moving: Iterable[str]) -> float:
    """Mass of all links that at least one of the joints moves [kg]: what hangs on them, and on those that mimic them."""
    leaders, moved, total = set(moving), set[str](), 0.0
    for joint, link in zip(robot.joints, robot.links[1:], strict=True):  # parents come before children
        if joint.parent in moved or joint.name in leaders or (joint.mimic is not None and joint.mimic[0] in leaders):
            moved.add(link.name)
            total += link.mass
    return total


def posture(robot: Robot, pose: dict[str, float], start: np.ndarray | None = None) -> np.ndarray:
    """Joint values (nq,) of a pose; joints that it does not name stand as in `start`, or at home.

    Raises:
        UnknownName: a joint that the robot does not have.
    """
    q = (robot.home if start is None else start).copy()
    for joint, value in pose.items():
        q[robot.index(joint)] = value
    return q


def operational_mass(J: np.ndarray, M: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """1 / (u^T J M^-1 J^T u) [kg], (n,): the mass that the point opposes to a blow along u (Khatib 1995, eq. 30).

    Args:
        J: (n, 3, moving); M: (n, moving, moving); direction: unit vectors, (n, 3). Infinite where the point cannot move along u.
    """
    pull = np.einsum("nij,ni->nj", J, direction)
    mobility = np.einsum("nj,nj->n", pull, np.linalg.solve(M, pull[..., None])[..., 0])
    with np.errstate(divide="ignore"):
        found: np.ndarray = 1.0 / np.maximum(mobility, 0.0)
    return found


def heaviest(J: np.ndarray, M: np.ndarray) -> np.ndarray:
    """Unit vectors (n, 3) along which the operational mass is largest, among those in which the point can move at all."""
    mobility = J @ np.linalg.solve(M, np.swapaxes(J, 1, 2))
    values, vectors = np.linalg.eigh(mobility)
    first = (values > STUCK * values[:, -1:]).argmax(axis=1)
    found: np.ndarray = vectors[np.arange(len(J)), :, first]
    return found


def _point_jacobian(robot: Robot, q: np.ndarray, link: str, offset: np.ndarray) -> np.ndarray:
    """Of a point of a link, (n, 3, nv): v + omega x r."""
    J = kinematics.jacobian(robot, q, link, path="generic")
    R = kinematics.forward(robot, q, [link], path="generic")[:, 0, :3, :3]
    found: np.ndarray = J[:, :3] + np.cross(J[:, 3:], (R @ offset)[:, :, None], axis=1)
    return found
