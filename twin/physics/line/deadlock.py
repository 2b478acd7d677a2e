"""Whether a line stands for good: places that are full of parts which wait for each other's room."""

from __future__ import annotations

import numpy as np

from twin.physics.line.flow import BY_PART, FIRST_FREE, SHORTEST
from twin.physics.line.machine import DONE
from twin.physics.line.records import CONVEYOR, NONE, SINK, SOURCE, STATION
from twin.physics.line.roads import CAPACITY, COUNT, END, FIRST, WAY
from twin.physics.line.state import Replication

__all__ = ["deadlock", "gridlock"]


def deadlock(run: Replication, *, silent: bool) -> str:
    """What waits for what, as a sentence; empty while something can still go on. `silent`: nothing is going to happen by itself."""
    waits = _waits(run)
    stuck = set(waits)
    while True:  # the largest set of full places whose parts only wait for places of the set
        gone = {x for x in stuck if not waits[x] <= stuck}
        if not gone:
            break
        stuck -= gone
    if stuck:
        return f"deadlock at t = {float(run.rows[0]['happened']):.6g} s: {_circle(run, waits, min(stuck))}"
    if run.roads is not None and (jam := gridlock(run)):
        return f"gridlock at t = {float(run.rows[0]['happened']):.6g} s: {jam}"
    if silent and int(run.rows[0]["active"]) > 0:
        return f"nothing can go on at t = {float(run.rows[0]['happened']):.6g} s: {_starved(run)}"
    return ""


def gridlock(run: Replication) -> str:
    """Full ways whose first robots wait for each other's, as a sentence; empty where there are none in a circle."""
    if run.roads is None or run.plant.traffic is None:
        return ""
    made, ways = run.plant.traffic, run.roads.reshape(-1, WAY)
    wants = {}
    for way in np.flatnonzero(ways[:, COUNT] >= ways[:, CAPACITY]).tolist():
        first = int(ways[way, FIRST])
        if first < 0:
            continue
        robot = run.rows[first]
        following = int(made.ways[int(robot["goal"]), int(ways[way, END])])
        if robot["waits"] and robot["granted"] < 0 and following >= 0:
            wants[way] = following
    for start in wants:
        seen, here = [start], wants[start]
        while here in wants and here not in seen:
            seen.append(here)
            here = wants[here]
        if here in seen:
            circle = seen[seen.index(here) :]
            corners = " -> ".join(made.stops[made.ends[way, 0]] for way in [*circle, circle[0]])
            return f"robots fill the ways {corners} and wait for each other. Take fewer robots, or make ways longer or one-way"
    return ""


def _waits(run: Replication) -> dict[int, set[int]]:
    """Full places from which nothing can go -> places that their parts wait for."""
    found = {}
    for x in range(1, 1 + len(run.plant.names)):
        row = run.rows[x]
        if row["kind"] in (SOURCE, SINK) or not _full(run, row):
            continue
        parts = _first_parts(run, row)
        wanted = [_wanted(run, row, part) for part in parts]
        if wanted and all(targets and not any(_room(run, y) for y in targets) for targets in wanted):
            found[x] = set().union(*wanted)
    return found


def _full(run: Replication, row: np.void) -> bool:
    if row["kind"] == STATION:
        return bool((_machines(run, row)["phase"] == DONE).all())
    return bool(row["level"] >= row["capacity"] and row["ready"] > 0)


def _room(run: Replication, y: int) -> bool:
    row = run.rows[y]
    if row["kind"] == SINK:
        return True
    if row["kind"] == STATION:
        return not _full(run, row)
    return bool(row["level"] < row["capacity"]) or (row["kind"] == CONVEYOR and row["ready"] == 0)


def _machines(run: Replication, row: np.void) -> np.ndarray:
    found: np.ndarray = run.rows[int(row["machine"]) : int(row["machine"] + row["machines"])]
    return found


def _first_parts(run: Replication, row: np.void) -> list[int]:
    """The parts of a place that could go first."""
    if row["kind"] == STATION:
        return [int(m["head"]) for m in _machines(run, row)]
    return [int(row["head"])]


def _wanted(run: Replication, row: np.void, part: int) -> set[int]:
    goes, at = int(run.parts[part]["goes"]), int(row["routes_at"])
    if goes != NONE:
        return {goes}
    if row["rule"] == BY_PART:
        return {int(run.ints[at + int(run.parts[part]["kind"])])}
    if row["rule"] in (FIRST_FREE, SHORTEST) or row["routes"] > 1:
        return {int(y) for y in run.ints[at : at + int(row["routes"])]}
    return {int(run.ints[at])}


def _circle(run: Replication, waits: dict[int, set[int]], start: int) -> str:
    """Around the circle that one comes to from `start`."""
    way, here = [start], min(waits[start])
    while here not in way:
        way.append(here)
        here = min(waits[here])
    names = [run.plant.names[x - 1] for x in way[way.index(here) :]]
    said = ", ".join(f"{a} waits for {b}" for a, b in zip(names, [*names[1:], names[0]], strict=True))
    return f"{said}; all of them are full. Give one of them more room, or let fewer parts in (`loops`)"


def _starved(run: Replication) -> str:
    """Assemblies that wait for parts that cannot come."""
    said = _unmanned(run)
    for name, row in zip(run.plant.names, run.rows[1:], strict=False):
        if row["kind"] == STATION and row["joins"] != NONE:
            lacks = [kind for k, kind in enumerate(run.plant.kinds) if run.ints[int(row["held"]) + k] < run.ints[int(row["joins"]) + k]]
            said.append(f"{name} waits for {' and '.join(lacks)}")
        elif row["kind"] == STATION and row["batch"] > 1 and _machines(run, row)["count"].any():
            said.append(f"{name} waits for a full batch")
    full = [n for n, row in zip(run.plant.names, run.rows[1:], strict=False) if row["kind"] not in (SINK, STATION) and row["level"] > 0]
    return "; ".join(said or ["no place has room"]) + (f"; parts stand in {', '.join(full)}" if full else "")


def _unmanned(run: Replication) -> list[str]:
    """Machines that wait for people who are all held elsewhere."""
    team = dict(enumerate(run.plant.people, start=int(run.rows[0]["people_at"])))
    said = []
    for name, row in zip(run.plant.names, run.rows[1:], strict=False):
        if row["kind"] == STATION:
            machines = _machines(run, row)
            if ((machines["down"] == 1) & (machines["has_crew"] == 0)).any():
                said.append(f"{name} is broken and waits for {team[int(row['crew'])]}")
            elif (machines["wants_people"] == 1).any():
                said.append(f"{name} waits for {int(row['people_count'])} of {team[int(row['people_row'])]}")
    return said
