"""Kind `line`: material flow through stations, buffers and conveyors: what a factory makes an hour, and what holds it up."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from twin.kinds import Context, Kind, Monitor, Target
from twin.physics.line.cost import cost
from twin.physics.line.spec import LineSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: line
name: my_line
description: Two stations with a buffer between them; the second one fails now and then.
sources:
  goods_in: {every: {exponential: 70 s}, to: queue} # or every: 0 s, where there is always one waiting
buffers:
  queue: {to: press}                                 # no capacity: no limit
  between: {capacity: 5, to: weld}
stations:
  press:
    process: 55 s                                    # or {normal: {mean: 55 s, std: 3 s}}, {measured: {csv: times.csv, column: press}}
    to: between
  weld:
    process: {triangular: {low: 40 s, mode: 50 s, high: 75 s}}
    breakdowns: {after: {exponential: 4 h}, repair: {exponential: 15 min}}
    scrap: 1 %
    to: out
sinks:
  out: {}
time: 5 d                                            # of each replication, warm-up included
until: {throughput_ci95: 1 %, max_replications: 40}
expect:
  throughput: {min: 0.013}                           # parts a second
  lead_time_p95: {max: 1 h}
"""


def simulate(spec: LineSpec, target: Target, monitor: Monitor, context: Context) -> Any:
    """See `twin.physics.line.simulate`; numba is imported when something moves."""
    from twin.physics.line.simulate import simulate as run

    return run(spec, target, monitor, context)


def validate(quick: bool) -> list[dict[str, Any]]:
    """Exact answers of queueing theory."""
    from twin.physics.line.validate import rows

    found: list[dict[str, Any]] = rows(quick)
    return found


def scalars(spec: LineSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    from twin.physics.line.units import units_of

    return units_of(spec)


def check(spec: LineSpec, context: Context) -> Any:
    """Faults that need more than one field."""
    from twin.physics.line.check import check as found

    return found(spec, context)


def files(spec: LineSpec, folder: Path) -> Any:
    """Measured times."""
    from twin.physics.line.check import files as found

    return found(spec, folder)


@cache
def version() -> Mapping[str, str]:
    """Hash of the sources that decide the numbers."""
    here = Path(__file__).resolve()
    folders = here.parent, here.parents[2] / "kernel"
    sources = sorted(file for folder in folders for file in folder.glob("*.py"))
    return {"source": sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]}


KIND = Kind(
    name="line",
    summary="material flow: throughput, lead time, bottleneck and energy of stations, buffers, conveyors and mobile robots",
    spec=LineSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    files=files,
    check=check,
    cost=cost,
    example=EXAMPLE,
    validate=validate,
)
