"""The network of mobile robots as arrays: ways, goals, and from every stop the way to take towards every goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.line.records import NONE
from twin.physics.line.roads import CAPACITY, END, FIRST, LAST, WAITS_FIRST, WAITS_LAST, WAY

__all__ = ["Traffic", "traffic"]

ENDLESS = 2**40


@dataclass(frozen=True, eq=False)
class Traffic:
    """Where robots drive.

    Attributes:
        stops: names of the network's nodes; goals: names of those that robots head for.
        roads: (ways * WAY,) int64, see `roads`; figures: (ways, 3) length [m], speed limit [m/s], 0.
        ways: (goals, stops) way to take, or NONE; distances: (goals, stops) [m], infinite where none leads.
        ends: (ways, 2) stops.
    """

    stops: tuple[str, ...]
    goals: tuple[str, ...]
    roads: np.ndarray
    figures: np.ndarray
    ways: np.ndarray
    distances: np.ndarray
    ends: np.ndarray


def traffic(network: Any, goals: Sequence[str], space: float, *, blocking: bool) -> Traffic:
    """Of a site's network; `space`: length of a robot and the gap before it [m]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    stops = tuple(network.nodes)
    number = {name: k for k, name in enumerate(stops)}
    best: dict[tuple[int, int], Any] = {}
    for edge in network.edges:  # of several ways between two stops the shortest
        pair = number[edge.start], number[edge.end]
        if pair not in best or edge.length < best[pair].length:
            best[pair] = edge
    ends = np.array(list(best), np.int64).reshape(-1, 2)
    lengths = np.array([max(edge.length, 1e-6) for edge in best.values()])
    limits = np.array([edge.speed or np.inf for edge in best.values()])
    roads = np.full((len(ends), WAY), 0, np.int64)
    roads[:, CAPACITY] = np.maximum(1, (lengths / space).astype(np.int64)) if blocking else ENDLESS
    roads[:, [FIRST, LAST, WAITS_FIRST, WAITS_LAST]] = NONE
    roads[:, END] = ends[:, 1]
    count = len(stops)
    backwards = csr_array((lengths, (ends[:, 1], ends[:, 0])), shape=(count, count))
    distances, before = dijkstra(backwards, indices=[number[g] for g in goals], return_predecessors=True)
    way_of = {(int(a), int(b)): k for k, (a, b) in enumerate(ends)}
    ways = np.array([[way_of.get((n, int(after)), NONE) for n, after in enumerate(row)] for row in before], np.int64)
    figures = np.stack([lengths, limits, np.zeros(len(lengths))], axis=1)
    return Traffic(stops, tuple(goals), roads.reshape(-1), figures, ways, np.asarray(distances), ends)
