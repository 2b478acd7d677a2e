"""What a line is made of in memory: one record a place, machine, team, shift and loop, one a part, and two lists of numbers.

All that a replication needs stands in four arrays, so that it can stop and go on anywhere: when it needs more room for parts, to tell
how far it is, or to be cancelled. Four arrays and no more, because every function of the loops gets them: a tuple of many arrays costs
a hundred times as much as the work itself.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "BLOCKED", "BUFFER", "BUSY", "CONVEYOR", "DOWN", "KINDS", "NONE", "OFF", "PART", "ROW", "SETUP", "SINK", "SOURCE", "STARVED", "STATES",
    "STATION", "TRANSPORT", "WAITING",
]  # fmt: skip

NONE = -1

SOURCE, STATION, BUFFER, CONVEYOR, SINK, TRANSPORT = range(6)
KINDS = ("source", "station", "buffer", "conveyor", "sink", "transport")

STARVED, BUSY, DOWN, BLOCKED, SETUP, WAITING, OFF = range(7)
STATES = ("starved", "busy", "down", "blocked", "setup", "waiting", "off")

RUN = (
    "begun stalled agenda agenda_mask agenda_head agenda_tail queued free free_count active events logged log log_rows reserve stays "
    "histogram nodes_at nodes machines_at machines people_at people shifts_at shifts loops_at loops kinds priority "
    "what who changed changes robots_at robots transports_at transports stops goals ways lengths distances charger_free"
)
RUN_REALS = "now happened since area ended"
"""Row 0. Where in `ints` the agenda, the marks of what stands in it, the histogram of stays and the tables of slots are, where in
`reals` the log and the stays; the free parts; where the rows of each sort begin, and how many; machines that `changed`. `happened`: when
something did last, `since`: last
change of the number of `active` parts, `area`: its integral, `ended`: time that parts stayed which are no more [s]."""

NODE = (
    "kind rule routes routes_at odds_at turn feeders feeders_at takes gives gives_at stream slot level capacity reserved head tail order "
    "ready machine process setup setup_every joins held makes batch least split_into split_count rework_to rework_most people_row "
    "people_count people_during crew fails repair calendar shift part every arrivals left lost taken_at thrown_at "
    "fleet pick drop dest claimed"
)
NODE_REALS = "wait scrap rework travel gap free_at stopped delay"
"""A place. `rule`: how the next place is chosen among `routes` at `routes_at`; the parts that wait in it, how many, at most, promised
to robots, as a list; `ready`: machines or parts that could send if there were room; `taken_at`, `thrown_at`: where they are counted.
Of a transport the goals where robots `pick` up and `drop`, the node that they bring parts to, and the parts that one is on its way
for."""

MACHINE = "node state phase down off count last last_part since_setup has_people wants_people has_crew breaks spent running marked"
MACHINE_REALS = "remaining began counted wear mending asked crew_asked done"
"""A machine. `phase`: what it does with its parts, whatever hinders it; `state`: what it is counted as, in `spent`. `remaining` work [s]
when it `began`; `wear` [s]: work until it fails, `breaks`: before `remaining` is over; `running`: its clock runs; `marked`: it is to be
settled; `counted`: until when its state is accounted for; `asked`, `crew_asked`: since when it waits for people, `done`: since when a
finished part waits."""

ROBOT = "task order want edge stop goal following following_way waits granted trips carries longest home goal_stop_at chargers chargers_at"
ROBOT_REALS = "battery driven speed load_time unload_time endurance charging low space"
"""A mobile robot: what it does (`task`), for which transport, how many parts it fetches, the way it is on or the stop it stands at, its
goal; `following`: behind it in the queue of a way or of those that wait for one; `waits`: for room on the way ahead, `granted`: a place
there. A fleet has the same fields for all of its robots, a charger `free_from` a time on."""

OTHERS = "on wanted at edges edges_at"
OTHERS_REALS = "busy period origin"
"""Teams: how many, free, waited for; shifts: on, the next edge; loops: cards, free ones."""


def _record(integers: str, numbers: str) -> np.dtype[np.void]:
    names, reals = dict.fromkeys(integers.split()), dict.fromkeys(numbers.split())
    plain = np.dtype([(name, np.int64) for name in names] + [(name, np.float64) for name in reals], align=True)
    return np.dtype((np.record, plain))  # whose elements have attributes without the compiler too


ROW = _record(f"{MACHINE} {NODE} {RUN} {OTHERS} {ROBOT}", f"{MACHINE_REALS} {NODE_REALS} {RUN_REALS} {OTHERS_REALS} {ROBOT_REALS}")
PART = _record("next kind goes reworks cards", "born came ready_at")
"""A part, or a free place for one. `next`: in the list that it stands in; `goes`: where, once that is decided; `born`: when the part that
it comes from entered the line, `came`: when it did itself [s]; `cards`: bits of the loops whose card it has."""
