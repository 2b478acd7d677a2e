"""Cells without contact, many in one launch: plan all programs (`timeline`), follow them (`launch`), measure each (`tally`).

What a cell gives does not depend on who shares its launch: every array operation works cell by cell.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from robots import ik, kinematics
from robots.compile import compiled
from robots.knots import profiles
from robots.recipes import Options
from robots.tracking import kernel
from twin.contact.engine_rigid import KNOT, steps_per_knot
from twin.errors import SimulationStopped
from twin.kinds import Context, Monitor, Target
from twin.physics.cell.crew import Crew, Limb, crews
from twin.physics.cell.launch import AFTERMATH, Launch, followed
from twin.physics.cell.names import units_of
from twin.physics.cell.spec import CellSpec
from twin.physics.cell.tally import measured
from twin.physics.cell.timeline import Timeline, plan
from twin.result import Result, Scalar

__all__ = ["simulate_many"]

ROOM = 512 * 2**20  # bytes of a launch; a larger one is halved


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
    launch = followed(line, target)
    ran = time.perf_counter()
    values = measured(launch)
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
