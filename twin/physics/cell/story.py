"""One cell of a launch as a record that the rest of the kind understands: time histories, poses, a scene, a log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twin.contact.rotation import wxyz_from_matrix
from twin.physics.cell.build import arm_run, robot_run, together
from twin.physics.cell.frames import Frames
from twin.physics.cell.launch import Launch
from twin.physics.cell.measure import series_of
from twin.physics.cell.scene import draw
from twin.physics.cell.state import Cell, Record, RobotRun
from twin.physics.cell.tally import part_poses
from twin.physics.cell.timeline import Timeline

__all__ = ["tell"]


def tell(launch: Launch) -> Mapping[str, Any]:
    """Series, arrays, scene, events and log of the cell of a launch that has but one."""
    crew, i = launch.line.crew, int(launch.cells[0])
    spec, context = crew.specs[i].model_copy(update={"time_step": launch.h}), crew.contexts[i]
    frames = Frames(spec, context.site)
    runs = {name: robot_run(name, spec, frames, context) for name in spec.robots}
    cell = Cell(
        spec=spec,
        engine=None,  # type: ignore[arg-type]
        frames=frames,
        robots=runs,
        arms={name: arm_run(name, track, runs[track.robot]) for name, track in spec.program.items()},
        allowed=set(),
        watched=[],
        together=together(spec),
        pieces={},
        masses={},
        record=_record(launch, runs),
    )
    series = series_of(cell, {})
    events = tuple({"t": round(t, 6), "what": what, "who": who, "detail": detail} for t, what, who, detail in _events(launch.line, i))
    return {
        "series": series,
        "arrays": {f"final_pose.{name}": poses[-1] for name, poses in cell.record.parts.items()},
        "scene": draw(cell, series, context),
        "events": events,
        "log": "\n".join(f"{e['t']:9.3f} s  {e['what']:<10} {e['who']}: {e['detail']}" for e in events),
    }


def _record(launch: Launch, runs: Mapping[str, RobotRun]) -> Record:
    crew, last, i = launch.line.crew, int(launch.counted[0]), int(launch.cells[0])
    t = [k * launch.h for k in range(last + 1)]
    record = Record(t=t, frames=list(t))
    for name, run in runs.items():
        rows = np.zeros((last + 1, 4, run.robot.nq))
        rows[:, 0] = rows[:, 3] = run.reference[0]
        if name in crew.machines:
            machine = crew.machines[name]
            columns = [run.robot.index(joint) for joint in machine.robot.joint_names]
            q, qd, torque = (part[: last + 1, 0] for part in launch.joints(machine))
            for k, values in enumerate((q, qd, torque, launch.reference[name][: last + 1, :, 0])):
                rows[:, k, columns] = values
        record.joints[name] = list(rows)
    for name in crew.specs[i].parts:
        poses = np.array([part_poses(launch, name, np.array([k]))[0] for k in range(last + 1)])
        record.parts[name] = list(np.concatenate([poses[:, :3, 3], wxyz_from_matrix(poses[:, :3, :3])], axis=1))
    record.clearance = [np.inf] * (last + 1)
    record.steps = [
        {"track": step.track, "name": step.name, "verb": step.verb, "start": float(step.start[i]), "end": float(step.end[i])}
        for step in launch.line.steps
        if step.start[i] <= launch.line.end[i]
    ]
    record.events = [{"t": t, "what": what, "who": who, "detail": detail} for t, what, who, detail in _events(launch.line, i)]
    return record


def _events(line: Timeline, i: int) -> list[tuple[float, str, str, str]]:
    """Steps begun, parts taken and let go, the failure, of cell i; in the order of time."""
    found = [
        (float(step.start[i]), "step", step.track, f"{step.name} ({step.verb.replace('_', ' ')})")
        for step in line.steps
        if step.start[i] <= line.end[i]
    ]
    found += [(float(hold.end[i]), "release", hold.track, f"lets go of {hold.part}") for hold in line.holds if hold.end[i] <= line.end[i]]
    return sorted([*found, *(event for event in line.events[i] if event[0] <= line.end[i] + 1e-9)], key=lambda event: event[0])
