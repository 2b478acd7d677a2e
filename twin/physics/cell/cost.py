"""What a run will take, for the planner. Contact engines share no launch."""

from __future__ import annotations

from twin.kinds import Cost
from twin.physics.cell.spec import CellSpec

__all__ = ["cost"]

SECONDS_PER_STEP = 1.5e-4  # one robot on one core, pybullet at 1 kHz
LIKELY_SHARE = 0.25  # a program is usually over long before its time limit
BYTES = 400 * 2**20  # of a worker with an engine loaded


def cost(spec: CellSpec) -> Cost:
    """A rough estimate: steps within the time limit, times robots, times engines."""
    steps = LIKELY_SHARE * spec.time_limit / spec.time_step
    engines = 2 if spec.engine == "both" else 1
    return Cost(steps * SECONDS_PER_STEP * max(1, len(spec.robots)) * engines, BYTES)
