"""The line that a user wrote, as arrays: every name a row, every route a list, every machine its slot in the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.physics.line.belt import ACCUMULATING, STANDING
from twin.physics.line.calendar import calendar
from twin.physics.line.fleet import TASKS
from twin.physics.line.flow import RULES
from twin.physics.line.laws import Find, figures
from twin.physics.line.loops import ARRIVAL, BATCH_WAITED, BELT_BEGIN, BELT_END, MACHINE_DONE, MACHINE_FAILS, ROBOT_RINGS, SHIFT_EDGE
from twin.physics.line.names import Haul, dock_of, hauls, kinds_of, places_of, real_name, route_of, targets
from twin.physics.line.places import ORDERS
from twin.physics.line.records import BUFFER, CONVEYOR, NONE, OFF, ROW, SINK, SOURCE, STATES, STATION, TRANSPORT
from twin.physics.line.spec import Buffer, Conveyor, Fleet, LineSpec, Sink, Source, Station
from twin.physics.line.stays import BINS
from twin.physics.line.traffic import Traffic, traffic

__all__ = ["Plant", "plant"]

UNLIMITED = 2**40
USES = ("work", "setup", "failure", "repair", "quality")  # streams of a machine, in the order that machine.py knows
DURING = {"work": 1, "setup": 2, "both": 3}
LOG = 200_000  # changes of state that are written down where somebody asks


@dataclass(frozen=True, eq=False)
class Plant:
    """A line ready to run, and the names of what it is made of.

    Attributes:
        rows: (rows,) of ROW; ints, reals: lists, which begin with the calendar; as they stand at time 0.
        robots: names of the mobile robots; roads, traffic: where they drive, None where there are none.
        keys: names of the streams of chance; streams: where in `ints` they begin, two numbers each.
        names: of the nodes, whose rows follow row 0; kinds: of the parts; people: of the people.
        sizes: lengths of what is counted anew in every window: `ints` from `tally` on, `reals` from `spent` on.
    """

    spec: LineSpec
    rows: np.ndarray
    ints: np.ndarray
    reals: np.ndarray
    keys: tuple[str, ...]
    streams: int
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    people: tuple[str, ...]
    robots: tuple[str, ...] = ()
    roads: np.ndarray | None = None
    traffic: Traffic | None = None

    def row(self, name: str) -> int:
        """Row of a node."""
        return 1 + self.names.index(name)

    def of_kind(self, kind: int) -> list[str]:
        """Names of all nodes of a kind."""
        return [name for name, row in zip(self.names, self.rows[1:], strict=False) if row["kind"] == kind]

    @property
    def machines(self) -> list[str]:
        """`press`, or `press.1`, `press.2`, ... where a station has several."""
        found = []
        for name in self.of_kind(STATION):
            count = self.spec.stations[name].machines
            found += [name] if count == 1 else [f"{name}.{k + 1}" for k in range(count)]
        return found


def plant(spec: LineSpec, find: Find, network: Any = None) -> Plant:
    """The arrays of a line that was checked; `network`: of the site, where mobile robots drive.

    Raises:
        BadInput: measured times that cannot be read.
    """
    return _Builder(spec, find, network).built()


class _Builder:
    """Goes through the spec once and writes it down."""

    def __init__(self, spec: LineSpec, find: Find, network: Any):
        self.spec, self.find, self.network = spec, find, network
        self.places = {n: p for n, p in places_of(spec).items() if not (isinstance(p, Buffer) and p.capacity == 0)}
        self.hauls = hauls(spec)
        self.landings = {haul.landing: haul for haul in self.hauls if not isinstance(self.places[haul.goal], (Buffer, Sink))}
        self.names = (*self.places, *self.landings, *(haul.name for haul in self.hauls))
        self.kinds = kinds_of(spec)
        self.row_of = {name: 1 + k for k, name in enumerate(self.names)}
        self.kind = {name: k for k, name in enumerate(self.kinds)}
        robots = sum(fleet.robots for fleet in spec.fleets.values()) if self.hauls else 0
        machines = sum(s.machines for s in spec.stations.values())
        counts = [1, len(self.names), machines, len(spec.people), len(spec.shifts), len(spec.loops), robots]
        self.starts = np.cumsum(counts).tolist()[:-1]  # where nodes, machines, people, shifts and loops begin
        self.rows = np.zeros(sum(counts), ROW)
        self.people = {name: self.starts[2] + k for k, name in enumerate(spec.people)}
        self.shifts = {name: self.starts[3] + k for k, name in enumerate(spec.shifts)}
        self.loops = {name: self.starts[4] + k for k, name in enumerate(spec.loops)}
        winners, times = calendar(max(2, _slots(spec, self.places.values()) + robots))
        self.ints, self.reals = winners.tolist(), times.tolist()
        self.what, self.who, self.keys = list[int](), list[int](), list[str]()
        self.robots = list[str]()
        self.made = self.starts[1]  # row of the next machine

    def built(self) -> Plant:
        run = self.rows[0]
        names = ("nodes", "machines", "people", "shifts", "loops", "robots")
        for name, at, end in zip(names, self.starts, [*self.starts[1:], len(self.rows)], strict=True):
            run[f"{name}_at"], run[name] = at, end - at
        run["kinds"] = len(self.kinds)
        run["priority"] = self._put(self.spec.parts[k].priority if k in self.spec.parts else 0 for k in self.kinds)
        self._teams()
        for name, place in self.places.items():
            self._node(self.rows[self.row_of[name]], name, place)
        for name, haul in self.landings.items():
            self._node(self.rows[self.row_of[name]], name, Buffer.model_validate({"capacity": haul.dock, "to": haul.goal}))
        for haul in self.hauls:
            self._transport(self.rows[self.row_of[haul.name]], haul)
        self._lists()
        traffic = self._robots() if self.hauls else None
        for shift in self.shifts.values():  # last, so that what ends with a shift ends in it
            self.rows[shift]["slot"] = self._slot(SHIFT_EDGE, shift)
        run["what"], run["who"] = self._put(self.what), self._put(self.who)
        size = 1 << (2 * len(self.names) + 2).bit_length()
        run["agenda"], run["agenda_mask"], run["queued"] = self._put([0] * size), size - 1, self._put([0] * 2 * len(self.rows))
        run["changed"] = self._put([0] * int(run["machines"]))
        run["histogram"], run["stays"] = self._put([0] * BINS), self._real([0.0] * 3)
        run["log"] = len(self.reals)
        batch = max([source.batch for source in self.spec.sources.values()], default=1)
        split = max([s.split.count * (s.batch.size if s.batch else 1) for s in self.spec.stations.values() if s.split], default=1)
        run["reserve"], run["free"] = 8 + max(batch, split), NONE
        streams = self._put([0] * 2 * len(self.keys))
        for row in self.rows[1 : self.starts[2]]:
            row["stream"] = streams + 2 * row["stream"]
        return Plant(
            self.spec, self.rows, np.array(self.ints, np.int64), np.array(self.reals), tuple(self.keys), streams, self.names,
            tuple(self.kinds), tuple(self.people), tuple(self.robots), None if traffic is None else traffic.roads, traffic,
        )  # fmt: skip

    def _put(self, numbers: Iterable[int]) -> int:
        """Append to the whole numbers; where they begin."""
        at = len(self.ints)
        self.ints += list(numbers)
        return at

    def _real(self, numbers: Iterable[float]) -> int:
        """Append to the real numbers; where they begin."""
        at = len(self.reals)
        self.reals += list(numbers)
        return at

    def _slot(self, what: int, who: int) -> int:
        self.what.append(what)
        self.who.append(who)
        return len(self.what) - 1

    def _stream(self, *names: str) -> int:
        self.keys += names
        return len(self.keys) - len(names)

    def _teams(self) -> None:
        """People, shifts, loops."""
        for name, shift in self.spec.shifts.items():
            row = self.rows[self.shifts[name]]
            edges = [edge for pair in shift.work for edge in pair]
            row["edges"], row["edges_at"], row["period"] = len(edges), self._real(edges), shift.period
        for name, team in self.spec.people.items():
            row = self.rows[self.people[name]]
            row["people_count"] = row["free"] = team.count
            row["shift"], row["on"] = (self.shifts[team.shift], 0) if team.shift else (NONE, 1)
        for name, loop in self.spec.loops.items():
            self.rows[self.loops[name]]["free"] = loop.cards

    def _node(self, row: np.void, name: str, place: Source | Station | Buffer | Conveyor | Sink) -> None:
        for none in ("head", "tail", "takes", "joins", "makes", "people_row", "crew", "fails", "repair", "shift", "setup", "part", "every"):
            row[none] = NONE
        row["travel"] = row["stopped"] = -1.0
        row["capacity"] = UNLIMITED
        row["stream"] = self._stream(f"{name}/route", f"{name}/arrivals")
        row["taken_at"], row["thrown_at"] = (self._put([0] * len(self.kinds)) for _ in range(2))
        for loop, spec in self.spec.loops.items():
            if name in [real_name(self.spec, n) for n in spec.enter]:
                row["takes"] = self.loops[loop]
        if isinstance(place, Source):
            self._source(row, name, place)
        elif isinstance(place, Station):
            self._station(row, name, place)
        elif isinstance(place, Buffer):
            row["kind"], row["order"] = BUFFER, ORDERS.index(place.order)
            row["capacity"] = UNLIMITED if place.capacity is None else place.capacity
        elif isinstance(place, Conveyor):
            row["kind"], row["order"] = CONVEYOR, ACCUMULATING if place.accumulating else STANDING
            row["capacity"] = int(place.length / place.pitch + 1e-9)
            row["travel"], row["gap"] = place.length / place.speed, place.pitch / place.speed
            row["slot"] = self._slot(BELT_END, self.row_of[name])
            self._slot(BELT_BEGIN, self.row_of[name])
        else:
            row["kind"] = SINK

    def _law(self, duration: object) -> int:
        """Where the figures of a distribution begin."""
        law, parameters, values = figures(duration, self.find)  # type: ignore[arg-type]
        return self._real([law, *parameters, float(self._real(values)), float(len(values))])

    def _source(self, row: np.void, name: str, source: Source) -> None:
        row["kind"], row["part"], row["every"] = SOURCE, self.kind[source.part], self._law(source.every)
        row["arrivals"], row["left"], row["lost"] = source.batch, NONE if source.limit is None else source.limit, source.lost
        row["travel"] = NONE if source.first is None else source.first
        row["shift"] = self.shifts[source.shift] if source.shift else NONE
        row["slot"] = self._slot(ARRIVAL, self.row_of[name])

    def _station(self, row: np.void, name: str, s: Station) -> None:
        row["kind"], row["machines"], row["machine"] = STATION, s.machines, self.made
        usual = self._law(s.process) if s.process is not None else NONE
        row["process"] = self._put([self._law(s.process_of[kind]) if kind in s.process_of else usual for kind in self.kinds])
        if s.setup:
            row["setup"], row["setup_every"] = self._law(s.setup.time), s.setup.every or 0
        if s.joins:
            row["part"] = self.kind[next(iter(s.joins))]
            row["joins"], row["held"] = self._put([s.joins.get(kind, 0) for kind in self.kinds]), self._put([0] * len(self.kinds))
        row["batch"] = s.batch.size if s.batch else 1
        row["least"] = (s.batch.least or (1 if s.batch.wait else s.batch.size)) if s.batch else 1
        row["wait"] = s.batch.wait if s.batch and s.batch.wait is not None else 0.0
        if s.split:
            row["split_into"], row["split_count"] = self.kind[s.split.into], s.split.count
        if s.makes:
            row["makes"] = self.kind[s.makes]
        row["scrap"] = s.scrap
        if s.rework:
            row["rework"], row["rework_most"] = s.rework.share, s.rework.most
            row["rework_to"] = self.row_of[real_name(self.spec, s.rework.to)]
        if s.operator:
            row["people_row"], row["people_count"] = self.people[s.operator.people], s.operator.count
            row["people_during"] = DURING[s.operator.during]
        if s.breakdowns:
            row["fails"], row["repair"] = self._law(s.breakdowns.after), self._law(s.breakdowns.repair)
            row["calendar"] = s.breakdowns.clock == "calendar"
            row["crew"] = self.people[s.breakdowns.crew] if s.breakdowns.crew else NONE
        row["shift"] = self.shifts[s.shift] if s.shift else NONE
        for k in range(s.machines):
            self._machine(self.row_of[name], f"{name}/{k}", s)
        row["slot"] = self._slot(BATCH_WAITED, self.row_of[name]) if s.batch else NONE

    def _machine(self, node: int, name: str, s: Station) -> None:
        m = self.rows[self.made]
        m["node"], m["head"], m["last"], m["last_part"] = node, NONE, NONE, NONE
        m["off"], m["state"] = (1, OFF) if s.shift else (0, 0)
        m["spent"] = self._real([0.0] * len(STATES))
        m["slot"] = self._slot(MACHINE_DONE, self.made)
        if s.breakdowns:
            self._slot(MACHINE_FAILS, self.made)
        m["stream"] = self._stream(*(f"{name}/{use}" for use in USES))
        self.made += 1

    def _transport(self, row: np.void, haul: Haul) -> None:
        """Where parts wait for robots."""
        self._node(row, haul.name, Buffer.model_validate({"capacity": haul.dock, "to": haul.goal}))
        row["kind"], row["fleet"] = TRANSPORT, list(self.spec.fleets).index(haul.fleet)
        row["dest"] = self.row_of[haul.landing if haul.landing in self.landings else haul.goal]

    def _robots(self) -> Traffic:
        """The robots at their first stops, and the ways that lead from everywhere to their goals."""
        run, spec = self.rows[0], self.spec
        docks = [dock_of(spec, name) for haul in self.hauls for name in (haul.sender, haul.goal)]
        named = [name for fleet in spec.fleets.values() for name in (*fleet.home, *fleet.chargers)]
        blocking = any(fleet.blocking for fleet in spec.fleets.values())
        space = max(fleet.length for fleet in spec.fleets.values())
        made = traffic(self.network, list(dict.fromkeys([*docks, *named])), space, blocking=blocking)
        goal = {name: k for k, name in enumerate(made.goals)}
        stop = {name: k for k, name in enumerate(made.stops)}
        run["stops"], run["goals"] = len(made.stops), self._put(stop[name] for name in made.goals)
        run["ways"], run["distances"] = self._put(made.ways.reshape(-1).tolist()), self._real(made.distances.reshape(-1).tolist())
        run["lengths"], run["charger_free"] = self._real(made.figures.reshape(-1).tolist()), self._real([0.0] * len(made.goals))
        run["transports_at"], run["transports"] = self.row_of[self.hauls[0].name], len(self.hauls)
        for haul in self.hauls:
            row = self.rows[self.row_of[haul.name]]
            row["pick"], row["drop"] = goal[dock_of(spec, haul.sender)], goal[dock_of(spec, haul.goal)]
        number = self.starts[5]
        for k, (name, fleet) in enumerate(spec.fleets.items()):
            places = fleet.home or tuple(dict.fromkeys(dock_of(spec, h.sender) for h in self.hauls if h.fleet == name)) or made.goals[:1]
            chargers = self._put(goal[c] for c in fleet.chargers)
            for j in range(fleet.robots):
                place = places[j % len(places)]
                self._robot(self.rows[number], number, k, fleet, stop[place])
                self.rows[number]["home"] = goal[place] if fleet.home else NONE
                self.rows[number]["chargers"], self.rows[number]["chargers_at"] = len(fleet.chargers), chargers
                self.robots.append(f"{name}.{j + 1}")
                number += 1
        return made

    def _robot(self, row: np.void, number: int, fleet: int, spec: Fleet, stop: int) -> None:
        for none in ("head", "last", "order", "edge", "following", "following_way", "granted", "goal"):
            row[none] = NONE
        row["fleet"], row["stop"], row["carries"], row["longest"] = fleet, stop, spec.carries, spec.rule == "longest_wait"
        row["speed"], row["space"], row["load_time"], row["unload_time"] = spec.speed, spec.length, spec.load, spec.unload
        row["endurance"] = row["battery"] = np.inf if spec.battery is None else spec.battery
        row["charging"], row["low"] = spec.charge, spec.low * spec.battery if spec.battery is not None else 0.0
        row["spent"], row["slot"] = self._real([0.0] * len(TASKS)), self._slot(ROBOT_RINGS, number)

    def _lists(self) -> None:
        """Routes and shares of each node, who leads to it, whose cards it gives back."""
        leads: dict[str, list[int]] = {name: [] for name in self.names}
        by_robot = {(haul.sender, haul.goal): haul.name for haul in self.hauls}
        for name in self.places:
            for target in targets(self.spec, name):
                leads[by_robot.get((name, target), target)].append(self.row_of[name])
        for haul in self.hauls:
            landing = haul.landing if haul.landing in self.landings else haul.goal
            leads[landing].append(self.row_of[haul.name])
        for landing, haul in self.landings.items():
            leads[haul.goal].append(self.row_of[landing])
        for name in (*self.landings, *(haul.name for haul in self.hauls)):
            row = self.rows[self.row_of[name]]
            goal = self.row_of[self.landings[name].goal] if name in self.landings else int(row["dest"])
            row["routes"], row["routes_at"] = 1, self._put([goal])
            row["feeders"], row["feeders_at"] = len(leads[name]), self._put(leads[name])
        for name, place in self.places.items():
            row, to = self.rows[self.row_of[name]], route_of(place)
            if to is not None:
                row["rule"] = next(k for k, rule in enumerate(RULES) if getattr(to, rule) is not None)
                real = {n: real_name(self.spec, n) for n in to.places()}
                rows = {n: self.row_of[by_robot.get((name, goal), goal) if to.by else goal] for n, goal in real.items()}
                if to.by_part is not None:
                    mine = [rows[to.by_part[k]] if k in to.by_part else NONE for k in self.kinds]
                else:
                    mine = [rows[n] for n in to.places()]
                row["routes"], row["routes_at"] = len(mine), self._put(mine)
                row["odds_at"] = self._real(np.cumsum(list(to.shares.values())) if to.shares else [])
            row["feeders"], row["feeders_at"] = len(leads[name]), self._put(leads[name])
            gives = [self.loops[loop] for loop, spec in self.spec.loops.items() if name in [real_name(self.spec, n) for n in spec.leave]]
            row["gives"], row["gives_at"] = len(gives), self._put(gives)


def _slots(spec: LineSpec, places: Iterable[object]) -> int:
    """How many things can happen by themselves."""

    def of(place: object) -> int:
        if isinstance(place, Station):
            return place.machines * (2 if place.breakdowns else 1) + (1 if place.batch else 0)
        return {Source: 1, Conveyor: 2}.get(type(place), 0)  # type: ignore[call-overload,no-any-return]

    return len(spec.shifts) + sum(of(place) for place in places)
