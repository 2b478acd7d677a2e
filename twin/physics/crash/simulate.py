"""The run of a scenario, or of many: bodies that collide, or the verdict on a robot that touches a person."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from twin.errors import BadInput
from twin.kinds import Context, Monitor, Target
from twin.physics.crash.case import prepare
from twin.physics.crash.outcome import result
from twin.physics.crash.pictures import draw, write_vtk
from twin.physics.crash.run import CANCELLED, advance_to_end, init
from twin.physics.crash.scene import scene_of
from twin.physics.crash.spec import CrashSpec
from twin.result.model import Result

__all__ = ["simulate", "simulate_many"]


def simulate(spec: CrashSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """A run that stops itself keeps all it has up to there.

    Raises:
        BadInput: a device that has no loops for what the spec asks.
    """
    if spec.human is not None:
        if target.device != "cpu":
            raise BadInput("--target", target.device, "cpu for `human`", "Formulas decide there: leave --target away.")
        from twin.physics.crash.human import human_result

        found: Result = human_result(spec.human, target, monitor, context)
        return found
    run = init(prepare(spec, context.folder), target)
    checkpoint = context.checkpoint
    if checkpoint is not None and (state := checkpoint.load()):
        run.restore(state)

    def save() -> None:
        if checkpoint is not None:
            checkpoint.save(**run.state())

    reason = advance_to_end(run, monitor, save, lambda: checkpoint is not None and checkpoint.due())
    scene = scene_of(run)
    if context.scratch is not None and reason != CANCELLED:
        if spec.pictures:
            draw(run, scene, context.scratch)
        if spec.vtk:
            write_vtk(run, context.scratch)
    return result(run, reason, scene)


def simulate_many(specs: Sequence[CrashSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> list[Result]:
    """Small cases in one launch: each on one thread, as many at a time as there are threads, every result that of the case alone."""
    one = Target(target.device, target.dtype, 1)
    together = 1 if target.device == "cuda" else target.threads
    with ThreadPoolExecutor(max(1, together)) as pool:
        return list(pool.map(lambda case: simulate(case[0], one, monitor, case[1]), zip(specs, contexts, strict=True)))
