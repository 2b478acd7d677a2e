"""Names in a line: what there is, what follows what."""

from __future__ import annotations

from typing import NamedTuple

from twin.physics.line.spec import Buffer, Conveyor, LineSpec, Route, Sink, Source, Station

__all__ = ["Haul", "Place", "dock_of", "hauls", "kinds_of", "places_of", "real_name", "route_of", "targets"]

Place = Source | Station | Buffer | Conveyor | Sink


def places_of(spec: LineSpec) -> dict[str, Place]:
    """Everything that parts can be in, by name, buffers without places included."""
    return {**spec.sources, **spec.stations, **spec.buffers, **spec.conveyors, **spec.sinks}


def route_of(place: Place) -> Route | None:
    """Where parts go from there."""
    return None if isinstance(place, Sink) else place.to


def kinds_of(spec: LineSpec) -> list[str]:
    """All kinds of parts that are named anywhere."""
    found = [*spec.parts, *(source.part for source in spec.sources.values())]
    found += [buffer.part for buffer in spec.buffers.values() if buffer.holds]
    for station in spec.stations.values():
        found += [*station.joins, *([station.makes] if station.makes else []), *([station.split.into] if station.split else [])]
    return list(dict.fromkeys(found)) or ["part"]


def real_name(spec: LineSpec, name: str) -> str:
    """The place behind buffers without places: what is handed over directly."""
    place = spec.buffers.get(name)
    while place is not None and place.capacity == 0:
        name = place.to.places()[0]
        place = spec.buffers.get(name)
    return name


class Haul(NamedTuple):
    """What mobile robots bring from one place to another.

    Attributes:
        sender, goal: places; fleet: whose robots; dock: parts that may stand on either side.
    """

    sender: str
    goal: str
    fleet: str
    dock: int

    @property
    def name(self) -> str:
        """Of the place where they wait to be fetched."""
        return f"{self.sender}.to.{self.goal}"

    @property
    def landing(self) -> str:
        """Of the place before a station or a belt where robots put them down: one for each sender, lest parts bar each other's way."""
        return f"{self.sender}.at.{self.goal}"


def hauls(spec: LineSpec) -> list[Haul]:
    """Everything that goes by robot."""
    found = []
    for name, place in places_of(spec).items():
        to = route_of(place)
        if to is not None and to.by is not None:
            goals = dict.fromkeys(real_name(spec, goal) for goal in to.places())
            found += [Haul(name, goal, to.by, to.dock) for goal in goals]
    return found


def dock_of(spec: LineSpec, name: str) -> str:
    """Node of the site's network where robots dock for a place."""
    return spec.docks.get(name, name)


def targets(spec: LineSpec, name: str) -> list[str]:
    """Where parts may go from a place, each once, rework included."""
    place = places_of(spec)[name]
    to = route_of(place)
    found = [*to.places()] if to else []
    if isinstance(place, Station) and place.rework:
        found.append(place.rework.to)
    return list(dict.fromkeys(real_name(spec, each) for each in found))
