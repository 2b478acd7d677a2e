"""From a site to what is checked: solids in space and outlines on the floor."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np

from robots import meshes, reduce
from robots.catalogue import load
from robots.model import Arm, Geometry, Robot
from twin.geometry.clearance import Solid
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Body, Hall, Outline
from twin.scenario import Site
from twin.scenario.site_shape import pieces
from twin.scenario.site_spec import SiteRobot

__all__ = ["COLORS", "hall_of", "load_robot", "revised"]

SIDES = 96  # of the prism that stands for a cylinder; it is drawn around it, so that distances are never too large
COLORS = {
    "stations": (0.42, 0.58, 0.78, 1.0), "buffers": (0.86, 0.70, 0.40, 1.0), "conveyors": (0.52, 0.68, 0.62, 1.0),
    "storage": (0.78, 0.62, 0.50, 1.0), "equipment": (0.66, 0.68, 0.72, 1.0), "robots": (0.93, 0.55, 0.22, 1.0),
    "columns": (0.50, 0.51, 0.54, 1.0),
}  # fmt: skip


def revised(spec: LayoutSpec, site: Site) -> Site:
    """The site with what the scenario moves and removes.

    Raises:
        UnknownName, BadInput: as `Site.revised`.
    """
    return site.revised(spec.place, frozenset(spec.remove)) if spec.place or spec.remove else site


def hall_of(spec: LayoutSpec, site: Site) -> Hall:
    """Everything that is checked.

    Raises:
        BadInput: a mesh or a robot that cannot be read.
    """
    import shapely

    site = revised(spec, site)
    bodies = list[Body]()
    for group, name, thing in site.things():
        color = (*thing.shape.color, 1.0) if thing.shape.color else COLORS[group]
        solids = [_solid(g, site.T_world(name)) for g in pieces(thing.shape, color)]
        bodies.append(_body(name, group, solids, thing.clearance, thing.touches, thing.mass, thing.feet, color))
    robots = {name: load_robot(robot) for name, robot in site.robots.items()}
    for name, robot in site.robots.items():
        solids = [_solid(g, site.T_world(name)) for g in _base(robots[name])]
        if solids:
            bodies.append(_body(name, "robots", solids, robot.clearance, robot.touches, robot.mass, None, COLORS["robots"]))
    if site.hall is None:
        return Hall(site, tuple(bodies), robots, zones={name: shapely.Polygon(z.outline) for name, z in site.zones.items()})
    for name, column in site.hall.columns.items():
        T = np.eye(4)
        T[:3, 3] = *column.at, site.hall.height / 2
        solid = _solid(Geometry("box", (*column.size, site.hall.height)), T)
        bodies.append(_body(name, "columns", [solid], 0.0, (), None, None, COLORS["columns"]))
    doors = {name: shapely.LineString([door.start, door.end]) for name, door in site.hall.doors.items()}
    zones = {name: shapely.Polygon(zone.outline) for name, zone in site.zones.items()}
    return Hall(site, tuple(bodies), robots, shapely.Polygon(site.hall.outline), doors, zones)


def load_robot(robot: SiteRobot) -> Robot:
    """The robot's kinematic tree, with one arm to the tool that is named.

    Raises:
        BadInput: a URDF that cannot be read, or a tool link that it has not.
    """
    found = load(robot.model or robot.urdf or "")
    if robot.tool is None:
        return found
    return replace(found, arms={"arm": Arm("arm", (), found.link(robot.tool).name)})


def _body(
    name: str, group: str, solids: list[Solid], clearance: float, touches: Iterable[str], mass: float | None, feet: float | None,
    color: tuple[float, float, float, float],
) -> Body:  # fmt: skip
    import shapely

    outlines = [
        Outline(shapely.MultiPoint(solid.placed[:, :2]).convex_hull, float(solid.bounds[0, 2]), float(solid.bounds[1, 2]))
        for solid in solids
    ]
    return Body(name, group, tuple(solids), tuple(outlines), clearance, frozenset(touches), mass, feet, color)


def _solid(geometry: Geometry, T_world: np.ndarray) -> Solid:
    T = T_world @ geometry.origin
    if geometry.kind == "cylinder":
        return Solid(*_prism(*geometry.size), T)
    vertices, faces = _box(geometry.size) if geometry.kind == "box" else meshes.load(geometry)
    return Solid(vertices, faces, T, convex=geometry.kind != "mesh")


@lru_cache(maxsize=512)
def _box(size: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    import trimesh

    box = trimesh.creation.box(extents=size)
    return np.asarray(box.vertices), np.asarray(box.faces)


@lru_cache(maxsize=512)
def _prism(radius: float, length: float) -> tuple[np.ndarray, np.ndarray]:
    """The prism around a cylinder."""
    import trimesh

    prism = trimesh.creation.cylinder(radius=radius / math.cos(math.pi / SIDES), height=length, sections=SIDES)
    return np.asarray(prism.vertices), np.asarray(prism.faces)


@lru_cache(maxsize=64)
def _base(robot: Robot) -> tuple[Geometry, ...]:
    """What of a robot stands still: its root and all that is fixed to it."""
    root = reduce(robot).links[0]
    return root.collisions or root.visuals
