"""What a run gives back: scalars, history, fields, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.wind.fields import around, middle_slice, on_surface
from twin.physics.wind.measure import COEFFICIENTS, WORDS, Measured
from twin.physics.wind.run import Run
from twin.physics.wind.trust import Trust, y_plus
from twin.result.model import Result, Scalar, Series
from twin.scene import Scene

__all__ = ["Ending", "Grids", "result", "scalars", "series"]


@dataclass(frozen=True, slots=True)
class Grids:
    """What three grids say together: observed order, extrapolated drag coefficient, grid convergence index."""

    order: float
    extrapolated: float
    index: float


@dataclass(frozen=True, eq=False)
class Ending:
    """How a run ended: why before its time, or ""; statistics of the run; what there is to see."""

    reason: str
    stats: Mapping[str, Any]
    scene: Scene | None


def result(run: Run, found: Measured, trust: Trust, grids: Grids | None, ending: Ending) -> Result:
    """The result of the finest grid."""
    return Result(
        "stopped" if ending.reason else "done",
        reason=ending.reason,
        scalars=scalars(run, found, trust, grids),
        series=series(found, run.case.names),
        arrays=arrays(run),
        scene=ending.scene,
        stats=ending.stats,
        log=log(run, found, trust, grids),
    )


def scalars(run: Run, found: Measured, trust: Trust, grids: Grids | None) -> dict[str, Scalar]:
    """Everything `twin.physics.wind.measure.units_of` promises, as far as it could be measured."""
    layout, several = run.case.layout, len(run.case.names) > 1
    pressure = 0.5 * layout.density * layout.speed**2 * layout.area  # of a unit width in plane cases
    values: dict[str, Scalar] = {}
    for name, means in found.means.items():
        if name and not several:
            continue
        tail = f".{name}" if name else ""
        for coefficient, word in WORDS.items():
            values[f"{word}{tail}"] = Scalar(means[coefficient].value)
            values[f"{word}_ci95{tail}"] = Scalar(means[coefficient].ci95)
        for coefficient, force in (("Cd", "drag"), ("Cs", "side_force"), ("Cl", "lift")):
            values[f"{force}{tail}"] = Scalar(means[coefficient].value * pressure, "N")
    kept = {c: found.kept(c) for c in ("Cd", "Cl")}
    unblocked = found.drag.value * ((1 - layout.blockage) ** 2 if run.case.spec.tunnel.walls == "slip" else 1.0)
    values |= {
        "drag_coefficient_unblocked": Scalar(unblocked),
        "drag_rms": Scalar(_spread(kept["Cd"])),
        "lift_rms": Scalar(_spread(kept["Cl"])),
        "lift_peak_to_peak": Scalar(float(np.ptp(kept["Cl"])) if len(kept["Cl"]) else np.nan),
        "reynolds_number": Scalar(layout.reynolds),
        "mach_number": Scalar(layout.mach),
        "blockage": Scalar(layout.blockage),
        "reference_area": Scalar(layout.area, "m^2"),
        "reference_length": Scalar(layout.length, "m"),
        "y_plus": Scalar(y_plus(layout)),
        "flow_throughs": Scalar(run.flow.step / layout.pass_steps),
        "trust_level": Scalar(float(trust.number)),
    }
    if found.strouhal is not None:
        values["strouhal_number"] = Scalar(found.strouhal)
    if grids is not None:
        values |= {"grid_convergence_index": Scalar(grids.index), "drag_coefficient_extrapolated": Scalar(grids.extrapolated)}
        values |= {"grid_order": Scalar(grids.order)}
    return {name: scalar for name, scalar in values.items() if np.isfinite(scalar.value)}


def _spread(history: np.ndarray) -> float:
    return float(history.std()) if len(history) else np.nan


def series(found: Measured, names: list[str]) -> Series | None:
    """Coefficients over time; several bodies each with its name in front."""
    if not len(found.t):
        return None
    heads = ["", *names] if len(names) > 1 else [""]
    columns = {f"{head}.{c}" if head else c: found.histories[head][:, k] for head in heads for k, c in enumerate(COEFFICIENTS)}
    return Series(found.t, columns, dict.fromkeys(columns, "1"))


def arrays(run: Run) -> dict[str, np.ndarray]:
    """The mean flow in the plane through the middle of the bodies, and the pressure coefficient on their surfaces."""
    if not run.mean.count:
        return {}
    cut, near = middle_slice(run), around(run)
    found = {
        "slice_velocity": cut.velocity[:, 0],
        "slice_pressure_coefficient": cut.pressure[:, 0],
        "slice_solid": cut.solid[:, 0],
        "slice_origin": cut.origin,
        "cell": np.array(cut.cell),
    }
    for name, surface in run.case.surfaces.items():
        fine, values = on_surface(near, surface)
        found |= {
            f"surface_{name}_points": fine.vertices.astype(np.float32),
            f"surface_{name}_pressure_coefficient": values.astype(np.float32),
        }
    return found


def log(run: Run, found: Measured, trust: Trust, grids: Grids | None) -> str:
    """What happened, in sentences."""
    drag, layout = found.drag, run.case.layout
    said = [
        f"Cd = {drag.value:.5g} +- {drag.ci95:.2g} (95 %), from {len(found.t)} samples over {run.flow.step / layout.pass_steps:.1f} "
        f"flow-throughs, {drag.begin} of them start-up, worth {drag.independent:.0f} independent ones.",
        f"Trust: {trust.level}.",
        *(f"- {reason}" for reason in trust.reasons),
    ]
    if run.case.thin_cells:
        said.append(f"{run.case.thin_cells} cells were filled so that thin parts did not vanish.")
    if run.case.guessed:
        said.append(f"{run.case.guessed} links had no wall where one was expected and were taken half-way.")
    if run.case.boundary.halved:
        said.append(f"{run.case.boundary.halved} links between two near walls were taken half-way.")
    if grids is not None:
        said.append(
            f"Three grids: order {grids.order:.2f}, Cd at infinite fineness {grids.extrapolated:.5g}, index {100 * grids.index:.2g} %."
        )
    return "\n".join(said) + "\n"
