"""What came out of a line, in sentences."""

from __future__ import annotations

import numpy as np

from twin.physics.line.bottleneck import turning_points
from twin.physics.line.measure import Runs, station_shares
from twin.physics.line.names import targets
from twin.physics.line.plant import Plant
from twin.physics.line.records import BLOCKED, BUSY, DOWN, OFF, SETUP, STARVED, STATION, WAITING
from twin.result.model import Scalar

__all__ = ["words"]


def words(runs: Runs, found: dict[str, Scalar], momentary: np.ndarray) -> str:
    """Throughput, lead time, bottlenecks, a line a station; `momentary`: share of time in which each is the bottleneck."""
    plant, shares = runs.plant, station_shares(runs)
    rate, width = 3600 * found["throughput"].value, 3600 * found["throughput_ci95"].value
    warm_up = found["warm_up"].value
    said = [f"{rate:.5g} +- {width:.2g} good parts an hour (95 %, {len(runs.totals)} replications, warm-up {warm_up:.4g} s)."]
    if "lead_time" in found:
        mean, late = found["lead_time"].value, found["lead_time_p95"].value
        said.append(f"A part is {mean:.5g} s in the line, 95 % of them less than {late:.4g} s; {found['wip'].value:.4g} parts are in it.")
    names = plant.of_kind(STATION)
    if names:
        order = np.argsort(-momentary)
        leaders = ", ".join(f"{names[k]} {100 * momentary[k]:.0f} %" for k in order[:3] if momentary[k] > 0)
        if leaders:
            said.append(f"Bottleneck by the longest active period: {leaders} of the time.")
        points = turning_points(shares[:, BLOCKED], shares[:, STARVED], _following(plant, names))
        if len(names) > 1 and points:
            said.append(f"Where what is before is blocked and what follows is starved: {', '.join(names[k] for k in points)}.")
        for name, row in zip(names, 100 * shares, strict=True):
            always = f"{name}: busy {row[BUSY]:.1f} %, starved {row[STARVED]:.1f} %, blocked {row[BLOCKED]:.1f} %, down {row[DOWN]:.1f} %"
            others = ((SETUP, "set up"), (WAITING, "waiting for people"), (OFF, "off"))
            said.append(", ".join([always, *(f"{word} {row[state]:.1f} %" for state, word in others if row[state] >= 0.05)]) + ".")
    return "\n".join(said) + "\n"


def _following(plant: Plant, names: list[str]) -> list[tuple[int, int]]:
    """Pairs of stations with only buffers and belts between them."""
    pairs = []
    for a, name in enumerate(names):
        ahead, seen = list(targets(plant.spec, name)), set[str]()
        while ahead:
            here = ahead.pop()
            if here in seen:
                continue
            seen.add(here)
            if here in names:
                pairs.append((a, names.index(here)))
            else:
                ahead += targets(plant.spec, here)
    return pairs
