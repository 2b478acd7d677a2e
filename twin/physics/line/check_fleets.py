"""What is wrong with mobile robots before anything runs: places without a dock, ways that do not lead back, batteries that nobody fills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from twin.errors import Fault, nearest
from twin.physics.line.names import dock_of, hauls, places_of
from twin.physics.line.spec import LineSpec

__all__ = ["fleet_faults"]


def fleet_faults(spec: LineSpec, site: Any) -> Iterator[Fault]:
    """Faults of fleets, docks and the site's network together."""
    carried = hauls(spec)
    for name, fleet in spec.fleets.items():
        if fleet.battery is not None and not fleet.chargers:
            yield Fault(f"fleets.{name}.chargers", [], "at least one charger for robots with a battery", "Name nodes of the network.")
    if not carried:
        return
    nodes = () if site is None else tuple(site.network.nodes)
    if not nodes:
        yield Fault(
            "fleets",
            list(spec.fleets),
            "a `site` with a network, on which they drive",
            "Add `site: NAME`; docs/scenario.md has the format.",
        )
        return
    faults = list(_unknown(spec, nodes))
    yield from faults
    if not faults:
        yield from _cut_off(spec, site)


def _unknown(spec: LineSpec, nodes: tuple[str, ...]) -> Iterator[Fault]:
    used = {name for haul in hauls(spec) for name in (haul.sender, haul.goal)}
    for name in sorted(used):
        if dock_of(spec, name) not in nodes:
            where = f"docks.{name}"
            remedy = nearest(dock_of(spec, name), nodes) or f"Name the node where robots dock for {name}: `docks: {{{name}: NODE}}`."
            yield Fault(where, dock_of(spec, name), f"a node of the site's network: {', '.join(nodes)}", remedy)
    for name in spec.docks:
        if name not in (places := places_of(spec)):
            yield Fault(f"docks.{name}", name, f"a place: {', '.join(places)}", nearest(name, list(places)))
    for name, fleet in spec.fleets.items():
        for key in ("home", "chargers"):
            for node in getattr(fleet, key):
                if node not in nodes:
                    yield Fault(f"fleets.{name}.{key}", node, f"a node of the site's network: {', '.join(nodes)}", nearest(node, nodes))


def _cut_off(spec: LineSpec, site: Any) -> Iterator[Fault]:
    """From every place of a fleet robots have to come to every other."""
    from twin.physics.line.traffic import traffic

    for name, fleet in spec.fleets.items():
        docks = [dock_of(spec, place) for haul in hauls(spec) if haul.fleet == name for place in (haul.sender, haul.goal)]
        goals = list(dict.fromkeys([*docks, *fleet.home, *fleet.chargers]))
        if not goals:
            continue
        made = traffic(site.network, goals, fleet.length, blocking=False)
        here = [made.stops.index(goal) for goal in goals]
        apart = np.argwhere(np.isinf(made.distances[:, here]))
        if len(apart):
            to, start = apart[0]
            yield Fault(
                f"fleets.{name}",
                f"{goals[start]} -> {goals[to]}",
                "ways from every dock of a fleet to every other",
                "Add a way to the site.",
            )
        elif fleet.battery is not None and fleet.battery < (longest := float(made.distances[:, here].max()) / fleet.speed):
            yield Fault(
                f"fleets.{name}.battery",
                f"{fleet.battery:g} s",
                f"at least {longest:.4g} s, for the longest of its ways",
                "A robot would stop on its way.",
            )
