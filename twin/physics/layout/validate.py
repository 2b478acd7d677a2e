"""`twin validate layout`: separation distances, distances of boxes, widths of aisles, ways on foot, reach, with known answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from twin.geometry.clearance import Distances, Gap
from twin.kinds import Target
from twin.physics.layout.aisles import aisles
from twin.physics.layout.canonical import boxes, hall_from, tipped
from twin.physics.layout.driving import stopping_distance
from twin.physics.layout.iso_13855 import across_body, curtain, parallel
from twin.physics.layout.reach import reach
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.walking import walking
from twin.scenario import Pose

__all__ = ["CASES", "rows"]

Answer = tuple[str, float, float, float, str]  # quantity, value, reference, tolerance (absolute), source
MANUALS = "ISO 13855:2010 as makers' manuals print it; confirm against the standard"
EXACT = 1e-6  # [m]
CUBE = (1.0, 1.0, 1.0)
HALL = {"outline": [[0, 0], [20, 0], [20, 10], [0, 10]]}


CURTAINS = ((0.32, 14, 0.512), (0.1, 14, 0.2), (0.25, 14, 0.5), (0.26, 14, 0.5), (0.15, 30, 0.428), (0.3, 40, 0.688), (0.02, 14, 0.1))


def rows(quick: bool) -> list[dict[str, Any]]:
    """One row a quantity; all of them take seconds, so `quick` leaves none out."""
    return [
        {
            "kind": "layout", "case": case.__name__.replace("_", " "), "quantity": quantity, "value": value, "reference": reference,
            "source": source, "tolerance": tolerance, "ok": bool(abs(value - reference) <= tolerance),
        }
        for case in CASES
        for quantity, value, reference, tolerance, source in case()
    ]  # fmt: skip


def separation_distance() -> Iterator[Answer]:
    """T and d or H of each, in s and mm; answers in m."""
    for T, d, S in CURTAINS:
        yield f"curtain, T {T:g} s, d {d} mm", curtain(T, d * 1e-3), S, EXACT, MANUALS
    yield "across the body, T 0.5 s", across_body(0.5), 1.65, EXACT, MANUALS
    for T, H, S in ((0.32, 0, 1.712), (0.32, 300, 1.592), (0.32, 875, 1.362), (0.32, 1000, 1.362)):
        yield f"parallel, T {T:g} s, H {H} mm", parallel(T, H * 1e-3), S, EXACT, MANUALS


def stopping() -> Iterator[Answer]:
    """Even braking after the reaction."""
    yield "v 1.5 m/s, t 0.3 s, a 1.25 m/s^2", stopping_distance(1.5, 0.3, 1.25), 1.35, EXACT, "v t + v^2 / (2 a)"
    yield "v 0.3 m/s, t 0 s, a 0.5 m/s^2", stopping_distance(0.3, 0.0, 0.5), 0.09, EXACT, "v t + v^2 / (2 a)"


def turned_boxes() -> Iterator[Answer]:
    """Cubes of 1 m, middles 2 m apart along x."""
    source, quarter = "closed form", math.pi / 4
    yield "face to face", _gap(Pose(position=(2, 0.3, 0.2))).distance, 1.0, EXACT, source
    yield "edge to face", _gap(Pose(position=(2, 0.1, 0), yaw=quarter)).distance, 1.5 - math.sqrt(0.5), EXACT, source
    yield "corner to face", _gap(tipped(2.0)).distance, 1.5 - math.sqrt(0.75), EXACT, source
    crossed = _gap(Pose(position=(2, 0, 0), pitch=quarter), Pose(yaw=quarter))
    yield "edge to crossed edge", crossed.distance, 2 - math.sqrt(2), EXACT, source
    yield "corner to corner", _gap(Pose(position=(2, 2, 2))).distance, math.sqrt(3), EXACT, source
    for degrees in (10, 33, 70):
        a = math.radians(degrees)
        reference = 1.5 - math.sqrt(0.5) * math.cos(quarter - a)
        yield f"turned by {degrees} degrees", _gap(Pose(position=(2, 0, 0), yaw=a)).distance, reference, EXACT, source
    yield "depth of overlap", _gap(Pose(position=(0.9, 0.2, 0))).depth, 0.1, EXACT, source
    yield "depth, one turned", _gap(Pose(position=(1.1, 0, 0), yaw=quarter)).depth, math.sqrt(0.5) - 0.6, EXACT, source


def _gap(pose: Pose, other: Pose | None = None) -> Gap:
    a, b = hall_from(**boxes((CUBE, other or Pose()), (CUBE, pose))).bodies
    return Distances().between(a.solids, b.solids)


def aisle_width() -> Iterator[Answer]:
    """An aisle of 3 m between racks."""
    source, straight = "closed form", {"a": {"path": [[1, 5], [19, 5]], "width": 3}}
    cases: dict[str, tuple[list[tuple[float, float, float, float, float]], float]] = {
        "between parallel racks": ([(8, 6.8, 4, 1, 0.0), (8, 3.0, 4, 1, 0.0)], 2.8),
        "between corners of two racks": ([(6, 6.4, 2, 1, 0.0), (9.5, 3.7, 2, 1, 0.0)], math.hypot(1.5, 1.7)),
        "a disc whose middle stays in the aisle": ([(8, 6.5, 2, 1, 0.0)], 5.0),
        "a rack turned by 30 degrees": ([(8, 7.5, 4, 1, math.pi / 6), (8, 3.0, 6, 1, 0.0)], 4.0 - 2 * 0.5 - 0.5 * math.sqrt(0.75)),
    }
    for name, (racks, reference) in cases.items():
        stations = {chr(97 + k): _rack(*rack) for k, rack in enumerate(racks)}
        found = aisles(LayoutSpec(), hall_from(hall=HALL, storage=stations, aisles=straight))
        yield name, found.narrowest["a"].width, reference, 1e-3, source
    by_the_wall = {"a": {"path": [[1, 2], [19, 2]], "width": 3}}
    found = aisles(LayoutSpec(), hall_from(hall=HALL, storage={"a": _rack(8, 3.9, 2, 1, 0.0)}, aisles=by_the_wall))
    yield "from a rack to the wall", found.narrowest["a"].width, 3.4, 1e-3, source
    corner = {"a": {"path": [[1, 5], [10, 5], [10, 9]], "width": 3}}
    round_it = {"outer_x": _rack(6, 3, 12, 1, 0.0), "outer_y": _rack(12, 5, 1, 9.9, 0.0), "inner": _rack(4.25, 7.75, 8.5, 2.5, 0.0)}
    found = aisles(LayoutSpec(), hall_from(hall=HALL, storage=round_it, aisles=corner))
    yield "around a corner", found.narrowest["a"].width, 3.0, 1e-3, source


def _rack(x: float, y: float, long: float, deep: float, yaw: float) -> dict[str, Any]:
    return {"shape": {"box": {"size": [long, deep, 2]}}, "pose": {"position": [x, y, 0], "yaw": yaw}}


def ways_on_foot() -> Iterator[Answer]:
    """Somebody 0.6 m wide walks from a table straight to a door, and around a wall: tangents and an arc about its corner."""
    door = {"out": {"from": [9.4, 0], "to": [10.6, 0], "use": "escape"}}
    hall = HALL | {"doors": door}
    table = {"t": {"shape": {"box": {"size": [1.2, 1, 0.9]}}, "pose": {"position": [10, 8, 0]}}}
    spec = LayoutSpec()
    way = _walked(spec, hall, table, {})
    yield "straight", way, 7.2, 0.1, "from 0.3 m beside the table to the door"
    wall = {"w": {"shape": {"box": {"size": [16, 0.2, 2.5]}}, "pose": {"position": [8, 4, 0]}}}
    around = _walked(spec, hall, {"t": table["t"] | {"pose": {"position": [2, 8, 0]}}}, wall)
    yield "around a wall", around, _around((2.81, 7.29), (16.0, 4.0), (10.6, 0.0)), 0.25, "two tangents and an arc"


def _walked(spec: LayoutSpec, hall: dict[str, Any], table: dict[str, Any], wall: dict[str, Any]) -> float:
    found = walking(spec, hall_from(hall=hall, stations=table, equipment=wall))
    way = found.ways["t"] if found else None
    return way.length if way is not None else math.nan


def _around(start: tuple[float, float], corner: tuple[float, float], end: tuple[float, float]) -> float:
    """From start to end around the end of a wall 0.2 m thick, 0.3 m off it: past both of its corners."""
    r = 0.3
    upper, lower = (corner[0] + r * math.sqrt(0.5), corner[1] + 0.1 + r * math.sqrt(0.5)), (corner[0] + r, corner[1] - 0.1)
    return math.dist(start, upper) + math.dist(upper, lower) + math.dist(lower, end)


def stretched_arm() -> Iterator[Answer]:
    """A place 0.2 m straight over a stretched arm, and the pose in which it is stretched."""
    from robots import kinematics, load

    robot = load("iiwa")
    T = kinematics.forward(robot, 0 * robot.home, [robot.arms["arm"].tool])[0, 0]
    top = [float(value) for value in T[:3, 3]]
    places = [{"position": top}, {"position": [top[0], top[1], top[2] + 0.2]}]
    hall = hall_from(robots={"arm": {"model": "iiwa", "reaches": places}})
    there, beyond = reach(LayoutSpec(reach_reserve=0.0), hall, Target())[0]
    yield "at full stretch", there.margin, 0.0, EXACT, "reached"
    yield "0.2 m beyond", beyond.margin, -0.2, 1e-3, "closed form"


CASES: tuple[Callable[[], Iterator[Answer]], ...] = (
    separation_distance, stopping, turned_boxes, aisle_width, ways_on_foot, stretched_arm,
)  # fmt: skip
