"""Many cells followed in one compiled loop: references on knots, what the tools carry, the run itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from robots import kinematics
from robots.compile import lanes
from robots.tracking import Tracked
from twin.contact.engine_rigid import follow, steps_per_knot
from twin.kinds import Target
from twin.physics.cell.build import together
from twin.physics.cell.crew import Limb, Machine, Seat
from twin.physics.cell.shapes import geometries
from twin.physics.cell.solids import mass_properties
from twin.physics.cell.timeline import Hold, Timeline
from twin.scenario.paths import resolve

__all__ = ["AFTERMATH", "Launch", "followed"]

AFTERMATH = 0.3  # [s] simulated on after a failure or the end


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


def followed(line: Timeline, target: Target) -> Launch:
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
