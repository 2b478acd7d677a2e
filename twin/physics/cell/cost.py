"""What a run will take, for the planner, and which cells may share a launch. Contact engines share none."""

from __future__ import annotations

from twin.kinds import Cost
from twin.physics.cell.outline import alike
from twin.physics.cell.spec import CellSpec

__all__ = ["cost"]

SECONDS_PER_STEP = 1.5e-4  # one robot on one core, pybullet at 1 kHz
SECONDS_PER_RIGID_STEP = 1.2e-7  # one arm without contact, among others
LIKELY_SHARE = 0.25  # a program is usually over long before its time limit
BYTES = 400 * 2**20  # of a worker with an engine loaded


def cost(spec: CellSpec) -> Cost:
    """A rough estimate: steps within the time limit, times robots, times engines."""
    steps = LIKELY_SHARE * spec.time_limit / spec.time_step
    robots = max(1, len(spec.robots))
    if spec.engine == "rigid":
        return Cost(steps * SECONDS_PER_RIGID_STEP * robots, BYTES, alike(spec))
    engines = 2 if spec.engine == "both" else 1
    return Cost(steps * SECONDS_PER_STEP * robots * engines, BYTES)
