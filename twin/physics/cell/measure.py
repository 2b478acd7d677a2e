"""Raw records -> the numbers an automation engineer asks for. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from robots import kinematics
from twin.contact.rotation import transform
from twin.physics.cell.filters import cfc
from twin.physics.cell.names import touching_pairs, units_of
from twin.physics.cell.state import Cell
from twin.result import Scalar, Series

__all__ = ["measure", "series_of"]

SAMPLE = 0.01  # [s] between two rows of the stored time histories


def measure(cell: Cell, *, completed: bool) -> tuple[dict[str, Scalar], Series]:
    """Scalars that could be measured, and the time histories. What a failed process never reached is left out."""
    spec, record = cell.spec, cell.record
    units = units_of(spec)
    values: dict[str, float] = {"completed": float(completed), "collision_count": float(len(record.collisions))}
    ends = [step["end"] for step in record.steps]
    if completed and ends:
        values["cycle_time"] = max(ends)
    for step in record.steps:
        if step["end"] is not None:
            values[f"step.{step['track']}.{step['name']}.time"] = step["end"] - step["start"]
    values["min_clearance"] = min(record.nearest[0], spec.clearance_horizon)
    values["max_collision_depth"] = max((c.depth for c in record.collisions), default=0.0)
    values |= _effort(cell)
    values["planned_torque_ratio"] = record.planned_torque
    values["tcp_path_error"] = _path_error(cell)
    if record.grip_use:
        values["max_grip_use"] = max(record.grip_use.values())
    if record.pushes:
        values["max_insert_force"] = max(force for pushes in record.pushes.values() for _, force in pushes)
    forces = {pair: _dense_force(cell, pair) for pair in touching_pairs(spec)}
    values |= _contact(cell, forces)
    if completed:
        values |= _final_errors(cell)
    return {name: Scalar(float(value), units[name]) for name, value in values.items()}, series_of(cell, forces)


def _effort(cell: Cell) -> dict[str, float]:
    """Largest |torque| / limit, and mechanical energy put into the joints (braking gives nothing back)."""
    values: dict[str, float] = {"max_torque_ratio": 0.0, "energy": 0.0}
    for name, rows in cell.record.joints.items():
        if not rows:
            continue
        history = np.array(rows)  # (steps, 4, nq)
        robot = cell.robots[name].robot
        limited = np.isfinite(robot.effort) & (robot.effort > 0)
        ratio = float((np.abs(history[:, 2, limited]) / robot.effort[limited]).max()) if limited.any() else 0.0
        energy = float(np.maximum(history[:, 2] * history[:, 1], 0.0).sum() * cell.spec.time_step)
        values[f"torque_ratio.{name}"], values[f"energy.{name}"] = ratio, energy
        values["max_torque_ratio"] = max(values["max_torque_ratio"], ratio)
        values["energy"] += energy
    return values


def _path_error(cell: Cell) -> float:
    """Largest distance of the tool from where it was commanded to be, over all straight moves [m]."""
    worst = 0.0
    for track, ranges in cell.record.linear.items():
        arm = cell.arms[track]
        rows = cell.record.joints[arm.robot.name]
        for begin, end in ranges:
            history = np.array(rows[begin:end])
            places = [
                kinematics.forward(arm.robot.robot, np.ascontiguousarray(history[:, k]), [arm.arm.tool], path="generic")[:, 0, :3, 3]
                for k in (0, 3)
            ]
            # joints are read at the time that the reference of the step is for
            worst = max(worst, float(np.linalg.norm(places[0] - places[1], axis=1).max(initial=0.0)))
    return worst


def _dense_force(cell: Cell, pair: tuple[str, str]) -> np.ndarray:
    """Force on the part at every step [N], shape (steps, 3); zero where nothing touched."""
    force = np.zeros((len(cell.record.t), 3))
    rows = cell.record.touches.get(pair)
    if rows:
        table = np.array(rows)
        force[table[:, 0].astype(int)] = table[:, 1:4]
    return force


def _contact(cell: Cell, forces: Mapping[tuple[str, str], np.ndarray]) -> dict[str, float]:
    """Time in contact, largest filtered force and impulse of the filtered force, for each pair and over all."""
    dt, values = cell.spec.time_step, {}
    for (part, fixture), force in forces.items():
        smooth = np.linalg.norm(cfc(force, dt, cell.spec.force_filter), axis=1)
        values[f"contact.{part}.{fixture}.time"] = float(np.any(force != 0, axis=1).sum() * dt)
        values[f"contact.{part}.{fixture}.max_force"] = float(smooth.max(initial=0.0))
        values[f"contact.{part}.{fixture}.impulse"] = float(smooth.sum() * dt)
    values["max_contact_force"] = max((v for n, v in values.items() if n.endswith("max_force")), default=0.0)
    values["contact_impulse"] = sum(v for n, v in values.items() if n.endswith("impulse"))
    return values


def _final_errors(cell: Cell) -> dict[str, float]:
    """Distance and angle of each part from its goal at the end."""
    values = {}
    for name, part in cell.spec.parts.items():
        if part.goal is None or not cell.record.parts[name]:
            continue
        last = cell.record.parts[name][-1]
        E = np.linalg.inv(cell.frames.world(part.goal)) @ transform(last[:3], last[3:])
        values[f"final_error.{name}.position"] = float(np.linalg.norm(E[:3, 3]))
        values[f"final_error.{name}.rotation"] = float(np.arccos(np.clip((np.trace(E[:3, :3]) - 1) / 2, -1, 1)))
    return values


def series_of(cell: Cell, forces: Mapping[tuple[str, str], np.ndarray]) -> Series:
    """Joints, torques, filtered contact forces and clearance on one axis."""
    record, dt = cell.record, cell.spec.time_step
    every = max(1, round(SAMPLE / dt))
    t = np.array(record.t)[::every]
    columns: dict[str, np.ndarray] = {}
    units: dict[str, str] = {}
    for name, rows in record.joints.items():
        if not rows:
            continue
        history = np.array(rows)[::every]
        robot = cell.robots[name].robot
        for i, joint in enumerate(robot.joint_names):
            straight = robot.joint(joint).kind == "prismatic"
            columns[f"{name}.{joint}.position"], units[f"{name}.{joint}.position"] = history[:, 0, i], "m" if straight else "rad"
            columns[f"{name}.{joint}.torque"], units[f"{name}.{joint}.torque"] = history[:, 2, i], "N" if straight else "N*m"
    for (part, fixture), force in forces.items():
        key = f"contact.{part}.{fixture}.force"
        columns[key], units[key] = np.linalg.norm(cfc(force, dt, cell.spec.force_filter), axis=1)[::every], "N"
    for track, pushes in record.pushes.items():
        when, force = np.array(pushes).T
        columns[f"insert_force.{track}"], units[f"insert_force.{track}"] = np.interp(t, when, force, left=0.0, right=0.0), "N"
    if record.frames and len(t):
        nearest = np.minimum(record.clearance, cell.spec.clearance_horizon)
        columns["clearance"], units["clearance"] = np.interp(t, record.frames, nearest), "m"
    return Series(t, columns, units)
