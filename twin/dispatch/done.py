"""Jobs that came to their end at a worker, and their rows: one, or many as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.light import light
from twin.outcome import Outcome
from twin.result import table
from twin.result.columns import Columns, by_name
from twin.result.model import Scalar
from twin.result.parts import Row

__all__ = ["LOG_KEPT", "Done", "columns"]

LOG_KEPT = 8192  # characters of the end of a job's log that its row carries


@light
@dataclass(frozen=True, slots=True)
class Done:
    """A job that came to its end.

    Attributes:
        attempt: which start of it.
        state: of the job: its status, or `cancelled`.
        badness: how far it missed its bounds, where `keep` asks for the worst.
        units: scalar -> unit, those that were not told before.
    """

    outcome: Outcome
    attempt: int
    state: str
    badness: float
    units: Mapping[str, str]

    @property
    def row(self) -> Row:
        """Its row; scalars that are not finite are left out."""
        return Row(**self.fixed(), values=self.outcome.job.values, scalars=self.scalars())

    def fixed(self) -> dict[str, Any]:
        """What every job has, by the names of a row."""
        outcome, said = self.outcome, self.outcome.said
        return {
            "id": outcome.job.id, "index": outcome.job.index, "status": said.status, "verdict": outcome.verdict, "reason": said.reason,
            "seconds": outcome.seconds, "attempts": self.attempt, "cached": False, "log": said.log[-LOG_KEPT:],
        }  # fmt: skip

    def scalars(self) -> dict[str, float]:
        """Those that are finite."""
        scalars: Mapping[str, Scalar] = self.outcome.said.scalars
        if isinstance(scalars, table.Row):
            return scalars.plain()
        return {name: float(s.value) for name, s in scalars.items() if math.isfinite(s.value)}


def columns(finished: Sequence[Done]) -> Columns:
    """Rows of jobs of one sheet."""
    sheet, numbers = finished[0].outcome.job.sheet, [one.outcome.job.index for one in finished]
    return Columns(by_name([one.fixed() for one in finished]), sheet.columns(numbers), by_name([one.scalars() for one in finished]))
