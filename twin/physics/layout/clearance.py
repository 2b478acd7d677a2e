"""Overlap and clearance in space: between all bodies, of the bodies and the walls, the ceiling and the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.geometry.clearance import Distances, Gap, box_gaps
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Body, Hall

__all__ = ["Clearances", "Pair", "clearances"]

NEAR = 0.05  # [m] pairs nearer than this are all measured and kept, also where nothing is asked
EXACT = 1e-9  # [m] by which a distance may miss what is asked


@dataclass(frozen=True, eq=False)
class Pair:
    """Two bodies and their gap; `asked` is the larger of what the two ask [m]."""

    a: str
    b: str
    gap: Gap
    asked: float


@dataclass(frozen=True, eq=False)
class Clearances:
    """What was measured.

    Attributes:
        pairs: every pair that is nearer than what is asked or than `NEAR`, and the nearest of all.
        wall: least distance of a body from a wall [m]; None without walls or bodies.
        outside: names of bodies that are not wholly inside the hall, below its ceiling and above its floor.
    """

    pairs: Sequence[Pair]
    wall: float | None
    outside: tuple[str, ...]
    findings: Sequence[Finding]


def clearances(spec: LayoutSpec, hall: Hall) -> Clearances:
    """Exact distances, for as few pairs as their boxes allow."""
    pairs = _pairs(spec, hall.bodies)
    findings = [found for pair in pairs if (found := _judged(spec, pair)) is not None]
    wall, outside, further = _walls(spec, hall)
    return Clearances(pairs, wall, outside, [*findings, *further])


def _pairs(spec: LayoutSpec, bodies: Sequence[Body]) -> list[Pair]:
    """Pairs that matter, nearest boxes first: a pair is measured while its boxes may be nearer than the best, or than asked."""
    if len(bodies) < 2:
        return []
    least = box_gaps(np.array([body.bounds for body in bodies]))
    own = np.array([max(spec.clearance, body.clearance) for body in bodies])
    rows, columns = np.triu_indices(len(bodies), 1)
    bound, asked = least[rows, columns], np.maximum(own[rows], own[columns])
    measured, found, nearest, farthest = Distances(), list[Pair](), np.inf, max(float(own.max()), NEAR)
    for k in np.argsort(bound, kind="stable"):
        if bound[k] > farthest and bound[k] >= nearest:
            break
        a, b = bodies[rows[k]], bodies[columns[k]]
        if bound[k] > max(asked[k], NEAR) and bound[k] >= nearest:
            continue
        if b.name in a.touches or a.name in b.touches or a.group == b.group == "columns":
            continue
        pair = Pair(a.name, b.name, measured.between(a.solids, b.solids), float(asked[k]))
        nearest = min(nearest, pair.gap.distance)
        found.append(pair)
    return [p for p in found if p.gap.distance <= max(p.asked, NEAR, nearest)]


def _judged(spec: LayoutSpec, pair: Pair) -> Finding | None:
    gap, who = pair.gap, (pair.a, pair.b)
    if gap.depth > spec.touching:
        text = f"{pair.a} and {pair.b} overlap by {gap.depth:.3g} m"
        remedy = f"Move one of them by {gap.depth + pair.asked:.3g} m or more, or name it under `touches` if it belongs in the other."
        return Finding("clearance", "overlap", who, text, remedy, -gap.depth, pair.asked, "m", gap.points[:1])
    if gap.distance < pair.asked - EXACT:
        text = f"{pair.a} and {pair.b} are {round(gap.distance, 6):.3g} m apart, {pair.asked:.3g} m is asked"
        remedy = f"Move one of them by {pair.asked - gap.distance:.3g} m away from the other."
        return Finding("clearance", "too near", who, text, remedy, gap.distance, pair.asked, "m", gap.points)
    return None


def _walls(spec: LayoutSpec, hall: Hall) -> tuple[float | None, tuple[str, ...], list[Finding]]:
    """Bodies against walls, ceiling and floor: walls stand upright, so outlines tell the distance."""
    import shapely

    if hall.inside is None or hall.site.hall is None:
        return None, (), []
    walls, grown, ceiling = shapely.union_all(hall.walls), hall.inside.buffer(spec.touching), hall.site.hall.height
    found, outside, wall = list[Finding](), list[str](), np.inf
    for body in hall.bodies:
        low, high = float(body.bounds[0, 2]), float(body.bounds[1, 2])
        beyond = [o.polygon.difference(grown) for o in body.outlines if not grown.covers(o.polygon)]
        if beyond:
            place = np.array([*shapely.union_all(beyond).representative_point().coords[0], max(low, 0.0)])
            far = max(float(hall.inside.distance(shapely.Point(c))) for part in beyond for c in shapely.get_coordinates(part))
            text = f"{body.name} reaches {far:.3g} m beyond the hall's outline"
            found.append(Finding("clearance", "outside", (body.name,), text, "Move it inside.", -far, 0.0, "m", place[None]))
            outside.append(body.name)
        else:
            apart = walls.distance(body.footprint) if not walls.is_empty else np.inf
            wall = min(wall, apart)
            asked = body.clearance if body.group != "columns" else 0.0
            if apart < asked - EXACT:
                points = [p.coords[0] for p in shapely.ops.nearest_points(body.footprint, walls)]
                text = f"{body.name} is {apart:.3g} m from the wall, {asked:.3g} m is asked"
                ends = np.array([[*p, (low + high) / 2] for p in points])
                found.append(Finding("clearance", "too near", (body.name,), text, "Move it away from the wall.", apart, asked, "m", ends))
        for beyond_by, where, what in ((high - ceiling, ceiling, "the ceiling"), (-low, 0.0, "the floor")):
            if beyond_by > spec.touching:
                text = f"{body.name} reaches {beyond_by:.3g} m through {what}"
                place = np.array([[*body.footprint.centroid.coords[0], where]])
                found.append(Finding("clearance", what, (body.name,), text, "Move or shorten it.", -beyond_by, 0.0, "m", place))
                outside.append(body.name)
    return (float(wall) if np.isfinite(wall) else None), tuple(dict.fromkeys(outside)), found
