"""Cells that are alike, as arrays: which robots move in them, branch by branch, and where each stands in each cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from robots.chains import Branch, branches, known
from robots.model import Arm, Robot, reduce
from twin.kinds import Context
from twin.physics.cell.build import arm_of, joint_values, load_robot
from twin.physics.cell.cargo import Cargo, cargo
from twin.physics.cell.each import Each
from twin.physics.cell.places import Places
from twin.physics.cell.spec import CellSpec, RobotSpec

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
        given: which of the given cells these are.
        specs: one a cell; where: poses of what has a name; cargo: the parts.
    """

    given: tuple[int, ...]
    specs: Each[CellSpec]
    contexts: tuple[Context, ...]
    where: Places
    machines: dict[str, Machine]
    seats: dict[str, Seat]
    cargo: dict[str, Cargo]

    @property
    def count(self) -> int:
        """How many cells."""
        return len(self.given)

    @property
    def like(self) -> CellSpec:
        """A spec that is like all of them but for numbers."""
        return self.specs.distinct[0]

    @cached_property
    def bandwidth(self) -> np.ndarray:
        """Of the joint controllers, (n,) [rad/s]."""
        return self.specs.numbers(lambda spec: spec.stiffness)


@dataclass(frozen=True, eq=False)
class _Member:
    """One robot of a cell, as it stands at the start; `kind` is the same object for all that move alike."""

    full: Robot
    robot: Robot
    branches: tuple[Branch, ...]
    q0: np.ndarray
    kind: tuple[Robot, ...]


class _Loaded:
    """Robots that were read and taken apart already in this launch."""

    def __init__(self, like: CellSpec) -> None:
        self._like = like
        self._members: dict[tuple[Any, ...], _Member] = {}
        self._taken_apart: dict[tuple[Any, ...], tuple[Robot, tuple[Branch, ...]]] = {}
        self._loaded: dict[tuple[Any, ...], Robot] = {}
        self._kinds: dict[tuple[int, ...], tuple[Robot, ...]] = {}

    def member(self, name: str, spec: CellSpec, context: Context) -> _Member:
        """The same object for the same robot in the same posture."""
        given = spec.robots[name]
        source = (given.model, given.urdf, given.tool, str(context.folder) if given.urdf else "")
        key = (name, source, tuple(given.posture.items()))
        if key not in self._members:
            self._members[key] = self._made(name, source, given, context)
        return self._members[key]

    def _made(self, name: str, source: tuple[Any, ...], given: RobotSpec, context: Context) -> _Member:
        if source not in self._loaded:
            self._loaded[source] = load_robot(given, context)
        full = self._loaded[source]
        posture = full.home.copy()
        for joint, value in given.posture.items():
            posture[full.index(joint)] = value
        moving = _moving(name, self._like, full)
        still = tuple(float(posture[full.index(j)]) for j in full.joint_names if j not in moving)
        key = (source, tuple(moving), still)
        if key not in self._taken_apart:
            values = joint_values(full, posture)
            robot = reduce(full, {joint.name: values[joint.name] for joint in full.independent if joint.name not in moving})
            self._taken_apart[key] = robot, tuple(replace(branch, robot=known(branch.robot)) for branch in branches(robot))
        robot, found = self._taken_apart[key]
        kind = tuple(branch.robot for branch in found)
        q0 = np.array([posture[full.index(joint)] for joint in robot.joint_names])
        return _Member(full, robot, found, q0, self._kinds.setdefault(tuple(map(id, kind)), kind))


def crews(specs: Sequence[CellSpec], contexts: Sequence[Context]) -> Iterator[Crew]:
    """The cells in groups that move alike; in the order in which the first of each comes."""
    if not specs:
        return
    loaded = _Loaded(specs[0])
    working = list(dict.fromkeys(track.robot for track in specs[0].program.values()))  # the others stand where they stand
    lists = {name: Each.of(loaded.member(name, *cell) for cell in zip(specs, contexts, strict=True)) for name in working}
    kinds = [everyone.map(lambda member: member.kind).which.tolist() for everyone in lists.values()]
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, kind in enumerate(zip(*kinds, strict=True) if kinds else [()] * len(specs)):
        groups.setdefault(kind, []).append(i)
    for group in groups.values():
        yield _crew(group, specs, contexts, lists)


def _moving(name: str, spec: CellSpec, full: Robot) -> list[str]:
    """Joints that the program moves; fingers are carried along."""
    moving: dict[str, None] = {}
    for track_name, track in spec.program.items():
        if track.robot == name:
            moving |= dict.fromkeys((*arm_of(full, track_name, track).joints, *track.also))
    return list(moving)


def _crew(given: list[int], specs: Sequence[CellSpec], contexts: Sequence[Context], members: dict[str, Each[_Member]]) -> Crew:
    own, beside = Each.of(specs[i] for i in given), tuple(contexts[i] for i in given)
    where = Places(own, beside)
    machines = {}
    for name, everyone in members.items():
        mine = everyone.some(np.array(given))
        first, T_world_base = mine.distinct[0], where.T_world(name)
        limbs = []
        for b, branch in enumerate(first.branches):
            mounted = mine.numbers(lambda member: member.branches[b].T_root_branch)  # noqa: B023 - called at once
            limbs.append(Limb(branch.robot, branch.joints, T_world_base @ mounted))
        machines[name] = Machine(name, first.full, first.robot, tuple(limbs), mine.numbers(lambda member: member.q0))
    seats = {}
    for track, its in own.distinct[0].program.items():
        machine = machines[its.robot]
        arm = arm_of(machine.full, track, its)
        owned = np.array([machine.robot.index(joint) for joint in (*arm.joints, *its.also)], dtype=int)
        seats[track] = Seat(track, machine, machine.limb_of(arm.tool), arm, owned)
    parts = {name: cargo(name, own, beside, where) for name in own.distinct[0].parts}
    return Crew(tuple(given), own, beside, where, machines, seats, parts)
