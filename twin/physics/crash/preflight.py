"""What is known before the run: sizes, the time step and who sets it, what it takes."""

from __future__ import annotations

import numpy as np

from twin.kinds import Context
from twin.physics.crash.case import Case, prepare
from twin.physics.crash.constants import sound
from twin.physics.crash.cost import BYTES, SHRINKING, seconds_of
from twin.physics.crash.spec import CrashSpec

__all__ = ["critical_step", "lines", "steps_of"]


def critical_step(case: Case) -> tuple[float, int]:
    """The first time step [s], and the element that sets it."""
    speeds = np.sqrt(case.constants[case.part, 2] * case.volumes / case.masses)
    q = case.spec.viscosity.linear
    with np.errstate(divide="ignore"):  # rigid bodies ask for no step
        steps = case.reaches / speeds / (q + np.sqrt(q * q + 1)) * case.spec.timing.safety
    worst = int(np.argmin(steps))
    return float(steps[worst]), worst


def steps_of(case: Case) -> float:
    """Steps at the first time step."""
    return float(case.spec.until or 0.0) / critical_step(case)[0]


def lines(spec: CrashSpec, context: Context) -> list[str]:
    """The preflight in words, for `twin check` and `twin run`."""
    if spec.human is not None:
        from twin.physics.crash.human import human_preflight

        return list(human_preflight(spec.human, context))
    case = prepare(spec, context.folder)
    step, worst = critical_step(case)
    steps = steps_of(case)
    low, high = 1e3 * case.lengths.min(), 1e3 * case.lengths.max()
    part = case.names[int(case.part[worst])]
    speed = max(sound(m) for m in case.materials.values())
    said = [
        f"{case.elements:,} elements, {len(case.x):,} nodes, {case.node_mass.sum():.4g} kg; elements {low:.3g} to {high:.3g} mm",
        f"time step {1e6 * step:.3g} us, set by {part} (element {worst - int(case.first_element[case.part[worst]])}, "
        f"{1e3 * case.lengths[worst]:.3g} mm; sound passes {speed:.0f} m in a second)",
        f"about {SHRINKING * steps:,.0f} steps, {BYTES * case.elements / 2**20:.3g} MiB, "
        f"{_duration(seconds_of(case.elements, SHRINKING * steps))} on one core of an ordinary machine",
    ]
    if spec.impact is not None:
        energy = 0.5 * case.node_mass.sum() * spec.impact.speed**2
        said.append(f"impact with {energy:.4g} J, as a fall from {spec.impact.speed**2 / 2 / 9.80665:.3g} m")
    if case.added:
        said.append(f"mass scaling adds {case.added:.3g} kg, {100 * case.added / case.node_mass.sum():.2g} % of the whole")
    return said


def _duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`."""
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s"
