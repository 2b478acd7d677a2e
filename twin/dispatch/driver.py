"""The driver's loop: news of the workers into the journal, the next chunks out of it.

Each turn is one commit: what ended, what is lost, what starts. Only then are the chunks sent, so that whatever a
worker does is in the journal first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from twin.dispatch.backends import Backend
from twin.dispatch.filing import Filing
from twin.dispatch.intake import Intake, Item
from twin.dispatch.journal import Ending, Journal
from twin.dispatch.keep import Worst
from twin.dispatch.pace import Pace
from twin.dispatch.rows import row_text
from twin.dispatch.tally import Tally
from twin.dispatch.wire import Ended, Lost, Order, Report
from twin.errors import StoreFault
from twin.result.parts import Row

__all__ = ["CRASHES", "Driver"]

CRASHES = 3  # workers that a job may take along before it is called failed
BACKOFF_SECONDS = 0.2  # after the first crash; doubles with each
TURN_SECONDS = 0.2  # longest wait for news
CANCEL_SECONDS = 0.5  # between looks whether somebody asked for the end
PROGRESS_SECONDS = 0.1
AHEAD = 4096  # jobs that wait, expanded, for their chunk


class Driver:
    """Drives one batch to its end."""

    def __init__(
        self,
        journal: Journal,
        batch: int,
        *,
        backend: Backend,
        intake: Intake,
        filing: Filing,
        pace: Pace,
        tally: Tally,
        worst: Worst | None = None,
        note: Callable[[str], None],
        progress: Callable[[Tally], None] | None = None,
    ) -> None:
        self._journal, self._batch, self._backend = journal, batch, backend
        self._intake, self._filing, self._pace, self._tally = intake, filing, pace, tally
        self._worst, self._note, self._progress = worst, note, progress
        self._flight: dict[int, Item] = {}
        self._suspects: list[Item] = []  # their worker died: tried again one at a time, so that only the guilty go on crashing
        self._exclusive: set[int] = set()  # slots that work on a suspect
        self._looked = self._shown = 0.0

    def run(self) -> bool:
        """Work until all jobs have ended; False when somebody cancelled the batch.

        Raises:
            StoreFault: the store cannot be written; nothing finished is lost.
            NodeFailed: no worker can be started.
        """
        while not self._over():
            if self._cancel_asked():
                return False
            report = self._backend.poll(self._patience())
            if report.fault:
                raise StoreFault(report.fault)
            with self._journal.commit():
                self._settle(report)
                self._take_in()
                orders = self._orders()
            for slot, order in orders:
                self._backend.send(slot, order)
            self._filing.file_when_due()
            self._show()
        self._show(at_once=True)
        return True

    def give_back(self) -> None:
        """What is under way is pending again."""
        self._journal.give_back(self._batch, list(self._flight))

    def _over(self) -> bool:
        return self._intake.exhausted and not (self._flight or self._suspects or len(self._intake))

    def _patience(self) -> float:
        """Seconds to wait for news: none while there is something better to do, such as expanding the sweep ahead."""
        return TURN_SECONDS if self._intake.exhausted or len(self._intake.waiting) >= AHEAD else 0.0

    def _cancel_asked(self) -> bool:
        now = time.monotonic()
        if now - self._looked < CANCEL_SECONDS:
            return False
        self._looked = now
        return self._journal.cancel_asked(self._batch)

    def _take_in(self) -> None:
        """Keep jobs at hand for the next chunks; what is known already ends at once."""
        if not self._intake.exhausted and len(self._intake.waiting) < AHEAD:
            self._end(self._intake.admit())
        self._end(self._intake.ask())

    def _settle(self, report: Report) -> None:
        self._journal.add_units(self._batch, report.units)
        self._pace.saw(len(report.ended), report.busy)
        ended = [e for e in report.ended if self._lands(e)]
        self._end(Ending(e.number, e.attempt, e.state, e.verdict, e.row) for e in ended)
        for lost in report.lost:
            if self._lands(lost):
                self._end(self._lose(lost, self._flight[lost.number]))
                self._flight.pop(lost.number)
        for e in ended:
            self._flight.pop(e.number)
            if self._worst is not None:
                self._worst.add(e.badness, e.id)

    def _lands(self, news: Ended | Lost) -> bool:
        """Whether this is about the start at hand, not an older one."""
        item = self._flight.get(news.number)
        return item is not None and item.attempt == news.attempt

    def _end(self, endings: Iterable[Ending]) -> None:
        endings = list(endings)
        self._journal.end(self._batch, endings)
        for e in endings:
            self._tally.add(e.state, e.verdict, cached=e.cached)
            self._filing.add(e.row)

    def _lose(self, lost: Lost, item: Item) -> list[Ending]:
        """A job without its worker: tried again, unless it is guilty."""
        crashed = lost.why == "crashed"
        item.crashes += crashed
        if lost.why == "expired" or item.crashes >= CRASHES:
            reason = lost.reason if lost.why == "expired" else f"{lost.reason}, {item.crashes} times"
            self._note(f"job {lost.number} failed: {reason}")
            return [_failed(item, reason, lost.log)]
        self._note(f"job {lost.number} is tried again: {lost.reason if crashed else 'its worker was ended for another job'}")
        self._journal.give_back(self._batch, [lost.number], crashed=crashed)
        item.not_before = time.monotonic() + (BACKOFF_SECONDS * 2 ** (item.crashes - 1) if crashed else 0.0)
        self._suspects.append(item)
        return []

    def _orders(self) -> list[tuple[int, Order]]:
        """The next chunks, entered as running."""
        orders = []
        load = dict(self._backend.load())
        self._exclusive = {slot for slot in self._exclusive if load.get(slot)}
        for slot, waiting in load.items():
            if slot in self._exclusive:
                continue
            if not waiting and (suspect := self._ready_suspect()):
                self._exclusive.add(slot)
                orders.append((slot, self._order([suspect])))
                continue
            while self._intake.waiting and self._pace.takes_more(waiting):
                chunk = self._chunk()
                waiting += len(chunk)
                orders.append((slot, self._order(chunk)))
        self._journal.start(self._batch, (job.index for _, order in orders for job in order.jobs))
        self._tally.running = len(self._flight)
        return orders

    def _ready_suspect(self) -> Item | None:
        now = time.monotonic()
        ready = next((item for item in self._suspects if item.not_before <= now), None)
        if ready is not None:
            self._suspects.remove(ready)
        return ready

    def _chunk(self) -> list[Item]:
        waiting = self._intake.waiting
        left = self._tally.jobs - self._tally.ended - len(self._flight)
        return [waiting.popleft() for _ in range(min(self._pace.size(left), len(waiting)))]

    def _order(self, items: list[Item]) -> Order:
        for item in items:
            item.attempt += 1
            self._flight[item.job.index] = item
        worst = self._worst.threshold if self._worst else None
        return Order([item.job for item in items], [item.attempt for item in items], worst)

    def _show(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._progress and (at_once or now - self._shown > PROGRESS_SECONDS):
            self._shown = now
            self._progress(self._tally)


def _failed(item: Item, reason: str, log: str) -> Ending:
    job = item.job
    row = Row(job.id, job.index, "failed", "none", reason, job.values, attempts=item.attempt, log=log)
    return Ending(job.index, item.attempt, "failed", "none", row_text(row))
