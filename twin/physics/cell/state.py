"""Everything one run of a cell holds: the engine, the robots and their references, the grips, and what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from robots import kinematics
from robots.control import ComputedTorque, with_payload
from robots.model import Arm, Geometry, Robot
from twin.contact import Contact, Engine, Item
from twin.contact.rotation import transform
from twin.physics.cell.filters import LowPass
from twin.physics.cell.frames import Frames
from twin.physics.cell.grip import use
from twin.physics.cell.spec import CellSpec

__all__ = ["ArmRun", "Cell", "Collision", "Held", "ProcessFailure", "Record", "RobotRun"]


class ProcessFailure(Exception):
    """The process, not the simulation, failed: out of reach, jam, grip lost ... It becomes the reason of a finished result."""

    def __init__(self, what: str, who: str, detail: str) -> None:
        self.what, self.who, self.detail = what, who, detail
        super().__init__(f"{what}: {detail}")


@dataclass
class RobotRun:
    """One robot: its moving joints, what they should do, and how it is driven.

    Attributes:
        full: the whole robot; robot: the same with the joints that no track moves merged away.
        posture: joint values of the full robot at the start, shape (full.nq,).
        reference: positions, speeds and accelerations to follow, shape (3, nq).
        torque: of the last step [N m, N], shape (nq,).
    """

    name: str
    full: Robot
    robot: Robot
    posture: np.ndarray
    T_world_base: np.ndarray
    reference: np.ndarray
    controller: ComputedTorque
    torque: np.ndarray

    def actuate(self, engine: Engine) -> tuple[np.ndarray, np.ndarray]:
        """Drive the joints for one step; returns q and qd before it, each (nq,)."""
        q, qd = engine.joints(self.name)
        self.torque = self.controller.torque(self.reference, q, qd)
        engine.drive(self.name, self.torque)
        return q, qd


@dataclass
class Held:
    """A part in a gripper. `limits` are the largest force [N] and moment [N m]; `peak` the largest share used so far [-]."""

    grip: str
    part: str
    limits: tuple[float, float]
    filter: LowPass
    force: np.ndarray
    peak: float = 0.0


@dataclass
class ArmRun:
    """One track's arm: which joints it owns, which fingers it closes, what it holds."""

    track: str
    robot: RobotRun
    arm: Arm
    owned: np.ndarray  # indices of the joints this track moves, the arm's first
    fingers: np.ndarray  # indices of the finger joints
    finger_links: tuple[str, ...]
    held: Held | None = None
    program: Iterator[None] = field(default_factory=lambda: iter(()))

    def refer(self, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray) -> None:
        """What the owned joints should do in the next step, each of shape (owned,)."""
        self.robot.reference[:, self.owned] = q, qd, qdd

    def stand(self) -> None:
        """Keep the positions, stop moving."""
        self.robot.reference[1:, self.owned] = 0.0


@dataclass
class Collision:
    """A contact that nobody allowed, from its first to its last touch."""

    a: Item
    b: Item
    start: float
    end: float
    depth: float
    position: tuple[float, float, float]


@dataclass
class Record:
    """What is written down on the way. Per step: t, joints, torques; per frame: poses and clearances; contacts as they come."""

    t: list[float] = field(default_factory=list)
    joints: dict[str, list[np.ndarray]] = field(default_factory=dict)  # robot -> (4, nq): q, qd, torque, q_ref
    frames: list[float] = field(default_factory=list)
    parts: dict[str, list[np.ndarray]] = field(default_factory=dict)  # part -> (7,): position, wxyz
    clearance: list[float] = field(default_factory=list)
    nearest: tuple[float, str, str, float] = (np.inf, "", "", 0.0)  # distance, who, whom, when
    touches: dict[tuple[str, str], list[tuple[float, ...]]] = field(default_factory=dict)  # (step, force on first (3), where (3))
    collisions: list[Collision] = field(default_factory=list)
    pushes: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # track -> (t, filtered push [N])
    linear: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # track -> step ranges of straight moves
    steps: list[dict[str, Any]] = field(default_factory=list)  # program steps: track, name, verb, start, end
    events: list[dict[str, Any]] = field(default_factory=list)
    grip_use: dict[str, float] = field(default_factory=dict)
    planned_torque: float = 0.0  # largest share of a torque limit that a planned motion asked for


@dataclass
class Cell:
    """A run on one engine."""

    spec: CellSpec
    engine: Engine
    frames: Frames
    robots: dict[str, RobotRun]
    arms: dict[str, ArmRun]
    allowed: set[frozenset[str]]
    watched: list[tuple[Item, Item]]
    together: dict[str, int]  # part -> how many arms take it together, where the program says so
    pieces: dict[str, tuple[Geometry, ...]]  # part -> its shape
    masses: dict[str, tuple[float, np.ndarray, np.ndarray]]  # part -> mass, centre, inertia in its own frame
    record: Record = field(default_factory=Record)
    now: float = 0.0
    ended: set[str] = field(default_factory=set)  # `track.step` that have ended

    def event(self, what: str, who: str, detail: str) -> None:
        """Write down that something happened now."""
        self.record.events.append({"t": round(self.now, 6), "what": what, "who": who, "detail": detail})

    def may_touch(self, a: Item, b: Item) -> bool:
        """Whether a contact of these two is part of the process."""
        if frozenset((a.owner, b.owner)) in self.allowed:
            return True
        for robot, other in ((a, b), (b, a)):
            for arm in self.arms.values():
                if robot.owner == arm.robot.name and robot.link in arm.finger_links and other.owner in self.spec.parts:
                    return True
        return False

    def note_contacts(self, contacts: list[Contact]) -> None:
        """Sum the forces of allowed pairs; open or extend a collision for the others."""
        step = len(self.record.t) - 1
        sums: dict[tuple[str, str], list[float]] = {}
        for c in contacts:
            if self.may_touch(c.a, c.b):
                first = c.a.owner in self.spec.parts
                key = (c.a.owner, c.b.owner) if first else (c.b.owner, c.a.owner)
                sign = 1.0 if first else -1.0
                total = sums.setdefault(key, [0.0, 0.0, 0.0, *c.position])
                for axis in range(3):
                    total[axis] += sign * c.force[axis]
            elif c.depth >= 0.0:
                self._note_collision(c)
        for key, total in sums.items():
            self.record.touches.setdefault(key, []).append((step, *total))

    def _note_collision(self, c: Contact) -> None:
        for known in reversed(self.record.collisions):
            if {known.a, known.b} == {c.a, c.b} and self.now - known.end < 0.1:
                known.end = self.now
                if c.depth > known.depth:
                    known.depth, known.position = c.depth, c.position
                return
        self.record.collisions.append(Collision(c.a, c.b, self.now, self.now, c.depth, c.position))
        self.event("collision", str(c.a), f"{c.a} touches {c.b} at {np.round(c.position, 3).tolist()} m")

    def check_grips(self) -> None:
        """Let go of every part whose grip carries more than friction can.

        Raises:
            ProcessFailure: a grip was lost.
        """
        for arm in self.arms.values():
            held = arm.held
            if held is None:
                continue
            force, moment = self.engine.wrench(held.grip)
            smooth = held.filter.push(np.concatenate([force, moment]))
            held.force = smooth[:3]
            share = use(float(np.linalg.norm(smooth[:3])), float(np.linalg.norm(smooth[3:])), *held.limits)
            held.peak = max(held.peak, share)
            self.record.grip_use[arm.track] = max(self.record.grip_use.get(arm.track, 0.0), share)
            if share > 1.0:
                carried = f"{np.linalg.norm(smooth[:3]):.0f} N and {np.linalg.norm(smooth[3:]):.1f} N m"
                self.let_go(arm)
                raise ProcessFailure(
                    "grip lost",
                    arm.track,
                    f"{held.part} slipped out of {arm.track}'s gripper at {self.now:.2f} s: it carried {carried}, "
                    f"the grip holds {held.limits[0]:.0f} N or {held.limits[1]:.1f} N m",
                )

    def let_go(self, arm: ArmRun) -> None:
        """Open the constraint; the fingers may touch the part again."""
        held = arm.held
        if held is None:
            return
        self.engine.detach(held.grip)
        for link in arm.finger_links:
            self.engine.pass_through(Item(arm.robot.name, link), Item(held.part), False)
        arm.held = None
        self.share_payload()

    def share_payload(self) -> None:
        """Tell each robot's controller what its arms carry; of a part that two arms take together, each carries half."""
        holders: dict[str, list[ArmRun]] = {}
        for arm in self.arms.values():
            if arm.held is not None:
                holders.setdefault(arm.held.part, []).append(arm)
        loaded = {name: run.robot for name, run in self.robots.items()}
        for name, arms in holders.items():
            mass, com, inertia = self.masses[name]
            share = max(len(arms), self.together.get(name, 1))
            T_world_part = transform(*self.engine.pose(name))
            for arm in arms:
                T_part = np.linalg.inv(self.T_world_tool(arm)) @ T_world_part
                R = T_part[:3, :3]
                loaded[arm.robot.name] = with_payload(
                    loaded[arm.robot.name],
                    arm.arm.tool,
                    mass / share,
                    T_part[:3, :3] @ com + T_part[:3, 3],
                    R @ inertia @ R.T / share,
                )
        for name, run in self.robots.items():
            run.controller.carry(loaded[name])

    def T_world_tool(self, arm: ArmRun) -> np.ndarray:
        """Where the tool really is, (4, 4)."""
        q, _ = self.engine.joints(arm.robot.name)
        T: np.ndarray = arm.robot.T_world_base @ kinematics.forward(arm.robot.robot, q[None], [arm.arm.tool])[0, 0]
        return T
