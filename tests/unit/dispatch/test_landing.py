"""Runs of endings land whole where all of their jobs are at hand alike, and piece by piece elsewhere."""

from __future__ import annotations

from twin.dispatch.driver import Driver
from twin.dispatch.intake import Item
from twin.dispatch.wire import Ended

RUN = Ended(3, 1, "done", "pass", 0.0, count=4)


def landed(items, part):
    driver = object.__new__(Driver)
    driver._flight = {item.number: item for item in items}
    return [(ended.number, ended.count, was) for ended, was in driver._landed(RUN, part)]


def items(**other):
    return [Item(number, "aa" * 32, "running", attempt=1) for number in range(3, 7) if f"n{number}" not in other] + [
        Item(int(name[1:]), "aa" * 32, state, attempt=attempt) for name, (state, attempt) in other.items()
    ]


def test_a_run_lands_whole():
    assert landed(items(), dict.fromkeys(range(3, 7), 1)) == [(3, 4, "running")]


def test_jobs_of_an_older_start_do_not_land():
    assert landed(items(n4=("running", 2)), dict.fromkeys(range(3, 7), 1)) == [(3, 1, "running"), (5, 1, "running"), (6, 1, "running")]
    assert landed([], dict.fromkeys(range(3, 7), 1)) == []


def test_jobs_in_other_states_or_parts_land_alone():
    assert landed(items(n6=("placed", 1)), {}) == [(3, 1, "running"), (4, 1, "running"), (5, 1, "running"), (6, 1, "placed")]
    assert landed(items(), {3: 1, 4: 1, 5: 2, 6: 2}) == [(number, 1, "running") for number in range(3, 7)]
