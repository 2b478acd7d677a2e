"""Site files: a hall, what stands in it and where it is driven; every thing is a frame, and files include each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from twin import assets
from twin.errors import BadInput, BadScenario, Fault, UnknownName
from twin.scenario import paths, text
from twin.scenario.faults import faults_of
from twin.scenario.schema import WORLD, Pose
from twin.scenario.site_check import THINGS, Files, at, faults_of_site, files_of, named
from twin.scenario.site_network import Edge, SiteNetwork
from twin.scenario.site_shape import with_mesh_paths
from twin.scenario.site_spec import Aisle, Hall, SiteFile, SiteRobot, Thing, Utility, Zone

__all__ = ["Site", "read_site"]


@dataclass(frozen=True)
class Site:
    """What stands in a hall, and frames as a tree with `world` as its root. Paths of meshes and URDFs are absolute.

    Attributes:
        frames: name -> pose in its parent frame: of `frames`, and of everything that has a pose.
        files: every file that was read or is named; their bytes are part of a job's identity.
        hall: the building, or None.
        aisles, zones, utilities: by name; in world axes.
        stations, buffers, conveyors, storage, equipment: things by name.
        robots: robots that stand in the hall, by name.
        network: where mobile robots drive.
    """

    frames: Mapping[str, Pose]
    files: tuple[Path, ...] = ()
    hall: Hall | None = None
    aisles: Mapping[str, Aisle] = field(default_factory=dict)
    stations: Mapping[str, Thing] = field(default_factory=dict)
    buffers: Mapping[str, Thing] = field(default_factory=dict)
    conveyors: Mapping[str, Thing] = field(default_factory=dict)
    storage: Mapping[str, Thing] = field(default_factory=dict)
    equipment: Mapping[str, Thing] = field(default_factory=dict)
    robots: Mapping[str, SiteRobot] = field(default_factory=dict)
    network: SiteNetwork = field(default_factory=SiteNetwork)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    utilities: Mapping[str, Utility] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Names of the frames, `world` left out."""
        return list(self.frames)

    def things(self) -> Iterator[tuple[str, str, Thing]]:
        """Group, name and thing of everything that stands in the hall, robots left out."""
        for group in THINGS:
            for name, thing in getattr(self, group).items():
                yield group, name, thing

    def T_world(self, name: str) -> np.ndarray:
        """T_world_name, shape (4, 4).

        Raises:
            UnknownName: no frame of that name.
        """
        T = np.eye(4)
        while name != WORLD:
            if name not in self.frames:
                raise UnknownName("frame", name, [WORLD, *self.frames])
            T = self.frames[name].matrix() @ T
            name = self.frames[name].frame
        return T

    def world(self, pose: Pose) -> np.ndarray:
        """T_world_here of a pose given in any frame, shape (4, 4)."""
        here: np.ndarray = self.T_world(pose.frame) @ pose.matrix()
        return here

    def revised(self, poses: Mapping[str, Pose], without: frozenset[str] = frozenset()) -> Site:
        """The same site with some things elsewhere and some taken away; the network's nodes stay where they are.

        Raises:
            UnknownName: nothing with a pose has that name.
            BadInput: the frames lead back to themselves, or something stands in the frame of what is taken away.
        """
        for name in (*poses, *sorted(without)):
            if name not in self.frames:
                raise UnknownName("what is moved or removed", name, self.frames)
        frames = {name: poses.get(name, pose) for name, pose in self.frames.items() if name not in without}
        for name in frames:
            _require_a_way_to_world(frames, name)
        groups: dict[str, Any] = {}
        for group in THINGS:
            kept = {name: thing for name, thing in getattr(self, group).items() if name not in without}
            groups[group] = {n: thing.model_copy(update={"pose": poses[n]}) if n in poses else thing for n, thing in kept.items()}
        robots = {n: r.model_copy(update={"base": poses[n]}) if n in poses else r for n, r in self.robots.items() if n not in without}
        return replace(self, frames=frames, robots=robots, **groups)


def _require_a_way_to_world(frames: Mapping[str, Pose], name: str) -> None:
    way = [name]
    while (parent := frames[way[-1]].frame) != WORLD:
        if parent not in frames:
            raise BadInput(f"frame of {way[-1]}", parent, "a frame that is not removed", "Remove what stands in it too, or move it.")
        if parent in way:
            raise BadInput(f"frame of {way[-1]}", parent, "a frame that leads to world", f"The circle: {' -> '.join([*way, parent])}.")
        way.append(parent)


def read_site(name: str, folder: Path) -> Site:
    """The site of that file, or the bundled one of that name, with everything it includes.

    Raises:
        BadScenario: all that is wrong in the site's files: circles of files or frames, unknown frames, bad values.
        BadInput: no such file.
    """
    found = list({Path(read.file): (read, site) for read, site in _files(locate(name, folder), ())}.items())
    files = [each for _, each in found]
    if faults := faults_of_site(files):
        raise BadScenario(faults)
    frames = {each.name: each.pose for each in named(files) if each.pose is not None}
    resolved, further = _with_files(files)
    groups: dict[str, Any] = {g: {n: v for site in resolved for n, v in getattr(site, g).items()} for g in (*THINGS, *_OTHERS)}
    hall = next((site.hall for site in resolved if site.hall is not None), None)
    bare = Site(frames, tuple(dict.fromkeys([*(path for path, _ in found), *further])), hall, **groups)
    return replace(bare, network=_network(bare, resolved))


_OTHERS = ("aisles", "robots", "zones", "utilities")


def _with_files(found: Files) -> tuple[list[SiteFile], list[Path]]:
    """The site files with absolute paths of meshes and URDFs, and all files that these lead to."""
    sites, files = [], list[Path]()
    for read, site in found:
        there = {path: paths.resolve(path, Path(read.file).parent) for _, path in files_of(site)}
        files += there.values()
        update: dict[str, Any] = {}
        for group in THINGS:
            things: Mapping[str, Thing] = getattr(site, group)
            update[group] = {n: t.model_copy(update={"shape": with_mesh_paths(t.shape, there)}) for n, t in things.items()}
        update["robots"] = {n: r.model_copy(update={"urdf": str(there[r.urdf])}) if r.urdf else r for n, r in site.robots.items()}
        for name, robot in update["robots"].items():
            if robot.urdf:
                files += _of_urdf(read, name, robot.urdf)
        sites.append(site.model_copy(update=update))
    return sites, files


def _of_urdf(read: text.Text, name: str, urdf: str) -> tuple[Path, ...]:
    from robots.catalogue import load

    try:
        return load(urdf).files
    except BadInput as error:
        raise BadScenario([at(read, ("robots", name, "urdf"), urdf, f"{error.allowed} ({error.where})", error.remedy)]) from error


def _network(site: Site, files: list[SiteFile]) -> SiteNetwork:
    nodes: dict[str, tuple[float, float]] = {}
    edges = list[Edge]()
    for each in files:
        for name, node in each.network.nodes.items():
            x, y = (site.T_world(node.frame) @ np.array([*node.position, 0.0, 1.0]))[:2]
            nodes[name] = (float(x), float(y))
    for each in files:
        for way in each.network.ways:
            points = (nodes[way.start], *way.via, nodes[way.end])
            length = sum(math.dist(a, b) for a, b in pairwise(points))
            edges.append(Edge(way.start, way.end, points, length, way.speed))
            if way.both:
                edges.append(Edge(way.end, way.start, points[::-1], length, way.speed))
    robot = next((each.network.robot for each in files if each.network.robot is not None), None)
    return SiteNetwork(nodes, tuple(edges), robot)


def locate(name: str, folder: Path) -> Path:
    """File of a site: a path beside the scenario, or the name of a bundled site."""
    bundled = {f.name.removesuffix(".site.yaml"): f for f in sorted((assets.root() / "sites").glob("*.site.yaml"))}
    if name in bundled:
        return bundled[name].resolve()
    try:
        return paths.resolve(name, folder)
    except BadInput as error:
        raise BadInput("site", name, f"{error.allowed}, or one of: {', '.join(bundled) or 'no bundled sites'}", error.remedy) from error


def _files(file: Path, above: tuple[Path, ...]) -> Iterator[tuple[text.Text, SiteFile]]:
    """The file and those it includes, depth first, each once on a way down."""
    read = text.read(file)
    site = _parse(read)
    yield read, site
    for i, name in enumerate(site.include):
        try:
            other = locate(name, file.parent)
        except BadInput as error:
            raise BadScenario([at(read, ("include", i), name, error.allowed, error.remedy)]) from error
        if other in (*above, file):
            way = (*above, file, other)
            circle = " -> ".join(p.name for p in way[way.index(other) :])
            raise BadScenario([at(read, ("include", i), name, "a file that does not include this one", f"The circle: {circle}.")])
        yield from _files(other, (*above, file))


def _parse(read: text.Text) -> SiteFile:
    faults = list(read.faults)
    try:
        site = SiteFile.model_validate(read.data if read.data is not None else {})
    except ValidationError as error:
        faults += [at(read, _keys(f, read.data), f.given, f.allowed, f.remedy) for f in faults_of(error, SiteFile, read.data)]
    if faults:
        raise BadScenario(faults)
    return site


def _keys(fault: Fault, data: Any) -> tuple[str | int, ...]:
    """The fault's path as keys into the data; what a list lacks is left as it is."""
    keys: tuple[str | int, ...] = ()
    for part in fault.path.split("."):
        keys = (*keys, int(part) if part.isdecimal() and isinstance(data, list) else part)
        if isinstance(data, Mapping):
            data = data.get(part)
        else:
            data = data[int(part)] if isinstance(data, list) and part.isdecimal() and int(part) < len(data) else None
    return keys
