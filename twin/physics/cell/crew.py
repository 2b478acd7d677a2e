"""Cells that are alike, as arrays: which robots move in them, branch by branch, and where each stands in each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from robots.chains import Branch, branches, known
from robots.model import Arm, Robot, reduce
from twin.kinds import Context
from twin.physics.cell.build import arm_of, joint_values, load_robot
from twin.physics.cell.frames import Frames
from twin.physics.cell.spec import CellSpec

__all__ = ["Crew", "Limb", "Machine", "Seat", "crews"]


@dataclass(frozen=True, eq=False)
class Limb:
    """A branch of a robot in n cells.

    Attributes:
        robot: it alone, rooted where it is mounted, the same object for all that move alike.
        joints: places of its coordinates in the machine's q.
        T_world_root: (n, 4, 4).
    """

    robot: Robot
    joints: np.ndarray
    T_world_root: np.ndarray


@dataclass(frozen=True, eq=False)
class Machine:
    """A robot in n cells.

    Attributes:
        full: the whole robot; robot: with what the program moves; fingers and all other joints stand as the posture says.
        q0: (n, nq) at the start.
    """

    name: str
    full: Robot
    robot: Robot
    limbs: tuple[Limb, ...]
    q0: np.ndarray

    def limb_of(self, link: str) -> Limb:
        """The branch that carries a link."""
        return next(limb for limb in self.limbs if link in limb.robot.link_names)


@dataclass(frozen=True, eq=False)
class Seat:
    """A track's arm: its joints' places in the machine's q, the arm's first."""

    track: str
    machine: Machine
    limb: Limb
    arm: Arm
    owned: np.ndarray


@dataclass(frozen=True, eq=False)
class Crew:
    """n cells whose programs differ in numbers only.

    Attributes:
        places: which of the given cells these are.
        frames: of each cell.
    """

    places: tuple[int, ...]
    specs: tuple[CellSpec, ...]
    contexts: tuple[Context, ...]
    frames: tuple[Frames, ...]
    machines: dict[str, Machine]
    seats: dict[str, Seat]

    @property
    def count(self) -> int:
        """How many cells."""
        return len(self.specs)


@dataclass(frozen=True, eq=False)
class _Member:
    """One robot of one cell."""

    full: Robot
    robot: Robot
    branches: tuple[Branch, ...]
    q0: np.ndarray


class _Loaded:
    """Robots that were read and taken apart already in this launch."""

    def __init__(self) -> None:
        self._loaded: dict[tuple[Any, ...], Robot] = {}
        self._members: dict[tuple[Any, ...], tuple[Robot, tuple[Branch, ...]]] = {}

    def member(self, name: str, spec: CellSpec, context: Context) -> _Member:
        given = spec.robots[name]
        source = (given.model, given.urdf, given.tool, str(context.folder) if given.urdf else "")
        if source not in self._loaded:
            self._loaded[source] = load_robot(given, context)
        full = self._loaded[source]
        posture = full.home.copy()
        for joint, value in given.posture.items():
            posture[full.index(joint)] = value
        moving = _moving(name, spec, full)
        still = tuple(float(posture[full.index(j)]) for j in full.joint_names if j not in moving)
        key = (source, tuple(moving), still)
        if key not in self._members:
            values = joint_values(full, posture)
            robot = reduce(full, {joint.name: values[joint.name] for joint in full.independent if joint.name not in moving})
            self._members[key] = robot, tuple(replace(branch, robot=known(branch.robot)) for branch in branches(robot))
        robot, found = self._members[key]
        return _Member(full, robot, found, np.array([posture[full.index(joint)] for joint in robot.joint_names]))


def crews(specs: Sequence[CellSpec], contexts: Sequence[Context]) -> Iterator[Crew]:
    """The cells in groups that move alike; in the order in which the first of each comes."""
    loaded = _Loaded()
    groups: dict[tuple[Any, ...], list[tuple[int, dict[str, _Member]]]] = {}
    for i, (spec, context) in enumerate(zip(specs, contexts, strict=True)):
        members = {name: loaded.member(name, spec, context) for name in _working(spec)}
        key = tuple((name, *(id(branch.robot) for branch in member.branches)) for name, member in members.items())
        groups.setdefault(key, []).append((i, members))
    for group in groups.values():
        places = tuple(i for i, _ in group)
        yield _crew(places, [specs[i] for i in places], [contexts[i] for i in places], [members for _, members in group])


def _working(spec: CellSpec) -> list[str]:
    """Robots that a track moves; the others stand where they stand."""
    return list(dict.fromkeys(track.robot for track in spec.program.values()))


def _moving(name: str, spec: CellSpec, full: Robot) -> list[str]:
    """Joints that the program moves; fingers are carried along."""
    moving: dict[str, None] = {}
    for track_name, track in spec.program.items():
        if track.robot == name:
            moving |= dict.fromkeys((*arm_of(full, track_name, track).joints, *track.also))
    return list(moving)


def _crew(places: tuple[int, ...], specs: list[CellSpec], contexts: list[Context], members: list[dict[str, _Member]]) -> Crew:
    frames = [Frames(spec, context.site) for spec, context in zip(specs, contexts, strict=True)]
    machines = {}
    for name, first in members[0].items():
        T_world_base = np.array([frame.T_world(name) for frame in frames])
        limbs = []
        for b, branch in enumerate(first.branches):
            mounted = np.array([member[name].branches[b].T_root_branch for member in members])
            limbs.append(Limb(branch.robot, branch.joints, T_world_base @ mounted))
        machines[name] = Machine(name, first.full, first.robot, tuple(limbs), np.array([member[name].q0 for member in members]))
    seats = {}
    for track, given in specs[0].program.items():
        machine = machines[given.robot]
        arm = arm_of(machine.full, track, given)
        owned = np.array([machine.robot.index(joint) for joint in (*arm.joints, *given.also)], dtype=int)
        seats[track] = Seat(track, machine, machine.limb_of(arm.tool), arm, owned)
    return Crew(places, tuple(specs), tuple(contexts), tuple(frames), machines, seats)
