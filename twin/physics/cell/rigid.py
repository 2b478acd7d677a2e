"""Cells without contact, many at once: plan all programs (`timeline`), follow them (`launch`), measure (`tally`).

What a cell gives does not depend on who shares its launch: every array operation works cell by cell.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from robots import ik, kinematics
from robots.compile import compiled
from robots.knots import Raster, profiles
from robots.recipes import Options
from robots.tracking import kernel
from twin.contact.engine_rigid import steps_per_knot
from twin.errors import SimulationStopped
from twin.kinds import Context, Monitor, Target
from twin.physics.cell.crew import Crew, Limb, crews
from twin.physics.cell.launch import Launch, followed, launches
from twin.physics.cell.names import units_of
from twin.physics.cell.spec import CellSpec
from twin.physics.cell.tally import diverged, measured
from twin.physics.cell.timeline import Timeline, plan
from twin.result.model import Result
from twin.result.table import Row, Table

__all__ = ["simulate_many"]


def simulate_many(specs: Sequence[CellSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> list[Result]:
    """Run cells whose programs differ in numbers only (equal batch keys); results in the cells' order.

    Series, arrays and scene of a result are made when they are first wanted (`Result.complete`).
    """
    results: dict[int, Result] = {}
    for crew in crews(specs, contexts):
        results.update(zip(crew.given, _run(crew, target, monitor), strict=True))
    return [results[i] for i in range(len(specs))]


def _run(crew: Crew, target: Target, monitor: Monitor) -> Iterator[Result]:
    monitor.progress(0.0, "preparing kernels: compiled once, then read from the cache")
    start = time.perf_counter()
    _prepare(crew, target)
    begin = time.perf_counter()
    line = plan(crew)
    planned = time.perf_counter()
    columns: dict[str, np.ndarray] = {}
    counted = np.zeros(crew.count, dtype=int)
    broken: dict[int, str] = {}
    parts = list(launches(line, target))
    running, ended = 0.0, 0
    for cells in parts:
        if monitor.cancelled():
            raise SimulationStopped("cancelled")
        monitor.progress(ended / crew.count, f"{ended} of {crew.count} cells followed")
        ended += len(cells)
        since = time.perf_counter()
        launch = followed(line, cells, target)
        running += time.perf_counter() - since
        for name, values in measured(launch).items():
            columns.setdefault(name, np.empty(crew.count))[cells] = values
        counted[cells] = launch.counted
        broken |= diverged(launch)
    stats = {
        "engine": "rigid",
        "device": target.device,
        "cells": crew.count,
        "compile_seconds": round(begin - start, 4),
        "plan_seconds": (planned - begin) / crew.count,
        "run_seconds": running / crew.count,
        "measure_seconds": (time.perf_counter() - planned - running) / crew.count,
    }
    album = _Album(line, parts, target, launch if len(parts) == 1 else None)
    return _results(line, Table(columns, units_of(crew.like)), counted, broken, stats, album)


def _results(
    line: Timeline,
    table: Table,
    counted: np.ndarray,
    broken: Mapping[int, str],
    stats: Mapping[str, Any],
    album: _Album,
) -> Iterator[Result]:
    dt = line.crew.like.time_step
    for i, steps in enumerate((counted * steps_per_knot(dt)).tolist()):
        own = {"time_step": dt, "steps": steps, "simulated_seconds": round(steps * dt, 6), **stats}
        status, reason = ("stopped", broken[i]) if i in broken else ("done", line.reason[i])
        yield Result(status, reason, Row(table, i), stats=own, detail=partial(album.detail, i))  # type: ignore[arg-type]


class _Album:
    """What is told of a cell beside its scalars, when somebody asks.

    Launches share their memory one after the other, so that a cell whose arrays are wanted runs once more, to the same bits,
    with those it ran with: whoever wants one wants others. The launch of a few cells that all ran together is remembered.
    """

    def __init__(self, line: Timeline, parts: list[np.ndarray], target: Target, only: Launch | None) -> None:
        self._line, self._parts, self._target = line, parts, target
        self._launches = {0: only} if only is not None else {}
        self._part = np.empty(line.crew.count, dtype=int)
        for k, cells in enumerate(parts):
            self._part[cells] = k

    def detail(self, cell: int) -> Mapping[str, Any]:
        """Series, arrays, scene, events and log of a cell."""
        from twin.physics.cell.story import tell

        k = int(self._part[cell])
        if k not in self._launches:
            self._launches[k] = followed(self._line, self._parts[k], self._target)
        return tell(self._launches[k].alone(cell))


def _prepare(crew: Crew, target: Target) -> None:
    """Compile or load what the launch needs, so that the run itself compiles nothing."""
    program = crew.like.program
    for machine in crew.machines.values():
        for limb in machine.limbs:
            loop = kernel(limb.robot, _gripping(crew, limb), target.dtype)
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
            still = machine.q0[:1, i]
            speed, acceleration, jerk = (figure[i] for figure in (machine.robot.velocity, machine.robot.acceleration, machine.robot.jerk))
            motion = profiles(still, still, speed, acceleration, jerk, np.ones(1))
            Raster.of(np.zeros(1, dtype=int), 1, machine.robot.nq, 1.0).move([motion], [np.zeros(1)], i, fresh=True)


def _gripping(crew: Crew, limb: Limb) -> tuple[str, ...]:
    """Tools of a limb that hold something at some time."""
    program = crew.like.program
    return tuple(
        seat.arm.tool for track, seat in crew.seats.items() if seat.limb is limb and any(step.grip for step in program[track].steps)
    )
