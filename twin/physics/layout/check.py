"""What can be known to be wrong before anything is measured: a site that is missing, names that it does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from robots import meshes
from robots.model import Geometry
from twin.errors import BadInput, Fault, TwinError, nearest
from twin.kinds import Context
from twin.physics.layout.hall import load_robot, revised
from twin.physics.layout.spec import LayoutSpec
from twin.scenario import Site
from twin.scenario.site_shape import pieces

__all__ = ["check"]


def check(spec: LayoutSpec, context: Context) -> Sequence[Fault]:
    """Every fault of a layout. Paths are dotted, as in the scenario file."""
    if context.site is None:
        return [Fault("site", "nothing", "a site: a file `*.site.yaml`, or a bundled one", "Write `site: server_factory`, for instance.")]
    site: Site = context.site
    faults = [*_moved(spec, site), *_removed(spec, site)]
    if not faults:
        try:
            site = revised(spec, site)
        except BadInput as error:
            faults.append(Fault("place", error.given, error.allowed, error.remedy))
    return [*faults, *_hazards(spec, site), *_flows(spec, site), *_meshes(site), *_arms(site)]


def _unknown(path: str, given: str, known: Iterable[str]) -> Fault:
    names = sorted(known)
    return Fault(path, given, ", ".join(names) or "nothing here", nearest(given, names))


def _moved(spec: LayoutSpec, site: Site) -> Iterator[Fault]:
    yield from (_unknown(f"place.{name}", name, site.frames) for name in spec.place if name not in site.frames)


def _removed(spec: LayoutSpec, site: Site) -> Iterator[Fault]:
    known = {*(name for _, name, _ in site.things()), *site.robots}
    yield from (_unknown(f"remove.{i}", name, known) for i, name in enumerate(spec.remove) if name not in known)


def _hazards(spec: LayoutSpec, site: Site) -> Iterator[Fault]:
    known = {*site.zones, *(name for _, name, _ in site.things()), *site.robots}
    for name, guard in spec.safeguards.items():
        if guard.hazard not in known:
            yield _unknown(f"safeguards.{name}.hazard", guard.hazard, known)
        if len(set(guard.line)) < 2:
            yield Fault(f"safeguards.{name}.line", [list(p) for p in guard.line], "points that differ", "A line needs a length.")


def _flows(spec: LayoutSpec, site: Site) -> Iterator[Fault]:
    nodes: Mapping[str, object] = site.network.nodes
    for i, flow in enumerate(spec.flows):
        for key, name in (("from", flow.start), ("to", flow.end)):
            if name not in nodes:
                yield _unknown(f"flows.{i}.{key}", name, nodes)


def _meshes(site: Site) -> Iterator[Fault]:
    """Mesh files that cannot be read."""
    for group, name, thing in site.things():
        for geometry in pieces(thing.shape):
            if geometry.kind == "mesh" and (said := _unreadable(geometry)) is not None:
                yield Fault("site", said.given, f"{said.allowed} (for {group}.{name}.shape)", said.remedy)


def _unreadable(geometry: Geometry) -> BadInput | None:
    try:
        meshes.load(geometry)
    except BadInput as error:
        return error
    return None


def _arms(site: Site) -> Iterator[Fault]:
    """Arms and tools that robots do not have."""
    for name, robot in site.robots.items():
        try:
            found = load_robot(robot)
        except TwinError as error:
            yield Fault("site", robot.tool or robot.model or robot.urdf, f"a robot that can be used (robots.{name}): {error}")
            continue
        if robot.reaches and not found.arms:
            yield Fault("site", robot.tool, f"robots.{name}.tool: the link that is the tool", "The robot has several chains.")
        for i, reach in enumerate(robot.reaches):
            if reach.arm is not None and reach.arm not in found.arms:
                allowed = f"{', '.join(found.arms)} (robots.{name}.reaches.{i}.arm)"
                yield Fault("site", reach.arm, allowed, nearest(reach.arm, list(found.arms)))
