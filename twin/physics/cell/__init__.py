"""Kind `cell`: robots, parts and fixtures with contact, and a program for each arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from twin.kinds import Context, Kind, Monitor, Target
from twin.physics.cell.cost import cost
from twin.physics.cell.spec import CellSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: cell
name: my_cell
description: A box falls onto a table and stays there.
# engine: both              # pybullet (default up to Python 3.11), mujoco, or both: then they are compared
fixtures:
  bench: {shape: {table: {size: [800 mm, 600 mm], height: 0.75 m}}}
parts:
  box:
    shape: {box: {size: [100 mm, 80 mm, 60 mm]}}
    mass: 1.2 kg
    friction: 0.4
    pose: {frame: bench, position: [0, 0, 80 mm]}
    goal: {frame: bench, position: [0, 0, 30 mm]} # its centre, when it has come to rest
# robots:
#   arm: {model: iiwa, base: {position: [-0.6, 0, 0]}}
# program:                  # one track for each arm; tracks run beside each other
#   arm:
#     robot: arm
#     steps:
#       - {name: above, move_joint: {to: {frame: box, position: [0, 0, 150 mm], roll: 180 deg}}}
#       - {name: down, move_linear: {by: [0, 0, -118 mm], speed: 100 mm/s}}
#       - {name: take, grip: {part: box, force: 80 N}}
#       - {name: lift, move_linear: {by: [0, 0, 200 mm]}}
expect:
  final_error.box.position: {max: 2 mm}
  collision_count: {max: 0}
"""


def simulate(spec: CellSpec, target: Target, monitor: Monitor, context: Context) -> Any:
    """See `twin.physics.cell.simulate`; the engines are imported when a cell runs."""
    from twin.physics.cell.simulate import simulate as run

    return run(spec, target, monitor, context)


def simulate_many(specs: Sequence[CellSpec], target: Target, monitor: Monitor, contexts: Sequence[Context]) -> Any:
    """See `twin.physics.cell.rigid.simulate_many`: cells without contact, in one launch."""
    from twin.physics.cell.rigid import simulate_many as run

    return run(specs, target, monitor, contexts)


def scalars(spec: CellSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    from twin.physics.cell.names import units_of

    return units_of(spec)


def check(spec: CellSpec, context: Context) -> Any:
    """Faults that need more than one field."""
    from twin.physics.cell.check import check as found

    return found(spec, context)


def files(spec: CellSpec, folder: Path) -> Any:
    """Meshes and URDFs."""
    from twin.physics.cell.check import files as found

    return found(spec, folder)


@cache
def version() -> Mapping[str, str]:
    """Hash of the sources that decide the numbers, and the engines' versions."""
    here = Path(__file__).resolve()
    twin, robots = here.parents[2], here.parents[3] / "robots"
    sources = sorted([*here.parent.glob("*.py"), *(twin / "contact").glob("*.py"), *robots.glob("*.py"), *(twin / "kernel").glob("*.py")])
    found = {"source": sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]}
    for engine in ("pybullet", "mujoco", "ruckig"):
        try:
            found[engine] = installed(engine)
        except PackageNotFoundError:
            found[engine] = ""
    return found


def validate(quick: bool) -> list[dict[str, Any]]:
    """Exact answers on every installed engine."""
    from twin.physics.cell.validate import rows

    found: list[dict[str, Any]] = rows(quick)
    return found


KIND = Kind(
    name="cell",
    summary="robots, parts and fixtures with contact: cycle time, clearance, forces, torques",
    spec=CellSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    files=files,
    check=check,
    cost=cost,
    example=EXAMPLE,
    targets=("cpu", "cuda"),
    validate=validate,
    simulate_many=simulate_many,
)
