"""Safeguards: how far each is from its hazard, and how far it has to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.layout import iso_13855
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec, Safeguard
from twin.physics.layout.state import Hall

__all__ = ["Separation", "hazard", "required", "separations"]

EXACT = 1e-9  # [m]
ABOVE = 0.05  # [m] over the floor: where it is drawn


@dataclass(frozen=True, eq=False)
class Separation:
    """A safeguard's distance from its hazard and what is required [m]; the nearest points x, y [m], shape (2, 2)."""

    name: str
    distance: float
    required: float
    points: np.ndarray


def required(guard: Safeguard) -> float:
    """S [m]."""
    T = guard.response_time + guard.stopping_time
    if guard.curtain is not None:
        return iso_13855.curtain(T, guard.curtain.resolution)
    return iso_13855.parallel(T, guard.parallel.height) if guard.parallel is not None else iso_13855.across_body(T)


def hazard(hall: Hall, name: str) -> Any:
    """The hazard seen from above: a zone, or the outline of something that stands there; None where nothing has that name."""
    body = hall.body(name)
    return hall.zones.get(name) if body is None else body.footprint


def separations(spec: LayoutSpec, hall: Hall) -> tuple[list[Separation], list[Finding]]:
    """Level distances from the line where somebody is first seen to the hazard."""
    import shapely

    measured, found = list[Separation](), list[Finding]()
    for name, guard in spec.safeguards.items():
        line, danger, S = shapely.LineString(guard.line), hazard(hall, guard.hazard), required(guard)
        if danger is None:  # refused by the check before the run
            continue
        points = np.array([p.coords[0] for p in shapely.ops.nearest_points(line, danger)])
        measured.append(Separation(name, float(line.distance(danger)), S, points))
        if measured[-1].distance < S - EXACT:
            found.append(_short(measured[-1], guard))
    return measured, found


def _short(each: Separation, guard: Safeguard) -> Finding:
    text = f"{each.name} is {each.distance:.3f} m from {guard.hazard}, {each.required:.3f} m are required ({iso_13855.SOURCE})"
    remedy = f"Move it {each.required - each.distance:.3f} m further away, or let the machine stop sooner."
    points = np.column_stack([each.points, np.full(2, ABOVE)])
    return Finding("separation", "too near", (each.name, guard.hazard), text, remedy, each.distance, each.required, "m", points)
