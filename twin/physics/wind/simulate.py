"""The run of a scenario: one grid, or three for the grid convergence index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from twin.kinds import Checkpoint, Context, Monitor, Target
from twin.physics.wind.case import Case, prepare
from twin.physics.wind.outcome import Ending, Grids, result
from twin.physics.wind.pictures import draw, write_vtk
from twin.physics.wind.preflight import expected
from twin.physics.wind.run import CANCELLED, Run, advance_until_known, init
from twin.physics.wind.scene import scene_of
from twin.physics.wind.spec import WindSpec
from twin.physics.wind.statistics import convergence
from twin.physics.wind.trust import Trust, trust_of
from twin.result.model import Result

__all__ = ["simulate", "simulate_many"]

RATIO = 1.5  # between the cells of two of three grids


def simulate(spec: WindSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Wind around the bodies of a scenario. A flow that becomes unstable is stopped, and keeps what was measured."""
    state = dict((context.checkpoint.load() if context.checkpoint else None) or {})
    drags: list[float] = list(state.get("drags", []))
    finest = prepare(spec, context.folder)
    grids = [prepare(_coarser(spec, finest, k), context.folder) if k else finest for k in ((2, 1, 0) if spec.grid == 3 else (0,))]
    for number, case in enumerate(grids):
        if number < len(drags):
            continue
        run = init(case, target)
        if "f" in state:
            run.restore(state)
            state = {}
        reason = _watched(run, monitor, context.checkpoint, drags)
        if reason and reason != CANCELLED and case is not finest:
            reason = f"on grid {number + 1} of {len(grids)}, {case.layout.cells:,} cells: {reason}"
        if reason or case is finest:
            return _ended(run, reason, drags, context.scratch)
        drags.append(run.measured().drag.value)
    raise RuntimeError("a checkpoint of a run that had ended")  # the finest grid's drag is never among those kept


def simulate_many(specs: Sequence[WindSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> list[Result]:
    """Small cases in one launch: each on one thread, as many at a time as there are threads, every result that of the case alone."""
    one = Target(target.device, target.dtype, 1)
    together = 1 if target.device == "cuda" else target.threads
    with ThreadPoolExecutor(max(1, together)) as pool:
        return list(pool.map(lambda case: simulate(case[0], one, monitor, case[1]), zip(specs, contexts, strict=True)))


def _watched(run: Run, monitor: Monitor, checkpoint: Checkpoint | None, drags: list[float]) -> str:
    def save() -> None:
        if checkpoint is not None:
            checkpoint.save(**run.state(), drags=np.array(drags))

    return advance_until_known(run, monitor, save, lambda: checkpoint is not None and checkpoint.due())


def _coarser(spec: WindSpec, finest: Case, times: int) -> WindSpec:
    """The same case with cells RATIO**times larger."""
    resolution = spec.resolution.model_copy(update={"cells_across": None, "memory": None, "cell": finest.layout.cell * RATIO**times})
    return spec.model_copy(update={"resolution": resolution})


def _ended(run: Run, reason: str, drags: list[float], scratch: Path | None) -> Result:
    """The result, whole or as far as it came."""
    case, found = run.case, run.measured()
    before = expected(case.spec, case.layout, dict(case.surfaces), case.thin_cells)
    trust = trust_of(before, found, case.spec.until.drag_ci95, not reason)
    grids = Grids(*convergence(drags[0], drags[1], found.drag.value, RATIO)) if len(drags) == 2 and not reason else None
    scene = scene_of(run, found)
    if scratch is not None and reason != CANCELLED:
        if case.spec.pictures:
            draw(run, found, scene, scratch)
        if case.spec.vtk and run.mean.count:
            write_vtk(run, scratch)
    return result(run, found, trust, grids, Ending(reason, _stats(run, trust), scene))


def _stats(run: Run, trust: Trust) -> Mapping[str, Any]:
    cells = run.case.layout.cells
    return {
        "cells": cells,
        "steps": run.flow.step,
        "run_seconds": run.seconds,
        "updates_per_second": run.flow.step * cells / run.seconds if run.seconds else 0.0,
        "trust": {"level": trust.level, "reasons": list(trust.reasons)},
    }
