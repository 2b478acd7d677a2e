"""The run: the hall as geometry, then check after check."""

from __future__ import annotations

import time
from collections.abc import Callable

from twin.errors import BadInput
from twin.kinds import Context, Monitor, Target
from twin.physics.layout.aisles import aisles
from twin.physics.layout.answers import Answers
from twin.physics.layout.clearance import clearances
from twin.physics.layout.driving import driving
from twin.physics.layout.finding import in_turn
from twin.physics.layout.floor import area_use, floor_loads
from twin.physics.layout.guarding import guarding
from twin.physics.layout.hall import hall_of
from twin.physics.layout.measure import arrays_of, scalars_of
from twin.physics.layout.reach import reach
from twin.physics.layout.scene import scene_of
from twin.physics.layout.separation import separations
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.physics.layout.transport import transport
from twin.physics.layout.walking import walking
from twin.result.model import Result

__all__ = ["simulate"]


def simulate(spec: LayoutSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Do the checks; what they find is data, and `expect` says whether it is bad."""
    if context.site is None:
        return Result("failed", reason="a layout needs a `site`")
    try:
        hall = hall_of(spec, context.site)
    except BadInput as error:
        return Result("failed", reason=str(error))
    answers = Answers()
    for k, name in enumerate(dict.fromkeys(spec.checks)):
        if monitor.cancelled():
            return Result("stopped", reason="cancelled")
        monitor.progress(k / len(spec.checks), name)
        begin = time.perf_counter()
        CHECKS[name](spec, hall, target, answers)
        answers.seconds[name] = time.perf_counter() - begin
    answers.findings = in_turn(answers.findings)
    scene = scene_of(spec, hall, answers)
    if context.scratch is not None:
        from twin.physics.layout.pictures import draw

        draw(spec, hall, answers, scene, context.scratch)
    return Result(
        "done",
        scalars=scalars_of(spec, hall, answers),
        arrays=arrays_of(answers),
        scene=scene,
        events=tuple(finding.event() for finding in answers.findings),
        stats={f"seconds_{name}": seconds for name, seconds in answers.seconds.items()},
        log=_log(answers),
    )


def _clearance(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.clearance = clearances(spec, hall)
    answers.findings += answers.clearance.findings


def _aisles(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.aisles = aisles(spec, hall)
    answers.findings += answers.aisles.findings


def _walking(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.walking = walking(spec, hall)
    answers.findings += answers.walking.findings if answers.walking else ()


def _reach(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.reached, found = reach(spec, hall, target)
    answers.findings += found


def _separation(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.separations, found = separations(spec, hall)
    answers.guarding = guarding(spec, hall)
    answers.findings += [*found, *(answers.guarding.findings if answers.guarding else ())]


def _stopping(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.driving = driving(spec, hall)
    answers.findings += answers.driving.findings


def _floor(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.loads, found = floor_loads(hall)
    answers.uses = area_use(hall)
    answers.findings += found


def _transport(spec: LayoutSpec, hall: Hall, target: Target, answers: Answers) -> None:
    answers.transport = transport(spec, hall)
    answers.findings += answers.transport.findings


CHECKS: dict[str, Callable[[LayoutSpec, Hall, Target, Answers], None]] = {
    "clearance": _clearance, "aisles": _aisles, "walking": _walking, "reach": _reach, "separation": _separation,
    "stopping": _stopping, "floor": _floor, "transport": _transport,
}  # fmt: skip


def _log(answers: Answers) -> str:
    """Every finding as a line, then what was measured of the pairs that are near each other."""
    lines = [finding.line() for finding in answers.findings] or ["No findings."]
    if answers.clearance is not None:
        near = sorted(answers.clearance.pairs, key=lambda pair: pair.gap.distance - pair.gap.depth)
        lines += [f"{p.a} - {p.b}: {p.gap.distance - p.gap.depth:.4f} m, {p.asked:.3g} m asked" for p in near]
    if answers.aisles is not None:
        lines += [f"aisle {name}: {found.width:.3f} m" for name, found in answers.aisles.narrowest.items()]
    if answers.walking is not None:
        lines += [f"{name}: {way.length:.1f} m to an exit" for name, way in answers.walking.ways.items() if way is not None]
    lines += [f"{r.wanted.robot} ({r.arm}) to {r.wanted.name}: {r.margin:.3f} m to spare" for r in answers.reached]
    return "\n".join(lines) + "\n"
