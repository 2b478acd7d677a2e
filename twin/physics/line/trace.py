"""A stretch of one replication looked at so often that it can be shown: where robots are, what stations do, what waits where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.line.plant import Plant
from twin.physics.line.records import NONE, STATES, STATION
from twin.physics.line.roads import LENGTH, LIMIT, WAY_REALS
from twin.physics.line.state import Replication, StoppedError
from twin.physics.line.ways import ways_of
from twin.scene.tracks import key_frames, lerp

__all__ = ["FRAMES", "LONG", "LOOK", "Trace", "trace"]

LONG = 1200.0  # [s] that is shown, where there is not too much to see
LOOK = 0.5  # [s] between two looks
FRAMES = 600  # at most
CLOSE = 0.05  # [m] that a robot between two frames may be from where it was
MOST = 500_000  # looks at robots altogether


@dataclass(frozen=True, eq=False)
class Trace:
    """What was seen, frame by frame.

    Attributes:
        t: (frames,) [s]; states: (frames, stations), of most of its machines; levels: (frames, nodes + 1) parts.
        ways: corners of each way [m], shape (k, 2); way, along: (frames, robots), and how far along it [m].
        places: (frames, robots, 2) [m]; headings: (frames, robots) [rad]; tasks: (frames, robots); loads: (frames, robots) parts carried.
    """

    t: np.ndarray
    states: np.ndarray
    levels: np.ndarray
    ways: list[np.ndarray]
    way: np.ndarray
    along: np.ndarray
    places: np.ndarray
    headings: np.ndarray
    tasks: np.ndarray
    loads: np.ndarray


def trace(plant: Plant, network: Any, seed: int, number: int, begin: float, end: float) -> Trace | None:
    """Of a replication from `begin` to `end` [s], or less where that is more than FRAMES; None where nothing was seen."""
    run = Replication.begin(plant, seed, number)
    ways = ways_of(network, plant.traffic) if plant.traffic is not None else []
    looks = int(min((end - begin) / LOOK, MOST / max(len(plant.robots), 1)))
    drivers = _Drivers(plant, run, ways) if plant.traffic is not None and ways else None
    rows, times = list[tuple[np.ndarray, ...]](), list[float]()
    for t in begin + LOOK * np.arange(looks + 1):
        try:
            run.advance(float(t))
        except StoppedError:
            break
        machines = run.rows[int(run.rows[0]["machines_at"]) :][: int(run.rows[0]["machines"])]
        rows.append((machines["state"].copy(), run.levels(), *(drivers.look(t) if drivers else _NOBODY)))
        times.append(t)
    if len(times) < 2:
        return None
    machines, levels, way, along, tasks, loads = (np.array(column) for column in zip(*rows, strict=True))
    places, headings = _on_the_floor(ways, way, along)
    states = _of_stations(plant, machines)
    kept = _frames(np.array(times), places, loads, states)
    found = (np.array(times), states, levels, way, along, places, headings, tasks, loads)
    t, states, levels, way, along, places, headings, tasks, loads = (column[kept] for column in found)
    return Trace(t, states, levels, ways, way, along, places, headings, tasks, loads)


_NOBODY = (np.zeros(0, np.int64), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))


class _Drivers:
    """Where robots are between the events of the calendar: who came first is ahead, the others keep their distance."""

    def __init__(self, plant: Plant, run: Replication, ways: list[np.ndarray]):
        self.run, self.figures = run, plant.traffic.figures.reshape(-1, WAY_REALS)  # type: ignore[union-attr]
        ends = plant.traffic.ends  # type: ignore[union-attr]
        count = len(plant.traffic.stops)  # type: ignore[union-attr]
        self.out, self.into = np.zeros(count, np.int64), np.full(count, NONE)
        self.out[ends[::-1, 0]] = np.arange(len(ends))[::-1]
        self.into[ends[::-1, 1]] = np.arange(len(ends))[::-1]
        robots = self.robots
        self.edge, self.last = np.full(len(robots), -2), np.full(len(robots), NONE)
        self.came, self.due = np.zeros(len(robots)), np.zeros(len(robots))

    @property
    def robots(self) -> np.ndarray:
        at = int(self.run.rows[0]["robots_at"])
        found: np.ndarray = self.run.rows[at : at + int(self.run.rows[0]["robots"])]
        return found

    def look(self, t: float) -> tuple[np.ndarray, ...]:
        """Way, distance along it [m], task and load of each."""
        robots = self.robots
        edge, stop = robots["edge"], robots["stop"]
        rings = self.run.reals[robots["slot"]]
        fresh = edge != self.edge
        self.edge = edge.copy()
        self.came[fresh], self.due[fresh] = t, np.where(np.isfinite(rings), rings, t)[fresh]
        driving = edge >= 0
        self.last[driving] = edge[driving]
        there = np.where(self.into[stop] >= 0, self.into[stop], self.out[stop])
        way = np.where(driving, edge, np.where(self.last >= 0, self.last, there))
        length, limit = self.figures[way, LENGTH], self.figures[way, LIMIT]
        free = length - np.minimum(robots["speed"], limit) * np.maximum(self.due - t, 0.0)
        room = _rank(np.where(driving, edge, -2 - stop), self.came, self.due) * robots["space"]
        at_stop = np.where((self.last < 0) & (self.into[stop] < 0), room, length - room)
        along = np.clip(np.where(driving, np.minimum(free, length - room), at_stop), 0.0, length)
        return way, along, robots["task"].copy(), np.where(robots["head"] >= 0, robots["want"], 0)


def _rank(groups: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """How many of its group are before each, by the keys in turn."""
    order = np.lexsort((*keys[::-1], groups))
    sorted_ = groups[order]
    first = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1]))
    rank = np.empty(len(groups), np.int64)
    rank[order] = np.arange(len(groups)) - np.repeat(first, np.diff(np.append(first, len(groups))))
    return rank


def _on_the_floor(ways: list[np.ndarray], way: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places [m] and headings [rad] of robots that are so far along those ways."""
    places, headings = np.zeros((*way.shape, 2)), np.zeros(way.shape)
    for k in np.unique(way):
        mine, steps = way == k, np.diff(ways[k], axis=0)
        corners = np.append(0.0, np.cumsum(np.hypot(*steps.T)))
        at = along[mine]
        places[mine] = np.stack([np.interp(at, corners, ways[k][:, axis]) for axis in range(2)], axis=1)
        piece = np.clip(np.searchsorted(corners, at, side="left") - 1, 0, len(steps) - 1)
        headings[mine] = np.arctan2(steps[piece, 1], steps[piece, 0])
    return places, headings


def _of_stations(plant: Plant, machines: np.ndarray) -> np.ndarray:
    """State of most machines of each station, (frames, stations)."""
    found, at = [], 0
    for name in plant.of_kind(STATION):
        mine = machines[:, at : at + plant.spec.stations[name].machines]
        found.append(np.argmax([(mine == state).sum(axis=1) for state in range(len(STATES))], axis=0))
        at += mine.shape[1]
    return np.array(found, np.int64).reshape(len(found), len(machines)).T


def _frames(t: np.ndarray, places: np.ndarray, loads: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Which looks are kept: all that straight lines between others do not give back; the first half where those are too many."""
    steps = (np.diff(loads, axis=0) != 0).any(axis=1) | (np.diff(states, axis=0) != 0).any(axis=1)
    while True:
        kept = np.append(steps, True) | np.append(True, steps)  # before and after each step
        if places.shape[1]:
            kept |= key_frames(t, places.transpose(1, 0, 2), CLOSE, lerp).any(axis=0)
        found = np.flatnonzero(kept)
        if len(found) <= FRAMES:
            return found
        half = len(t) // 2 + 1
        t, places, steps = t[:half], places[:half], steps[: half - 1]
