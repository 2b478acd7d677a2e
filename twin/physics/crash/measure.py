"""What a user wants to know: names and units of all scalars, and their values from the histories."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.errors import BadInput
from twin.physics.crash.guard import COUNTS
from twin.physics.crash.history import COLUMNS
from twin.physics.crash.layout import PLASTIC, TEMPERATURE
from twin.physics.crash.run import Run
from twin.physics.crash.signals import cfc, clip, hic
from twin.physics.crash.spec import CrashSpec
from twin.result.model import Scalar, Series

__all__ = ["accelerations", "forces", "scalars", "series", "touches", "units_of", "walls_of"]

HIC = {15: 0.015, 36: 0.036}


def walls_of(spec: CrashSpec) -> list[str]:
    """Names of the rigid walls; that of the impact is `impact`."""
    return (["impact"] if spec.impact is not None else []) + list(spec.walls)


def units_of(spec: CrashSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    found = {
        "max_plastic_strain": "1", "energy_error": "1", "hourglass_share": "1", "added_mass": "kg", "kinetic_energy": "J",
        "internal_energy": "J", "contact_energy": "J", "external_work": "J", "dissipated_energy": "J", "failed_elements": "1",
        "max_temperature": "K", "peak_internal_energy": "J", "time": "s",
    }  # fmt: skip
    for name in spec.bodies:
        found |= {f"mass.{name}": "kg", f"max_plastic_strain.{name}": "1", f"rebound_speed.{name}": "m/s"}
        found |= {f"{size}.{name}": "m" for size in ("length_x", "length_y", "length_z")}
        if len(spec.bodies) > 1:
            found[f"peak_contact_force.{name}"] = "N"
    for name in walls_of(spec):
        found |= {f"peak_force.{name}": "N", f"impulse.{name}": "N*s", f"contact_time.{name}": "s"}
    for name in spec.accelerations:
        found |= {f"peak_acceleration.{name}": "m/s^2", f"acceleration_3ms.{name}": "m/s^2"}
        found |= {f"hic{k}.{name}": "s" for k in HIC}
    found |= {f"max_displacement.{name}": "m" for name in spec.displacements}
    for name in spec.sections:
        found |= {f"peak_section_force.{name}": "N", f"peak_section_moment.{name}": "N*m"}
    return found | {f"intrusion.{name}": "m" for name in spec.intrusions}


def scalars(run: Run) -> dict[str, Scalar]:
    """Everything `units_of` promises, as far as it could be measured."""
    case, history, spec = run.case, run.history, run.case.spec
    state, order, units = run.arrays.blocks.state, run.arrays.order, units_of(run.case.spec)
    columns = {name: history.column(name) for name in COLUMNS}
    strains, count = order.read(state, PLASTIC), len(case.x)
    values = {
        "max_plastic_strain": float(strains.max()),
        "energy_error": float(_errors(run).max()),
        "hourglass_share": _hourglass_share(run),
        "added_mass": case.added,
        "kinetic_energy": columns["kinetic"][-1],
        "internal_energy": columns["internal"][-1],
        "peak_internal_energy": columns["internal"].max(),
        "contact_energy": columns["contact"][-1],
        "external_work": columns["external"][-1],
        "dissipated_energy": run.start + columns["external"][-1] - columns["kinetic"][-1] - columns["internal"][-1],
        "failed_elements": float((run.arrays.blocks.connect[order.block, 0, order.lane] == count).sum()),
        "max_temperature": float(order.read(state, TEMPERATURE).max()),
        "time": columns["t"][-1],
    }
    x, v = run.arrays.nodes.x[:count], run.arrays.nodes.v[:count]
    for k, name in enumerate(case.names):
        nodes = case.nodes_of(name)
        mass = case.node_mass[nodes]
        values |= {f"mass.{name}": float(mass.sum()), f"max_plastic_strain.{name}": float(strains[case.part == k].max())}
        values[f"rebound_speed.{name}"] = _rebound(run, (mass @ v[nodes]) / mass.sum())
        values |= {f"length_{axis}.{name}": float(np.ptp(x[nodes, d])) for d, axis in enumerate("xyz")}
    for name, (t, force) in forces(run).items():
        pushing = force > 0.01 * force.max() if force.max() > 0 else np.zeros(len(force), bool)
        values |= {f"peak_force.{name}": force.max(), f"impulse.{name}": float((force * np.diff(t, prepend=0.0)).sum())}
        values[f"contact_time.{name}"] = float(np.diff(t, prepend=0.0)[pushing].sum())
    for name, (t, a) in accelerations(run).items():
        dt, size = float(t[1] - t[0]), np.linalg.norm(a, axis=1)
        values |= {f"peak_acceleration.{name}": size.max(), f"acceleration_3ms.{name}": clip(size, dt)}
        values |= {f"hic{k}.{name}": hic(size, dt, window)[0] for k, window in HIC.items()}
    for name, force in touches(run).items():
        values[f"peak_contact_force.{name}"] = force.max()
    first = len(spec.accelerations)
    for k, name in enumerate(spec.displacements):
        values[f"max_displacement.{name}"] = float(np.linalg.norm(_way(run, first + k), axis=1).max())
    first += len(spec.displacements)
    for k, name in enumerate(spec.intrusions):
        (a, _), (b, _) = history.probe(first + 2 * k), history.probe(first + 2 * k + 1)
        gap = np.linalg.norm(a - b, axis=1)
        values[f"intrusion.{name}"] = float((gap[0] - gap).max())
    for k, name in enumerate(spec.sections):
        cut = history.sectioned()[:, k]
        values[f"peak_section_force.{name}"] = np.linalg.norm(cut[:, :3], axis=1).max()
        values[f"peak_section_moment.{name}"] = np.linalg.norm(cut[:, 3:], axis=1).max()
    return {name: Scalar(float(value), units[name]) for name, value in values.items() if np.isfinite(value)}


def _rebound(run: Run, velocity: np.ndarray) -> float:
    """Speed of a body against the direction of the impact; without one its speed [m/s]."""
    impact = run.case.spec.impact
    if impact is None:
        return float(np.linalg.norm(velocity))
    ahead = np.array(impact.direction) / np.linalg.norm(impact.direction)
    return float(-velocity @ ahead)


def _way(run: Run, number: int) -> np.ndarray:
    """Displacement of a probe, shape (samples, 3) [m]."""
    x, _ = run.history.probe(number)
    way: np.ndarray = x - x[0]
    return way


def _errors(run: Run) -> np.ndarray:
    """Energy error at every sample."""
    h = {name: run.history.column(name) for name in COLUMNS}
    total = h["kinetic"] + h["internal"] + h["hourglass"] + h["contact"] - h["external"]
    peak = np.maximum.accumulate(h["internal"])
    error: np.ndarray = np.abs(total - run.start) / np.maximum(np.maximum(run.start + h["external"], peak), 1e-300)
    return error


def _hourglass_share(run: Run) -> float:
    """Hourglass energy over the largest internal energy; 0 where that is below a hundredth of the energy there is."""
    peak, there = run.history.column("internal").max(), run.start + run.history.column("external")[-1]
    return float(run.history.column("hourglass")[-1] / peak) if peak > COUNTS * there else 0.0


def forces(run: Run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Wall -> (end of each interval between two samples [s], mean force on the wall in it [N])."""
    names = walls_of(run.case.spec)
    t = run.history.column("t")
    steps = np.diff(run.history.impulses(), axis=0) if len(t) > 1 else np.zeros((0, len(names), 3))
    return {name: (t[1:], np.linalg.norm(steps[:, k], axis=1) / np.diff(t)) for k, name in enumerate(names) if len(t) > 1}


def touches(run: Run) -> dict[str, np.ndarray]:
    """Body -> contact force on it at the samples [N]; nothing where there is one body only."""
    if len(run.case.names) < 2:
        return {}
    forces = np.linalg.norm(run.history.pressed(), axis=2)
    return {name: forces[:, k] for k, name in enumerate(run.case.names)}


def accelerations(run: Run) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name -> (even times [s], filtered acceleration [m/s^2], shape (n, 3)); left out where there are too few samples for the filter."""
    t = run.history.column("t")
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if len(t) < 16:
        return found
    even = np.linspace(t[0], t[-1], len(t))
    dt = float(even[1])
    for k, (name, measured) in enumerate(run.case.spec.accelerations.items()):
        _, velocity = run.history.probe(k)
        smooth = np.stack([np.interp(even, t, velocity[:, d]) for d in range(3)], axis=1)
        try:
            found[name] = even, cfc(np.gradient(smooth, dt, axis=0), dt, measured.filter)
        except BadInput:
            continue
    return found


def series(run: Run) -> Series:
    """Energies, forces, accelerations, distances over time."""
    history, spec = run.history, run.case.spec
    t = history.column("t")
    columns = {name: history.column(name) for name in COLUMNS[2:]}
    units = dict.fromkeys(columns, "J")
    columns |= {"energy_error": _errors(run), "time_step": history.column("dt")}
    units |= {"energy_error": "1", "time_step": "s"}
    for name, (_, force) in forces(run).items():
        columns[f"force.{name}"], units[f"force.{name}"] = np.r_[0.0, force], "N"
    for name, force in touches(run).items():
        columns[f"contact_force.{name}"], units[f"contact_force.{name}"] = force, "N"
    for name, (even, a) in accelerations(run).items():
        columns[f"acceleration.{name}"] = np.interp(t, even, np.linalg.norm(a, axis=1))
        units[f"acceleration.{name}"] = "m/s^2"
    first = len(spec.accelerations)
    for k, name in enumerate(spec.displacements):
        for d, axis in enumerate("xyz"):
            columns[f"displacement.{name}.{axis}"], units[f"displacement.{name}.{axis}"] = _way(run, first + k)[:, d], "m"
    first += len(spec.displacements)
    for k, name in enumerate(spec.intrusions):
        (a, _), (b, _) = (history.probe(first + 2 * k + end) for end in (0, 1))
        columns[f"distance.{name}"], units[f"distance.{name}"] = np.linalg.norm(a - b, axis=1), "m"
    for k, name in enumerate(spec.sections):
        for d, axis in enumerate("xyz"):
            cut = history.sectioned()[:, k]
            columns[f"section_force.{name}.{axis}"], units[f"section_force.{name}.{axis}"] = cut[:, d], "N"
            columns[f"section_moment.{name}.{axis}"], units[f"section_moment.{name}.{axis}"] = cut[:, 3 + d], "N*m"
    return Series(t, columns, units)
