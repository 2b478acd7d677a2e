"""The hall of one run as geometry: bodies in space, their outlines on the floor, walls, doors, zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from robots.model import Robot
from twin.geometry.clearance import Solid
from twin.scenario import Site

__all__ = ["Body", "Hall", "Outline"]

FLAT = 0.02  # [m] what is lower is walked and driven over


@dataclass(frozen=True, eq=False)
class Outline:
    """One solid seen from above: a convex shapely polygon, and between which heights it stands [m]."""

    polygon: Any
    low: float
    high: float

    def blocks(self, height: float) -> bool:
        """Whether something `height` [m] high cannot pass."""
        return self.low < height and self.high > FLAT


@dataclass(frozen=True, eq=False)
class Body:
    """Something that stands in the hall.

    Attributes:
        group: stations, buffers, conveyors, storage, equipment, robots or columns.
        solids: in space.
        outlines: of each solid, seen from above.
        clearance: free distance asked around it [m].
        touches: names of what it may touch or reach into.
        mass: [kg], or None where nobody says.
        feet: area that it stands on [m^2], or None: its outlines.
        color: RGBA in 0..1.
    """

    name: str
    group: str
    solids: tuple[Solid, ...]
    outlines: tuple[Outline, ...]
    clearance: float = 0.0
    touches: frozenset[str] = frozenset()
    mass: float | None = None
    feet: float | None = None
    color: tuple[float, float, float, float] = (0.7, 0.7, 0.72, 1.0)

    @cached_property
    def bounds(self) -> np.ndarray:
        """Least and largest corner [m], shape (2, 3)."""
        each = np.array([solid.bounds for solid in self.solids])
        return np.array([each[:, 0].min(axis=0), each[:, 1].max(axis=0)])

    @cached_property
    def footprint(self) -> Any:
        """All of it seen from above."""
        import shapely

        return shapely.union_all([outline.polygon for outline in self.outlines])


@dataclass(frozen=True, eq=False)
class Hall:
    """What is checked.

    Attributes:
        site: with what the scenario moves and removes.
        bodies: everything that stands there, columns and robots' bases included.
        robots: name -> kinematic tree.
        inside: polygon of the hall, or None where the site has none.
        doors: name -> segment.
        zones: name -> polygon.
    """

    site: Site
    bodies: tuple[Body, ...]
    robots: Mapping[str, Robot] = field(default_factory=dict)
    inside: Any = None
    doors: Mapping[str, Any] = field(default_factory=dict)
    zones: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def walls(self) -> list[Any]:
        """Straight pieces of the outline with the doors left out."""
        import shapely

        if self.inside is None:
            return []
        corners = list(self.inside.exterior.coords)
        gaps = shapely.union_all([door.buffer(0.02, cap_style="flat") for door in self.doors.values()])
        sides = [shapely.LineString(side).difference(gaps) for side in pairwise(corners)]
        return [part for side in sides for part in shapely.get_parts(side) if part.length > 0]

    def obstacles(self, height: float) -> list[tuple[str, Any]]:
        """Name and polygon of everything that something `height` [m] high cannot pass."""
        return [(body.name, o.polygon) for body in self.bodies for o in body.outlines if o.blocks(height)]

    def body(self, name: str) -> Body | None:
        """The body of that name."""
        return next((body for body in self.bodies if body.name == name), None)
