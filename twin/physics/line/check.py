"""What is wrong with a line before anything runs: names that lead nowhere, parts that never come out, times that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from twin.errors import BadInput, Fault, nearest
from twin.kinds import Context
from twin.physics.line.check_fleets import fleet_faults
from twin.physics.line.distribution_spec import DurationSpec, Measured
from twin.physics.line.laws import mean_of
from twin.physics.line.names import kinds_of, places_of, real_name, route_of, targets
from twin.physics.line.reach import comings, leads_out, outcome, reached
from twin.physics.line.spec import Buffer, LineSpec, Sink, Source, Station
from twin.scenario import paths

__all__ = ["check", "files"]

MOST_EVENTS = 2e10  # of one clock in one replication: about an hour
GROUPS = ("sources", "stations", "buffers", "conveyors", "sinks", "people", "shifts", "loops", "fleets")


def files(spec: LineSpec, folder: Path) -> list[Path]:
    """CSV files of measured times."""
    return [paths.resolve(d.measured.csv, folder) for _, d in durations(spec) if d.measured is not None]


def durations(spec: LineSpec) -> Iterator[tuple[str, DurationSpec]]:
    """(path, distribution) of everything that takes time."""
    for name, source in spec.sources.items():
        yield f"sources.{name}.every", source.every
    for name, s in spec.stations.items():
        where = f"stations.{name}"
        if s.process is not None:
            yield f"{where}.process", s.process
        for kind, duration in s.process_of.items():
            yield f"{where}.process_of.{kind}", duration
        if s.setup:
            yield f"{where}.setup.time", s.setup.time
        if s.breakdowns:
            yield f"{where}.breakdowns.after", s.breakdowns.after
            yield f"{where}.breakdowns.repair", s.breakdowns.repair


def check(spec: LineSpec, context: Context) -> Sequence[Fault]:
    """Faults that need more than one field; those that build on names only when all names are right."""
    faults = [*_names(spec), *_measured(spec, context.folder)]
    if not faults:
        faults = [*_direct(spec), *_enough(spec), *_ways(spec), *fleet_faults(spec, context.site)]
    if not faults:
        faults = [*_kinds(spec), *_loops(spec), *_instant(spec, context.folder), *_endless(spec, context.folder)]
    return faults


def _names(spec: LineSpec) -> Iterator[Fault]:
    """Each name once; each that is used is there."""
    seen: dict[str, str] = {}
    for group in GROUPS:
        for name in getattr(spec, group):
            if name in seen:
                yield Fault(
                    f"{group}.{name}", name, "a name that is used once in a line", f"It is already one of {seen[name]}. Rename one."
                )
            seen[name] = group
            if not name.strip():
                yield Fault(group, name, "a name that can be read")
    if not places_of(spec):
        yield Fault("stations", "nothing", "at least a source, a station and a sink", "`twin new line FILE` writes a line to start from.")
    for path, given, known in _uses(spec):
        if given not in known:
            yield Fault(path, given, ", ".join(known) or "nothing of that sort is there yet", nearest(given, known))


def _uses(spec: LineSpec) -> Iterator[tuple[str, str, Sequence[str]]]:
    """(path, name, what it may name) of every name that stands for something else."""
    places = places_of(spec)
    goals = [name for name in places if name not in spec.sources]
    for group in ("sources", "stations", "buffers", "conveyors"):
        for name, place in getattr(spec, group).items():
            where = f"{group}.{name}"
            yield from ((f"{where}.to", goal, goals) for goal in place.to.places())
            yield from ((f"{where}.to.by_part", kind, kinds_of(spec)) for kind in place.to.by_part or ())
            if place.to.by is not None:
                yield f"{where}.to.by", place.to.by, list(spec.fleets)
            if getattr(place, "shift", None):
                yield f"{where}.shift", place.shift, list(spec.shifts)
    for name, s in spec.stations.items():
        where = f"stations.{name}"
        if s.rework:
            yield f"{where}.rework.to", s.rework.to, goals
        if s.operator:
            yield f"{where}.operator.people", s.operator.people, list(spec.people)
        if s.breakdowns and s.breakdowns.crew:
            yield f"{where}.breakdowns.crew", s.breakdowns.crew, list(spec.people)
        for kind in s.process_of:
            yield f"{where}.process_of", kind, kinds_of(spec)
    for name, team in spec.people.items():
        if team.shift:
            yield f"people.{name}.shift", team.shift, list(spec.shifts)
    for name, loop in spec.loops.items():
        yield from ((f"loops.{name}.enter", goal, goals) for goal in loop.enter)
        yield from ((f"loops.{name}.leave", goal, list(places)) for goal in loop.leave)


def _measured(spec: LineSpec, folder: Path) -> Iterator[Fault]:
    for path, duration in durations(spec):
        if isinstance(duration.measured, Measured):
            try:
                mean_of(duration, lambda name: paths.resolve(name, folder))
            except BadInput as error:
                yield Fault(f"{path}.measured", error.given, error.allowed, f"{error.where}: {error.remedy}".strip(": "))


def _direct(spec: LineSpec) -> Iterator[Fault]:
    """Buffers without places hand over directly: to one place, and not in a circle."""
    for name, buffer in spec.buffers.items():
        where = f"buffers.{name}"
        if buffer.capacity is not None and buffer.holds > buffer.capacity:
            yield Fault(f"{where}.holds", buffer.holds, f"at most its capacity of {buffer.capacity}")
        if buffer.capacity == 0 and (buffer.to.next is None or buffer.to.by is not None):
            yield Fault(
                f"{where}.to", "several places", "one place, because a buffer of capacity 0 only hands over", "Put the route before it."
            )
        elif buffer.capacity == 0:
            way, here = [name], buffer.to.places()[0]
            while here in spec.buffers and spec.buffers[here].capacity == 0 and here not in way:
                way.append(here)
                here = spec.buffers[here].to.places()[0]
            if here in way:
                yield Fault(f"{where}.capacity", 0, "a place for at least one part somewhere in a circle", " -> ".join([*way, here]))
    for name, s in spec.stations.items():
        if s.rework and real_name(spec, s.rework.to) == name and (s.batch or s.split):
            yield Fault(f"stations.{name}.rework.to", s.rework.to, "another place, where parts come in batches or become several")
    if len(spec.loops) > 62:
        yield Fault("loops", len(spec.loops), "at most 62")


def _enough(spec: LineSpec) -> Iterator[Fault]:
    """Time to measure, and people for who needs several of them at once."""
    if spec.warm_up != "auto" and not 0 <= spec.warm_up < spec.time:
        yield Fault(
            "warm_up", f"{spec.warm_up:g} s", f"auto, or 0 s and more, below the `time` of {spec.time:g} s", "Nothing would be measured."
        )
    for name, s in spec.stations.items():
        if s.operator and s.operator.count > (there := spec.people[s.operator.people].count):
            yield Fault(
                f"stations.{name}.operator.count",
                s.operator.count,
                f"at most the {there} that `people.{s.operator.people}` has",
                "It would wait for ever.",
            )


def _loops(spec: LineSpec) -> Iterator[Fault]:
    """Who takes a card comes to where it is given back."""
    for name, loop in spec.loops.items():
        for place in loop.enter:
            ahead = reached(spec, [real_name(spec, place)])
            if not any(real_name(spec, goal) in ahead for goal in loop.leave):
                yield Fault(f"loops.{name}.leave", list(loop.leave), f"a place to which parts come from {place}", "It would limit nothing.")


def _ways(spec: LineSpec) -> Iterator[Fault]:
    """Parts come to every place, and come out of it."""
    places = {n: p for n, p in places_of(spec).items() if not (isinstance(p, Buffer) and p.capacity == 0)}
    starts = [n for n, p in places.items() if isinstance(p, Source) or (isinstance(p, Buffer) and p.holds)]
    if not starts:
        yield Fault("sources", "none", "a source, or a buffer that `holds` parts at the start", "Nothing would ever move.")
        return
    found = reached(spec, starts)
    for name, place in places.items():
        if name not in found:
            yield Fault(
                f"{_group(spec, name)}.{name}", "nothing leads here", "a place that parts can come to", "Name it in a route, or remove it."
            )
        elif not isinstance(place, Sink) and spec.sources and name in reached(spec, list(spec.sources)) and not leads_out(spec, name):
            circle = " -> ".join(_circle(spec, name))
            yield Fault(
                f"{_group(spec, name)}.{name}.to",
                circle,
                "a way that ends in a sink",
                "Parts that come from a source would run in circles for ever.",
            )
            return


def _group(spec: LineSpec, name: str) -> str:
    return next(group for group in GROUPS if name in getattr(spec, group))


def _circle(spec: LineSpec, start: str) -> list[str]:
    way = [start]
    while (following := targets(spec, way[-1])[0]) not in way:
        way.append(following)
    return [*way, following]


def _kinds(spec: LineSpec) -> Iterator[Fault]:
    """What comes to a place is something that it can do, and that its routes know."""
    come = comings(spec)
    for name, place in places_of(spec).items():
        kinds = come.get(name, set())
        where = f"{_group(spec, name)}.{name}"
        to = route_of(place)
        if isinstance(place, Station):
            yield from _of_station(place, where, kinds)
            kinds = outcome(place, kinds)
        if to is not None and to.by_part is not None:
            for kind in sorted(kinds - set(to.by_part)):
                yield Fault(
                    f"{where}.to.by_part",
                    sorted(to.by_part),
                    f"a place for each part that comes: {', '.join(sorted(kinds))}",
                    f"Add {kind}.",
                )


def _of_station(s: Station, where: str, kinds: set[str]) -> Iterator[Fault]:
    worked_on = {next(iter(s.joins))} if s.joins else kinds
    if s.process is None:
        for kind in sorted(worked_on - set(s.process_of)):
            yield Fault(
                f"{where}.process_of",
                sorted(s.process_of),
                f"a time for each part that comes: {', '.join(sorted(worked_on))}",
                f"Add {kind}, or `process`.",
            )
    if s.joins:
        for kind in sorted(kinds - set(s.joins)):
            yield Fault(
                f"{where}.joins", sorted(s.joins), f"every part that comes: {', '.join(sorted(kinds))}", f"{kind} would wait here for ever."
            )
        for kind in sorted(set(s.joins) - kinds):
            yield Fault(f"{where}.joins.{kind}", kind, f"parts that come here: {', '.join(sorted(kinds)) or 'none'}", "Lead it here.")


def _instant(spec: LineSpec, folder: Path) -> Iterator[Fault]:
    """Parts that come without time between them fill whatever has no limit."""
    places: Mapping[str, Any] = places_of(spec)

    def find(name: str) -> Path:
        return paths.resolve(name, folder)

    for name, source in spec.sources.items():
        if mean_of(source.every, find) > 0:
            continue
        if source.limit is None:
            for goal in source.to.places():
                if any(real_name(spec, goal) in [real_name(spec, n) for n in loop.enter] for loop in spec.loops.values()):
                    continue
                place = places[real_name(spec, goal)]
                if isinstance(place, Sink) or (isinstance(place, Buffer) and place.capacity is None) or source.lost:
                    yield Fault(
                        f"sources.{name}.every",
                        0,
                        "a time above 0 where parts are lost"
                        if source.lost
                        else "a time above 0 where parts go into something without a limit",
                        "Without `lost` there is always one waiting." if source.lost else f"Give {goal} a capacity.",
                    )
                    break


def _endless(spec: LineSpec, folder: Path) -> Iterator[Fault]:
    """Clocks that go off so often that nobody lives to see the end."""
    every = {f"shifts.{name}.period": shift.period for name, shift in spec.shifts.items()}
    for name, s in spec.stations.items():
        if s.breakdowns:
            after, repair = (mean_of(d, lambda name: paths.resolve(name, folder)) for d in (s.breakdowns.after, s.breakdowns.repair))
            every[f"stations.{name}.breakdowns.after"] = after + repair
            if after == 0:
                yield Fault(f"stations.{name}.breakdowns.after", "0 s", "a time above 0 s", "A machine that fails at once never works.")
    for path, seconds in every.items():
        if seconds < spec.time / MOST_EVENTS:
            yield Fault(
                path, f"{seconds:g} s", f"at least {spec.time / MOST_EVENTS:.2g} s in a `time` of {spec.time:g} s", "It would take hours."
            )
