"""Kind `crash`: bodies that collide, deform and break; and what a robot may do to a person that it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from twin.kinds import Context, Kind, Monitor, Target
from twin.physics.crash.cost import cost
from twin.physics.crash.spec import CrashSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: crash
name: my_crash
description: A copper bar hits a rigid wall with 227 m/s; a quarter of it, between two symmetry planes.
model:
  shape: {taylor_bar: {length: 32.4 mm, radius: 3.2 mm, cells_across: 4}}
  # mesh: part.msh                # or a body of your own: hexahedra and tetrahedra of gmsh, or an STL with `cell: 2 mm`
  material: copper_taylor         # or {density: 7850 kg/m^3, young: 210 GPa, yield_stress: 235 MPa}
  hold: {x_low: x, y_low: y}      # symmetry planes: nodes stay in them
impact: {wall: plane, speed: 227 m/s}
until: 80 us
expect:
  max_plastic_strain: {min: 2, max: 4}
  energy_error: {max: 1 %}
"""


def simulate(spec: CrashSpec, target: Target, monitor: Monitor, context: Context) -> Any:
    """See `twin.physics.crash.simulate`; numba is imported when something moves."""
    from twin.physics.crash.simulate import simulate as run

    return run(spec, target, monitor, context)


def simulate_many(specs: Sequence[CrashSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> Any:
    """See `twin.physics.crash.simulate.simulate_many`: small cases, in one launch."""
    from twin.physics.crash.simulate import simulate_many as run

    return run(specs, target, monitor, contexts)


def validate(quick: bool) -> list[dict[str, Any]]:
    """Exact answers, and the Taylor bar of the literature."""
    from twin.physics.crash.validate import rows

    found: list[dict[str, Any]] = rows(quick)
    return found


def scalars(spec: CrashSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    if spec.human is not None:
        from twin.physics.crash.human import human_scalars

        found: Mapping[str, str] = human_scalars(spec.human)
        return found
    from twin.physics.crash.measure import units_of

    return units_of(spec)


def check(spec: CrashSpec, context: Context) -> Any:
    """Faults that need more than one field."""
    from twin.physics.crash.check import check as found

    return found(spec, context)


def files(spec: CrashSpec, folder: Path) -> Any:
    """Meshes."""
    from twin.physics.crash.check import files as found

    return found(spec, folder)


def preflight(spec: CrashSpec, context: Context) -> Sequence[str]:
    """What is known before the run, in words."""
    from twin.physics.crash.preflight import lines

    return lines(spec, context)


@cache
def version() -> Mapping[str, str]:
    """Hash of the sources and materials that decide the numbers, and the libraries that shape the bodies."""
    from twin import assets

    here = Path(__file__).resolve()
    twin = here.parents[2]
    folders = here.parent, twin / "geometry", twin / "kernel", twin.parent / "robots"
    sources = sorted(file for folder in folders for file in folder.glob("*.py"))
    data = [folder / file for folder in (assets.root() / "materials", assets.root() / "human") for file in sorted(folder.glob("*.yaml"))]
    source = sha256(b"".join(file.read_bytes() for file in [*sources, *data])).hexdigest()[:16]
    return {"source": source, "trimesh": installed("trimesh")}


KIND = Kind(
    name="crash",
    summary="bodies that collide and deform: energy, forces, plastic strain; and a robot's blow against ISO/TS 15066",
    spec=CrashSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    files=files,
    check=check,
    cost=cost,
    targets=("cpu", "cuda"),
    example=EXAMPLE,
    preflight=preflight,
    simulate_many=simulate_many,
    validate=validate,
)
