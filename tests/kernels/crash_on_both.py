"""Small crashes on the CPU and on CUDA, or its simulator, as a program: group, tolerance; prints how far they are apart; 1: too far."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import meshio
import numpy as np

from twin.kinds import Context, Silent, Target
from twin.physics.crash import run as running
from twin.physics.crash.case import prepare
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec

STEEL = {"density": 7850, "young": 210e9, "poisson": 0.3}
LINEAR = STEEL | {"yield_stress": 235e6, "hardening": 1e9}
TABLE = STEEL | {"curve": [[0, 235e6], [0.01, 300e6], [0.1, 400e6]], "rate": {"c": 40, "p": 5}}
HOT = STEEL | {"johnson_cook": {"a": 90e6, "b": 292e6, "n": 0.31, "c": 0.025, "m": 1.09, "melting": 1356, "specific_heat": 383}}
CUBE = {"box": {"size": [0.003, 0.003, 0.003], "counts": [3, 3, 3]}}
FLAT = {"box": {"size": [0.003, 0.003, 0.002], "counts": [2, 2, 1]}}
END = 1e-4
THROWN = {"impact": {"speed": 200, "friction": 0.1, "mass": 1e-3}, "until": END}
ROUND = {
    "ball": {"shape": "sphere", "position": [0, 0, -0.01], "radius": 0.01, "velocity": [0, 0, 50]},
    "roll": {"shape": "cylinder", "position": [0, 0, 0.012], "normal": [1, 0, 0], "radius": 0.01, "friction": 0.3},
}
FORCES = {
    "a": {"on": {"set": "x_low"}, "vector": [0, 900, 0], "curve": [[0, 0], [1e-6, 1]]},
    "b": {"on": {"set": "z_low"}, "vector": [100, 0, 0]},
}
ROWS = {
    "stress": slice(0, 6), "plastic": 6, "energy": 7, "hourglass": 8, "mass": 9, "temperature": 10, "critical": 11, "held": slice(12, 24),
}  # fmt: skip


def tetrahedra(folder: Path) -> dict[str, Any]:
    """A cube of six."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float)
    six = [[0, 1, 2, 6], [0, 2, 3, 6], [0, 3, 7, 6], [0, 7, 4, 6], [0, 4, 5, 6], [0, 5, 1, 6]]
    meshio.write(folder / "tets.msh", meshio.Mesh(corners, [("tetra", np.array(six))]), file_format="gmsh")
    return {"mesh": "tets.msh", "scale": 0.002}


def cases(folder: Path, group: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Name, steps, scenario."""
    if group == "hexahedra":
        yield "linear, two fail", 12, {"model": {"shape": CUBE, "material": LINEAR | {"failure_strain": 0.05}}, **THROWN}
        yield "table", 6, {"model": {"shape": FLAT, "material": TABLE}, **THROWN}
        yield "johnson cook", 6, {"model": {"shape": FLAT, "material": HOT, "hold": {"x_low": "x"}}, **THROWN}
    if group == "tetrahedra":
        for name, material in (("linear", LINEAR), ("table", TABLE), ("johnson cook", HOT)):
            yield name, 6, {"model": tetrahedra(folder) | {"material": material}, **THROWN}
    if group == "walls":
        yield "walls, motion, forces, gravity", 10, {
            "model": {"shape": FLAT, "material": LINEAR}, "walls": ROUND, "forces": FORCES, "gravity": [0, 0, -1e6], "until": END,
            "motions": {"a": {"of": {"set": "z_high"}, "axis": "x", "velocity": [[0, 0], [1e-6, 30]]}},
        }  # fmt: skip
    if group == "contact":
        upper = {"shape": FLAT, "material": LINEAR, "velocity": [0, 20, -200]}
        lower = {"shape": FLAT, "material": LINEAR, "position": [0.0003, 0.0002, -0.002001]}
        yield "contact", 8, {"parts": {"upper": upper, "lower": lower}, "contact": {"friction": 0.2}, "until": END}


def go(run: running.Run, steps: int) -> None:
    """So many steps, as `run.advance_to_end` takes them."""
    while steps:
        cycles = min(steps, running._cycles(run))
        running.step(run, END, cycles)
        steps -= cycles


def measured(run: running.Run) -> dict[str, np.ndarray]:
    """All that the two must agree on."""
    energy, order = running.energies(run.arrays, run.contact), run.arrays.order
    state = run.state()
    found = {"energies": np.array([energy.kinetic, energy.internal, energy.hourglass, energy.contact, energy.external])}
    found |= {name: state[name] for name in ("nodes.x", "nodes.v", "nodes.f", "walls.place", "walls.velocity", "clock.now", "clock.steps")}
    found |= {"impulse": state["walls.impulse"].sum(axis=0), "contact": run.contact.force, "step": run.arrays.blocks.step}
    elements = run.arrays.blocks.state[order.block, :, order.lane]
    return found | {name: elements[:, row] for name, row in ROWS.items()} | {"nodes": run.arrays.blocks.connect[order.block, :, order.lane]}


def apart(a: Mapping[str, np.ndarray], b: Mapping[str, np.ndarray]) -> float:
    """The largest difference, over the largest number of its kind."""
    sizes = {name: float(np.abs(a[name]).max(initial=0.0)) or 1.0 for name in a}
    return max(float(np.abs(a[name] - b[name]).max(initial=0.0)) / sizes[name] for name in a)


def worst(group: str, folder: Path) -> float:
    """Of all cases of a group; a run that goes on from its state in between must have equal bits."""
    found = []
    for name, steps, given in cases(folder, group):
        case = prepare(CrashSpec.model_validate(given), folder)
        cpu, cuda, again = (running.init(case, Target(device)) for device in ("cpu", "cuda", "cuda"))
        go(cpu, steps)
        go(cuda, steps // 2)
        again.restore({key: np.copy(value) for key, value in cuda.state().items()})
        go(cuda, steps - steps // 2)
        go(again, steps - steps // 2)
        one, other, third = measured(cpu), measured(cuda), measured(again)
        assert int(one["clock.steps"][0]) == steps, (name, one["clock.steps"])
        assert one["plastic"].max() > 0.005, name
        if "fail" in name:
            assert (one["nodes"].max(axis=1) >= len(case.x)).any(), name
        if group == "contact":
            assert np.abs(one["contact"]).max() > 1.0, name
        found.append(apart(one, other))
        restarted = apart(other, third)
        print(f"{name}: {found[-1]:.2g} apart, {restarted:.2g} after a restart")
        assert restarted == 0.0, name
    return max(found)


def whole() -> float:
    """A run from its scenario to its result: the largest relative difference of its scalars."""
    given = {"model": {"shape": FLAT, "material": LINEAR}, "impact": {"speed": 200}, "until": 2e-6, "samples": 10, "pictures": False}
    given["guards"] = {"energy_error": 1}  # so coarse a bar
    spec = CrashSpec.model_validate(given)
    cpu, cuda = (simulate(spec, Target(device), Silent(), Context(Path.cwd())) for device in ("cpu", "cuda"))
    assert (cpu.status, cuda.status) == ("done", "done"), (cpu.reason, cuda.reason)
    assert set(cpu.scalars) == set(cuda.scalars)
    pairs = [(float(cpu.scalars[name].value), float(cuda.scalars[name].value)) for name in cpu.scalars]
    return max(abs(a - b) / max(abs(a), 1e-6) for a, b in pairs if np.isfinite(a))


def main(group: str, tolerance: float) -> int:
    """Runs a group; whether it is too far apart."""
    with tempfile.TemporaryDirectory() as folder:
        found = whole() if group == "whole" else worst(group, Path(folder))
    print(f"{group}: {found:.2g}")
    return int(not found < tolerance)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2])))
