"""Who holds the line up: by the longest active periods, and by who blocks and starves whom.

Roser, Nakano & Tanaka 2002, "Shifting bottleneck detection", Winter Simulation Conference: at any time the machine whose present active
period lasts longest is the bottleneck. Kuo, Lim & Meerkov 1996, "Bottlenecks in serial production lines", Math. Probl. Eng. 2: an arrow
from who is blocked to whom, and from who is starved; the bottleneck is where arrows point to.
"""

from __future__ import annotations

import heapq
from itertools import pairwise

import numpy as np

from twin.physics.line.records import BLOCKED, OFF, STARVED, WAITING

__all__ = ["active_periods", "shifting", "turning_points"]

INACTIVE = (STARVED, BLOCKED, WAITING, OFF)


def active_periods(log: np.ndarray, machines: int, begin: float, end: float) -> np.ndarray:
    """Uninterrupted periods in which a machine worked, was set up, or was being repaired: (periods, 3) machine, from, to [s].

    `log`: changes of state (time, machine, state, kind); machines start inactive.
    """
    found = []
    since = np.full(machines, np.nan)
    for t, machine, state, _ in log:
        m = int(machine)
        if int(state) in INACTIVE:
            if not np.isnan(since[m]) and t > begin:
                found.append((m, max(since[m], begin), min(t, end)))
            since[m] = np.nan
        elif np.isnan(since[m]):
            since[m] = t
    found += [(m, max(t, begin), end) for m, t in enumerate(since) if not np.isnan(t) and t < end]
    return np.array([row for row in found if row[2] > row[1]]).reshape(-1, 3)


def shifting(periods: np.ndarray, machines: int) -> np.ndarray:
    """Share of the time in which each machine is the momentary bottleneck, (machines,); they add up to at most 1."""
    shares = np.zeros(machines)
    if not len(periods):
        return shares
    order = periods[np.argsort(periods[:, 1], kind="stable")]
    edges = np.unique(periods[:, 1:])
    waiting: list[tuple[float, float, int]] = []
    following = 0
    for a, b in pairwise(edges):
        while following < len(order) and order[following, 1] <= a:
            machine, begin, end = order[following]
            heapq.heappush(waiting, (begin - end, end, int(machine)))
            following += 1
        while waiting and waiting[0][1] <= a:
            heapq.heappop(waiting)
        if waiting:
            shares[waiting[0][2]] += b - a
    shares /= edges[-1] - edges[0]
    return shares


def turning_points(blocked: np.ndarray, starved: np.ndarray, following: list[tuple[int, int]]) -> list[int]:
    """Stations where arrows point to and none leaves, by their shares of time; `following`: (from, to) pairs of stations."""
    leaves = np.zeros(len(blocked), bool)
    for a, b in following:
        if blocked[a] > starved[b]:
            leaves[a] = True
        else:
            leaves[b] = True
    return [k for k in range(len(blocked)) if not leaves[k]]
