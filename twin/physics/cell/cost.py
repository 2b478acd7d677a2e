"""What a run will take, for the planner, and which cells may share a launch. Contact engines share none."""

from __future__ import annotations

from typing import Any

from twin.kinds import Cost
from twin.physics.cell.spec import CellSpec, Step

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
        return Cost(steps * SECONDS_PER_RIGID_STEP * robots, BYTES, _alike(spec))
    engines = 2 if spec.engine == "both" else 1
    return Cost(steps * SECONDS_PER_STEP * robots * engines, BYTES)


def _alike(spec: CellSpec) -> tuple[Any, ...]:
    """Equal for cells whose programs differ in numbers only."""
    machines = tuple((name, robot.model, robot.urdf, robot.tool) for name, robot in spec.robots.items())
    parts = tuple((name, part.goal is not None) for name, part in spec.parts.items())
    tracks = tuple(
        (name, track.robot, track.arm, track.also, tuple(_verb(step, k) for k, step in enumerate(track.steps)))
        for name, track in spec.program.items()
    )
    return ("rigid", spec.time_step, machines, parts, tracks)


def _verb(step: Step, k: int) -> tuple[Any, ...]:
    """A step without its numbers."""
    name = step.label(k)
    if step.move_joint:
        return name, step.verb, step.move_joint.to is not None, tuple(step.move_joint.joints), step.move_joint.home
    if step.grip:
        return name, step.verb, step.grip.part, step.grip.together
    if step.wait_for:
        return name, step.verb, step.wait_for.step
    return name, step.verb
