"""Cells without contact, many in one launch: plan all programs, follow them in one compiled loop, measure each.

What a cell gives does not depend on who shares its launch: every array operation works cell by cell.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from robots import ik, kinematics
from robots.compile import compiled, lanes
from robots.knots import profiles
from robots.recipes import Options
from robots.tracking import Tracked, kernel
from twin.contact.engine_rigid import KNOT, follow, steps_per_knot
from twin.errors import SimulationStopped
from twin.kinds import Context, Monitor, Target
from twin.physics.cell.build import together
from twin.physics.cell.crew import Crew, Limb, Machine, Seat, crews
from twin.physics.cell.names import units_of
from twin.physics.cell.shapes import geometries
from twin.physics.cell.solids import mass_properties
from twin.physics.cell.spec import CellSpec
from twin.physics.cell.timeline import Hold, Timeline, plan
from twin.result import Result, Scalar
from twin.scenario.paths import resolve

__all__ = ["AFTERMATH", "Launch", "part_poses", "simulate_many"]

AFTERMATH = 0.3  # [s] simulated on after a failure or the end
ROOM = 512 * 2**20  # bytes of a launch; a larger one is halved


@dataclass(frozen=True, eq=False)
class Launch:
    """n alike cells after their run.

    Attributes:
        h: [s] between two knots; counted: (n,) intervals of each cell.
        reference, speed: machine -> (m + 1, nq, n); tracked: machine -> one `Tracked` a limb.
    """

    line: Timeline
    h: float
    counted: np.ndarray
    reference: Mapping[str, np.ndarray]
    speed: Mapping[str, np.ndarray]
    tracked: Mapping[str, list[Tracked]]

    def joints(self, machine: Machine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions, speeds and torques of a machine at the knots, each (m + 1, n, nq)."""
        shape = (len(self.reference[machine.name]), self.line.crew.count, machine.robot.nq)
        q, qd, torque = (np.zeros(shape) for _ in range(3))
        for limb, done in zip(machine.limbs, self.tracked[machine.name], strict=True):
            q[:, :, limb.joints], qd[:, :, limb.joints], torque[:, :, limb.joints] = done.q, done.qd, done.torque
        return q, qd, torque

    def tool(self, seat: Seat, at: np.ndarray) -> np.ndarray:
        """T_world_tool (n, 4, 4) at the knots with these indices, (n,)."""
        cells = np.arange(len(at))
        q = self.tracked[seat.machine.name][seat.machine.limbs.index(seat.limb)].q[at, cells]
        T: np.ndarray = seat.limb.T_world_root @ kinematics.forward(seat.limb.robot, q, [seat.arm.tool], path="compiled")[:, 0]
        return T


def simulate_many(specs: Sequence[CellSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> list[Result]:
    """Run cells whose programs differ in numbers only (equal batch keys); results in the cells' order.

    Series, arrays and scene of a result are made when they are first wanted (`Result.complete`).
    """
    results: list[Result | None] = [None] * len(specs)
    for crew in crews(specs, contexts):
        if monitor.cancelled():
            raise SimulationStopped("cancelled")
        for place, result in zip(crew.places, _run(crew, target, monitor), strict=True):
            results[place] = result
    return [result for result in results if result is not None]


def _run(crew: Crew, target: Target, monitor: Monitor) -> list[Result]:
    monitor.progress(0.0, "preparing kernels: compiled once, then read from the cache")
    start = time.perf_counter()
    _prepare(crew, target)
    begin = time.perf_counter()
    line = plan(crew)
    if _bytes(line) > ROOM and crew.count > 1:
        middle = crew.count // 2
        halves = (slice(None, middle), slice(middle, None))
        return [result for half in halves for result in simulate_many(crew.specs[half], target, monitor, crew.contexts[half])]
    planned = time.perf_counter()
    launch = _followed(line, target)
    ran = time.perf_counter()
    values = _measured(launch)
    share = crew.count
    stats = {
        "engine": "rigid",
        "device": target.device,
        "cells": share,
        "compile_seconds": round(begin - start, 4),
        "plan_seconds": (planned - begin) / share,
        "run_seconds": (ran - planned) / share,
        "measure_seconds": (time.perf_counter() - ran) / share,
    }
    units = units_of(crew.specs[0])  # names are the same in all of them
    return [_result(launch, i, cell, units, stats) for i, cell in enumerate(values)]


def _bytes(line: Timeline) -> int:
    """Memory of a launch: references, their speeds, and three records at every knot."""
    crew = line.crew
    knots = float(line.end.max() + AFTERMATH) / KNOT
    return int(knots * crew.count * sum(machine.robot.nq for machine in crew.machines.values()) * 5 * 8)


def _prepare(crew: Crew, target: Target) -> None:
    """Compile or load what the launch needs, so that the run itself compiles nothing."""
    program = crew.specs[0].program
    for machine in crew.machines.values():
        for limb in machine.limbs:
            loop = kernel(limb.robot, _gripping(crew, limb))
            if target.device == "cpu":
                _ = loop.made
    for track, seat in crew.seats.items():
        if any(step.move_joint and step.move_joint.to for step in program[track].steps):
            robot, tool = seat.limb.robot, seat.arm.tool
            T = kinematics.forward(robot, robot.home, [tool], path="generic")[0]
            ik.solve(robot, tool, T, joints=seat.arm.joints, seed=robot.home, path="compiled")
        verbs = {step.verb for step in program[track].steps}
        if "move_linear" in verbs:
            robot, tool = seat.limb.robot, seat.arm.tool
            ik.follow(robot, tool, kinematics.forward(robot, robot.home, [tool], path="generic")[0], seed=robot.home)
        if verbs & {"move_linear", "grip"} and target.device == "cpu":
            compiled(seat.limb.robot, "frames", Options((seat.arm.tool,)))
        if "move_joint" in verbs:
            i, machine = seat.owned, seat.machine
            room, still = np.zeros((2, 1, machine.robot.nq, 1)), machine.q0[:1, i]
            speed, acceleration, jerk = (figure[i] for figure in (machine.robot.velocity, machine.robot.acceleration, machine.robot.jerk))
            profiles(still, still, speed, acceleration, jerk, np.ones(1)).write(np.zeros(1), i, 1.0, *room)


def _gripping(crew: Crew, limb: Limb) -> tuple[str, ...]:
    """Tools of a limb that hold something at some time."""
    program = crew.specs[0].program
    return tuple(
        seat.arm.tool for track, seat in crew.seats.items() if seat.limb is limb and any(step.grip for step in program[track].steps)
    )


def _followed(line: Timeline, target: Target) -> Launch:
    """References on knots, loads of the tools, and the run itself."""
    crew = line.crew
    dt = crew.specs[0].time_step
    h = dt * steps_per_knot(dt)
    counted = np.ceil((line.end + AFTERMATH) / h - 1e-9).astype(int)
    m = int(counted.max())
    reference, speed, tracked = {}, {}, {}
    stiffness = np.array([spec.stiffness for spec in crew.specs])
    for name, machine in crew.machines.items():
        q, qd = _references(line, machine, m, h)
        reference[name], speed[name] = q, qd
        tracked[name] = [
            follow(
                limb.robot,
                limb.T_world_root,
                _of_limb(q, limb),
                _of_limb(qd, limb),
                dt=dt,
                bandwidth=stiffness,
                counted=counted,
                payloads=_payloads(line, machine, limb, m, h),
                target=target,
            )
            for limb in machine.limbs
        ]
    return Launch(line, h, counted, reference, speed, tracked)


def _of_limb(rows: np.ndarray, limb: Limb) -> np.ndarray:
    """The rows (m, nq, n) of a limb's joints; of a robot with one limb, all of them as they are."""
    whole = len(limb.joints) == rows.shape[1]
    return rows if whole else np.ascontiguousarray(rows[:, limb.joints])


def _references(line: Timeline, machine: Machine, m: int, h: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions and speeds at the knots, (m + 1, nq, n and what fills the last block); from a cell's end on it stands."""
    count = line.crew.count
    full = -(-count // lanes(np.float64)) * lanes(np.float64)
    q = np.empty((m + 1, machine.q0.shape[1], full))
    q[:] = machine.q0[np.minimum(np.arange(full), count - 1)].T
    qd = np.zeros_like(q)
    for move in line.moves:
        if move.machine == machine.name:
            move.motion.write(move.start, move.columns, h, q, qd)
    for i in np.flatnonzero([bool(reason) for reason in line.reason]):
        k = min(m, math.ceil(line.end[i] / h - 1e-9))
        q[k + 1 :, :, i] = q[k, :, i]
        qd[k:, :, i] = 0.0
    return q, qd


def _payloads(line: Timeline, machine: Machine, limb: Limb, m: int, h: float) -> dict[str, np.ndarray]:
    """What each tool of a limb carries in each interval, link -> (m, 10, n); tools that never hold anything are left out."""
    crew, found = line.crew, {}
    for track, seat in crew.seats.items():
        holds = [hold for hold in line.holds if hold.track == track]
        if seat.limb is not limb or not holds:
            continue
        rows = np.zeros((m, 10, crew.count))
        for hold in holds:
            numbers = _as_payload(line, hold)
            first, last = (np.ceil(np.minimum(edge, (m + 1) * h) / h - 1e-9).astype(int) for edge in (hold.start, hold.end))
            during = (np.arange(m)[:, None] >= first) & (np.arange(m)[:, None] < last)
            rows += np.where(during[:, None], numbers.T[None], 0.0)
        found[seat.arm.tool] = rows
    return found


def _as_payload(line: Timeline, hold: Hold) -> np.ndarray:
    """Mass, m c and inertia about the tool's origin, (n, 10); a part that several take together is shared out."""
    rows = np.zeros((line.crew.count, 10))
    for i, (spec, context) in enumerate(zip(line.crew.specs, line.crew.contexts, strict=True)):
        part = spec.parts[hold.part]
        com, inertia = mass_properties(geometries(part.shape, partial(resolve, folder=context.folder)), part.mass)
        inertia = inertia if part.inertia is None else np.diag(part.inertia)
        R, p = hold.T_tool_part[i, :3, :3], hold.T_tool_part[i, :3, 3]
        c = R @ com + p
        about = R @ inertia @ R.T + part.mass * (c @ c * np.eye(3) - np.outer(c, c))
        share = max(1, together(spec).get(hold.part, 1))
        rows[i] = np.array([part.mass, *(part.mass * c), *about[np.triu_indices(3)]]) / share
    return rows


def _measured(launch: Launch) -> list[dict[str, float]]:
    """The scalars of each cell."""
    line, crew = launch.line, launch.line.crew
    completed = np.array([not reason for reason in line.reason])
    columns: dict[str, np.ndarray] = {"completed": completed.astype(float)}
    if line.steps:
        ends = np.max([step.end for step in line.steps], axis=0)
        columns["cycle_time"] = np.where(completed, ends, np.nan)
    for step in line.steps:
        kept = step.end <= line.end + 1e-9
        columns[f"step.{step.track}.{step.name}.time"] = np.where(kept, step.end - np.where(kept, step.start, 0.0), np.nan)
    columns["max_torque_ratio"], columns["energy"] = np.zeros(crew.count), np.zeros(crew.count)
    for name, machine in crew.machines.items():
        ratio, energy = np.zeros(crew.count), np.zeros(crew.count)
        for limb, done in zip(machine.limbs, launch.tracked[name], strict=True):
            limited = np.isfinite(limb.robot.effort) & (limb.robot.effort > 0)
            if limited.any():
                ratio = np.maximum(ratio, (done.peak[:, limited] / limb.robot.effort[limited]).max(axis=1))
            energy = energy + done.energy
        columns[f"torque_ratio.{name}"], columns[f"energy.{name}"] = ratio, energy
        columns["max_torque_ratio"] = np.maximum(columns["max_torque_ratio"], ratio)
        columns["energy"] = columns["energy"] + energy
    columns["tcp_path_error"] = _path_error(launch)
    for part, (position, rotation) in _final_errors(launch).items():
        columns[f"final_error.{part}.position"] = np.where(completed, position, np.nan)
        columns[f"final_error.{part}.rotation"] = np.where(completed, rotation, np.nan)
    rows = np.column_stack(list(columns.values())).tolist()
    return [{name: value for name, value in zip(columns, row, strict=True) if value == value} for row in rows]


def _path_error(launch: Launch) -> np.ndarray:
    """Largest distance of the tool from where it was commanded to be, over all straight moves and knots, (n,) [m]."""
    crew = launch.line.crew
    worst = np.zeros(crew.count)
    for step in launch.line.steps:
        if step.verb != "move_linear":
            continue
        seat = crew.seats[step.track]
        limb, tool = seat.limb, seat.arm.tool
        end = np.minimum(step.end, launch.line.end)
        first = np.ceil(np.minimum(step.start, end) / launch.h - 1e-9)
        last = np.floor(end / launch.h + 1e-9)
        k = np.arange(int(first.min()), int(last.max()) + 1)
        if not len(k):  # nobody got as far
            continue
        q = launch.tracked[seat.machine.name][seat.machine.limbs.index(limb)].q[k]
        asked = launch.reference[seat.machine.name][k][:, limb.joints, : crew.count].transpose(0, 2, 1)
        places = [
            kinematics.forward(limb.robot, rows.reshape(-1, rows.shape[2]), [tool], path="compiled")[:, 0, :3, 3].reshape(len(k), -1, 3)
            for rows in (q, asked)
        ]
        distance = np.sqrt(((places[0] - places[1]) ** 2).sum(axis=2))
        inside = (k[:, None] >= first) & (k[:, None] <= last) & np.isfinite(step.start)
        worst = np.maximum(worst, np.where(inside, distance, 0.0).max(axis=0, initial=0.0))
    return worst


def _final_errors(launch: Launch) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Distance and angle of each part with a goal from it at the end, part -> two arrays (n,)."""
    crew, found = launch.line.crew, {}
    for name, part in crew.specs[0].parts.items():
        if part.goal is None:
            continue
        T = part_poses(launch, name, launch.counted)
        position, rotation = np.zeros((2, crew.count))
        for i, (spec, frames) in enumerate(zip(crew.specs, crew.frames, strict=True)):
            goal = spec.parts[name].goal
            E = np.linalg.inv(frames.world(goal)) @ T[i] if goal else np.eye(4)
            position[i] = np.linalg.norm(E[:3, 3])
            rotation[i] = np.arccos(np.clip((np.trace(E[:3, :3]) - 1) / 2, -1, 1))
        found[name] = (position, rotation)
    return found


def part_poses(launch: Launch, name: str, at: np.ndarray) -> np.ndarray:
    """T_world_part (n, 4, 4) at the knots `at` (n,): carried by whoever holds it, else where it was put."""
    crew = launch.line.crew
    T = np.array([f.T_world(name) @ s.parts[name].offset.matrix() for f, s in zip(crew.frames, crew.specs, strict=True)])
    for hold in launch.line.holds:
        if hold.part != name:
            continue
        seat = crew.seats[hold.track]
        taken = np.minimum(hold.start, launch.line.end) / launch.h
        begun = (hold.start <= at * launch.h) & np.isfinite(hold.start)
        k0 = np.ceil(taken - 1e-9).astype(int)
        T_tool_part = np.linalg.inv(launch.tool(seat, k0)) @ T
        k1 = np.minimum(at, np.ceil(np.minimum(hold.end, launch.h * launch.counted) / launch.h - 1e-9).astype(int))
        T = np.where(begun[:, None, None], launch.tool(seat, k1) @ T_tool_part, T)
    return T


def _diverged(launch: Launch, i: int) -> str:
    """When and which joints stopped being numbers; empty when all stayed finite."""
    last = int(launch.counted[i])
    for name in launch.tracked:
        for done in launch.tracked[name]:
            if not np.isfinite(done.q[last, i]).all():
                k = int(np.argmin(np.isfinite(done.q[: last + 1, i]).all(axis=1)))
                return f"diverged at {k * launch.h:.3f} s: the joints of {name} are not finite"
    return ""


def _result(launch: Launch, i: int, values: Mapping[str, float], units: Mapping[str, str], stats: Mapping[str, Any]) -> Result:
    line = launch.line
    spec = line.crew.specs[i]
    status, reason = "done", line.reason[i]
    if broken := _diverged(launch, i):
        status, reason = "stopped", broken
    steps = int(launch.counted[i]) * steps_per_knot(spec.time_step)
    own = {"time_step": spec.time_step, "steps": steps, "simulated_seconds": round(steps * spec.time_step, 6)}

    def detail() -> Mapping[str, Any]:
        from twin.physics.cell.story import tell

        return tell(launch, i)

    return Result(
        status,  # type: ignore[arg-type]
        reason,
        {name: Scalar(value, units[name]) for name, value in values.items()},
        stats={**own, **stats},
        detail=detail,
    )
