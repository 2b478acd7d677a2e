"""Which kinds of parts can come to which places, and from where a sink can be reached."""

from __future__ import annotations

from collections.abc import Sequence

from twin.physics.line.names import Place, places_of, real_name, route_of, targets
from twin.physics.line.spec import LineSpec, Sink, Source, Station

__all__ = ["comings", "leads_out", "outcome", "reached"]


def outcome(place: Place, kinds: set[str]) -> set[str]:
    """Kinds that leave a place to which these come."""
    if not isinstance(place, Station):
        return kinds
    kinds = worked_on(place, kinds)
    if place.split and kinds:
        return {place.split.into}
    return {place.makes} if place.makes and kinds else kinds


def worked_on(station: Station, kinds: set[str]) -> set[str]:
    """Of the kinds that come to a station those that the work is done on: an assembly works on what the others go into."""
    return {next(iter(station.joins))} & kinds if station.joins else kinds


def comings(spec: LineSpec) -> dict[str, set[str]]:
    """Place -> kinds of parts that can come to it."""
    places = places_of(spec)
    found: dict[str, set[str]] = {name: set() for name in places}
    for name, buffer in spec.buffers.items():
        if buffer.holds:
            found[name].add(buffer.part)
    changed = True
    while changed:
        changed = False
        for name, place in places.items():
            kinds = {place.part} if isinstance(place, Source) else outcome(place, found[name])
            for goal, those in _goals(spec, place, kinds):
                if not those <= found[goal]:
                    found[goal] |= those
                    changed = True
            if isinstance(place, Station) and place.rework and not (back := worked_on(place, found[name])) <= found[place.rework.to]:
                found[place.rework.to] |= back
                changed = True
    return found


def _goals(spec: LineSpec, place: Place, kinds: set[str]) -> list[tuple[str, set[str]]]:
    to = route_of(place)
    if to is None:
        return []
    if to.by_part is not None:
        return [(goal, {kind}) for kind, goal in to.by_part.items() if kind in kinds]
    return [(goal, kinds) for goal in to.places()]


def reached(spec: LineSpec, starts: Sequence[str]) -> set[str]:
    """Places to which parts come from these, and these themselves."""
    found, ahead = set[str](), list(starts)
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead += targets(spec, here)
    return found


def leads_out(spec: LineSpec, start: str) -> bool:
    """Whether a part can come from there to a sink."""
    seen, ahead = set[str](), [real_name(spec, start)]
    places = places_of(spec)
    while ahead:
        here = ahead.pop()
        if isinstance(places[here], Sink):
            return True
        if here not in seen:
            seen.add(here)
            ahead += targets(spec, here)
    return False
