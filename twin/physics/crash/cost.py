"""What a run will take, for the planner."""

from __future__ import annotations

from pathlib import Path

from twin.kinds import Cost
from twin.physics.crash.spec import CrashSpec

__all__ = ["BYTES", "RATE", "cost", "seconds_of"]

RATE = 4e6  # element cycles a second on one core of an ordinary machine
BYTES = 600  # of an element: state, nodes, connectivity, a frame's share
PER_STEP = 2e-6  # [s] that a step takes however few its elements
SHRINKING = 1.5  # steps of a usual crash over those at the first time step: elements are squeezed
SMALL = 20_000  # elements of a case that is coalesced with others


def seconds_of(elements: int, steps: float) -> float:
    """On one core [s]."""
    return steps * (PER_STEP + elements / RATE)


def cost(spec: CrashSpec) -> Cost:
    """An estimate from the spec; a case that cannot be prepared costs nothing, since it will not run."""
    if spec.human is not None:
        return Cost(1.0, batch_key=("human",))
    from twin.errors import BadInput
    from twin.physics.crash.case import prepare
    from twin.physics.crash.preflight import steps_of

    try:
        case = prepare(spec, Path.cwd())
    except BadInput:
        return Cost(60.0)
    key = ("solids",) if case.elements <= SMALL else ()
    return Cost(seconds_of(case.elements, SHRINKING * steps_of(case)), BYTES * case.elements, key)
