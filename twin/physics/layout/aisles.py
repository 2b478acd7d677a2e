"""Aisles and doors: the free width along each aisle and where it is narrowest, what stands in it, and doors that are passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.geometry.passage import Passage, passage
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scenario.site_spec import Door

__all__ = ["Aisles", "aisles"]

IN_THE_WAY = 1e-3  # [m] by which something may stand in an aisle's strip
ABOVE = 0.05  # [m] over the floor: where findings are drawn


@dataclass(frozen=True, eq=False)
class Aisles:
    """What was measured: of each aisle its narrowest place and its width beyond what is asked [m], of each door its free width [m]."""

    narrowest: Mapping[str, Passage]
    margins: Mapping[str, float]
    obstructions: int
    doors: Mapping[str, float]
    findings: Sequence[Finding]


def aisles(spec: LayoutSpec, hall: Hall) -> Aisles:
    """Aisles in the order of the site, then doors."""
    found, narrowest, obstructions = list[Finding](), dict[str, Passage](), 0
    for name, aisle in hall.site.aisles.items():
        standing = hall.obstacles(aisle.height)
        measured = passage(aisle.path, aisle.width, [*(polygon for _, polygon in standing), *hall.walls], widest=2 * aisle.width)
        narrowest[name] = measured
        if measured.width < aisle.width - IN_THE_WAY:
            found.append(_narrow(name, aisle.use, measured, aisle.width, standing))
        intruding = _intruding(aisle.path, aisle.width, standing)
        obstructions += len(intruding)
        found += [_in_the_way(name, aisle.use, other, depth, place) for other, depth, place in intruding]
    doors = {}
    for name, door in hall.site.hall.doors.items() if hall.site.hall else ():
        doors[name], place, what = _door(spec, hall, name, door)
        width = float(np.hypot(door.end[0] - door.start[0], door.end[1] - door.start[1]))
        asked = width if door.use == "goods" else max(width, spec.door_width)
        if doors[name] < asked - IN_THE_WAY:
            text = f"door {name} ({door.use}) has {doors[name]:.3g} m free width, {asked:.3g} m is asked"
            remedy = f"Clear {what} out of the {spec.door_depth:g} m behind it." if what else "Widen the door."
            found.append(Finding("aisles", "blocked door", (name, *what.split(" and ")), text, remedy, doors[name], asked, "m", place))
    margins = {name: each.width - hall.site.aisles[name].width for name, each in narrowest.items()}
    return Aisles(narrowest, margins, obstructions, doors, found)


def _narrow(name: str, use: str, measured: Passage, asked: float, standing: Sequence[tuple[str, Any]]) -> Finding:
    import shapely

    ends = np.column_stack([measured.points, np.full(2, ABOVE)])
    near = [other for other, polygon in standing if min(polygon.distance(shapely.Point(p)) for p in measured.points) < IN_THE_WAY]
    others = " and ".join(dict.fromkeys(near))
    if measured.width > 0:
        between = f" between {others}" if len(set(near)) > 1 else f" at {others}" if near else ""
        text = f"{use} aisle {name} is {measured.width:.3f} m wide at its narrowest{between}, {asked:.3g} m is asked"
        remedy = f"Make {asked - measured.width:.3g} m more room there."
    else:
        text, remedy = f"{use} aisle {name} is blocked" + (f" by {others}" if others else ""), "Clear it: nothing passes."
    points = ends if measured.width > 0 else ends[:1]
    return Finding("aisles", "narrow", (name, *dict.fromkeys(near)), text, remedy, measured.width, asked, "m", points)


def _intruding(path: Sequence[tuple[float, float]], width: float, standing: Sequence[tuple[str, Any]]) -> list[tuple[str, float, Any]]:
    """Who stands in the aisle's strip, how far in [m], and where."""
    import shapely

    line = shapely.LineString(path)
    strip = line.buffer(width / 2, cap_style="flat", join_style="mitre")
    found: dict[str, tuple[float, Any]] = {}
    for other, polygon in standing:
        if not strip.intersects(polygon):
            continue
        part = strip.intersection(polygon)
        depth = min(width, width / 2 - float(line.distance(part)))
        if part.area > 0 and depth > max(IN_THE_WAY, found.get(other, (0.0, None))[0]):
            found[other] = depth, part.representative_point()
    return [(other, depth, place) for other, (depth, place) in found.items()]


def _in_the_way(name: str, use: str, other: str, depth: float, place: Any) -> Finding:
    text = f"{other} stands {depth:.3g} m in {use} aisle {name}"
    remedy = f"Move it {depth:.3g} m out of the aisle."
    return Finding("aisles", "in the aisle", (other, name), text, remedy, depth, 0.0, "m", np.array([[place.x, place.y, ABOVE]]))


def _door(spec: LayoutSpec, hall: Hall, name: str, door: Door) -> tuple[float, np.ndarray, str]:
    """The widest free piece of a door [m], where it is blocked, and by what: its view into the hall, as deep as is asked."""
    import shapely

    segment = hall.doors[name]
    approach = segment.buffer(spec.door_depth, cap_style="flat").intersection(hall.inside)
    start, end = np.array(door.start), np.array(door.end)
    along = (end - start) / np.linalg.norm(end - start)
    taken, blocking, parts = list[tuple[float, float]](), list[str](), list[Any]()
    for other, polygon in hall.obstacles(door.height):
        part = polygon.intersection(approach)
        if part.area > 0:
            reach = (shapely.get_coordinates(part) - start) @ along
            taken.append((float(reach.min()), float(reach.max())))
            blocking.append(other)
            parts.append(part)
    free, here = 0.0, 0.0
    for low, high in sorted(taken):
        free, here = max(free, low - here), max(here, high)
    free = max(free, float(np.linalg.norm(end - start)) - here)
    where = shapely.union_all(parts).representative_point() if parts else segment.centroid
    return free, np.array([[where.x, where.y, ABOVE]]), " and ".join(dict.fromkeys(blocking))
