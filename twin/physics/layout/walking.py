"""Ways on foot: from every station to the nearest escape door, over the floor that is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.geometry.walking import Floor, Walk, walkable
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall

__all__ = ["Walking", "walking"]

PLACES_MOST = 200_000  # of the grid over the hall's box: a larger hall gets larger cells
ARM = 0.3  # [m] how far somebody who works at a station may stand from it


@dataclass(frozen=True, eq=False)
class Walking:
    """The way of each station to its door, None where none leads there, and what is not as asked."""

    ways: Mapping[str, Walk | None]
    findings: Sequence[Finding]


def walking(spec: LayoutSpec, hall: Hall) -> Walking | None:
    """None where there is no hall or no door. Stations in zones where nobody walks (safety, hazard, restricted) are left out."""
    import shapely

    if hall.inside is None or hall.site.hall is None or not hall.doors:
        return None
    uses = {name: door.use for name, door in hall.site.hall.doors.items()}
    exits = [name for name, use in uses.items() if use == "escape"] or list(uses)
    closed = [hall.zones[name] for name, zone in hall.site.zones.items() if zone.use in ("hazard", "restricted")]
    fenced = shapely.union_all(
        [hall.zones[name] for name, zone in hall.site.zones.items() if zone.use in ("safety", "hazard", "restricted")]
    )
    standing = [polygon for _, polygon in hall.obstacles(spec.person_height)]
    cell = max(spec.grid, float(np.sqrt(hall.inside.envelope.area / PLACES_MOST)))
    floor = walkable(hall.inside, [*standing, *closed], [hall.doors[name] for name in exits], width=spec.person_width, cell=cell)
    ways, found = dict[str, Walk | None](), list[Finding]()
    for name in hall.site.stations:
        body = hall.body(name)
        if body is None or fenced.covers(body.footprint.centroid):
            continue
        ways[name] = _way(floor, body.footprint, spec.person_width / 2 + cell)
        found += _judged(spec, name, ways[name], body.footprint.centroid.coords[0], exits)
    return Walking(ways, found)


def _way(floor: Floor, station: object, near: float) -> Walk | None:
    """From the place at the station that is nearest to an exit; from an arm's length away where nobody can stand at it."""
    beside = next((places for reach in (near, near + ARM) if len(places := floor.beside(station, reach))), np.empty(0, int))
    if len(beside) == 0:
        return None
    nearest = int(beside[np.argmin(floor.length[beside])])
    return floor.walk(nearest) if np.isfinite(floor.length[nearest]) else None


def _judged(spec: LayoutSpec, name: str, way: Walk | None, place: tuple[float, ...], exits: Sequence[str]) -> list[Finding]:
    at = np.array([[place[0], place[1], 0.05]])
    if way is None:
        text = f"no way on foot of {spec.person_width:g} m width leads from {name} to a door"
        remedy = "Make room beside it, or widen what lies between."
        return [Finding("walking", "no way", (name,), text, remedy, 0.0, spec.person_width, "m", at)]
    if way.length > spec.escape_distance:
        text = f"{name} is {way.length:.3g} m on foot from exit {exits[way.exit]}, at most {spec.escape_distance:.3g} m is asked"
        remedy = "Add an escape door nearer to it, or open a shorter way."
        return [Finding("walking", "far from exit", (name,), text, remedy, way.length, spec.escape_distance, "m", at)]
    return []
