"""What can be known to be wrong about how a run begins: ties, springs, motions, walls, and whether anything moves at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from twin.errors import BadInput, Fault
from twin.physics.crash.case import Case
from twin.physics.crash.spec import CrashSpec
from twin.physics.crash.walls import KINDS, distances

__all__ = ["behind_walls", "doubly_driven", "idle", "path_of", "places", "too_seldom"]

INSIDE = 0.01  # of the smallest element: that deep a body may start inside of a wall
SAMPLES = 0.1  # [s] times a channel frequency class: farthest distance of samples for its filter


def path_of(case: Case, name: str) -> str:
    """Of a body in the scenario."""
    return "model" if case.spec.model is not None else f"parts.{name}"


def places(case: Case) -> list[Fault]:
    """Sets that do not exist, ties, springs and sections that cannot be: all are looked up, so that nothing runs for an hour first."""
    from twin.physics.crash.glue import springs_of, tied
    from twin.physics.crash.run import skin_of
    from twin.physics.crash.sections import cuts

    spec = case.spec
    known = [(f"motions.{k}.of", m.of) for k, m in spec.motions.items()]
    known += [(f"forces.{k}.on", f.on) for k, f in spec.forces.items()]
    looks: list[Callable[[], Any]] = [
        partial(case.set_of, name, wanted, f"{path_of(case, name)}.hold") for name, part in spec.bodies.items() for wanted in part.hold
    ]
    looks += [partial(case.place, place, where) for where, place in [*known, *spec.probes()]]
    looks += [lambda: tied(case, *skin_of(case)), lambda: springs_of(case), lambda: cuts(case)]
    faults = []
    for look in looks:
        try:
            look()
        except BadInput as error:
            faults.append(Fault(error.where, error.given, error.allowed, error.remedy))
    return faults


def doubly_driven(case: Case) -> list[Fault]:
    """Nodes that are to move in two ways at once."""
    faults, taken = list[Fault](), dict[tuple[int, str], str]()
    for name, part in case.spec.bodies.items():
        for wanted, axes in part.hold.items():
            held = case.nodes_of(name).start + case.set_of(name, wanted, "")
            taken |= {(int(n), axis): f"{path_of(case, name)}.hold" for n in held for axis in axes}
    for name, motion in case.spec.motions.items():
        where = f"motions.{name}"
        first = {taken.setdefault((int(n), motion.axis), where) for n in case.place(motion.of, f"{where}.of")} - {where}
        if first:
            given = f"nodes whose {motion.axis} is decided by {' and '.join(sorted(first))}"
            faults.append(Fault(where, given, "one hold or motion for each node and direction", "Leave one of them away."))
    return faults


def too_seldom(spec: CrashSpec) -> list[Fault]:
    """Accelerations that are to be filtered from too few samples."""
    faults, apart = [], float(spec.until or 0.0) / spec.samples
    for name, measured in spec.accelerations.items():
        if apart > SAMPLES / measured.filter:
            allowed = f"a filter class up to {SAMPLES / apart:.3g} with samples {1e3 * apart:.3g} ms apart"
            remedy = f"Take at least {float(spec.until or 0.0) * measured.filter / SAMPLES:.0f} samples."
            faults.append(Fault(f"accelerations.{name}.filter", measured.filter, allowed, remedy))
    return faults


def idle(case: Case) -> list[Fault]:
    """Nothing that moves or could set anything in motion."""
    spec = case.spec
    speeds = [*(part.velocity for part in spec.bodies.values()), *(part.spin for part in spec.bodies.values())]
    speeds += [wall.velocity for wall in spec.walls.values()]
    if spec.impact or spec.motions or spec.forces or any(spec.gravity) or any(any(speed) for speed in speeds):
        return []
    where = "model" if spec.model is not None else "parts"
    allowed = "something that moves: `impact`, a `velocity` or `spin`, `motions`, `forces`, `gravity`"
    return [Fault(where, "bodies at rest", allowed, "Say `impact: {speed: 5 m/s}`, or what else happens.")]


def behind_walls(case: Case) -> list[Fault]:
    """Bodies that start inside of a rigid wall, and rigid ones, which walls do not stop."""
    spec = case.spec
    if (spec.impact or spec.walls) and all(m.rigid for m in case.materials.values()):
        where = "impact" if spec.impact else "walls"
        return [Fault(where, "rigid bodies alone", "rigid walls where a body deforms", "Make one of the two of a material that gives way.")]
    return list(_inside(case))


def _inside(case: Case) -> Iterator[Fault]:
    for name, wall in case.spec.walls.items():
        axis = np.array(wall.normal) / np.linalg.norm(wall.normal)
        gaps = distances(KINDS[wall.shape], np.r_[wall.position, axis, wall.radius or 0.0], case.x)
        worst = int(np.argmin(gaps))
        if gaps[worst] < -INSIDE * case.lengths.min():
            body = case.names[int(np.searchsorted(case.first_node, worst, side="right")) - 1]
            given = f"{int((gaps < 0).sum())} nodes behind it, {body}'s {-1e3 * gaps[worst]:.4g} mm deep"
            remedy = "Move it or the body; a plane's `normal` looks out of the wall."
            yield Fault(f"walls.{name}.position", given, "walls that bodies touch at most at the start", remedy)
