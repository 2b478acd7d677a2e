"""Cells without contact, end to end, beside the bare kernel: what planning, judging and the dispatcher cost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.table import alternately, row
from robots.compile import lanes
from robots.tracking import Tracked, track
from twin.dispatch import submit
from twin.execute import run_jobs
from twin.kinds import Context, Silent, Target
from twin.physics.cell.crew import crews
from twin.physics.cell.rigid import simulate_many
from twin.scenario import Job, Scenario, expand, from_document, load

__all__ = ["rows"]

CELL = """\
twin: 1
kind: cell
name: rigid_cells
engine: rigid
time_step: 1 ms
keep: none
robots: {{arm: {{model: iiwa, base: {{position: [0, 0, 0]}}}}}}
program:
  arm:
    robot: arm
    steps:
      - {{name: out, move_joint: {{to: {{position: [0.5, 0.2, 0.5], roll: 180 deg}}}}}}
      - {{name: over, move_joint: {{to: {{position: [0.5, -0.3, 0.4], roll: 180 deg}}}}}}
      - {{name: home, move_joint: {{home: true}}}}
expect: {{cycle_time: {{max: 10 s}}, max_torque_ratio: {{max: 0.9}}}}
sweep:
  sample:
    count: {count}
    method: sobol
    ranges: {{robots.arm.base.position.x: [-100 mm, 100 mm], robots.arm.base.position.y: [-100 mm, 100 mm]}}
"""
SHARED = 512  # cells in the launches that the bare kernel is measured on
ALONE = 30


def rows(count: int = 4096, rounds: int = 3) -> list[dict[str, Any]]:
    """Shared launches of a whole batch (one worker, empty store), and cells one by one, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rigid_cells.twin.yaml"
        file.write_text(CELL.format(count=count))
        scenario = load(file)
        jobs = list(expand(scenario, limit=None))
        steps = _steps(scenario, count)
        bare = _bare(scenario)
        next(run_jobs(jobs[:1], target=Target(), monitor=Silent()))
        stores = iter(range(1000))

        def whole() -> float:
            begin = time.perf_counter()
            submit(scenario, store=Path(folder) / f"store{next(stores)}", workers=1, confirm_large=True, wait=True)
            return count * steps / (time.perf_counter() - begin)

        def alone() -> float:
            begin = time.perf_counter()
            for job in jobs[:ALONE]:
                next(run_jobs([job], target=Target(), monitor=Silent()))
            return ALONE / (time.perf_counter() - begin)

        whole()
        together, kernel, one_by_one = alternately(rounds, [whole, bare, alone])
    cell = f"3 moves, {steps * 1e-3:.2f} s at 1 ms"
    note = f"{count} cells ({cell}), one worker and its driver, start of the worker included"
    return [
        row("rigid cells coalesced", "arm-steps/s", together, kernel, "bare kernel", threads=1, dtype="float64", note=note),
        row("rigid cells one by one", "cells/s", one_by_one, kernel / steps, "bare kernel", threads=1, dtype="float64", note=cell),
    ]


def _steps(scenario: Scenario, count: int) -> float:
    """Time steps of a cell, on average over a sample."""
    specs = [_cell(job) for job in _some(scenario, count)]
    results = simulate_many(specs, Target(), Silent(), [Context(scenario.folder)] * len(specs))
    return float(np.mean([result.stats["steps"] for result in results]))


def _bare(scenario: Scenario) -> Callable[[], float]:
    """The compiled loop alone, on references that are there already."""
    spec, m, h = scenario.spec, 500, 0.01
    limb = next(iter(next(crews([spec], [Context(scenario.folder)])).machines.values())).limbs[0]  # type: ignore[list-item]
    width = -(-SHARED // lanes(np.float64)) * lanes(np.float64)
    t = h * np.arange(m + 1)[:, None, None]
    size = np.random.default_rng(0).uniform(-0.5, 0.5, (1, limb.robot.nq, width))
    positions, speeds = size * np.sin(t) ** 2, size * np.sin(2 * t)
    constant = {"gravity": np.tile([0.0, 0.0, -9.81], (width, 1)), "bandwidth": np.full(width, 60.0), "dt": 1e-3, "steps": 10}

    def run() -> Tracked:
        return track(limb.robot, positions, speeds, **constant)

    def rate() -> float:
        begin, passes = time.perf_counter(), 4
        for _ in range(passes):
            run()
        return passes * width * m * 10 / (time.perf_counter() - begin)

    run()
    return rate


def _some(scenario: Scenario, count: int) -> list[Job]:
    jobs = list(expand(scenario, limit=None))
    return jobs[:: max(1, count // 64)]


def _cell(job: Job) -> Any:
    return from_document(job.document, job.folder).spec
