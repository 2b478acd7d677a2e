"""The scalars of cells that were followed in one launch, and where their parts are."""

from __future__ import annotations

import numpy as np

from robots import kinematics
from twin.physics.cell.launch import Launch

__all__ = ["measured", "part_poses"]


def measured(launch: Launch) -> list[dict[str, float]]:
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
