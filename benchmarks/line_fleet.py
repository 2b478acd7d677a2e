"""A thousand mobile robots on a network of two thousand nodes: one-way streets, two hundred relations, robots that queue."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from twin.physics.line.plant import Plant, plant
from twin.physics.line.spec import LineSpec
from twin.physics.line.state import Replication
from twin.scenario.site_network import Edge, SiteNetwork

__all__ = ["times_real", "town"]

BLOCK = 10.0  # [m]


def town(columns: int = 50, rows: int = 40, robots: int = 1000, relations: int = 200, every: float = 110.0) -> Plant:
    """Streets that run in turn one way and the other, and what is to be brought between random corners."""
    nodes = {f"n{x}_{y}": (BLOCK * x, BLOCK * y) for y in range(rows) for x in range(columns)}
    ways = []
    for y in range(rows):
        for x in range(columns):
            step = 1 if y % 2 == 0 else -1
            if 0 <= x + step < columns:
                ways.append((f"n{x}_{y}", f"n{x + step}_{y}"))
            step = 1 if x % 2 else -1
            if 0 <= y + step < rows:
                ways.append((f"n{x}_{y}", f"n{x}_{y + step}"))
    rim = [f"n{x}_0" for x in range(columns)] + [f"n{columns - 1}_{y}" for y in range(1, rows)]
    rim += [f"n{x}_{rows - 1}" for x in range(columns - 2, -1, -1)] + [f"n0_{y}" for y in range(rows - 2, 0, -1)]
    ways += [(a, b) for a, b in zip(rim, [*rim[1:], rim[0]], strict=True) if (a, b) not in set(ways)]
    edges = tuple(Edge(a, b, (nodes[a], nodes[b]), math.dist(nodes[a], nodes[b])) for a, b in ways)
    chance = np.random.default_rng(1)
    names = list(nodes)
    picks, drops = chance.choice(names, relations), chance.choice(names, relations)
    line: dict[str, Any] = {
        "sources": {
            f"from{k}": {"every": {"exponential": every}, "to": {"next": f"to{k}", "by": "amr", "dock": 10}} for k in range(relations)
        },
        "sinks": {f"to{k}": {} for k in range(relations)},
        "docks": {f"from{k}": str(picks[k]) for k in range(relations)} | {f"to{k}": str(drops[k]) for k in range(relations)},
        "fleets": {"amr": {"robots": robots, "speed": 1.5, "battery": 4 * 3600, "charge": 3600, "chargers": names[::40]}},
    }
    return plant(LineSpec.model_validate(line), Path, SiteNetwork(nodes, edges))


def times_real(made: Plant, seconds: float) -> tuple[float, Replication]:
    """Seconds of the town in a second of one core, after an hour that fills its streets."""
    run = Replication.begin(made, 1, 0)
    run.advance(3600.0)
    begin = time.thread_time()
    run.advance(3600.0 + seconds)
    return seconds / (time.thread_time() - begin), run
