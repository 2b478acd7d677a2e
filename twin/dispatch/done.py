"""Jobs that came to their end at a worker, and their rows: one, or many as columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin.outcome import Outcome
from twin.result import table
from twin.result.columns import Columns, by_name
from twin.result.model import Scalar
from twin.result.parts import Row

__all__ = ["LOG_KEPT", "Done", "columns"]

LOG_KEPT = 8192  # characters of the end of a job's log that its row carries


@dataclass(slots=True, eq=False)
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
        job, said = self.outcome.job, self.outcome.said
        return Row(
            id=job.id,
            index=job.index,
            status=said.status,
            verdict=self.outcome.verdict,
            reason=said.reason,
            values=job.values,
            scalars=self.scalars(),
            seconds=self.outcome.seconds,
            attempts=self.attempt,
            log=said.log[-LOG_KEPT:],
        )

    def scalars(self) -> dict[str, float]:
        """Those that are finite."""
        scalars: Mapping[str, Scalar] = self.outcome.said.scalars
        if isinstance(scalars, table.Row):
            return scalars.plain()
        return {name: float(s.value) for name, s in scalars.items() if math.isfinite(s.value)}


def columns(finished: Sequence[Done]) -> Columns:
    """The rows of jobs of one sheet."""
    outcomes = [one.outcome for one in finished]
    numbers = [outcome.job.index for outcome in outcomes]
    fixed: dict[str, Sequence[Any]] = {
        "id": [outcome.job.id for outcome in outcomes],
        "index": numbers,
        "status": [outcome.said.status for outcome in outcomes],
        "verdict": [outcome.verdict for outcome in outcomes],
        "reason": [outcome.said.reason for outcome in outcomes],
        "seconds": [outcome.seconds for outcome in outcomes],
        "attempts": [one.attempt for one in finished],
        "cached": [False] * len(finished),
        "log": [outcome.said.log[-LOG_KEPT:] for outcome in outcomes],
    }
    return Columns(fixed, outcomes[0].job.sheet.columns(numbers), by_name([one.scalars() for one in finished]))
