"""Kind `wind`: a virtual wind tunnel: drag, lift and moments of bodies in the wind, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from twin.kinds import Context, Kind, Monitor, Target
from twin.physics.wind.cost import cost
from twin.physics.wind.spec import WindSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: wind
name: my_tunnel
description: A round bar across the wind, in a plane; its wake swings.
bodies:
  bar: {shape: {cylinder: {diameter: 100 mm, length: 1 m, axis: y}}}
  # cover: {mesh: cover.stl, scale: 0.001, yaw: 5 deg}   # a body of your own; 0.001: drawn in millimetres
air: {speed: 0.015 m/s, density: 1.204 kg/m^3, viscosity: 1.81e-5 Pa*s}
# ground: {clearance: 50 mm, moving: true}               # a floor; moving: a rolling road
tunnel: {size: [2.2 m, 1 m, 0.8 m], plane: true}         # without sizes: from the bodies
resolution: {cells_across: 16}                           # or {cell: 5 mm}, {memory: 4 GiB}
until: {drag_ci95: 1 %, max_flow_throughs: 10}
expect:
  drag_coefficient: {min: 1.0, max: 2.5}
"""


def simulate(spec: WindSpec, target: Target, monitor: Monitor, context: Context) -> Any:
    """See `twin.physics.wind.simulate`; numba is imported when the wind blows."""
    from twin.physics.wind.simulate import simulate as run

    return run(spec, target, monitor, context)


def simulate_many(specs: Sequence[WindSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> Any:
    """See `twin.physics.wind.simulate.simulate_many`: small cases, in one launch."""
    from twin.physics.wind.simulate import simulate_many as run

    return run(specs, target, monitor, contexts)


def scalars(spec: WindSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    from twin.physics.wind.measure import units_of

    return units_of(spec)


def check(spec: WindSpec, context: Context) -> Any:
    """Faults that need more than one field."""
    from twin.physics.wind.check import check as found

    return found(spec, context)


def files(spec: WindSpec, folder: Path) -> Any:
    """Meshes."""
    from twin.physics.wind.check import files as found

    return found(spec, folder)


def preflight(spec: WindSpec, context: Context) -> Sequence[str]:
    """What is known before the run, in words."""
    from twin.physics.wind.preflight import lines

    return lines(spec, context)


def validate(quick: bool) -> list[dict[str, Any]]:
    """Exact solutions and the tables of the literature."""
    from twin.physics.wind.validate import rows

    found: list[dict[str, Any]] = rows(quick)
    return found


@cache
def version() -> Mapping[str, str]:
    """Hash of the sources that decide the numbers, and the libraries that shape the bodies."""
    here = Path(__file__).resolve()
    twin = here.parents[2]
    sources = sorted([*here.parent.glob("*.py"), *(twin / "geometry").glob("*.py"), *(twin / "kernel").glob("*.py")])
    source = sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]
    return {"source": source, "trimesh": installed("trimesh")}


KIND = Kind(
    name="wind",
    summary="a wind tunnel: drag, lift and moments of bodies, each with its interval and how far to trust it",
    spec=WindSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    files=files,
    check=check,
    cost=cost,
    example=EXAMPLE,
    preflight=preflight,
    simulate_many=simulate_many,
    targets=("cpu", "cuda"),
    validate=validate,
)
