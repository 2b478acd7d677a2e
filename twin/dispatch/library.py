"""What is known already: rows of jobs that some batch or run has finished, found by id."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from twin.dispatch.ledger import REUSABLE, Known
from twin.dispatch.paths import part_folder
from twin.dispatch.rows import text_row
from twin.errors import StoreFault
from twin.result import Result, Scalar, Store
from twin.result.model import Status
from twin.result.parts import Row, read_part, rows_of, units_of
from twin.scenario import Scenario, judge, verdict

__all__ = ["Library"]


class Library:
    """Finished rows, judged by the bounds of one scenario: an id says what was computed, not what was asked of it."""

    def __init__(self, store: Store, scenario: Scenario, units: Mapping[str, str]) -> None:
        self._store, self._expect = store, scenario.expect
        self.units = dict(units)  # of all scalars met so far; grows with the parts that are read
        self._part = lru_cache(maxsize=4)(self._load)
        self._folders = cache(self._listed)

    def row(self, known: Known) -> Row | None:
        """The row of a job in the journal; None when it is not finished, or its part is gone or damaged."""
        if known.state not in REUSABLE:
            return None
        if known.row is not None:
            return text_row(known.row)
        if known.part is None:
            return None
        try:
            return self._part(part_folder(self._store, known.batch) / known.part).get(known.owner[1])
        except StoreFault:
            return None  # it is computed again

    def folder_row(self, id: str, *, fresh: bool = False) -> Row | None:
        """The row of a result that has a folder; None when there is none, or it is no final answer.

        Unless `fresh`, a folder counts that was there when this library first looked for one that begins so.
        """
        if not (self._store.has(id) if fresh else id in self._folders(id[:2])):
            return None
        result = self._store.get(id)
        if result is None or result.status not in REUSABLE or result.reason == "cancelled":
            return None
        self.units |= {name: s.unit for name, s in result.scalars.items()}
        return _row(result)

    def judged(self, row: Row, index: int, values: Mapping[str, Any]) -> Row:
        """A known row as that of another job: same numbers, today's bounds."""
        scalars = {name: Scalar(value, self.units.get(name, "1")) for name, value in row.scalars.items()}
        expectations = judge(self._expect, scalars)
        return replace(
            row,
            index=index,
            values=values,
            verdict=verdict(cast(Status, row.status), expectations),
            cached=True,
            attempts=0,
        )

    def _listed(self, beginning: str) -> frozenset[str]:
        """Ids with a folder, of those that begin so: one look instead of one for every job."""
        return frozenset(self._store.ids(beginning))

    def _load(self, path: Path) -> dict[int, Row]:
        table = read_part(path)
        self.units |= units_of(table)
        return {row.index: row for row in rows_of(table)}


def _row(result: Result) -> Row:
    scalars = {name: s.value for name, s in result.scalars.items() if math.isfinite(s.value)}
    seconds = float(result.stats.get("seconds", 0.0))
    return Row(result.id, 0, result.status, result.verdict, result.reason, scalars=scalars, seconds=seconds, log=result.log)
