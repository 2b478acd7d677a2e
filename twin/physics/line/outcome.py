"""What a run gives back: scalars, histories, tables, words, pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.kinds import Context
from twin.physics.line.bottleneck import active_periods, shifting
from twin.physics.line.measure import Runs, good_parts, scalars, station_shares, total
from twin.physics.line.pictures import draw
from twin.physics.line.plant import Plant
from twin.physics.line.records import BUFFER, CONVEYOR, STATES, STATION
from twin.physics.line.replicate import Seen
from twin.physics.line.scene import scene_of, stretch_of
from twin.physics.line.words import words
from twin.result.model import Result, Scalar, Series

__all__ = ["result", "stopped"]

STARTED = 0.1  # of a replication after which one looks at it, however soon its means settle
BOOKS = 1e-9  # relative error of Little's law and of the shares of time that rounding explains


def result(runs: Runs, why: str, context: Context) -> Result:
    """The result; `why`: it was stopped before the interval was narrow enough, or ""."""
    plant, pilot = runs.plant, runs.pilot
    found = scalars(runs)
    momentary = _momentary(runs)
    found |= {f"bottleneck.{name}": Scalar(float(share)) for name, share in zip(plant.of_kind(STATION), momentary, strict=True)}
    broken = found["little_error"].value > BOOKS or found["state_error"].value > BOOKS
    reason = why or ("the books do not balance: see little_error and state_error" if broken else "")
    shares = station_shares(runs)
    begin = 0.0 if runs.finite else max(runs.warm_up, STARTED * float(pilot[0].t[-1]))
    stretch = stretch_of(plant, pilot[0], begin, context)
    if context.scratch is not None:
        draw(runs, shares, found, context.site, stretch, context.scratch)
    events = sum(t.events for t in runs.totals)
    return Result(
        "stopped" if reason else "done",
        reason=reason,
        scalars=found,
        series=series(plant, pilot),
        arrays=arrays(plant, pilot[0], shares),
        scene=None if stretch is None else scene_of(plant, pilot[0], stretch, context.site),
        stats={
            "replications": len(runs.totals), "events": events, "events_per_second": events / runs.seconds if runs.seconds else 0.0,
            "run_seconds": runs.seconds, "compile_seconds": runs.compile_seconds,
        },
        log=words(runs, found, momentary),
    )  # fmt: skip


def stopped(plant: Plant, pilot: Sequence[Seen], why: str, context: Context) -> Result:
    """A line that stood for good or ran over: what the replication had counted until then, and how it stands."""
    number = next((k for k, each in enumerate(pilot) if each.reason == why), 0)
    seen = pilot[number]
    counted = seen.t[-1] > 0
    found = scalars(Runs(plant, [seen], [total(seen, 0.0, until_empty=False)], 0.0, False)) if counted else {}
    stats = {"replications": 1, "events": seen.events}
    stretch = stretch_of(plant, seen, 0.0, context, number) if counted else None
    scene = None if stretch is None else scene_of(plant, seen, stretch, context.site, number)
    return Result("stopped", reason=why, scalars=found, series=series(plant, [seen]), scene=scene, stats=stats, log=why + "\n")


def series(plant: Plant, pilot: Sequence[Seen]) -> Series | None:
    """Means over the pilot's replications at the ends of its windows."""
    looks = min(len(seen.t) for seen in pilot)
    if looks < 2:
        return None
    t = pilot[0].t[1:looks]
    widths = np.diff(pilot[0].t[:looks])
    out = np.mean([np.diff(good_parts(plant, seen.counted[:looks]).sum(axis=-1)) for seen in pilot], axis=0)
    areas = np.mean([np.diff(seen.areas[:looks], axis=0) for seen in pilot], axis=0) / widths[:, None]
    columns, units = {"throughput": out / widths, "wip": areas[:, -1]}, {"throughput": "1/s", "wip": "1"}
    for name in [*plant.of_kind(BUFFER), *plant.of_kind(CONVEYOR)]:
        columns[f"level.{name}"], units[f"level.{name}"] = areas[:, plant.row(name) - 1], "1"
    return Series(t, columns, units)


def arrays(plant: Plant, seen: Seen, shares: np.ndarray) -> dict[str, np.ndarray]:
    """Shares of time of the stations, and the first replication's changes of state: time, machine, state, kind of part."""
    return {
        "stations": np.array(plant.of_kind(STATION) or [""]), "states": np.array(STATES), "shares": shares,
        "machines": np.array(plant.machines or [""]), "parts": np.array(plant.kinds), "changes": seen.log,
    }  # fmt: skip


def _momentary(runs: Runs) -> np.ndarray:
    """Share of the first replication in which each station has the momentary bottleneck."""
    plant, seen = runs.plant, runs.pilot[0]
    periods = active_periods(seen.log, len(plant.machines), runs.warm_up, float(seen.t[-1]))
    of_machines = shifting(periods, len(plant.machines))
    ends = np.cumsum([plant.spec.stations[name].machines for name in plant.of_kind(STATION)])
    return np.array([each.sum() for each in np.split(of_machines, ends[:-1])]) if len(ends) else np.zeros(0)
