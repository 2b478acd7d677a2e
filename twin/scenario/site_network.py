"""The network of mobile robots: nodes with positions, directed edges with lengths, and the shortest way between two nodes."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from twin.errors import UnknownName
from twin.scenario.site_spec import MobileRobot

__all__ = ["Edge", "Route", "SiteNetwork"]

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Edge:
    """A way in one direction.

    Attributes:
        start, end: names of nodes.
        points: its corners, both nodes included: x, y [m].
        length: along it [m].
        speed: limit on it [m/s]; None where the robot's own speed holds.
    """

    start: str
    end: str
    points: tuple[Place, ...]
    length: float
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The shortest way: nodes from start to end, and its length [m]."""

    nodes: tuple[str, ...]
    length: float


@dataclass(frozen=True)
class SiteNetwork:
    """Where mobile robots drive.

    Attributes:
        nodes: name -> x, y in the world [m].
        edges: ways, one for each direction that may be driven.
        robot: the mobile robots; None where nobody says.
    """

    nodes: Mapping[str, Place] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    robot: MobileRobot | None = None

    def route(self, start: str, end: str) -> Route | None:
        """The shortest way from one node to another; None where none leads there.

        Dijkstra, "A note on two problems in connexion with graphs" (1959).

        Raises:
            UnknownName: no node of that name.
        """
        for name in (start, end):
            if name not in self.nodes:
                raise UnknownName("network node", name, self.nodes)
        best, before, left = {start: 0.0}, dict[str, str](), [(0.0, start)]
        while left:
            length, here = heapq.heappop(left)
            if here == end:
                return Route(_back(before, start, end), length)
            if length > best[here]:
                continue
            for edge in self._out.get(here, ()):
                further = length + edge.length
                if further < best.get(edge.end, math.inf):
                    best[edge.end], before[edge.end] = further, here
                    heapq.heappush(left, (further, edge.end))
        return None

    @cached_property
    def _out(self) -> Mapping[str, list[Edge]]:
        out: dict[str, list[Edge]] = {}
        for edge in self.edges:
            out.setdefault(edge.start, []).append(edge)
        return out


def _back(before: Mapping[str, str], start: str, end: str) -> tuple[str, ...]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return tuple(reversed(way))
