"""Runs of jobs with consecutive numbers: one change of the journal for all of them, where one for each would take ten times as long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

__all__ = ["runs"]

T = TypeVar("T")


def runs(jobs: Sequence[tuple[int, T]]) -> list[tuple[int, int, T]]:
    """Where jobs (number, what is done to it) follow each other by number and have the same done to them.

    Returns:
        (start, stop, what) of each run: places in `jobs`, the last one left out.
    """
    found: list[tuple[int, int, T]] = []
    start = 0
    for place in range(1, len(jobs) + 1):
        number, what = jobs[place - 1]
        if place == len(jobs) or jobs[place][0] != number + 1 or jobs[place][1] != what:
            found.append((start, place, what))
            start = place
    return found
