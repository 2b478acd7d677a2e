"""The ways of the mobile robots in plan: where they lead, and how many robots drove on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.line.traffic import Traffic

__all__ = ["Flow", "flows", "ways_of"]


@dataclass(frozen=True, eq=False)
class Flow:
    """A piece of the network as it lies on the floor.

    Attributes:
        points: its corners [m], shape (k, 2); both: driven in both directions; count: robots on it, of both together.
    """

    points: np.ndarray
    both: bool
    count: float


def ways_of(network: Any, traffic: Traffic) -> list[np.ndarray]:
    """Corners of each way of the traffic [m], shape (k, 2): of several between two stops the shortest, as robots drive."""
    best: dict[tuple[str, str], Any] = {}
    for edge in network.edges:
        pair = edge.start, edge.end
        if pair not in best or edge.length < best[pair].length:
            best[pair] = edge
    return [np.array(best[traffic.stops[a], traffic.stops[b]].points, float) for a, b in traffic.ends.tolist()]


def flows(ways: Sequence[np.ndarray], counts: np.ndarray) -> list[Flow]:
    """Ways that lie on each other are one piece, with the robots of both directions; `counts`: robots on each way."""
    found: dict[tuple[tuple[float, ...], ...], Flow] = {}
    for points, count in zip(ways, counts.tolist(), strict=True):
        corners = tuple(map(tuple, points.tolist()))
        other = found.get(corners[::-1])
        if other is None:
            found[corners] = Flow(points, False, count)
        else:
            found[corners[::-1]] = Flow(other.points, True, other.count + count)
    return list(found.values())
