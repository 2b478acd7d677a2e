"""Mobile robots: whether they stop within their protective field, and whether their ways are wide enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall

__all__ = ["Driving", "driving", "stopping_distance"]

EXACT = 1e-9  # [m]
ABOVE = 0.05  # [m] over the floor: where findings are drawn


@dataclass(frozen=True, eq=False)
class Driving:
    """What was measured; None where there is nothing to measure.

    Attributes:
        stopping: distance from full speed to rest, the reserve included [m].
        stopping_margin: what the protective field reaches beyond it [m].
        way_margin: least free distance beside a robot on its ways, less what is asked [m].
    """

    stopping: float | None
    stopping_margin: float | None
    way_margin: float | None
    findings: Sequence[Finding]


def stopping_distance(speed: float, reaction_time: float, deceleration: float) -> float:
    """v t + v^2 / (2 a) [m]: on with full speed for the reaction time, then evenly to rest."""
    return speed * reaction_time + speed * speed / (2 * deceleration)


def driving(spec: LayoutSpec, hall: Hall) -> Driving:
    """The fastest way decides; a way's own limit holds where it is slower than the robot."""
    network = hall.site.network
    robot = network.robot
    if robot is None:
        return Driving(None, None, None, ())
    own = spec.robot_speed or robot.speed
    fastest = max((min(own, edge.speed or own) for edge in network.edges), default=own)
    stopping = stopping_distance(fastest, robot.reaction_time, robot.deceleration) + spec.stopping_reserve
    found, margin = list[Finding](), None
    if robot.protective_field is not None:
        margin = robot.protective_field - stopping
        if margin < -EXACT:
            there, field = next(iter(network.nodes.values()), (0.0, 0.0)), robot.protective_field
            text = f"from {fastest:.3g} m/s a mobile robot stops in {stopping:.3g} m, its protective field reaches {field:.3g} m"
            remedy, place = "Drive slower, brake harder, or make the field longer.", np.array([[*there, ABOVE]])
            found.append(Finding("stopping", "field too short", ("mobile robots",), text, remedy, stopping, field, "m", place))
    way_margin, narrow = _ways(hall, robot.width / 2, robot.clearance, robot.height)
    return Driving(stopping, margin, way_margin, [*found, *narrow])


def _ways(hall: Hall, half: float, asked: float, height: float) -> tuple[float | None, list[Finding]]:
    """Free distance beside the robots; where they dock, what they dock at may be near."""
    import shapely

    least, found, seen = np.inf, list[Finding](), set[frozenset[str]]()
    standing = [*hall.obstacles(height), *(("the wall", wall) for wall in hall.walls)]
    for edge in hall.site.network.edges:
        ends = frozenset((edge.start, edge.end))
        if ends in seen:
            continue
        seen.add(ends)
        line = shapely.LineString(edge.points)
        for name, polygon in standing:
            free = line.distance(polygon) - half
            if name in ends or (free - asked > least and free >= asked):
                continue
            least = min(least, free - asked)
            if free < asked - EXACT:
                points = [p.coords[0] for p in shapely.ops.nearest_points(line, polygon)]
                way = f"on the way from {edge.start} to {edge.end}"
                text = f"{way} a mobile robot has {free:.3g} m beside it to {name}, {asked:.3g} m is asked"
                remedy = f"Move {name} or the way {asked - free:.3g} m aside."
                place = np.array([[*p, ABOVE] for p in points])
                found.append(Finding("stopping", "narrow way", (edge.start, edge.end, name), text, remedy, free, asked, "m", place))
    return (float(least) if np.isfinite(least) else None), found
