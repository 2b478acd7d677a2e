"""A cell without its numbers: what decides who may share a launch, which scalars there are, and whether names fit together.

Jobs of a sweep differ in numbers, so that what follows from the outline alone is found once and kept, for as many outlines as
the caches have room for. Specs never change; their parts are told apart by identity, as jobs of a sweep share them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Generic, TypeVar

from twin.physics.cell.spec import CellSpec, Step, Track

__all__ = ["Outlined", "alike", "named"]

T = TypeVar("T")


class Outlined(Generic[T]):
    """Something of which only the outline counts: equal to any other with this outline. For the keys of caches."""

    __slots__ = ("it", "outline")

    def __init__(self, it: T, outline: object) -> None:
        self.it, self.outline = it, outline

    def __hash__(self) -> int:
        return hash(self.outline)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outlined) and self.outline == other.outline


def alike(spec: CellSpec) -> tuple[Any, ...]:
    """Equal for cells whose programs differ in numbers, and in the frames that poses are given in."""
    return _alike(spec, _program(spec)[0])


def _alike(spec: CellSpec, program: Any) -> tuple[Any, ...]:
    return (
        "rigid",
        spec.time_step,
        tuple([(name, robot.model, robot.urdf, robot.tool) for name, robot in spec.robots.items()]),
        tuple([(name, part.goal is not None) for name, part in spec.parts.items()]),
        tuple(spec.fixtures),
        program,
    )


def named(spec: CellSpec) -> tuple[Any, ...]:
    """Equal for cells that are alike and use the same names everywhere."""
    program, names = _program(spec)
    return (
        _alike(spec, program),
        tuple([(robot.base.frame, *robot.posture) for robot in spec.robots.values()]),
        tuple([(part.pose.frame, part.goal and part.goal.frame) for part in spec.parts.values()]),
        tuple([fixture.pose.frame for fixture in spec.fixtures.values()]),
        spec.may_touch,
        names,
    )


Split = tuple[Any, Any]
"""What must be equal in cells that are alike, and the names that need not be."""


def _program(spec: CellSpec) -> Split:
    return _of_program(Outlined(spec.program, id(spec.program)))


@lru_cache(maxsize=256)
def _of_program(program: Outlined[dict[str, Track]]) -> Split:
    tracks, names = [], []
    for name, track in program.it.items():
        steps = [_of_step(Outlined(step, id(step)), k) for k, step in enumerate(track.steps)]
        tracks.append((name, track.robot, track.arm, track.also, tuple(step for step, _ in steps)))
        names.append(tuple(other for _, other in steps))
    return tuple(tracks), tuple(names)


@lru_cache(maxsize=4096)
def _of_step(outlined: Outlined[Step], k: int) -> Split:
    step = outlined.it
    name = step.label(k), step.verb
    if step.move_joint:
        to = step.move_joint.to
        return (*name, to is not None, tuple(step.move_joint.joints), step.move_joint.home), to and to.frame
    if step.move_linear:
        to = step.move_linear.to
        return (*name, to is not None), to and to.frame
    if step.grip:
        return (*name, step.grip.part, step.grip.together), None
    if step.release:
        return name, step.release.onto
    if step.insert:
        return name, (step.insert.into, step.insert.direction)
    return (*name, step.wait_for.step) if step.wait_for else name, None
