"""Jobs on their way in: expanded from the sweep, entered in the journal, and asked whether they are known already."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from twin.dispatch.journal import REUSABLE, Ending, Journal, Known
from twin.dispatch.library import Library
from twin.dispatch.rows import row_text
from twin.errors import BadInput
from twin.result.parts import Row
from twin.scenario import Job

__all__ = ["Intake", "Item"]

SLICE = 1000  # jobs expanded and entered at a time
ASK_SECONDS = 0.2  # between questions after jobs that another batch computes


@dataclass(slots=True)
class Item:
    """A job that is to be computed.

    Attributes:
        attempt: of its last start; 0 before the first.
        crashes: workers that died with it.
        not_before: monotonic time of its next start, after a crash.
    """

    job: Job
    attempt: int = 0
    crashes: int = 0
    not_before: float = 0.0


class Intake:
    """The jobs of a batch that are not handed out yet.

    Attributes:
        waiting: to be computed.
        exhausted: the sweep has no more jobs.
    """

    def __init__(self, journal: Journal, batch: int, jobs: Iterator[Job], library: Library) -> None:
        self._journal, self._batch, self._library = journal, batch, library
        self._earlier = journal.states(batch)
        self._jobs = (job for job in jobs if not self._finished(job))
        self.waiting: deque[Item] = deque()
        self.exhausted = False
        self._elsewhere: dict[int, Item] = {}  # another batch, or another job of this one, computes the same id
        self._asked = 0.0

    def __len__(self) -> int:
        return len(self.waiting) + len(self._elsewhere)

    def admit(self) -> list[Ending]:
        """Enter the next jobs; those that are known already end here."""
        items = [Item(job, *self._earlier.get(job.index, ("", "", 0, 0))[2:]) for job in islice(self._jobs, SLICE)]
        self.exhausted = len(items) < SLICE
        if not items:
            return []
        known = self._journal.admit(self._batch, [(item.job.index, item.job.id) for item in items])
        endings, free = [], list[Item]()
        for item in items:
            owner = known.get(item.job.id)
            if owner is not None and owner.owner != (self._batch, item.job.index):
                endings += self._place(item, owner, free)
            elif (row := self._library.folder_row(item.job.id)) is not None:
                endings.append(self._cached(item, row))
            else:
                free.append(item)
        self.waiting += free
        return endings

    def ask(self) -> list[Ending]:
        """Ask after the jobs that are computed elsewhere; what became of them elsewhere ends here or is taken over."""
        if not self._elsewhere or time.monotonic() - self._asked < ASK_SECONDS:
            return []
        self._asked = time.monotonic()
        items, self._elsewhere = list(self._elsewhere.values()), {}
        known = self._journal.known([item.job.id for item in items])
        endings: list[Ending] = []
        for item in items:
            if item.job.id in known:
                endings += self._place(item, known[item.job.id], self.waiting)
        return endings

    def _place(self, item: Item, known: Known, free: list[Item] | deque[Item]) -> list[Ending]:
        """Where an item goes whose id another job owns."""
        row = self._library.row(known)
        if row is None and known.driven and known.state in ("pending", "running"):
            self._elsewhere[item.job.index] = item
            return []
        if row is None:
            self._journal.own(self._batch, [(item.job.index, item.job.id)])
            row = self._library.folder_row(item.job.id)  # its worker published it, and its driver died before saying so
        if row is not None:
            return [self._cached(item, row)]
        free.append(item)
        return []

    def _cached(self, item: Item, row: Row) -> Ending:
        judged = self._library.judged(row, item.job.index, item.job.values)
        return Ending(item.job.index, item.attempt, judged.status, judged.verdict, row_text(judged), cached=True)

    def _finished(self, job: Job) -> bool:
        """Whether this job ended in an earlier drive of the same batch.

        Raises:
            BadInput: its id is another one now: a file that it uses has changed.
        """
        state, id, *_ = self._earlier.get(job.index, ("", job.id))
        if id != job.id:
            raise BadInput(
                f"job {job.index} of the batch", "other input files, engines or processor than at its start",
                "the same ones for all jobs of a batch", "Submit the scenario again; jobs that are unchanged are not run again.",
            )  # fmt: skip
        return state in REUSABLE
