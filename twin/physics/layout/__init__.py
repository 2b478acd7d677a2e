"""Kind `layout`: whether a hall is as it should be: clearances, aisles, ways on foot, reach, safeguards, floor, transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from twin.kinds import Context, Kind, Monitor, Target
from twin.physics.layout.cost import cost
from twin.physics.layout.spec import LayoutSpec

__all__ = ["KIND"]

EXAMPLE = """\
twin: 1
kind: layout
name: my_layout
description: Does the hall keep its distances, its aisles, its reach?
site: server_factory               # or a file of your own: my_hall.site.yaml
# checks: [clearance, aisles, walking, reach, separation, stopping, floor, transport]   # all of them by default
# place: {rack_1: {position: [3 m, 4 m, 0]}}                 # what stands elsewhere here; sweep it as place.rack_1.position.x
# safeguards:
#   front: {curtain: {resolution: 14 mm}, line: [[4, 2], [6, 2]], hazard: rack_1, stopping_time: 0.3 s}
# flows: [{from: goods_in, to: packing, per_hour: 12}]       # names of the network's nodes
expect:
  overlaps: {max: 0}
  clearance_margin: {min: 0 m}
  aisle_margin: {min: 0 m}
"""


def simulate(spec: LayoutSpec, target: Target, monitor: Monitor, context: Context) -> Any:
    """See `twin.physics.layout.simulate`; the libraries are imported when a hall is checked."""
    from twin.physics.layout.simulate import simulate as run

    return run(spec, target, monitor, context)


def scalars(spec: LayoutSpec) -> Mapping[str, str]:
    """Every scalar that a run of this spec can have -> unit."""
    from twin.physics.layout.names import units_of

    return units_of(spec)


def check(spec: LayoutSpec, context: Context) -> Sequence[Any]:
    """Faults that need the site."""
    from twin.physics.layout.check import check as found

    return found(spec, context)


@cache
def version() -> Mapping[str, str]:
    """Hash of the sources that decide the numbers, and the libraries that measure."""
    here = Path(__file__).resolve()
    twin, robots = here.parents[2], here.parents[3] / "robots"
    own = [twin / "geometry" / f"{name}.py" for name in ("clearance", "passage", "walking")]
    sources = sorted([*here.parent.glob("*.py"), *own, *(twin / "scenario").glob("site*.py"), *robots.rglob("*.py")])
    found = {"source": sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]}
    return found | {library: installed(library) for library in ("shapely", "python-fcl", "trimesh", "scipy")}


def validate(quick: bool) -> list[dict[str, Any]]:
    """Separation distances, distances of boxes, widths of aisles, ways on foot with known answers."""
    from twin.physics.layout.validate import rows

    found: list[dict[str, Any]] = rows(quick)
    return found


KIND = Kind(
    name="layout",
    summary="is the hall as it should be: clearances, aisles, ways on foot, reach, safeguards, floor, transport",
    spec=LayoutSpec,
    simulate=simulate,
    scalars=scalars,
    version=version,
    check=check,
    cost=cost,
    example=EXAMPLE,
    validate=validate,
)
