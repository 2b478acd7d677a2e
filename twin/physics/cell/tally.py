"""The scalars of cells that were followed in one launch, and where their parts are."""

from __future__ import annotations

import numpy as np

from robots import kinematics
from robots.transforms import inverse
from twin.physics.cell.launch import Launch

__all__ = ["diverged", "measured", "part_poses"]


def measured(launch: Launch) -> dict[str, np.ndarray]:
    """Scalar -> (n,) of the launch's cells; NaN where it could not be measured."""
    line, crew, cells = launch.line, launch.line.crew, launch.cells
    completed = np.array([not line.reason[i] for i in cells.tolist()])
    columns: dict[str, np.ndarray] = {"completed": completed.astype(float)}
    if line.steps:
        ends = np.max([step.end[cells] for step in line.steps], axis=0)
        columns["cycle_time"] = np.where(completed, ends, np.nan)
    for step in line.steps:
        start, end = step.start[cells], step.end[cells]
        kept = end <= line.end[cells] + 1e-9
        columns[f"step.{step.track}.{step.name}.time"] = np.where(kept, end - np.where(kept, start, 0.0), np.nan)
    columns["max_torque_ratio"], columns["energy"] = np.zeros(len(cells)), np.zeros(len(cells))
    for name, machine in crew.machines.items():
        ratio, energy = np.zeros(len(cells)), np.zeros(len(cells))
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
    return columns


def diverged(launch: Launch) -> dict[int, str]:
    """Cells whose joints stopped being numbers -> when, and which joints."""
    found: dict[int, str] = {}
    lanes = np.arange(len(launch.cells))
    for name, limbs in launch.tracked.items():
        for done in limbs:
            for lane in np.flatnonzero(~np.isfinite(done.q[launch.counted, lanes]).all(axis=1)).tolist():
                history = np.isfinite(done.q[: launch.counted[lane] + 1, lane]).all(axis=1)
                when = int(np.argmin(history)) * launch.h
                found.setdefault(int(launch.cells[lane]), f"diverged at {when:.3f} s: the joints of {name} are not finite")
    return found


def _path_error(launch: Launch) -> np.ndarray:
    """Largest distance of the tool from where it was commanded to be, over all straight moves and knots, (n,) [m]."""
    crew, cells = launch.line.crew, launch.cells
    worst = np.zeros(len(cells))
    for step in launch.line.steps:
        if step.verb != "move_linear":
            continue
        seat = crew.seats[step.track]
        limb, tool = seat.limb, seat.arm.tool
        start, end = step.start[cells], np.minimum(step.end, launch.line.end)[cells]
        first = np.ceil(np.minimum(start, end) / launch.h - 1e-9)
        last = np.floor(end / launch.h + 1e-9)
        k = np.arange(int(first.min()), int(last.max()) + 1)
        if not len(k):  # nobody got as far
            continue
        q = launch.tracked[seat.machine.name][seat.machine.limbs.index(limb)].q[k]
        asked = launch.reference[seat.machine.name][k][:, limb.joints, : len(cells)].transpose(0, 2, 1)
        places = [
            kinematics.forward(limb.robot, rows.reshape(-1, rows.shape[2]), [tool], path="compiled")[:, 0, :3, 3].reshape(len(k), -1, 3)
            for rows in (q, asked)
        ]
        distance = np.sqrt(((places[0] - places[1]) ** 2).sum(axis=2))
        inside = (k[:, None] >= first) & (k[:, None] <= last) & np.isfinite(start)
        worst = np.maximum(worst, np.where(inside, distance, 0.0).max(axis=0, initial=0.0))
    return worst


def _final_errors(launch: Launch) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Distance and angle of each part with a goal from it at the end, part -> two arrays (n,)."""
    crew, found = launch.line.crew, {}
    for name, part in crew.cargo.items():
        if part.T_world_goal is None:
            continue
        E = inverse(part.T_world_goal[launch.cells]) @ part_poses(launch, name, launch.counted)
        position = np.sqrt((E[:, :3, 3] ** 2).sum(axis=1))
        cosine = (E[:, 0, 0] + E[:, 1, 1] + E[:, 2, 2] - 1) / 2
        found[name] = (position, np.arccos(np.clip(cosine, -1, 1)))
    return found


def part_poses(launch: Launch, name: str, at: np.ndarray) -> np.ndarray:
    """T_world_part (n, 4, 4) at the knots `at` (n,): carried by whoever holds it, else where it was put."""
    crew, cells = launch.line.crew, launch.cells
    T: np.ndarray = crew.cargo[name].T_world[cells]
    for hold in launch.line.holds:
        if hold.part != name:
            continue
        seat, start, end = crew.seats[hold.track], hold.start[cells], hold.end[cells]
        taken = np.minimum(start, launch.line.end[cells]) / launch.h
        begun = (start <= at * launch.h) & np.isfinite(start)
        k0 = np.ceil(taken - 1e-9).astype(int)
        T_tool_part = np.linalg.inv(launch.tool(seat, k0)) @ T
        k1 = np.minimum(at, np.ceil(np.minimum(end, launch.h * launch.counted) / launch.h - 1e-9).astype(int))
        T = np.where(begun[:, None, None], launch.tool(seat, k1) @ T_tool_part, T)
    return T
