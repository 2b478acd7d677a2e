"""Many cells followed in one compiled loop: references on knots, what the tools carry, the run itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from robots import kinematics
from robots.knots import Profiles, Raster
from robots.tracking import Tracked
from twin.contact.engine_rigid import follow, steps_per_knot
from twin.kinds import Target
from twin.physics.cell.build import together
from twin.physics.cell.crew import Limb, Machine, Seat
from twin.physics.cell.timeline import Hold, Move, Timeline

__all__ = ["AFTERMATH", "Launch", "followed", "launches"]

AFTERMATH = 0.3  # [s] simulated on after a failure or the end
ROOM = 16 * 2**20  # bytes of references and records of a launch and thread: what is written is read again while it is in the cache
ROOM_CUDA = 512 * 2**20  # a GPU wants many cells at once
IDLE = 0.03  # share of a launch that its shortest cell may wait for the longest
BLOCK = 8  # cells of a launch come in whole blocks of lanes


@dataclass(frozen=True, eq=False)
class Launch:
    """Some cells of a plan after their run.

    Attributes:
        cells: which ones, (n,).
        h: [s] between two knots; counted: (n,) intervals of each cell.
        reference: machine -> (m + 1, nq, n or more); tracked: machine -> one `Tracked` a limb.
    """

    line: Timeline
    cells: np.ndarray
    h: float
    counted: np.ndarray
    reference: Mapping[str, np.ndarray]
    tracked: Mapping[str, list[Tracked]]

    def alone(self, cell: int) -> Launch:
        """One of the cells as a launch of its own; its arrays are views."""
        lane = int(np.flatnonzero(self.cells == cell)[0])
        one = slice(lane, lane + 1)
        tracked = {
            name: [Tracked(done.q[:, one], done.qd[:, one], done.torque[:, one], done.peak[one], done.energy[one]) for done in limbs]
            for name, limbs in self.tracked.items()
        }
        reference = {name: rows[..., one] for name, rows in self.reference.items()}
        return Launch(self.line, self.cells[one], self.h, self.counted[one], reference, tracked)

    def joints(self, machine: Machine) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions, speeds and torques of a machine at the knots, each (m + 1, n, nq)."""
        shape = (len(self.reference[machine.name]), len(self.cells), machine.robot.nq)
        q, qd, torque = (np.zeros(shape) for _ in range(3))
        for limb, done in zip(machine.limbs, self.tracked[machine.name], strict=True):
            q[:, :, limb.joints], qd[:, :, limb.joints], torque[:, :, limb.joints] = done.q, done.qd, done.torque
        return q, qd, torque

    def tool(self, seat: Seat, at: np.ndarray) -> np.ndarray:
        """T_world_tool (n, 4, 4) at the knots with these indices, (n,)."""
        q = self.tracked[seat.machine.name][seat.machine.limbs.index(seat.limb)].q[at, np.arange(len(at))]
        T_root_tool = kinematics.forward(seat.limb.robot, q, [seat.arm.tool], path="compiled")[:, 0]
        T: np.ndarray = seat.limb.T_world_root[self.cells] @ T_root_tool
        return T


def launches(line: Timeline, target: Target) -> Iterator[np.ndarray]:
    """Cells that run together: of nearly one length, so that no lane idles long, and few enough to stay in the cache."""
    counted = _intervals(line)
    order = np.argsort(-counted, kind="stable")
    knot = sum(machine.robot.nq for machine in line.crew.machines.values()) * 5 * 8  # bytes of a cell: references and records
    room = ROOM_CUDA if target.device == "cuda" else ROOM * target.threads
    while len(order):
        longest = counted[order[0]]
        fit = max(1, room // (int(longest) * knot * BLOCK)) * BLOCK
        alike = len(order) if target.device == "cuda" else int((counted[order] >= (1.0 - IDLE) * longest).sum())
        first = min(fit, max(-(-alike // BLOCK), target.threads) * BLOCK)
        yield order[:first]
        order = order[first:]


def followed(line: Timeline, cells: np.ndarray, target: Target) -> Launch:
    """References on knots, loads of the tools, and the run itself, of some cells of a plan."""
    crew, h = line.crew, _knot(line)
    counted = _intervals(line)[cells]
    m = int(counted.max())
    reference, tracked = {}, {}
    for name, machine in crew.machines.items():
        raster = _references(line, machine, cells, m)
        reference[name] = raster.q
        tracked[name] = [
            follow(
                limb.robot,
                limb.T_world_root[cells],
                _of_limb(raster.q, limb),
                _of_limb(raster.qd, limb),
                dt=crew.like.time_step,
                bandwidth=crew.bandwidth[cells],
                counted=counted,
                payloads=_payloads(line, limb, cells, m),
                target=target,
            )
            for limb in machine.limbs
        ]
    return Launch(line, cells, h, counted, reference, tracked)


def _knot(line: Timeline) -> float:
    """Seconds between two knots."""
    dt = line.crew.like.time_step
    return dt * steps_per_knot(dt)


def _intervals(line: Timeline) -> np.ndarray:
    """Intervals that each cell runs, (n,)."""
    intervals: np.ndarray = np.ceil((line.end + AFTERMATH) / _knot(line) - 1e-9).astype(int)
    return intervals


def _of_limb(rows: np.ndarray, limb: Limb) -> np.ndarray:
    """The rows (m, nq, n) of a limb's joints; of a robot with one limb, all of them as they are."""
    whole = len(limb.joints) == rows.shape[1]
    return rows if whole else np.ascontiguousarray(rows[:, limb.joints])


def _references(line: Timeline, machine: Machine, cells: np.ndarray, m: int) -> Raster:
    """Positions and speeds at m + 1 knots; from a cell's end on it stands."""
    raster = Raster.of(cells, m + 1, machine.robot.nq, _knot(line))
    untouched = set(range(machine.robot.nq))
    for (columns, smooth), moves in groupby((move for move in line.moves if move.machine == machine.name), key=_chained):
        fresh = smooth and untouched.issuperset(columns)
        if not fresh:
            raster.rest(machine.q0, sorted(untouched.intersection(columns)))
        untouched.difference_update(columns)
        chain = list(moves)
        if smooth:
            raster.move([move.motion for move in chain], [move.start for move in chain], chain[0].columns, fresh=fresh)  # type: ignore[misc]
        else:
            for move in chain:
                raster.follow(move.motion, move.start, move.columns)  # type: ignore[arg-type]
    raster.rest(machine.q0, sorted(untouched))
    for lane, i in enumerate(cells.tolist()):
        if line.reason[i]:
            k = min(m, math.ceil(line.end[i] / raster.h - 1e-9))
            raster.q[k + 1 :, :, lane] = raster.q[k, :, lane]
            raster.qd[k:, :, lane] = 0.0
    return raster


def _chained(move: Move) -> tuple[tuple[int, ...], bool]:
    """Equal for moves that are written in one go when they follow each other."""
    return tuple(move.columns.tolist()), isinstance(move.motion, Profiles)


def _payloads(line: Timeline, limb: Limb, cells: np.ndarray, m: int) -> dict[str, np.ndarray]:
    """What each tool of a limb carries in each interval, link -> (m, 10, n); tools that never hold anything are left out."""
    h, found = _knot(line), {}
    for track, seat in line.crew.seats.items():
        holds = [hold for hold in line.holds if hold.track == track]
        if seat.limb is not limb or not holds:
            continue
        rows = np.zeros((m, 10, len(cells)))
        for hold in holds:
            numbers = _as_payload(line, hold, cells)
            first, last = (np.ceil(np.minimum(edge[cells], (m + 1) * h) / h - 1e-9).astype(int) for edge in (hold.start, hold.end))
            during = (np.arange(m)[:, None] >= first) & (np.arange(m)[:, None] < last)
            rows += np.where(during[:, None], numbers.T[None], 0.0)
        found[seat.arm.tool] = rows
    return found


def _as_payload(line: Timeline, hold: Hold, cells: np.ndarray) -> np.ndarray:
    """Mass, m c and inertia about the tool's origin, (n, 10); a part that several take together is shared out."""
    mass, com, inertia = (figure[cells] for figure in line.crew.cargo[hold.part].weight)
    R, p = hold.T_tool_part[cells, :3, :3], hold.T_tool_part[cells, :3, 3]
    c = (R @ com[:, :, None])[:, :, 0] + p
    square = (c[:, None] @ c[:, :, None]) * np.eye(3)
    about = R @ inertia @ R.swapaxes(1, 2) + mass[:, None, None] * (square - c[:, :, None] * c[:, None])
    rows = np.column_stack([mass, mass[:, None] * c, about[:, *np.triu_indices(3)]])
    share: np.ndarray = rows / max(1, together(line.crew.like).get(hold.part, 1))
    return share
