"""The floor: the load of what stands on it, and what its area is used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from twin.physics.layout.finding import Finding
from twin.physics.layout.names import USES
from twin.physics.layout.state import Body, Hall

__all__ = ["area_use", "floor_loads"]

GRAVITY = 9.80665  # [m/s^2] standard gravity (CGPM 1901)


def floor_loads(hall: Hall) -> tuple[dict[str, float], list[Finding]]:
    """Load of each body whose mass is known [Pa], its weight over its feet; and those beyond what the floor carries."""
    loads = {body.name: body.mass * GRAVITY / _feet(body) for body in hall.bodies if body.mass is not None and _feet(body) > 0}
    allowed = hall.site.hall.floor_load if hall.site.hall else None
    found = list[Finding]()
    for name, load in loads.items():
        body = hall.body(name)
        if allowed is not None and load > allowed and body is not None:
            place = np.array([[*body.footprint.centroid.coords[0], 0.0]])
            text = f"{name} loads the floor with {load / 1e3:.3g} kPa, {allowed / 1e3:.3g} kPa are allowed"
            remedy = f"Spread it over {_feet(body) * load / allowed:.3g} m^2 or more."
            found.append(Finding("floor", "too heavy", (name,), text, remedy, load, allowed, "Pa", place))
    return loads, found


def _feet(body: Body) -> float:
    """What it stands on [m^2]; without `feet`, the outlines of those solids that are on the floor."""
    if body.feet is not None:
        return body.feet
    import shapely

    lowest = float(body.bounds[0, 2])
    return float(shapely.union_all([o.polygon for o in body.outlines if o.low < lowest + 0.01]).area)


def area_use(hall: Hall) -> Mapping[str, float] | None:
    """Share of the hall's floor for each of `USES`, they add up to 1; what two claim belongs to the first. None without a hall."""
    import shapely

    if hall.inside is None:
        return None
    pieces: dict[str, list[Any]] = {use: [] for use in USES}
    for body in hall.bodies:
        pieces[body.group].append(body.footprint)
    for aisle in hall.site.aisles.values():
        pieces[aisle.use].append(shapely.LineString(aisle.path).buffer(aisle.width / 2, cap_style="flat", join_style="mitre"))
    pieces["zones"] = list(hall.zones.values())
    shares, taken = dict[str, float](), shapely.Polygon()
    for use, parts in _in_order(pieces):
        mine = shapely.union_all(parts).intersection(hall.inside).difference(taken)
        shares[use], taken = float(mine.area / hall.inside.area), taken.union(mine)
    shares["free"] = max(0.0, 1.0 - sum(shares.values()))
    return shares


def _in_order(pieces: Mapping[str, list[Any]]) -> Sequence[tuple[str, list[Any]]]:
    return [(use, pieces[use]) for use in USES if use != "free"]
