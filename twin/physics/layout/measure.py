"""From what the checks found to named numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from twin.physics.layout.answers import Answers
from twin.physics.layout.clearance import NEAR
from twin.physics.layout.names import units_of
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.result.model import Scalar

__all__ = ["arrays_of", "scalars_of"]


def scalars_of(spec: LayoutSpec, hall: Hall, answers: Answers) -> Mapping[str, Scalar]:
    """What was measured; what the site has nothing of is left out."""
    units = units_of(spec)
    found = {"findings": float(len(answers.findings))}
    for values in (
        _clearance(spec, answers),
        _ways(answers),
        _machines(answers),
        _floor(hall, answers),
        _transport(spec, hall, answers),
    ):
        found |= dict(values)
    return {name: Scalar(value, units[name]) for name, value in found.items() if name in units}


def _clearance(spec: LayoutSpec, answers: Answers) -> Iterator[tuple[str, float]]:
    if (found := answers.clearance) is None:
        return
    deep = {id(pair): pair.gap.depth if pair.gap.depth > spec.touching else 0.0 for pair in found.pairs}
    yield "overlaps", float(sum(finding.label == "overlap" for finding in found.findings))
    yield "max_overlap", max(deep.values(), default=0.0)
    yield "near_pairs", float(sum(pair.gap.distance < NEAR for pair in found.pairs))
    yield "outside_hall", float(len(found.outside))
    if found.pairs:
        yield "min_clearance", min(pair.gap.distance for pair in found.pairs)
        yield "clearance_margin", min(pair.gap.distance - deep[id(pair)] - pair.asked for pair in found.pairs)
    if found.wall is not None:
        yield "wall_clearance", found.wall


def _ways(answers: Answers) -> Iterator[tuple[str, float]]:
    if answers.aisles is not None:
        yield "aisle_obstructions", float(answers.aisles.obstructions)
        yield "blocked_doors", float(sum(finding.label == "blocked door" for finding in answers.aisles.findings))
        if widths := {name: each.width for name, each in answers.aisles.narrowest.items()}:
            yield "min_aisle_width", min(widths.values())
            yield "aisle_margin", min(answers.aisles.margins.values())
        if answers.aisles.doors:
            yield "min_door_width", min(answers.aisles.doors.values())
    if answers.walking is not None:
        lengths = [way.length for way in answers.walking.ways.values() if way is not None]
        yield "unreachable_stations", float(len(answers.walking.ways) - len(lengths))
        if lengths:
            yield "escape_distance", max(lengths)


def _machines(answers: Answers) -> Iterator[tuple[str, float]]:
    if answers.reached:
        yield "unreachable_frames", float(sum(each.q is None for each in answers.reached))
        yield "min_reach_margin", min(each.margin for each in answers.reached)
    for each in answers.separations:
        yield f"separation.{each.name}.distance", each.distance
        yield f"separation.{each.name}.required", each.required
    if answers.separations:
        yield "separation_margin", min(each.distance - each.required for each in answers.separations)
    if answers.guarding is not None:
        yield "open_hazards", float(sum(way is not None for way in answers.guarding.ways.values()))
    if answers.driving is not None:
        measured = answers.driving
        for name, value in (
            ("stopping_distance", measured.stopping),
            ("stopping_margin", measured.stopping_margin),
            ("way_margin", measured.way_margin),
        ):
            if value is not None:
                yield name, value


def _floor(hall: Hall, answers: Answers) -> Iterator[tuple[str, float]]:
    allowed = hall.site.hall.floor_load if hall.site.hall else None
    if answers.loads:
        yield "max_floor_load", max(answers.loads.values())
        if allowed is not None:
            yield "floor_load_share", max(answers.loads.values()) / allowed
    if answers.uses is not None:
        yield "hall_area", float(hall.inside.area)
        yield from ((f"area_use.{use}", share) for use, share in answers.uses.items())


def _transport(spec: LayoutSpec, hall: Hall, answers: Answers) -> Iterator[tuple[str, float]]:
    if (found := answers.transport) is None or not found.carried:
        return
    yield "transport_work", found.work
    yield "unreachable_flows", float(sum(each.route is None for each in found.carried))
    robot = hall.site.network.robot
    if robot is not None:
        yield "robots_needed", found.work / (spec.robot_speed or robot.speed)
    for each in found.carried:
        if each.route is not None:
            yield f"transport_distance.{each.start}.{each.end}", each.route.length


def arrays_of(answers: Answers) -> Mapping[str, np.ndarray]:
    """Tables behind the scalars: pairs, aisles, reached places, findings; texts as arrays of text."""
    arrays: dict[str, np.ndarray] = {}
    if answers.clearance is not None and answers.clearance.pairs:
        pairs = answers.clearance.pairs
        arrays["pairs.names"] = np.array([(pair.a, pair.b) for pair in pairs])
        arrays["pairs.distance"] = np.array([pair.gap.distance for pair in pairs])
        arrays["pairs.depth"] = np.array([pair.gap.depth for pair in pairs])
        arrays["pairs.asked"] = np.array([pair.asked for pair in pairs])
        arrays["pairs.points"] = np.array([pair.gap.points for pair in pairs])
    if answers.aisles is not None and answers.aisles.narrowest:
        arrays["aisles.names"] = np.array(list(answers.aisles.narrowest))
        arrays["aisles.width"] = np.array([each.width for each in answers.aisles.narrowest.values()])
        arrays["aisles.points"] = np.array([each.points for each in answers.aisles.narrowest.values()])
    if answers.reached:
        arrays["reach.names"] = np.array([(each.wanted.robot, each.arm, each.wanted.name) for each in answers.reached])
        arrays["reach.margin"] = np.array([each.margin for each in answers.reached])
    if answers.findings:
        arrays["findings.text"] = np.array([finding.text for finding in answers.findings])
        arrays["findings.check"] = np.array([finding.check for finding in answers.findings])
        arrays["findings.who"] = np.array([", ".join(finding.who) for finding in answers.findings])
        arrays["findings.remedy"] = np.array([finding.remedy for finding in answers.findings])
        arrays["findings.place"] = np.array([finding.place for finding in answers.findings])
        arrays["findings.measured"] = np.array([finding.measured for finding in answers.findings])
        arrays["findings.asked"] = np.array([finding.asked for finding in answers.findings])
    return arrays
