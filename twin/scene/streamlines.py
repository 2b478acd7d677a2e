"""Streamlines of a steady velocity field: fourth-order Runge-Kutta (Kutta 1901) along the arc, all lines in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.errors import BadInput
from twin.scene.sample import sample

__all__ = ["Streamline", "streamlines"]


@dataclass(frozen=True, slots=True)
class Streamline:
    """One streamline: points [m] from upstream to downstream, shape (k, 3), and the speed [m/s] at each, shape (k,)."""

    points: np.ndarray
    speed: np.ndarray


@dataclass(frozen=True, slots=True)
class _Flow:
    """A velocity field [m/s] on a grid, with what ends a line."""

    velocity: np.ndarray
    solid: np.ndarray | None
    origin: np.ndarray
    cell: float
    least_speed: float

    def at(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Direction of flow, shape (n, 3), and speed [m/s], shape (n,); no direction where it is too slow."""
        u = sample(self.velocity, points, origin=self.origin.tolist(), cell=self.cell)
        speed = np.linalg.norm(u, axis=1)
        moves = speed > self.least_speed
        return u * np.where(moves, 1.0 / np.where(moves, speed, 1.0), 0.0)[:, None], speed

    def open(self, points: np.ndarray) -> np.ndarray:
        """Which points are in the grid and not in a solid cell, shape (n,)."""
        index = np.floor((points - self.origin) / self.cell).astype(np.int64)
        inside: np.ndarray = ((index >= 0) & (index < self.velocity.shape[:3])).all(axis=1)
        if self.solid is not None:
            index = np.where(inside[:, None], index, 0)
            inside &= ~self.solid[index[:, 0], index[:, 1], index[:, 2]]
        return inside


def streamlines(
    velocity: np.ndarray,
    seeds: np.ndarray,
    *,
    origin: Sequence[float] = (0.0, 0.0, 0.0),
    cell: float = 1.0,
    solid: np.ndarray | None = None,
    step: float = 0.5,
    longest: float | None = None,
    least_speed: float | None = None,
    upstream: bool = True,
) -> list[Streamline]:
    """Lines along the flow through `seeds`, until they leave the grid, meet a solid cell, or the flow is too slow.

    Args:
        velocity: [m/s] at the cell centres, shape (nx, ny, nz, 3); trilinear between them.
        seeds: [m], shape (n, 3).
        origin: corner of the grid [m]; the centre of cell i is at origin + (i + 1/2) cell.
        cell: edge of a cell [m].
        solid: cells without flow, bool, shape (nx, ny, nz).
        step: length of a step in cells.
        longest: length of a line on either side of its seed [m]; otherwise four times the grid's three edges together.
        least_speed: [m/s] that ends a line; otherwise a thousandth of the largest speed.
        upstream: follow the flow against its direction too.

    Returns:
        one line for each seed that is in the flow, in order; lines of a single point are left out.

    Raises:
        BadInput: an array of the wrong shape, a step that is not positive.
    """
    flow = _flow(velocity, solid, origin, cell, least_speed)
    seeds = np.asarray(seeds, float)
    if seeds.ndim != 2 or seeds.shape[1] != 3:
        raise BadInput("streamlines: seeds", seeds.shape, "points [m], shape (n, 3)")
    if not step > 0:
        raise BadInput("streamlines: step", step, "a positive number of cells")
    reach = longest if longest is not None else 4.0 * cell * sum(flow.velocity.shape[:3])
    count = max(int(np.ceil(reach / (step * cell))), 1)
    starts = seeds[flow.open(seeds)]
    halves = [_follow(flow, starts, sign * step * cell, count) for sign in ((-1, 1) if upstream else (1,))]
    lines = [np.concatenate([half[::-1][:-1] for half in sides[:-1]] + [sides[-1]]) for sides in zip(*halves, strict=True)]
    return [Streamline(line, flow.at(line)[1]) for line in lines if len(line) > 1]


def _flow(velocity: np.ndarray, solid: np.ndarray | None, origin: Sequence[float], cell: float, least_speed: float | None) -> _Flow:
    u = np.asarray(velocity)
    if u.ndim != 4 or u.shape[3] != 3:
        raise BadInput("streamlines: velocity", u.shape, "[m/s] at the cell centres, shape (nx, ny, nz, 3)")
    if solid is not None and np.shape(solid) != u.shape[:3]:
        raise BadInput("streamlines: solid", np.shape(solid), f"one bool a cell, shape {u.shape[:3]}")
    if least_speed is None:
        least_speed = 1e-3 * float(np.sqrt(np.max(np.einsum("...i,...i", u, u))))
    return _Flow(u, None if solid is None else np.asarray(solid, bool), np.asarray(origin, float), cell, least_speed)


def _follow(flow: _Flow, starts: np.ndarray, h: float, count: int) -> list[np.ndarray]:
    """Points of the line from each start, `h` [m] apart along the arc, at most `count` steps."""
    track, ends = [starts], np.ones(len(starts), np.int64)
    alive = np.arange(len(starts))
    for _ in range(count):
        here = track[-1][alive]
        there, moved = _step(flow, here, h)
        moved &= flow.open(there)
        alive, there = alive[moved], there[moved]
        if not len(alive):
            break
        ends[alive] += 1
        latest = track[-1].copy()
        latest[alive] = there
        track.append(latest)
    table = np.stack(track)
    return [table[:end, i] for i, end in enumerate(ends)]


def _step(flow: _Flow, x: np.ndarray, h: float) -> tuple[np.ndarray, np.ndarray]:
    """One step, and which points the flow moved in all four stages."""
    k1, s1 = flow.at(x)
    k2, s2 = flow.at(x + 0.5 * h * k1)
    k3, s3 = flow.at(x + 0.5 * h * k2)
    k4, s4 = flow.at(x + h * k3)
    moved: np.ndarray = np.minimum(np.minimum(s1, s2), np.minimum(s3, s4)) > flow.least_speed
    return x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), moved
