"""The hall as a scene: floor, walls, aisles, zones, things, robots, ways, and each finding where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from robots import kinematics, meshes
from robots.model import Robot
from twin.contact.rotation import wxyz_from_matrix
from twin.physics.layout.answers import Answers
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scene import Lines, Marker, Mesh, Node, Scene
from twin.scene.plates import plate, wall

__all__ = ["scene_of"]

Color = tuple[float, float, float, float]
RED: Color = (0.85, 0.12, 0.14, 1.0)
FLOOR: Color = (0.90, 0.91, 0.92, 1.0)
WALL: Color = (0.62, 0.66, 0.72, 0.30)
DOOR: dict[str, Color] = {"goods": (0.35, 0.55, 0.85, 0.55), "people": (0.45, 0.50, 0.60, 0.55), "escape": (0.13, 0.62, 0.33, 0.55)}
AISLE: dict[str, Color] = {"traffic": (0.74, 0.80, 0.88, 1.0), "walking": (0.82, 0.88, 0.80, 1.0), "escape": (0.62, 0.84, 0.68, 1.0)}
ZONE: dict[str, Color] = {
    "safety": (0.98, 0.86, 0.52, 1.0), "hazard": (0.96, 0.68, 0.60, 1.0), "restricted": (0.88, 0.78, 0.84, 1.0),
    "walking": (0.82, 0.88, 0.80, 1.0), "storage": (0.90, 0.85, 0.76, 1.0),
}  # fmt: skip
WALL_HEIGHT = 1.0  # [m] that is drawn of a wall: one looks over it
LAYERS = {"floor": 0.0, "aisles": 0.02, "zones": 0.04, "hazard": 0.06}  # [m] heights, so that none hides in another
PIN = 0.06  # [m] radius of the pin at a finding
STILL = np.array([1.0, 0.0, 0.0, 0.0])


def scene_of(spec: LayoutSpec, hall: Hall, answers: Answers) -> Scene | None:
    """None where nothing stands anywhere."""
    known: dict[str, Mesh] = {}
    nodes = [*_ground(hall, known), *_bodies(hall, known), *_robots(hall, answers, known), *_pins(hall, answers, known)]
    if not nodes:
        return None
    markers = [Marker(0.0, f"{k}. {f.label}: {', '.join(f.who)}", _place(f.place), duration=1e9) for k, f in enumerate(answers.findings, 1)]
    count = len(answers.findings)
    caption = "no findings" if count == 0 else "1 finding" if count == 1 else f"{count} findings"
    return Scene(
        np.zeros(1), known, tuple(nodes), markers=tuple(markers), captions=((0.0, caption),), lines=tuple(_lines(spec, hall, answers))
    )


def _place(point: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in point)
    return x, y, z


def _ground(hall: Hall, known: dict[str, Mesh]) -> Iterator[Node]:
    """What lies flat, and the walls."""
    import shapely

    if hall.inside is not None:
        yield from _flat("floor", hall.inside, LAYERS["floor"], FLOOR, "hall", known)
        for k, side in enumerate(hall.walls):
            yield _upright(f"wall/{k}", side, WALL_HEIGHT, WALL, "hall", known)
        for name, door in hall.doors.items():
            yield _upright(f"door/{name}", door, WALL_HEIGHT, DOOR[hall.site.hall.doors[name].use], "doors", known)  # type: ignore[union-attr]
    for name, aisle in hall.site.aisles.items():
        strip = shapely.LineString(aisle.path).buffer(aisle.width / 2, cap_style="flat", join_style="mitre")
        yield from _flat(f"aisle/{name}", strip, LAYERS["aisles"], AISLE[aisle.use], "aisles", known)
    for name, zone in hall.zones.items():
        use = hall.site.zones[name].use
        yield from _flat(f"zone/{name}", zone, LAYERS.get(use, LAYERS["zones"]), ZONE[use], "zones", known)


def _flat(name: str, polygon: Any, height: float, color: Color, group: str, known: dict[str, Mesh]) -> Iterator[Node]:
    mesh = plate(polygon, height, color)
    if mesh is not None:
        known[name] = mesh
        yield Node(name, name, np.zeros(3), STILL, group)


def _upright(name: str, line: Any, height: float, color: Color, group: str, known: dict[str, Mesh]) -> Node:
    known[name] = wall(line, height, color)
    return Node(name, name, np.zeros(3), STILL, group)


def _bodies(hall: Hall, known: dict[str, Mesh]) -> Iterator[Node]:
    """Things and columns; what is the same shape in the same colour is one mesh."""
    for body in hall.bodies:
        if body.group == "robots":
            continue
        for k, solid in enumerate(body.solids):
            key = f"{id(solid.vertices)} {body.color}"
            if key not in known:
                apart = solid.vertices[solid.faces].reshape(-1, 3) if solid.convex and len(solid.faces) <= 12 else solid.vertices
                faces = np.arange(len(apart)).reshape(-1, 3) if apart is not solid.vertices else solid.faces
                known[key] = Mesh(np.asarray(apart, np.float32), np.asarray(faces, np.uint32), body.color)
            name = f"{body.group}/{body.name}" + (f":{k}" if k else "")
            yield Node(name, key, solid.T_world[:3, 3], wxyz_from_matrix(solid.T_world[:3, :3]), body.group)


def _robots(hall: Hall, answers: Answers, known: dict[str, Mesh]) -> Iterator[Node]:
    """Robots at the first place that they reach, else at home."""
    reached = {each.wanted.robot: each.q for each in reversed(answers.reached) if each.q is not None}
    for name, robot in hall.robots.items():
        yield from _links(name, robot, reached.get(name, robot.home), hall.site.T_world(name), known)


def _links(name: str, robot: Robot, q: np.ndarray, T_world_base: np.ndarray, known: dict[str, Mesh]) -> Iterator[Node]:
    T_world_link = T_world_base @ kinematics.all_links(robot, q)[0]
    for link, T in zip(robot.links, T_world_link, strict=True):
        for k, geometry in enumerate(link.visuals or link.collisions):
            key = f"{geometry.kind} {geometry.size} {geometry.path} {geometry.scale} {geometry.color}"
            if key not in known:
                vertices, faces = meshes.load(geometry)
                known[key] = Mesh(np.asarray(vertices, np.float32), np.asarray(faces, np.uint32), geometry.color)
            there = T @ geometry.origin
            yield Node(f"{name}/{link.name}{f':{k}' if k else ''}", key, there[:3, 3], wxyz_from_matrix(there[:3, :3]), name)


def _pins(hall: Hall, answers: Answers, known: dict[str, Mesh]) -> Iterator[Node]:
    """A red pin over each finding, taller than what stands around."""
    import trimesh

    if not answers.findings:
        return
    top = max([2.5, *(float(body.bounds[1, 2]) for body in hall.bodies if body.group != "columns")]) + 0.8
    needle = trimesh.creation.cylinder(radius=PIN / 3, height=1.0, sections=12)
    needle.apply_translation((0, 0, 0.5))
    ball = trimesh.creation.icosphere(subdivisions=2, radius=4 * PIN)
    known["pin/ball"] = Mesh(np.asarray(ball.vertices, np.float32), np.asarray(ball.faces), RED)
    for k, finding in enumerate(answers.findings, 1):
        x, y, z = finding.place
        long = np.asarray(needle.vertices) * (1.0, 1.0, max(top - z, 0.5))
        known[f"pin/{k}"] = Mesh(long.astype(np.float32), np.asarray(needle.faces), RED)
        yield Node(f"finding/{k}", f"pin/{k}", np.array([x, y, z]), STILL, "findings")
        yield Node(f"finding/{k}:ball", "pin/ball", np.array([x, y, max(top, z + 0.5)]), STILL, "findings")


def _lines(spec: LayoutSpec, hall: Hall, answers: Answers) -> Iterator[Lines]:
    """Findings' measured distances, escape ways, the network, safeguards."""
    red = [finding.points for finding in answers.findings if len(finding.points) == 2 and np.ptp(finding.points, axis=0).any()]
    if red:
        yield Lines("what is measured at findings", red, RED)
    if narrow := _narrowest(answers):
        yield Lines("narrowest places of aisles", narrow, (0.45, 0.20, 0.60, 1.0))
    ways = [] if answers.walking is None else [_raised(way.points, 0.09) for way in answers.walking.ways.values() if way is not None]
    if ways:
        yield Lines("ways to exits", ways, (0.10, 0.60, 0.30, 1.0))
    open_ = [] if answers.guarding is None else [_raised(way.points, 0.1) for way in answers.guarding.ways.values() if way is not None]
    if open_:
        yield Lines("ways into hazards", open_, RED)
    if hall.site.network.edges:
        yield Lines("network", [_raised(edge.points, 0.08) for edge in hall.site.network.edges], (0.16, 0.38, 0.80, 1.0))
    if spec.safeguards:
        lines = [_raised(guard.line, height) for guard in spec.safeguards.values() for height in _heights(guard.curtain is not None)]
        yield Lines("safeguards", lines, (0.95, 0.60, 0.05, 1.0))


def _narrowest(answers: Answers) -> list[np.ndarray]:
    found = answers.aisles.narrowest.values() if answers.aisles else ()
    return [_raised(each.points, 0.1) for each in found if not each.open and each.width > 0]


def _heights(upright: bool) -> Sequence[float]:
    return (0.3, 0.6, 0.9, 1.2) if upright else (0.12,)


def _raised(points: Any, height: float) -> np.ndarray:
    plan = np.asarray(points, float)
    return np.column_stack([plan, np.full(len(plan), height)])
