"""What a user writes about a line: where parts come from, what is done to them, and where they go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from twin.physics.line.distribution_spec import Duration
from twin.scenario.schema import Spec
from twin.units import Fraction, Length, Power, Speed, Time

__all__ = [
    "Batch", "Breakdowns", "Buffer", "Conveyor", "Fleet", "LineSpec", "Loop", "Operator", "People", "Route", "Setup", "Shift", "Sink",
    "Source", "Split", "Station", "Until",
]  # fmt: skip

Name = str


class Route(Spec):
    """Where a part goes next: exactly one of the rules."""

    next: Name | None = Field(None, description="always there")
    shares: dict[Name, Fraction] | None = Field(None, min_length=1, description="by chance: place -> share; the shares add up to 1")
    by_part: dict[Name, Name] | None = Field(None, min_length=1, description="by what it is: part -> place")
    first_free: tuple[Name, ...] | None = Field(None, min_length=1, description="the first of these with room")
    shortest: tuple[Name, ...] | None = Field(None, min_length=1, description="the one with room that holds least")
    in_turn: tuple[Name, ...] | None = Field(None, min_length=1, description="one after the other, and wait for its room")
    by: Name | None = Field(None, description="fleet of mobile robots that carries it; by default it is there at once")
    dock: int = Field(1, ge=1, le=10_000, description="with `by`: parts that may stand where robots fetch and bring them")

    @model_validator(mode="after")
    def _one(self) -> Route:
        names = ("next", "shares", "by_part", "first_free", "shortest", "in_turn")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a route is a place's name or exactly one of {', '.join(names)}; this one has {', '.join(given) or 'none'}")
        if self.shares is not None and min(self.shares.values()) < 0:
            raise ValueError(f"shares are not negative and add up to 1; one of these is {min(self.shares.values()):g}")
        if self.shares is not None and abs(sum(self.shares.values()) - 1) > 1e-9:
            raise ValueError(f"shares are not negative and add up to 1; these add up to {sum(self.shares.values()):g}")
        return self

    def places(self) -> tuple[Name, ...]:
        """All places it may lead to."""
        if self.next is not None:
            return (self.next,)
        if self.by_part is not None:
            return tuple(dict.fromkeys(self.by_part.values()))
        return tuple(self.shares or self.first_free or self.shortest or self.in_turn or ())


def _place(given: object) -> object:
    return {"next": given} if isinstance(given, str) else given


To = Annotated[Route, BeforeValidator(_place, json_schema_input_type=Route | str)]


class Source(Spec):
    """Where parts come in."""

    every: Duration = Field(description="time between two arrivals; 0 s: there is always one waiting")
    part: Name = Field("part", description="what comes")
    first: Time | None = Field(None, ge=0, description="when the first one comes [s]; by default after one interval")
    batch: int = Field(1, ge=1, le=10_000, description="how many come at once")
    limit: int | None = Field(None, ge=1, description="how many come altogether")
    lost: bool = Field(False, description="who finds no room goes away; by default arrivals wait, and the source with them")
    shift: Name | None = Field(None, description="comes only while this shift works")
    to: To = Field(description="where it goes")


class Buffer(Spec):
    """Where parts wait."""

    capacity: int | None = Field(None, ge=0, le=1_000_000, description="places; no limit where left out; 0: parts are handed over directly")
    order: Literal["fifo", "lifo", "priority"] = Field("fifo", description="who goes first; priority: of `parts`, then by arrival")
    holds: int = Field(0, ge=0, le=1_000_000, description="parts in it at the start")
    part: Name = Field("part", description="with `holds`: what they are")
    to: To = Field(description="where they go")


class Setup(Spec):
    """Before a part of another kind than the one before, or after so many."""

    time: Duration = Field(description="how long")
    every: int | None = Field(None, ge=1, description="after so many parts, whatever they are; by default when the part changes")


class Breakdowns(Spec):
    """How a machine fails and is repaired."""

    after: Duration = Field(description="time to failure")
    repair: Duration = Field(description="time of the repair itself, without waiting for the crew")
    clock: Literal["operating", "calendar"] = Field("operating", description="operating: only work wears it out; calendar: time does")
    crew: Name | None = Field(None, description="people who repair it; by default somebody is always there")


class Operator(Spec):
    """Who has to be there."""

    people: Name = Field(description="of these people")
    count: int = Field(1, ge=1, le=1000, description="how many of them")
    during: Literal["work", "setup", "both"] = Field("both", description="when they are needed")


class Batch(Spec):
    """Several parts are worked on at the same time."""

    size: int = Field(ge=2, le=10_000, description="as many go in")
    least: int | None = Field(None, ge=1, description="with `wait`: start with so many")
    wait: Time | None = Field(None, gt=0, description="how long the first one waits for others [s]; by default as long as it takes")

    @model_validator(mode="after")
    def _fits(self) -> Batch:
        if self.least is not None and self.least > self.size:
            raise ValueError(f"least ({self.least}) is more than the size ({self.size})")
        if self.least is not None and self.wait is None:
            raise ValueError("`least` counts when a `wait` is over; this batch has none")
        return self


class Split(Spec):
    """One part becomes several."""

    into: Name = Field(description="what comes out")
    count: int = Field(ge=1, le=10_000, description="how many")


class Rework(Spec):
    """Parts that go back."""

    share: Fraction = Field(ge=0, le=1, description="of the parts [-]")
    to: Name = Field(description="where they go")
    most: int = Field(1, ge=1, le=100, description="how often one part; after that it is scrap")


class Station(Spec):
    """Machines that do the same work, each on one part (or batch) at a time; a finished part waits in its machine for room."""

    process: Duration | None = Field(None, description="time of the work")
    process_of: dict[Name, Duration] = Field({}, description="part -> time, where it differs")
    machines: int = Field(1, ge=1, le=10_000, description="how many")
    setup: Setup | None = None
    breakdowns: Breakdowns | None = None
    operator: Operator | None = None
    shift: Name | None = Field(None, description="works only in this shift; work is interrupted and goes on")
    joins: dict[Name, int] = Field({}, description="assembly: part -> how many go into one; the first named is the one they go into")
    makes: Name | None = Field(None, description="what the part is from here on")
    batch: Batch | None = None
    split: Split | None = None
    scrap: Fraction = Field(0.0, ge=0, le=1, description="share that is thrown away afterwards [-]")
    rework: Rework | None = None
    power: Power = Field(0.0, ge=0, description="while it works or is set up [W]")
    power_idle: Power = Field(0.0, ge=0, description="otherwise, except when its shift is off [W]")
    to: To = Field(description="where parts go")

    @model_validator(mode="after")
    def _possible(self) -> Station:
        if self.process is None and not self.process_of:
            raise ValueError("a station needs `process`, or `process_of` for each part")
        if self.joins and (min(self.joins.values()) < 1 or next(iter(self.joins.values())) != 1):
            raise ValueError("`joins` counts at least one of each, and exactly one of the first, which the others go into")
        if (
            sum(bool(each) for each in (self.joins, self.batch)) > 1
            or (self.joins and self.machines > 1)
            or (self.batch and self.machines > 1)
        ):
            raise ValueError("a station with `joins` or `batch` has one machine and only one of the two")
        if self.scrap + (self.rework.share if self.rework else 0.0) > 1:
            raise ValueError("scrap and rework together are more than all parts")
        if self.operator and self.operator.during == "setup" and self.setup is None:
            raise ValueError("an operator during `setup`, and no setup: nobody would ever be needed")
        return self


class Conveyor(Spec):
    """A belt: parts enter one pitch apart and come out at its end."""

    length: Length = Field(gt=0, le=1e5, description="[m]")
    speed: Speed = Field(gt=0, le=100, description="[m/s]")
    pitch: Length = Field(gt=0, description="length that a part takes [m]")
    accumulating: bool = Field(True, description="parts close up behind one that waits at the end; false: the belt stands")
    to: To = Field(description="where parts go")

    @model_validator(mode="after")
    def _room(self) -> Conveyor:
        if self.pitch > self.length:
            raise ValueError(f"a pitch of {self.pitch:g} m is longer than the belt of {self.length:g} m: no part fits")
        return self


class Sink(Spec):
    """Where parts leave: counted, with the time that they took."""

    good: bool = Field(True, description="counted in the throughput")


class Part(Spec):
    """A kind of part."""

    priority: int = Field(0, ge=-1000, le=1000, description="higher ones go first where the order is `priority`")


class People(Spec):
    """Operators or a repair crew."""

    count: int = Field(ge=1, le=10_000, description="how many")
    shift: Name | None = Field(None, description="there only in this shift; what they have begun they finish")


class Shift(Spec):
    """When somebody works, again and again."""

    period: Time = Field(86400.0, gt=0, description="after which it repeats [s]")
    work: tuple[tuple[Time, Time], ...] = Field(description="from, to, within the period [s]")

    @model_validator(mode="after")
    def _ordered(self) -> Shift:
        if not self.work:
            raise ValueError("an empty shift: nobody ever works; give at least one [from, to]")
        edges = [edge for pair in self.work for edge in pair]
        if any(b <= a for a, b in self.work) or edges != sorted(edges) or edges[0] < 0 or edges[-1] > self.period:
            raise ValueError(f"times of work are in order, do not overlap and lie in 0 .. {self.period:g} s")
        return self


class Loop(Spec):
    """At most so many parts between entry and exit: CONWIP over a whole line, kanban over one stage."""

    cards: int = Field(ge=1, le=1_000_000, description="how many parts")
    enter: tuple[Name, ...] = Field(min_length=1, description="who enters one of these takes a card")
    leave: tuple[Name, ...] = Field(min_length=1, description="who leaves one of these (or ends in this sink) gives it back")


class Fleet(Spec):
    """Mobile robots on the site's network."""

    robots: int = Field(ge=1, le=5000, description="how many")
    speed: Speed = Field(1.0, gt=0, le=20, description="[m/s]")
    length: Length = Field(1.2, gt=0, le=20, description="of a robot and the gap before it, along its way [m]")
    load: Time = Field(10.0, ge=0, description="to take a part over [s]")
    unload: Time = Field(10.0, ge=0, description="to hand it over [s]")
    carries: int = Field(1, ge=1, le=1000, description="parts at a time")
    rule: Literal["nearest", "longest_wait"] = Field("nearest", description="which order a free robot takes")
    home: tuple[Name, ...] = Field((), description="places where they stand at the start and wait; where they are, by default")
    battery: Time | None = Field(None, gt=0, description="driving time of a full battery [s]; no limit where left out")
    charge: Time = Field(3600.0, gt=0, description="to fill an empty one [s]")
    low: Fraction = Field(0.3, gt=0, lt=1, description="a free robot goes to charge below this [-]")
    chargers: tuple[Name, ...] = Field((), description="places with one charger each")
    blocking: bool = Field(True, description="robots queue on ways that are full; false: they pass through each other")


class Until(Spec):
    """When it is known well enough."""

    throughput_ci95: Fraction = Field(0.01, gt=0, lt=1, description="half-width of the 95 % interval over the mean [-]")
    replications: int = Field(10, ge=1, le=100_000, description="at least so many")
    max_replications: int = Field(100, ge=1, le=100_000, description="and no more than these")

    @model_validator(mode="after")
    def _ordered(self) -> Until:
        if self.max_replications < self.replications and "replications" in self.model_fields_set:
            raise ValueError(f"max_replications ({self.max_replications}) is below replications ({self.replications})")
        return self


class LineSpec(Spec):
    """Material flow through stations, buffers and conveyors."""

    time: Time = Field(30 * 86400.0, gt=0, le=1e10, description="that one replication covers, warm-up included [s]")
    warm_up: Literal["auto"] | Time = Field("auto", description="left out at the beginning [s]; auto: found by MSER-5, at most half")
    until: Until = Field(Until(), description="how many replications are run")
    parts: dict[Name, Part] = Field({}, description="kinds of parts; those that sources and stations name need not be listed")
    sources: dict[Name, Source] = Field({}, description="where parts come in")
    stations: dict[Name, Station] = Field({}, description="what is done to them")
    buffers: dict[Name, Buffer] = Field({}, description="where they wait")
    conveyors: dict[Name, Conveyor] = Field({}, description="what moves them")
    sinks: dict[Name, Sink] = Field({}, description="where they leave")
    people: dict[Name, People] = Field({}, description="operators and repair crews")
    shifts: dict[Name, Shift] = Field({}, description="when they work")
    loops: dict[Name, Loop] = Field({}, description="limits of the work in process: CONWIP, kanban")
    fleets: dict[Name, Fleet] = Field({}, description="mobile robots on the site's network")
    docks: dict[Name, Name] = Field({}, description="place -> node of the site's network where robots dock; else that of its own name")
