"""Hazards that somebody can walk into without passing a safeguard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.geometry.walking import Walk, walkable
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall

__all__ = ["Guarding", "guarding"]

SLIM = 0.3  # [m] somebody who squeezes through
LINE = 0.02  # [m] thickness of a safeguard's line as an obstacle
PLACES_MOST = 200_000  # of the grid over the hall's box: a larger hall gets larger cells
ABOVE = 0.05  # [m] over the floor: where findings are drawn


@dataclass(frozen=True, eq=False)
class Guarding:
    """Hazards, and for those that are open the way from there to a door that passes no safeguard."""

    ways: Mapping[str, Walk | None]
    findings: tuple[Finding, ...]


def guarding(spec: LayoutSpec, hall: Hall) -> Guarding | None:
    """Every zone of use `hazard`, and every hazard that a safeguard names; None without hall, doors or hazards."""
    import shapely

    hazards = dict(_hazards(spec, hall))
    if hall.inside is None or not hall.doors or not hazards:
        return None
    standing = [polygon for _, polygon in hall.obstacles(spec.person_height)]
    lines = [shapely.LineString(guard.line).buffer(LINE / 2) for guard in spec.safeguards.values()]
    cell = max(spec.grid, float(np.sqrt(hall.inside.envelope.area / PLACES_MOST)))
    floor = walkable(hall.inside, [*standing, *lines], list(hall.doors.values()), width=max(SLIM, 1.5 * cell), cell=cell)
    ways = dict[str, Walk | None]()
    for name, danger in hazards.items():
        places = floor.beside(danger, SLIM / 2 + cell)
        open_ = places[np.isfinite(floor.length[places])]
        ways[name] = floor.walk(int(open_[np.argmin(floor.length[open_])])) if len(open_) else None
    return Guarding(ways, tuple(_open(name, way) for name, way in ways.items() if way is not None))


def _hazards(spec: LayoutSpec, hall: Hall) -> Iterator[tuple[str, Any]]:
    yield from ((name, hall.zones[name]) for name, zone in hall.site.zones.items() if zone.use == "hazard")
    for guard in spec.safeguards.values():
        body = hall.body(guard.hazard)
        danger = hall.zones.get(guard.hazard) if body is None else body.footprint
        if danger is not None:
            yield guard.hazard, danger


def _open(name: str, way: Walk) -> Finding:
    x, y = way.points[0]
    text = f"somebody can walk into {name} without passing a safeguard"
    remedy = f"Close the way with a fence or a safeguard: it comes in at {x:.2f}, {y:.2f} m."
    return Finding("separation", "open hazard", (name,), text, remedy, 0.0, SLIM, "m", np.array([[x, y, ABOVE]]))
