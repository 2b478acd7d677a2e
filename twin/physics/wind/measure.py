"""From forces on links to the coefficients that users know: names as OpenFOAM's forceCoeffs has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from twin.physics.wind.spec import WindSpec
from twin.physics.wind.statistics import Mean, dominant_frequency, mean_of
from twin.physics.wind.tunnel import Layout

__all__ = ["COEFFICIENTS", "Measured", "coefficients", "measured", "units_of"]

COEFFICIENTS = ("Cd", "Cs", "Cl", "CmRoll", "CmPitch", "CmYaw")  # along x, y, z; about x, y, z
QUIET = 1e-3  # fluctuation, relative to the drag, below which a flow is steady and only sound runs through the tunnel
WORDS = {
    "Cd": "drag_coefficient", "Cs": "side_coefficient", "Cl": "lift_coefficient",
    "CmRoll": "roll_moment_coefficient", "CmPitch": "pitch_moment_coefficient", "CmYaw": "yaw_moment_coefficient",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Measured:
    """What one grid gave.

    Attributes:
        t: (samples,) [s]; histories: body -> (samples, 6) coefficients; the key "" is all bodies together.
        means: body -> coefficient -> Mean.
        strouhal: of the lift, or of the side force; None where nothing oscillates. steady: samples after the ramp.
    """

    t: np.ndarray
    histories: Mapping[str, np.ndarray]
    means: Mapping[str, Mapping[str, Mean]]
    strouhal: float | None
    steady: int

    @property
    def drag(self) -> Mean:
        """Of all bodies together."""
        return self.means[""]["Cd"]

    def kept(self, coefficient: str) -> np.ndarray:
        """History of all bodies together after ramp and start-up."""
        history = self.histories[""][len(self.t) - self.steady :, COEFFICIENTS.index(coefficient)]
        return history[self.means[""][coefficient].begin :]


def coefficients(loads: np.ndarray, layout: Layout) -> np.ndarray:
    """Coefficients of loads in lattice units, (..., 6): forces over q A, moments over q A L."""
    u, cell = layout.lattice_speed, layout.cell
    area = layout.area / cell if layout.lattice.plane else layout.area / cell**2
    scale = 2 / (u**2 * area)
    found: np.ndarray = loads * np.array([scale] * 3 + [scale * cell / layout.length] * 3)
    return found


def measured(steps: np.ndarray, loads: np.ndarray, names: list[str], layout: Layout) -> Measured:
    """Statistics of the loads (samples, bodies, 6) that were taken after `steps` steps; the ramp is left out."""
    steady = steps > layout.ramp_steps
    per_body = coefficients(loads, layout)
    histories = {"": per_body.sum(axis=1), **{name: per_body[:, k] for k, name in enumerate(names)}}
    means = {name: {c: mean_of(h[steady, k]) for k, c in enumerate(COEFFICIENTS)} for name, h in histories.items()}
    return Measured(
        steps * layout.dt, histories, means, _strouhal(steps[steady], histories[""][steady], means[""], layout), int(steady.sum())
    )


def _strouhal(steps: np.ndarray, history: np.ndarray, means: Mapping[str, Mean], layout: Layout) -> float | None:
    """f L / U of the force across the wind that oscillates more."""
    if len(steps) < 2:
        return None
    across = ("Cl", "Cs")
    kept = [history[means[c].begin :, COEFFICIENTS.index(c)] for c in across]
    lively = max(kept, key=lambda x: float(x.std()) if len(x) else 0.0)
    if not len(lively) or float(lively.std()) < QUIET * abs(means["Cd"].value):
        return None
    frequency = dominant_frequency(lively, float(steps[1] - steps[0]))
    return None if frequency is None else frequency * layout.length / layout.cell / layout.lattice_speed


def units_of(spec: WindSpec) -> dict[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    names = ["", *(f".{name}" for name in spec.bodies)] if len(spec.bodies) > 1 else [""]
    found = {f"{word}{name}": "1" for name in names for word in WORDS.values()}
    found |= {f"{word}_ci95{name}": "1" for name in names for word in WORDS.values()}
    found |= {f"{force}{name}": "N" for name in names for force in ("drag", "side_force", "lift")}
    found |= {
        "drag_coefficient_unblocked": "1", "lift_rms": "1", "lift_peak_to_peak": "1", "drag_rms": "1", "strouhal_number": "1",
        "reynolds_number": "1", "mach_number": "1", "blockage": "1", "reference_area": "m^2", "reference_length": "m", "y_plus": "1",
        "flow_throughs": "1", "trust_level": "1",
    }  # fmt: skip
    if spec.grid == 3:
        found |= {"grid_convergence_index": "1", "grid_order": "1", "drag_coefficient_extrapolated": "1"}
    return found
