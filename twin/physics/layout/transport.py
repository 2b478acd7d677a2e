"""Transport work: trips from place to place, each along the shortest way through the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scenario.site_network import Route

__all__ = ["Carried", "Transport", "transport"]

HOUR = 3600.0  # [s]


@dataclass(frozen=True, slots=True)
class Carried:
    """One relation: its trips per second and its way, None where none leads there."""

    start: str
    end: str
    rate: float
    route: Route | None


@dataclass(frozen=True, eq=False)
class Transport:
    """All relations; `work` is the sum of trips times length [m/s]: metres that are driven loaded in a second."""

    carried: Sequence[Carried]
    work: float
    findings: Sequence[Finding]


def transport(spec: LayoutSpec, hall: Hall) -> Transport:
    """Relations whose nodes the site does not have are refused before the run."""
    network = hall.site.network
    carried, found = list[Carried](), list[Finding]()
    for flow in spec.flows:
        route = network.route(flow.start, flow.end)
        carried.append(Carried(flow.start, flow.end, flow.per_hour / HOUR, route))
        if route is None:
            points = np.array([[*network.nodes[name], 0.05] for name in (flow.start, flow.end)])
            text = f"no way leads from {flow.start} to {flow.end} through the network"
            remedy = "Add a way, or let an existing one be driven in both directions."
            found.append(Finding("transport", "no way", (flow.start, flow.end), text, remedy, 0.0, flow.per_hour, "1", points))
    return Transport(carried, sum(each.rate * each.route.length for each in carried if each.route is not None), found)
