"""What a run gives back: scalars, history, fields, words."""

from __future__ import annotations

import numpy as np

from twin.physics.crash.energy import energies
from twin.physics.crash.layout import PLASTIC
from twin.physics.crash.measure import scalars, series
from twin.physics.crash.run import Run
from twin.result.model import Result
from twin.scene import Scene

__all__ = ["result"]


def result(run: Run, reason: str, scene: Scene | None) -> Result:
    """The result, whole or as far as it came; `reason`: why it was stopped before its end, or ""."""
    return Result(
        "stopped" if reason else "done",
        reason=reason,
        scalars=scalars(run),
        series=series(run),
        arrays=arrays(run),
        scene=scene,
        stats=stats(run),
        log=log(run),
    )


def stats(run: Run) -> dict[str, float]:
    """Sizes and speed."""
    steps = int(run.arrays.clock.steps[0])
    rate = run.case.elements * steps / run.seconds if run.seconds else 0.0
    return {
        "elements": run.case.elements, "nodes": len(run.case.x), "steps": steps, "threads": run.threads, "run_seconds": run.seconds,
        "compile_seconds": run.compile_seconds, "element_cycles_per_second": rate,
        "first_step": run.first_step,
    }  # fmt: skip


def arrays(run: Run) -> dict[str, np.ndarray]:
    """The deformed mesh at the end, and the plastic strain of its elements."""
    case = run.case
    return {
        "nodes": run.arrays.nodes.x[: len(case.x)].copy(),
        "elements": case.connect,
        "part": case.part,
        "plastic_strain": run.arrays.order.read(run.arrays.blocks.state, PLASTIC),
    }


def log(run: Run) -> str:
    """What happened, in sentences."""
    found, case, steps = energies(run.arrays, run.contact), run.case, int(run.arrays.clock.steps[0])
    strains = run.arrays.order.read(run.arrays.blocks.state, PLASTIC)
    worst = int(np.argmax(strains))
    outside = run.outside(found)
    said = [
        f"{case.elements:,} elements, {len(case.x):,} nodes, {steps:,} steps to t = {1e3 * run.arrays.clock.now[0]:.4g} ms.",
        f"Energy: {run.start:.4g} J at the start, {outside:.4g} J from outside; kinetic {found.kinetic:.4g} J, "
        f"internal {found.internal:.4g} J, hourglass {found.hourglass:.4g} J, contact {found.contact:.4g} J.",
    ]
    if strains[worst] > 0:
        x, y, z = 1e3 * case.x[case.connect[worst]].mean(axis=0)
        name = case.names[int(case.part[worst])]
        said.append(f"Largest plastic strain {strains[worst]:.4g} in {name}, where ({x:.4g}, {y:.4g}, {z:.4g}) mm was at the start.")
    if case.added:
        said.append(f"Mass scaling added {case.added:.3g} kg, {100 * case.added / case.node_mass.sum():.2g} % of the whole.")
    return "\n".join(said) + "\n"
