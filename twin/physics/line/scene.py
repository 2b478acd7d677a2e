"""A stretch of a replication in its hall: stations with a lid in the colour of their state, mobile robots on their ways.

What appears and disappears is moved: a lid out of its station, a load out of its robot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from twin.contact.rotation import wxyz_from_matrix
from twin.geometry import shapes
from twin.kinds import Context
from twin.physics.line.colors import COLORS, FLEETS, ORDER, rgba
from twin.physics.line.fleet import BRINGING, FETCHING, LOADING, UNLOADING
from twin.physics.line.plant import Plant
from twin.physics.line.records import BUFFER, DOWN, STATES, STATION
from twin.physics.line.replicate import Seen
from twin.physics.line.things import Thing, things_of
from twin.physics.line.trace import LONG, Trace, trace
from twin.physics.line.ways import flows
from twin.scenario import Site
from twin.scene import ColorBar, Lines, Mesh, Node, Scene
from twin.scene.plates import plate, wall

__all__ = ["rates", "scene_of", "stretch_of"]

Color = tuple[float, float, float, float]
Known = dict[str, Mesh]
FLOOR: Color = (0.92, 0.93, 0.94, 1.0)
AISLE: Color = (0.84, 0.87, 0.91, 1.0)
WALL: Color = (0.62, 0.66, 0.72, 0.30)
LOAD: Color = (0.83, 0.52, 0.20, 1.0)
WALL_HEIGHT = 1.0  # [m] that is drawn of walls and columns: one looks over them
HIGH = 2.0  # [m] over the floor: what hangs so high would hide the others
LID = 0.3  # [m] of a station's state above it
ROBOT = 0.45  # [m] height of a robot, and a little more than that of its load
STILL = np.array([1.0, 0.0, 0.0, 0.0])


def stretch_of(plant: Plant, seen: Seen, begin: float, context: Context, number: int = 0) -> Trace | None:
    """Of that replication from `begin` [s] on, or up to where a stopped line stands; None where there is no site."""
    if context.site is None:
        return None
    end = float(seen.t[-1])
    last = max(end - LONG, 0.0)
    begin = last if seen.reason else min(begin, last)
    return trace(plant, context.site.network, context.seed, number, begin, min(begin + LONG, end))


def scene_of(plant: Plant, seen: Seen, found: Trace, site: Site, number: int = 0) -> Scene:
    """A stretch of that replication in the hall.

    Raises:
        BadInput: a mesh of the site that cannot be read.
    """
    known: Known = {}
    things = [thing for thing in things_of(site) if thing.bounds[0, 2] <= HIGH]
    nodes = [*_ground(site, known), *_things(plant, things, known), *_states(plant, things, found, known)]
    nodes += _robots(plant, site, found, known)
    lines, bars = _network(found, rates(seen))
    curves = _curves(plant, found)
    return Scene(
        found.t - found.t[0], known, tuple(nodes), curves=curves, units=dict.fromkeys(curves, "1"),
        captions=tuple(_captions(plant, found, number)), lines=lines, bars=bars,
    )  # fmt: skip


def rates(seen: Seen) -> np.ndarray:
    """Robots an hour on each way of the network, over the whole replication."""
    return 3600 * seen.passed / seen.t[-1] if seen.t[-1] > 0 else np.zeros(len(seen.passed))


def _ground(site: Site, known: Known) -> Iterator[Node]:
    import shapely

    if site.hall is not None:
        inside = shapely.Polygon(site.hall.outline)
        yield from _still("floor", "hall", plate(inside, 0.0, FLOOR), known)
        doors = [shapely.LineString([door.start, door.end]).buffer(0.02, cap_style="flat") for door in site.hall.doors.values()]
        corners = list(inside.exterior.coords)
        closed = shapely.difference([shapely.LineString(side) for side in pairwise(corners)], shapely.union_all(doors))
        for k, side in enumerate(part for part in shapely.get_parts(closed) if part.length > 0):
            yield from _still(f"wall/{k}", "hall", wall(side, WALL_HEIGHT, WALL), known)
    for name, aisle in site.aisles.items():
        strip = shapely.LineString(aisle.path).buffer(aisle.width / 2, cap_style="flat", join_style="mitre")
        yield from _still(f"aisle/{name}", "aisles", plate(strip, 0.02, AISLE), known)


def _still(name: str, group: str, mesh: Mesh | None, known: Known) -> Iterator[Node]:
    if mesh is not None:
        known[name] = mesh
        yield Node(name, name, np.zeros(3), STILL, group)


def _things(plant: Plant, things: Sequence[Thing], known: Known) -> Iterator[Node]:
    """What stands there; stations of the line as the boxes around them, so that lids vanish in them."""
    stations = plant.of_kind(STATION)
    for thing in things:
        where, turn = thing.T_world[:3, 3], wxyz_from_matrix(thing.T_world[:3, :3])
        if thing.name in stations:
            known[thing.name] = _box(thing.box[1] - thing.box[0], thing.box.mean(axis=0), thing.color)
            yield Node(f"stations/{thing.name}", thing.name, where, turn, "stations")
            continue
        for k, (vertices, faces) in enumerate(thing.solids):
            key = f"{thing.name}:{k}"
            cut = np.minimum(vertices, [np.inf, np.inf, WALL_HEIGHT - where[2]]) if thing.group == "columns" else vertices
            known[key] = Mesh(cut.astype(np.float32), faces, thing.color)
            yield Node(f"{thing.group}/{key}", key, where, turn, thing.group)


def _box(size: np.ndarray, middle: np.ndarray, color: Color) -> Mesh:
    """With corners of their own for each triangle, so that edges are sharp."""
    box = shapes.box(size)
    apart = (box.vertices[box.faces].reshape(-1, 3) + middle).astype(np.float32)
    return Mesh(apart, np.arange(len(apart)).reshape(-1, 3), color)


def _states(plant: Plant, things: Sequence[Thing], found: Trace, known: Known) -> Iterator[Node]:
    """On each station a lid for each of its states; those that do not hold are in it."""
    standing = {thing.name: thing for thing in things}
    names = plant.of_kind(STATION)
    for state in ORDER:
        for k, name in enumerate(names):
            holds = found.states[:, k] == state
            if name not in standing or not holds.any():
                continue
            thing = standing[name]
            size, middle = thing.box[1] - thing.box[0], thing.box.mean(axis=0)
            high = min(LID, 0.45 * size[2])
            lid = np.array([*(size[:2] - np.minimum(0.1, 0.1 * size[:2])), high])
            key = f"{name} {STATES[state]}"
            known[key] = _box(lid, np.array([middle[0], middle[1], thing.box[1, 2] + high / 2]), rgba(COLORS[state]))
            place = np.tile(thing.T_world[:3, 3], (len(holds), 1))
            place[~holds, 2] -= high + 0.02
            yield Node(f"{STATES[state]}/{name}", key, place, wxyz_from_matrix(thing.T_world[:3, :3]), STATES[state])


def _robots(plant: Plant, site: Site, found: Trace, known: Known) -> Iterator[Node]:
    """Mobile robots, and what they carry on top of them."""
    own, first = site.network.robot, 0
    up = np.column_stack([np.cos(found.headings / 2).T.ravel(), np.sin(found.headings / 2).T.ravel()])
    turns = np.column_stack([up[:, 0], np.zeros((len(up), 2)), up[:, 1]]).reshape(*found.headings.T.shape, 4)
    for k, (name, fleet) in enumerate(plant.spec.fleets.items()):
        long, wide = (own.length, own.width) if own is not None else (0.75 * fleet.length, 0.5 * fleet.length)
        known[name] = _box(np.array([long, wide, ROBOT]), np.array([0, 0, 0.05 + ROBOT / 2]), rgba(FLEETS[k % len(FLEETS)]))
        known[f"{name} load"] = _box(0.92 * np.array([long, wide, ROBOT]), np.array([0, 0, 0.05 + ROBOT * 1.46]), LOAD)
        for r in range(first, min(first + fleet.robots, len(plant.robots))):
            place = np.column_stack([found.places[:, r], np.zeros(len(found.t))])
            yield Node(f"{name}/{plant.robots[r]}", name, place, turns[r], name)
            if (found.loads[:, r] > 0).any():
                load = place - [0, 0, ROBOT] * (found.loads[:, r] == 0)[:, None]
                yield Node(f"loads/{plant.robots[r]}", f"{name} load", load, turns[r], "loads")
        first += fleet.robots


def _network(found: Trace, counts: np.ndarray) -> tuple[tuple[Lines, ...], tuple[ColorBar, ...]]:
    """The ways, coloured by how many robots drive on them."""
    pieces = flows(found.ways, counts)
    if not pieces:
        return (), ()
    bar = ColorBar("mobile robots an hour", "1/h", 0.0, max(1.0, *(flow.count for flow in pieces)))
    lines = [np.column_stack([flow.points, np.full(len(flow.points), 0.06)]) for flow in pieces]
    colors = [np.tile(bar.paint(np.array(flow.count)), (len(flow.points), 1)) for flow in pieces]
    return (Lines("ways of the robots", lines, colors=colors),), (bar,)


def _curves(plant: Plant, found: Trace) -> dict[str, np.ndarray]:
    """Under the time cursor: parts in the line, robots at work, and the buffers in which most waits."""
    curves = {"parts in the line": found.levels[:, -1].astype(float)}
    if plant.robots:
        curves["robots at work"] = np.isin(found.tasks, (FETCHING, LOADING, BRINGING, UNLOADING)).sum(axis=1).astype(float)
    buffers = [name for name in plant.of_kind(BUFFER) if name in plant.spec.buffers]
    fullest = sorted(buffers, key=lambda name: -int(found.levels[:, plant.row(name) - 1].max()))[:4]
    return curves | {f"in {name}": found.levels[:, plant.row(name) - 1].astype(float) for name in buffers if name in fullest}


def _captions(plant: Plant, found: Trace, number: int) -> Iterator[tuple[float, str]]:
    """When it is, and who is down."""
    begin, before = float(found.t[0]), None
    for t, states in zip(found.t, found.states, strict=True):
        down = [name for name, state in zip(plant.of_kind(STATION), states, strict=True) if state == DOWN]
        if down != before:
            said = f"replication {number + 1}, from {begin / 3600:.1f} h on"
            yield float(t) - begin, f"{said}; down: {', '.join(down)}" if down else said
        before = down
