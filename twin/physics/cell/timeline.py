"""What every arm does when, known before anything moves: without contact a program depends on nothing but itself.

n cells are planned side by side, step by step, each verb for all of them at once. Times are counted in whole time steps, as
a cell with contact would take them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from robots import ik, kinematics, trajectory
from robots.errors import Unreachable
from robots.knots import Profiles, Samples, profiles
from robots.transforms import inverse
from twin.physics.cell.closing import closing_distance
from twin.physics.cell.crew import Crew, Seat
from twin.physics.cell.each import Each
from twin.physics.cell.motion import FINGER_ACCELERATION, FINGER_JERK, FINGER_SPEED, OFF_LIMITS, TOOL_REACH
from twin.physics.cell.solids import outside
from twin.physics.cell.spec import Step

__all__ = ["Hold", "Move", "Planned", "Timeline", "plan"]

NEVER = math.inf


@dataclass(frozen=True, eq=False)
class Move:
    """A motion of some joints of a machine, from `start` (n,) [s] on; inf in cells where it does not happen."""

    machine: str
    columns: np.ndarray
    start: np.ndarray
    motion: Profiles | Samples


@dataclass(frozen=True, eq=False)
class Planned:
    """One step of a track: start and end (n,) [s]; inf where it was not begun, or not ended."""

    track: str
    name: str
    verb: str
    start: np.ndarray
    end: np.ndarray


@dataclass(eq=False)
class Hold:
    """A part in a gripper: from `start` to `end` (n,) [s] at T_tool_part (n, 4, 4)."""

    part: str
    track: str
    start: np.ndarray
    end: np.ndarray
    T_tool_part: np.ndarray


@dataclass(eq=False)
class Timeline:
    """The plan of n cells.

    Attributes:
        end: (n,) [s] when the program ends or fails; reason: why it fails, empty where it does not.
        events: of each cell: (time, what, who, detail).
    """

    crew: Crew
    moves: list[Move] = field(default_factory=list)
    steps: list[Planned] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    end: np.ndarray = field(default_factory=lambda: np.zeros(0))
    reason: list[str] = field(default_factory=list)
    events: list[list[tuple[float, str, str, str]]] = field(default_factory=list)


def plan(crew: Crew) -> Timeline:
    """Every step of every track, as far as each cell gets."""
    return _Planner(crew).run()


class _Planner:
    def __init__(self, crew: Crew) -> None:
        n = crew.count
        self.crew, self.dt, self.spec = crew, crew.like.time_step, crew.like
        self.line = Timeline(crew, end=np.full(n, NEVER), reason=[""] * n, events=[[] for _ in range(n)])
        self.at = {name: machine.q0.copy() for name, machine in crew.machines.items()}  # commanded joints, (n, nq)
        self.now = {track: np.zeros(n) for track in crew.seats}
        self.fails = np.full(n, NEVER)  # when the first failure of each cell happens
        self.ended: dict[str, np.ndarray] = {}
        self.parts = {name: part.T_world for name, part in crew.cargo.items()}
        self.tracks = {name: crew.specs.map(lambda spec, name=name: spec.program[name]) for name in crew.seats}  # type: ignore[misc]
        self.held: dict[str, Hold] = {}
        self.open = {track: _opening(seat) for track, seat in crew.seats.items()}  # of each finger, from the middle

    def run(self) -> Timeline:
        """Tracks take turns: one that waits for another goes on when that one's step is planned."""
        waiting = dict.fromkeys(self.crew.seats, 0)
        while waiting:
            before = dict(waiting)
            for track, k in before.items():
                steps = self.spec.program[track].steps
                while k < len(steps) and not self._blocked(steps[k]):
                    self._step(track, k, steps[k])
                    k += 1
                waiting[track] = k
            waiting = {track: k for track, k in waiting.items() if k < len(self.spec.program[track].steps)}
            if waiting == before:  # they wait for each other
                for track, k in waiting.items():
                    self._time_out(track, k)
                break
        last = np.max([*self.now.values(), np.zeros(self.crew.count)], axis=0)
        limit = self.crew.specs.numbers(lambda spec: spec.time_limit)
        for i in np.flatnonzero((last > limit) & (self.fails > limit)):
            running = ", ".join(track for track, now in self.now.items() if now[i] > limit[i])
            self._fail(int(i), limit[i], "time limit", running, f"the program had not ended after {limit[i]:.1f} s")
        self.line.end = np.minimum(last, self.fails)
        return self.line

    def _blocked(self, step: Step) -> bool:
        return step.wait_for is not None and step.wait_for.step not in self.ended

    def _step(self, track: str, k: int, step: Step) -> None:
        seat, name = self.crew.seats[track], step.label(k)
        start = self.now[track].copy()
        alive = start <= self.fails
        steps = self.tracks[track].map(lambda its: its.steps[k]).map(attrgetter(step.verb))
        took = self._verbs[step.verb](self, seat, name, steps, start, alive)
        failed = ~np.isfinite(took)
        end = np.where(failed, NEVER, start + took)
        self.now[track] = np.where(failed, start, start + took)
        self.ended[f"{track}.{name}"] = end
        self.line.steps.append(Planned(track, name, step.verb, np.where(alive, start, NEVER), end))

    def _time_out(self, track: str, k: int) -> None:
        step = self.spec.program[track].steps[k]
        for i, its in enumerate(self.tracks[track]):
            wait = its.steps[k].wait_for
            if wait is not None and self.now[track][i] <= self.fails[i]:
                when = self.now[track][i] + wait.time_limit
                self._fail(
                    i, when, "wait timed out", f"{track}.{step.label(k)}", f"{wait.step} had not ended after {wait.time_limit:.1f} s"
                )

    def _fail(self, i: int, when: float, what: str, who: str, detail: str) -> None:
        """Cell i fails; the earliest failure counts."""
        if when < self.fails[i]:
            self.fails[i] = when
            self.line.reason[i] = (
                f"{what} at {when:.3f} s: {who}: {detail}" if what != "time limit" else f"{what} at {when:.3f} s: {detail}"
            )
            self.line.events[i].append((when, "failure", who, f"{what}: {who}: {detail}"))

    # verbs: each returns the seconds it takes (n,), NaN where it fails

    def _move_joint(self, seat: Seat, name: str, moves: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        machine, first = seat.machine, moves.distinct[0]
        robot, at = machine.robot, self.at[machine.name]
        goal = at.copy()
        if first.home:
            for joint, value in zip(seat.arm.joints, seat.arm.home, strict=True):
                goal[:, robot.index(joint)] = value
        for joint in first.joints:
            goal[:, robot.index(joint)] = moves.numbers(lambda move: move.joints[joint])  # noqa: B023 - called at once
        reached = alive.copy()
        if first.to is not None:
            T = self.crew.where.world(moves.map(attrgetter("to")))
            reached &= self._solve(seat, name, T, goal, start, alive)
        reached &= self._within(seat, name, goal, start, reached)
        goal[~reached] = at[~reached]
        i = seat.owned
        scale = moves.numbers(attrgetter("speed"))
        motion = profiles(at[:, i], goal[:, i], robot.velocity[i], robot.acceleration[i], robot.jerk[i], scale)
        self._add(seat, start, motion, reached)
        self.at[machine.name] = goal
        return self._took(motion.duration, reached)

    def _move_linear(self, seat: Seat, name: str, moves: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        T_world_tool = self._tool(seat)
        goals = T_world_tool.copy()
        if moves.distinct[0].by is None:
            goals = self.crew.where.world(moves.map(attrgetter("to")))
        else:
            goals[:, :3, 3] += moves.numbers(attrgetter("by"))
        T_goal = inverse(seat.limb.T_world_root) @ goals
        machine, limb = seat.machine, seat.limb
        at = self.at[machine.name]
        motions: list[trajectory.Trajectory | None] = []
        columns = [int(np.flatnonzero(limb.joints == c)[0]) for c in seat.owned if c in limb.joints]
        for i, move in enumerate(moves):
            motions.append(None)
            if not alive[i]:
                continue
            try:
                path = trajectory.linear_move(
                    limb.robot, at[i, limb.joints], seat.arm.tool, T_goal[i], joints=seat.arm.joints, speed=move.speed,
                    acceleration=move.acceleration, jerk=move.jerk, angular_speed=move.angular_speed, dt=self.dt,
                )  # fmt: skip
            except Unreachable as error:
                self._fail(i, start[i], "unreachable", f"{seat.track}.{name}", str(error))
                continue
            motions[i] = trajectory.Trajectory(path.t, path.q[:, columns], path.qd[:, columns], path.qdd[:, columns], path.slowed)
            at[i, limb.joints[columns]] = motions[i].q[-1]  # type: ignore[union-attr]
        motion = Samples(motions)
        reached = np.array([m is not None for m in motions])
        self.line.moves.append(Move(machine.name, limb.joints[columns], np.where(reached, start, NEVER), motion))
        return self._took(motion.duration, reached)

    def _grip(self, seat: Seat, name: str, grips: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Fingers close at constant speed until both touch; without fingers the tool's point must be in or at the part."""
        part = grips.distinct[0].part
        shapes = self.crew.cargo[part].pieces
        T_tool_part = inverse(self._tool(seat)) @ self._part(part)
        took = np.full(self.crew.count, np.nan)
        for i, grip in enumerate(grips):
            if not alive[i]:
                continue
            pieces = shapes[i]
            who = f"{seat.track}.{name}"
            if not len(self.open[seat.track]):
                gap = outside(pieces, inverse(T_tool_part[i])[:3, 3])
                if gap > TOOL_REACH:
                    self._fail(i, start[i], "grip missed", who, f"{part} is {gap * 1e3:.0f} mm away from the tool point")
                    continue
                took[i] = self.dt
            else:
                ways = [closing_distance(pieces, T_tool_part[i], side, self.open[seat.track][f]) for f, side in enumerate((1.0, -1.0))]
                if None in ways:
                    self._fail(i, start[i], "grip missed", who, f"{part} is not between the fingers: the fingers closed on nothing")
                    continue
                seconds = max(way for way in ways if way is not None) / FINGER_SPEED
                if seconds > grip.time_limit:
                    self._fail(i, start[i] + grip.time_limit, "grip missed", who, f"the fingers need {seconds:.2f} s to meet {part}")
                    continue
                took[i] = self.dt * (math.ceil(seconds / self.dt) + 1)
            self.line.events[i].append((float(start[i] + took[i]), "grip", seat.track, f"holds {part}"))
        hold = Hold(part, seat.track, np.where(np.isfinite(took), start + took, NEVER), np.full(self.crew.count, NEVER), T_tool_part)
        self.held[seat.track] = hold
        self.line.holds.append(hold)
        return took

    def _release(self, seat: Seat, name: str, releases: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """The part stays where it is let go; the fingers open."""
        hold = self.held.pop(seat.track, None)
        if hold is not None:
            others = any(other.part == hold.part for other in self.held.values())
            if not others:
                self.parts[hold.part] = self._tool(seat) @ hold.T_tool_part
            hold.end = np.where(alive, start, NEVER)
        if not len(self.open[seat.track]):
            return np.where(alive, self.dt, np.nan)
        wide = seat.arm.gripper.opening[1] / 2 if seat.arm.gripper else 0.0
        way = releases.numbers(lambda release: wide if release.opening is None else min(wide, release.opening / 2))[:, None]
        speed, acceleration, jerk = (np.array([limit]) for limit in (FINGER_SPEED, FINGER_ACCELERATION, FINGER_JERK))
        motion = profiles(0.0 * way, way, speed, acceleration, jerk, np.ones(len(way)))
        return self._took(motion.duration, alive, more=1)

    def _wait(self, seat: Seat, name: str, waits: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        steps = waits.numbers(lambda wait: max(1, round(wait.time / self.dt)))
        return np.where(alive, steps * self.dt, np.nan)

    def _wait_for(self, seat: Seat, name: str, waits: Each[Any], start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        other = self.ended[waits.distinct[0].step]
        took = np.maximum(other - start, 0.0)
        for i, wait in enumerate(waits):
            if alive[i] and took[i] > wait.time_limit:
                detail = f"{wait.step} had not ended after {wait.time_limit:.1f} s"
                self._fail(i, start[i] + wait.time_limit, "wait timed out", f"{seat.track}.{name}", detail)
                took[i] = np.nan
        return np.where(alive, took, np.nan)

    _verbs: dict[str, Callable[..., np.ndarray]] = {  # noqa: RUF012 - a table of the methods above
        "move_joint": _move_joint,
        "move_linear": _move_linear,
        "grip": _grip,
        "release": _release,
        "wait": _wait,
        "wait_for": _wait_for,
    }

    def _add(self, seat: Seat, start: np.ndarray, motion: Profiles, where: np.ndarray) -> None:
        self.line.moves.append(Move(seat.machine.name, seat.owned, np.where(where, start, NEVER), motion))

    def _took(self, duration: np.ndarray, where: np.ndarray, more: int = 0) -> np.ndarray:
        """Seconds of a motion: its samples at every step, the last one included."""
        steps = np.ceil(duration / self.dt - 1e-9) + 1 + more
        return np.where(where, steps * self.dt, np.nan)

    def _tool(self, seat: Seat) -> np.ndarray:
        """Commanded T_world_tool (n, 4, 4)."""
        limb = seat.limb
        T = kinematics.forward(limb.robot, self.at[seat.machine.name][:, limb.joints], [seat.arm.tool], path="generic")[:, 0]
        T_world_tool: np.ndarray = limb.T_world_root @ T
        return T_world_tool

    def _part(self, part: str) -> np.ndarray:
        """Where a part is, by the plan; one that another arm holds, in that arm's tool."""
        for track, hold in self.held.items():
            if hold.part == part:
                T_world_part: np.ndarray = self._tool(self.crew.seats[track]) @ hold.T_tool_part
                return T_world_part
        return self.parts[part]

    def _solve(self, seat: Seat, name: str, T_world_tool: np.ndarray, goal: np.ndarray, start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        """Joint values into `goal`; where they were found, (n,)."""
        limb = seat.limb
        robot = limb.robot
        targets, seed = inverse(limb.T_world_root) @ T_world_tool, goal[:, limb.joints]
        report = ik.solve(robot, seat.arm.tool, targets, joints=seat.arm.joints, seed=seed, margin=OFF_LIMITS, path="compiled")
        goal[:, limb.joints] = report.q
        for i in np.flatnonzero(alive & ~report.converged):
            at = ik.at_limit(robot, seat.arm.tool, report.q[i], seat.arm.joints)
            left = f"{report.position_error[i] * 1e3:.1f} mm and {np.degrees(report.rotation_error[i]):.1f} deg away"
            detail = (
                f"the tool cannot reach {np.round(T_world_tool[i, :3, 3], 3).tolist()} m: nearest {left} "
                f"after {int(report.restarts[i])} restarts" + (f"; at their limits: {', '.join(at)}" if at else "")
            )
            self._fail(int(i), start[i], "unreachable", f"{seat.track}.{name}", detail)
        found: np.ndarray = report.converged
        return found

    def _within(self, seat: Seat, name: str, goal: np.ndarray, start: np.ndarray, alive: np.ndarray) -> np.ndarray:
        robot, i = seat.machine.robot, seat.owned
        inside = (robot.lower[i] - 1e-9 <= goal[:, i]) & (goal[:, i] <= robot.upper[i] + 1e-9)
        for cell in np.flatnonzero(alive & ~inside.all(axis=1)):
            j = int(i[np.argmin(inside[cell])])
            allowed = f"{robot.lower[j]:.3f} to {robot.upper[j]:.3f}"
            detail = f"{robot.joint_names[j]} would have to go to {goal[cell, j]:.3f}, allowed is {allowed}"
            self._fail(int(cell), start[cell], "joint limit", f"{seat.track}.{name}", detail)
        kept: np.ndarray = inside.all(axis=1)
        return kept


def _opening(seat: Seat) -> np.ndarray:
    """How far each finger stands from the middle at the start [m]; empty for a tool without fingers."""
    gripper = seat.arm.gripper
    if gripper is None or not gripper.joints:
        return np.zeros(0)
    return np.full(2, gripper.opening[1] / 2)
