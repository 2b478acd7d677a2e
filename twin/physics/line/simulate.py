"""The run: a pilot that finds the end of the start-up, then replications until the throughput is known well enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from twin.kernel import split
from twin.kinds import Context, Monitor, Target
from twin.physics.line.measure import Runs, Totals, good_parts, total
from twin.physics.line.names import hauls
from twin.physics.line.outcome import result, stopped
from twin.physics.line.plant import Plant, plant
from twin.physics.line.ready import compiled
from twin.physics.line.replicate import Seen, replicate
from twin.physics.line.spec import LineSpec
from twin.physics.line.statistics import interval, mser
from twin.result.model import Result
from twin.scenario import paths

__all__ = ["simulate"]

WINDOWS = 100  # of the pilot's replications
WAVE = 8  # replications a thread between two looks at the interval


def simulate(spec: LineSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Replications of one line; equal seeds give equal numbers on any number of threads."""
    ready = compiled(monitor, roads=bool(hauls(spec)))
    begin = time.perf_counter()
    made = plant(spec, finder(context.folder), context.site.network if context.site is not None else None)
    looks = np.union1d(
        np.linspace(0, spec.time, WINDOWS + 1)[1:], [] if spec.warm_up == "auto" or not spec.warm_up else [min(spec.warm_up, spec.time)]
    )
    least = min(spec.until.replications, spec.until.max_replications)
    pilot = _replications(made, context.seed, range(least), looks, target.threads, monitor, logged=True)
    if why := next((seen.reason for seen in pilot if seen.reason), ""):
        return stopped(made, pilot, why, context)
    limited = all(source.limit is not None for source in spec.sources.values())
    finite = limited and (bool(spec.sources) or not pilot[0].levels[-1, -1])
    warm_up = 0.0 if finite else _warm_up(spec, made, pilot)
    totals = [total(seen, warm_up, until_empty=finite) for seen in pilot]
    why = ""
    while (width := _width(made, totals)) > spec.until.throughput_ci95 and len(totals) < spec.until.max_replications and not why:
        monitor.progress(len(totals) / spec.until.max_replications, f"{len(totals)} replications, throughput +- {100 * width:.2g} %")
        more = range(len(totals), min(len(totals) + WAVE * target.threads, spec.until.max_replications))
        edges = np.array([warm_up, spec.time]) if warm_up else np.array([spec.time])
        seen = _replications(made, context.seed, more, edges, target.threads, monitor)
        why = next((each.reason for each in seen if each.reason), "")
        totals += [total(each, warm_up, until_empty=finite) for each in seen if not each.reason]
    return result(Runs(made, pilot, totals, warm_up, finite, time.perf_counter() - begin, ready.seconds), why, context)


def finder(folder: Path) -> Callable[[str], Path]:
    """Where a file named in the scenario is."""
    return lambda name: paths.resolve(name, folder)


def _replications(
    made: Plant, seed: int, numbers: range, looks: np.ndarray, threads: int, monitor: Monitor, *, logged: bool = False
) -> list[Seen]:
    """Each by itself, whoever computes it; the first one writes its changes of state down where `logged`."""
    found: list[Seen | None] = [None] * len(numbers)

    def some(first: int, last: int) -> None:
        for k in range(first, last):
            found[k] = replicate(made, seed, numbers[k], looks, logged=logged and k == 0, stop=monitor.cancelled)

    split(some, len(numbers), threads)
    return [seen for seen in found if seen is not None]


def _warm_up(spec: LineSpec, made: Plant, pilot: list[Seen]) -> float:
    """As given, or where both the parts in the line and the throughput have settled, by their means over the pilot."""
    if spec.warm_up != "auto":
        return float(min(spec.warm_up, spec.time))
    t = pilot[0].t
    wip = np.mean([np.diff(seen.areas[:, -1]) for seen in pilot], axis=0)
    out = np.mean([np.diff(good_parts(made, seen.counted).sum(axis=-1)) for seen in pilot], axis=0)
    return float(t[max(mser(wip), mser(out.astype(float)))])


def _width(made: Plant, totals: list[Totals]) -> float:
    """Half-width of the throughput's interval over its mean."""
    rates = np.array([good_parts(made, t.counted).sum() / t.seconds for t in totals])
    return float(interval(rates) / rates.mean()) if rates.mean() > 0 else 0.0
