"""Jobs on their way in: entered in the journal by number and id, then asked whether they are known already."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Container
from dataclasses import dataclass

from twin.dispatch.ledger import Ending, Held, Known, Ledger
from twin.dispatch.library import Library
from twin.dispatch.rows import row_text
from twin.errors import BadInput
from twin.result.parts import Row
from twin.scenario import Blueprint

__all__ = ["Intake", "Item"]

SLICE = 1000  # jobs of an earlier drive that are looked at a time
ENTERED = 4000  # jobs entered at a time
DIGEST = 32  # bytes of an id
AHEAD = 4096  # jobs that wait, claimed, for their chunk
ASK_SECONDS = 0.2  # between questions after jobs that another batch computes


@dataclass(slots=True)
class Item:
    """A job that is to be computed.

    Attributes:
        state: in the journal.
        attempt: of its last start; 0 before the first.
        crashes: workers that died with it.
        moves: workers that were ended for another reason while they had it.
        not_before: monotonic time of its next start, after a crash.
    """

    number: int
    id: str
    state: str = "pending"
    attempt: int = 0
    crashes: int = 0
    moves: int = 0
    not_before: float = 0.0


class Intake:
    """The jobs of a batch that are not handed out yet.

    Attributes:
        waiting: to be computed.
    """

    def __init__(self, ledger: Ledger, batch: int, sheet: Blueprint, library: Library) -> None:
        self._ledger, self._batch, self._sheet, self._library = ledger, batch, sheet, library
        self._earlier = self._entered = ledger.entered()  # jobs of an earlier drive
        self._asked_to = 0
        self._fresh: deque[tuple[int, bytes]] = deque()  # number of the first job, ids: entered by this drive and not asked for
        self.waiting: deque[Item] = deque()
        self._elsewhere: dict[int, Item] = {}  # another batch, or another job of this one, computes the same id
        self._asked = 0.0

    def __len__(self) -> int:
        return len(self.waiting) + len(self._elsewhere)

    @property
    def entering(self) -> bool:
        """Whether jobs are left that the journal does not have."""
        return self._entered < len(self._sheet)

    @property
    def exhausted(self) -> bool:
        """Whether every job has been asked for."""
        return self._asked_to >= len(self._sheet)

    @property
    def busy(self) -> bool:
        """Whether there is something to do at once."""
        return self.entering or (not self.exhausted and len(self.waiting) < AHEAD)

    def enter(self) -> None:
        """Enter the next jobs.

        Raises:
            BadScenario: the values of one are not valid together.
        """
        first, last = self._entered, min(self._entered + ENTERED, len(self._sheet))
        if first < last:
            ids = self._sheet.ids(first, last)
            if self._ledger.enter(first, ids) == len(ids):
                self._fresh.append((first, bytes.fromhex("".join(ids))))
            self._entered = last

    def admit(self) -> list[Ending]:
        """Claim the next entered jobs, where few wait; those that are known already end here."""
        if self._asked_to >= self._entered or len(self.waiting) >= AHEAD:
            return []
        items = self._next()
        known = self._ledger.claim([(item.number, item.id) for item in items]) if items else {}
        endings: list[Ending] = []
        for item in items:
            owner = known.get(item.id)
            if owner is not None and owner.owner != (self._batch, item.number):
                endings += self._place(item, owner)
            elif (row := self._library.folder_row(item.id)) is not None:
                endings.append(self._cached(item, row))
            else:
                self.waiting.append(item)
        return endings

    def _next(self) -> list[Item]:
        """The next jobs that have not ended. Those that this drive entered are known, and not read back."""
        if self._fresh and self._fresh[0][0] == self._asked_to:
            first, digests = self._fresh.popleft()
            ids = digests.hex()
            self._asked_to = first + len(digests) // DIGEST
            return [Item(number, ids[at : at + 2 * DIGEST]) for number, at in enumerate(range(0, len(ids), 2 * DIGEST), start=first)]
        stop = self._fresh[0][0] if self._fresh else self._entered
        held = self._ledger.unfinished(self._asked_to, stop, SLICE)
        self._check(held)
        self._asked_to = held[-1].number + 1 if len(held) == SLICE else stop
        return [Item(h.number, h.id, h.state, h.attempt, h.crashes) for h in held]

    def drop(self, numbers: Container[int]) -> None:
        """Jobs that need no computing after all."""
        self.waiting = deque(item for item in self.waiting if item.number not in numbers)

    def ask(self) -> list[Ending]:
        """Ask after the jobs that are computed elsewhere; what became of them elsewhere ends here or is taken over."""
        if not self._elsewhere or time.monotonic() - self._asked < ASK_SECONDS:
            return []
        self._asked = time.monotonic()
        items, self._elsewhere = list(self._elsewhere.values()), {}
        known = self._ledger.known([item.id for item in items])
        return [ending for item in items if item.id in known for ending in self._place(item, known[item.id])]

    def _place(self, item: Item, known: Known) -> list[Ending]:
        """Where an item goes whose id another job owns."""
        row = self._library.row(known)
        if row is None and known.driven and known.state in ("pending", "placed", "running", "lost"):
            self._elsewhere[item.number] = item
            return []
        if row is None:
            self._ledger.own([(item.number, item.id)])
            row = self._library.folder_row(item.id, fresh=True)  # its worker published it, and its driver died before saying so
        if row is not None:
            return [self._cached(item, row)]
        self.waiting.append(item)
        return []

    def _cached(self, item: Item, row: Row) -> Ending:
        judged = self._library.judged(row, item.number, self._sheet.values(item.number))
        return Ending(item.number, item.attempt, item.state, judged.status, judged.verdict, row_text(judged), cached=True)

    def _check(self, held: list[Held]) -> None:
        """Jobs that an earlier drive entered must still be the same.

        Raises:
            BadInput: the id of one is another now: a file that it uses has changed.
        """
        for job in held:
            if job.number >= self._earlier:
                return
            if self._sheet.ids(job.number, job.number + 1) != [job.id]:
                raise BadInput(
                    f"job {job.number} of the batch", "other input files, engines or processor than at its start",
                    "the same ones for all jobs of a batch", "Submit the scenario again; jobs that are unchanged are not run again.",
                )  # fmt: skip
