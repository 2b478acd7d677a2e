"""What is wrong with the parts of a site together: names, frames, outlines, doors, ways, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from twin.errors import BadInput, Fault, TwinError, nearest
from twin.scenario import paths, text
from twin.scenario.schema import WORLD, Pose
from twin.scenario.site_shape import mesh_paths
from twin.scenario.site_spec import Hall, Point, SiteFile

__all__ = ["THINGS", "Named", "at", "faults_of_site", "files_of", "named"]

THINGS = ("stations", "buffers", "conveyors", "storage", "equipment")
ON_WALL = 0.01  # [m] how far a door's end may lie off the outline

Files = Sequence[tuple[text.Text, SiteFile]]
Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Named:
    """Something with a name: where it is written, and its pose where it has one."""

    name: str
    read: text.Text
    keys: Keys
    pose: Pose | None = None
    pose_keys: Keys = ()


def named(found: Files) -> Iterator[Named]:
    """Everything that has a name of its own in the site. Nodes are apart: they may have the name of what is docked at."""
    for read, site in found:
        for name, pose in site.frames.items():
            yield Named(name, read, ("frames", name), pose, ("frames", name))
        for group in THINGS:
            for name, thing in getattr(site, group).items():
                yield Named(name, read, (group, name), thing.pose, (group, name, "pose"))
        for name, robot in site.robots.items():
            yield Named(name, read, ("robots", name), robot.base, ("robots", name, "base"))
        for group in ("aisles", "zones", "utilities"):
            yield from (Named(name, read, (group, name)) for name in getattr(site, group))
        if site.hall is not None:
            for group in ("columns", "doors"):
                yield from (Named(name, read, ("hall", group, name)) for name in getattr(site.hall, group))


def faults_of_site(found: Files) -> list[Fault]:
    """All of them; empty when the site can be used."""
    everything = list(named(found))
    frames = {each.name: each.pose for each in everything if each.pose is not None}
    faults = [*_names(everything), *_frames(everything, frames), *_places(found, frames), *_halls(found), *_outlines(found)]
    faults += [*_ways(found), *_touches(found, {each.name for each in everything}), *_files(found)]
    return faults


def at(read: text.Text, keys: Keys, given: object, allowed: str, remedy: str = "") -> Fault:
    """A fault with its file and line."""
    return Fault(".".join(map(str, keys)), given, allowed, remedy, read.file, read.line(keys))


def _names(everything: Sequence[Named]) -> Iterator[Fault]:
    first: dict[str, Named] = {}
    for each in everything:
        before = first.setdefault(each.name, each)
        if each.name == WORLD:
            yield at(each.read, each.keys, each.name, f"a name used once, not `{WORLD}`", "Rename it.")
        elif before is not each:
            there = f"{before.read.file}:{before.read.line(before.keys)}"
            remedy = f"{'.'.join(map(str, before.keys))} ({there}) has it too: rename one of them."
            yield at(each.read, each.keys, each.name, f"a name used once, not `{WORLD}`", remedy)


def _frames(everything: Sequence[Named], frames: Mapping[str, Pose]) -> Iterator[Fault]:
    for each in everything:
        if each.pose is None:
            continue
        if fault := _unknown(each.read, (*each.pose_keys, "frame"), each.pose.frame, frames):
            yield fault
        elif circle := _circle(frames, each.name):
            keys = (*each.pose_keys, "frame")
            yield at(each.read, keys, each.pose.frame, "a frame that leads to world", f"The circle: {circle}.")


def _places(found: Files, frames: Mapping[str, Pose]) -> Iterator[Fault]:
    """Frames that nodes and reached places are given in."""
    for read, site in found:
        for name, node in site.network.nodes.items():
            if fault := _unknown(read, ("network", "nodes", name), node.frame, frames):
                yield fault
        for name, robot in site.robots.items():
            for i, reach in enumerate(robot.reaches):
                if fault := _unknown(read, ("robots", name, "reaches", i), reach.frame, frames):
                    yield fault


def _unknown(read: text.Text, keys: Keys, frame: str, frames: Mapping[str, Pose]) -> Fault | None:
    known = [WORLD, *frames]
    return None if frame in known else at(read, keys, frame, ", ".join(known), nearest(frame, known))


def _circle(frames: Mapping[str, Pose], start: str) -> str:
    """The frames on the way from `start` back to itself, as text; empty when the way ends elsewhere."""
    way, here = [start], frames[start].frame
    while here in frames and here not in way:
        way.append(here)
        here = frames[here].frame
    return " -> ".join([*way, here]) if here == start else ""


def _halls(found: Files) -> Iterator[Fault]:
    halls = [(read, site.hall) for read, site in found if site.hall is not None]
    for read, _ in halls[1:]:
        first = f"{halls[0][0].file}:{halls[0][0].line(('hall',))}"
        yield at(read, ("hall",), "a second hall", "one hall a site", f"The first stands in {first}; remove one.")
    for read, hall in halls[:1]:
        wrong = _crossed(hall.outline)
        if wrong:
            yield at(read, ("hall", "outline"), wrong, "corners of a polygon in order, whose sides do not cross", "Reorder the corners.")
        else:
            yield from _doors(read, hall)
            yield from _columns(read, hall)


def _doors(read: text.Text, hall: Hall) -> Iterator[Fault]:
    """Doors whose ends do not lie on one wall."""
    from shapely.geometry import LineString, Point

    walls = [LineString(side) for side in zip(hall.outline, (*hall.outline[1:], hall.outline[0]), strict=True)]
    for name, door in hall.doors.items():
        if door.start == door.end:
            yield at(read, ("hall", "doors", name), door.start, "two different ends", "Its width is zero.")
            continue
        apart = min(max(wall.distance(Point(end)) for end in (door.start, door.end)) for wall in walls)
        if apart > ON_WALL:
            given, remedy = [list(door.start), list(door.end)], f"An end is {apart:.3g} m off the nearest wall: move it there."
            yield at(read, ("hall", "doors", name), given, "two points on one wall of the hall's outline", remedy)


def _columns(read: text.Text, hall: Hall) -> Iterator[Fault]:
    from shapely.geometry import Point, Polygon

    inside = Polygon(hall.outline)
    for name, column in hall.columns.items():
        if not inside.covers(Point(column.at)):
            yield at(read, ("hall", "columns", name, "at"), list(column.at), "a place inside the hall's outline", "Move the column.")


def _outlines(found: Files) -> Iterator[Fault]:
    for read, site in found:
        for name, zone in site.zones.items():
            if wrong := _crossed(zone.outline):
                allowed = "corners of a polygon in order, whose sides do not cross"
                yield at(read, ("zones", name, "outline"), wrong, allowed, "Reorder the corners.")
        for name, aisle in site.aisles.items():
            if any(a == b for a, b in pairwise(aisle.path)):
                yield at(read, ("aisles", name, "path"), "two equal points", "points that differ from the one before", "Remove one.")


def _crossed(outline: Sequence[Point]) -> str:
    """What is wrong with the polygon, in words; empty when nothing is."""
    from shapely.geometry import Polygon
    from shapely.validation import explain_validity

    polygon = Polygon(outline)
    if not polygon.is_valid:
        return str(explain_validity(polygon))
    return "" if polygon.area > 0 else "no area"


def _ways(found: Files) -> Iterator[Fault]:
    nodes: dict[str, tuple[text.Text, Keys]] = {}
    robots = [(read, site.network.robot) for read, site in found if site.network.robot is not None]
    for read, _ in robots[1:]:
        yield at(read, ("network", "robot"), "a second robot", "one robot a network", f"The first stands in {robots[0][0].file}.")
    for read, site in found:
        for name in site.network.nodes:
            keys = ("network", "nodes", name)
            if name in nodes:
                yield at(read, keys, name, "a name used once among nodes", f"It stands in {nodes[name][0].file} too: rename one.")
            nodes.setdefault(name, (read, keys))
    for read, site in found:
        for i, way in enumerate(site.network.ways):
            for key, name in (("from", way.start), ("to", way.end)):
                if name not in nodes:
                    yield at(read, ("network", "ways", i, key), name, ", ".join(nodes) or "no nodes yet", nearest(name, nodes))
            if way.start == way.end:
                yield at(read, ("network", "ways", i, "to"), way.end, "another node than `from`", "A way leads from one node to another.")


def _touches(found: Files, known: set[str]) -> Iterator[Fault]:
    for read, site in found:
        for group in (*THINGS, "robots"):
            for name, thing in getattr(site, group).items():
                for i, other in enumerate(thing.touches):
                    if other not in known or other == name:
                        others = sorted(known - {name})
                        yield at(read, (group, name, "touches", i), other, ", ".join(others) or "another thing", nearest(other, others))


def _files(found: Files) -> Iterator[Fault]:
    """Meshes and URDFs that are not there, or that cannot be read."""
    for read, site in found:
        for keys, path in files_of(site):
            try:
                paths.resolve(path, Path(read.file).parent)
            except BadInput as error:
                yield at(read, keys, path, error.allowed, error.remedy)
        for name, robot in site.robots.items():
            if robot.model is not None:
                from robots.catalogue import load

                try:
                    load(robot.model)
                except TwinError as error:
                    allowed, remedy = (error.allowed, error.remedy) if isinstance(error, BadInput) else (str(error), "")
                    yield at(read, ("robots", name, "model"), robot.model, allowed, remedy)


def files_of(site: SiteFile) -> Iterator[tuple[Keys, str]]:
    """Every file that a site file names, as written, and where."""
    for group in THINGS:
        for name, thing in getattr(site, group).items():
            yield from mesh_paths(thing.shape, (group, name, "shape"))
    for name, robot in site.robots.items():
        if robot.urdf is not None:
            yield ("robots", name, "urdf"), robot.urdf
