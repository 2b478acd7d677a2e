"""One replication from its begin to its end, looked at in between: what was counted up to each look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.physics.line.deadlock import deadlock
from twin.physics.line.plant import Plant
from twin.physics.line.state import Replication, StoppedError

__all__ = ["Seen", "replicate"]


@dataclass(frozen=True, eq=False)
class Seen:
    """What a replication had counted at each look; every array grows along its first axis, by time.

    Attributes:
        t: (looks,) [s], 0 first.
        spent: (looks, machines, STATES) [s]; counted: (looks, nodes, kinds, 2) parts; areas: (looks, nodes + 1) [s];
        stays: (looks, 3); histogram: (looks, BINS); busy: (looks, people) [s]; levels: (looks, nodes + 1) at that moment;
        tasks: (looks, robots, TASKS) [s]; trips: (looks, robots, 2) trips, way [m]; passed: (ways,) robots on each way of the network.
        little: |integral of the parts in the line - time that they were in it| / that; states: largest |sum of shares - 1|.
        log: changes of state, where they were asked for. reason: why it ended before its time, or "".
        end: time of the last part that left [s]; events: how many.
    """

    t: np.ndarray
    spent: np.ndarray
    counted: np.ndarray
    areas: np.ndarray
    stays: np.ndarray
    histogram: np.ndarray
    busy: np.ndarray
    levels: np.ndarray
    tasks: np.ndarray
    trips: np.ndarray
    passed: np.ndarray
    little: float
    states: float
    log: np.ndarray
    reason: str
    end: float
    events: int


def replicate(
    plant: Plant, seed: int, number: int, looks: np.ndarray, *, logged: bool = False, stop: Callable[[], bool] = lambda: False
) -> Seen:
    """Run to the last of `looks` [s]; it ends before that when nothing can go on, or when `stop` says so."""
    run = Replication.begin(plant, seed, number, logged=logged)
    rows = [_row(run)]
    times, reason = [0.0], ""
    for t in looks:
        if stop():
            reason = "cancelled"
            break
        try:
            alive = run.advance(float(t))
        except StoppedError as why:
            reason = str(why)
            break
        rows.append(_row(run))
        times.append(float(t))
        reason = deadlock(run, silent=not alive)
        if reason:
            break
    spent, counted, areas, stays, histogram, busy, levels, tasks, trips = (np.array(column) for column in zip(*rows, strict=True))
    ages = run.ages()
    little = abs(areas[-1, -1] - ages) / ages if ages and not reason else 0.0
    shares = spent[-1].sum(axis=1) / times[-1] if times[-1] else np.ones(1)
    states = float(np.abs(shares - 1).max(initial=0.0))
    return Seen(
        np.array(times), spent, counted, areas, stays, histogram, busy, levels, tasks, trips,
        run.passed(), float(little), states, run.log().copy(), reason,
        float(stays[-1, 2]), run.events,
    )  # fmt: skip


def _row(run: Replication) -> tuple[np.ndarray, ...]:
    return run.spent(), run.counted(), run.areas(), run.stays(), run.histogram(), run.busy(), run.levels(), run.tasks(), run.trips()
