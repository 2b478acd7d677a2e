"""From what replications counted to what planners ask for: throughput, lead time, work in process, shares, OEE, energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.line.fleet import BRINGING, CHARGING, FETCHING, LOADING, TO_CHARGER, UNLOADING
from twin.physics.line.plant import Plant
from twin.physics.line.records import BUFFER, BUSY, CONVEYOR, DOWN, OFF, SETUP, SINK, SOURCE, STATES, STATION, TRANSPORT
from twin.physics.line.replicate import Seen
from twin.physics.line.statistics import interval
from twin.physics.line.stays import stay_of_bin
from twin.physics.line.units import FLEET, PERCENTILES
from twin.result.model import Scalar

__all__ = ["Runs", "Totals", "good_parts", "percentile", "scalars", "station_shares", "total"]


@dataclass(frozen=True, eq=False)
class Totals:
    """What one replication counted after the warm-up.

    Attributes: as of `Seen`, differences over `seconds`.
    """

    seconds: float
    spent: np.ndarray
    counted: np.ndarray
    areas: np.ndarray
    stays: np.ndarray
    histogram: np.ndarray
    busy: np.ndarray
    tasks: np.ndarray
    trips: np.ndarray
    end: float
    events: int
    little: float
    states: float


@dataclass(frozen=True, eq=False)
class Runs:
    """All replications of a line.

    Attributes:
        pilot: the first ones, with what was seen in each window; totals: of all, after the warm-up.
        warm_up: [s]; finite: the line ended when it was empty; seconds, compile_seconds: that it took.
    """

    plant: Plant
    pilot: Sequence[Seen]
    totals: Sequence[Totals]
    warm_up: float
    finite: bool
    seconds: float = 0.0
    compile_seconds: float = 0.0


def total(seen: Seen, warm_up: float, *, until_empty: bool) -> Totals:
    """From the end of the warm-up to the last look; `until_empty`: to the last part that left."""
    first = int(np.searchsorted(seen.t, warm_up - 1e-9))
    first = min(first, len(seen.t) - 1)
    seconds = seen.end if until_empty and seen.end > 0 else float(seen.t[-1] - seen.t[first])

    def over(counts: np.ndarray) -> np.ndarray:
        difference: np.ndarray = counts[-1] - counts[first]
        return difference

    return Totals(
        seconds, over(seen.spent), over(seen.counted), over(seen.areas), over(seen.stays), over(seen.histogram), over(seen.busy),
        over(seen.tasks), over(seen.trips),
        seen.end, seen.events, seen.little, seen.states,
    )  # fmt: skip


def good_parts(plant: Plant, counted: np.ndarray) -> np.ndarray:
    """Parts of each kind that ended in good sinks, (..., kinds), of counts (..., nodes, kinds, 2)."""
    good = [plant.row(name) - 1 for name in plant.of_kind(SINK) if plant.spec.sinks[name].good]
    found: np.ndarray = counted[..., 0][..., good, :].sum(axis=-2)
    return found


def station_shares(runs: Runs) -> np.ndarray:
    """Shares of time of each station's machines in each state, mean of all replications, (stations, STATES)."""
    shares = np.mean([t.spent / max(t.spent[0].sum() if len(t.spent) else 1.0, 1e-300) for t in runs.totals], axis=0)
    return np.array([shares[machines].mean(axis=0) for machines in _machines(runs.plant)]).reshape(-1, len(STATES))


def _machines(plant: Plant) -> list[slice]:
    """Which machines belong to each station."""
    found, at = [], 0
    for name in plant.of_kind(STATION):
        count = plant.spec.stations[name].machines
        found.append(slice(at, at + count))
        at += count
    return found


def percentile(histogram: np.ndarray, share: float) -> float:
    """Time below which that share of a histogram of stays lies [s], geometric within its bin."""
    sums = np.cumsum(histogram)
    if not sums[-1]:
        return float("nan")
    wanted = share * sums[-1]
    k = int(np.searchsorted(sums, wanted))
    inside = (wanted - (sums[k] - histogram[k])) / histogram[k]
    return stay_of_bin(k - 1 + inside)


def scalars(runs: Runs) -> dict[str, Scalar]:
    """Means over the replications, with 95 % intervals where they are asked for."""
    plant, totals = runs.plant, runs.totals
    found = _flow(plant, totals)
    found |= _places(plant, totals)
    found |= _stations(runs)
    found |= _fleets(plant, totals)
    if runs.finite:
        found["makespan"] = Scalar(float(np.mean([t.end for t in totals])), "s")
    found |= {
        "warm_up": Scalar(runs.warm_up, "s"),
        "replications": Scalar(float(len(totals))),
        "little_error": Scalar(max(t.little for t in totals)),
        "state_error": Scalar(max(t.states for t in totals)),
    }
    return found


def _flow(plant: Plant, totals: Sequence[Totals]) -> dict[str, Scalar]:
    parts = np.array([good_parts(plant, t.counted) for t in totals])
    seconds = np.array([t.seconds for t in totals])
    rates = parts.sum(axis=1) / seconds
    wip = np.array([t.areas[-1] for t in totals]) / seconds
    found = {
        "throughput": Scalar(float(rates.mean()), "1/s"),
        "throughput_ci95": Scalar(interval(rates), "1/s"),
        "wip": Scalar(float(wip.mean())),
        "wip_ci95": Scalar(interval(wip)),
    }
    if rates.mean() > 0:
        found["cycle_time"] = Scalar(float(1 / rates.mean()), "s")
    if len(plant.kinds) > 1:
        found |= {f"throughput.{k}": Scalar(float((parts[:, i] / seconds).mean()), "1/s") for i, k in enumerate(plant.kinds)}
    stays = np.array([t.stays[:2] for t in totals])
    kept = stays[:, 0] > 0
    if kept.any():
        means = stays[kept, 1] / stays[kept, 0]
        found |= {"lead_time": Scalar(float(means.mean()), "s"), "lead_time_ci95": Scalar(interval(means), "s")}
        histogram = np.sum([t.histogram for t in totals], axis=0)
        found |= {f"lead_time_p{p}": Scalar(percentile(histogram, p / 100), "s") for p in PERCENTILES}
    thrown = np.array([t.counted[..., 1].sum(axis=-1) for t in totals])
    lost = sum(thrown[:, plant.row(name) - 1] for name in plant.of_kind(SOURCE))
    scrap = thrown.sum(axis=1) - lost
    ended = parts.sum(axis=1) + scrap
    if (ended > 0).any():
        found["scrap_share"] = Scalar(float((scrap[ended > 0] / ended[ended > 0]).mean()))
    found["lost_rate"] = Scalar(float(np.mean(lost / seconds)), "1/s")
    return found


def _places(plant: Plant, totals: Sequence[Totals]) -> dict[str, Scalar]:
    found = {}
    for name in [*plant.of_kind(BUFFER), *plant.of_kind(CONVEYOR), *plant.of_kind(TRANSPORT)]:
        found[f"level.{name}"] = Scalar(float(np.mean([t.areas[plant.row(name) - 1] / t.seconds for t in totals])))
    for k, name in enumerate(plant.people):
        count = plant.spec.people[name].count
        found[f"utilisation.{name}"] = Scalar(float(np.mean([t.busy[k] / t.seconds / count for t in totals])))
    return found


def _fleets(plant: Plant, totals: Sequence[Totals]) -> dict[str, Scalar]:
    """Of the robots of each fleet: at work; of that, on the way to a part; at a charger; parts' trips and way of all of them."""
    found, at = dict[str, Scalar](), 0
    if not plant.robots:
        return found
    for name, fleet in plant.spec.fleets.items():
        mine = slice(at, at + fleet.robots)
        at += fleet.robots
        shares = np.mean([t.tasks[mine].sum(axis=0) / t.tasks[mine].sum() for t in totals], axis=0)
        work = shares[[FETCHING, LOADING, BRINGING, UNLOADING]]
        rates = np.mean([t.trips[mine].sum(axis=0) / t.seconds for t in totals], axis=0)
        values = work.sum(), work[0] / work.sum() if work.sum() else 0.0, shares[TO_CHARGER] + shares[CHARGING], *rates
        found |= {f"{word}.{name}": Scalar(float(v), unit) for (word, unit), v in zip(FLEET.items(), values, strict=True)}
    return found


def _stations(runs: Runs) -> dict[str, Scalar]:
    plant, totals = runs.plant, runs.totals
    found, power = dict[str, Scalar](), 0.0
    for name, shares in zip(plant.of_kind(STATION), station_shares(runs), strict=True):
        station = plant.spec.stations[name]
        found |= {f"{word}.{name}": Scalar(float(shares[state])) for state, word in enumerate(STATES)}
        planned = 1 - shares[OFF]
        good = 1 - station.scrap - (station.rework.share if station.rework else 0.0)
        found[f"utilisation.{name}"] = Scalar(float(shares[BUSY] / planned) if planned > 0 else 0.0)
        found[f"availability.{name}"] = Scalar(float(1 - shares[DOWN] / planned) if planned > 0 else 0.0)
        found[f"oee.{name}"] = Scalar(float(shares[BUSY] / planned * good) if planned > 0 else 0.0)
        working = shares[BUSY] + shares[SETUP]
        power += station.machines * float(station.power * working + station.power_idle * (planned - working))
    found["power"] = Scalar(power, "W")
    rate = float(np.mean([good_parts(plant, t.counted).sum() / t.seconds for t in totals]))
    if rate > 0:
        found["energy_per_part"] = Scalar(power / rate, "J")
    return found
