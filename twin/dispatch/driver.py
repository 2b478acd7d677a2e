"""The driver's loop: news of the workers into the journal, the next chunks out of it.

Each turn is one commit: what ended, what is lost, what starts. Only then are the chunks sent, so that whatever a
worker does is in the journal first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from twin.dispatch.backends import Backend
from twin.dispatch.budget import Budget
from twin.dispatch.filing import Filing
from twin.dispatch.intake import Intake, Item
from twin.dispatch.journal import Journal
from twin.dispatch.keep import Worst
from twin.dispatch.ledger import Ending
from twin.dispatch.pace import Pace
from twin.dispatch.rows import row_text
from twin.dispatch.shares import Share
from twin.dispatch.tally import Tally
from twin.dispatch.wire import Ended, Lost, Order, Report
from twin.errors import StoreFault
from twin.result.parts import Row
from twin.scenario import Blueprint

__all__ = ["CRASHES", "Books", "Driver"]

CRASHES = 3  # workers that a job may take along before it is called failed
MOVES = 10  # times that its worker may be ended for something else
BACKOFF_SECONDS = 0.2  # after the first crash; doubles with each
TURN_SECONDS = 0.2  # longest wait for news
CANCEL_SECONDS = 0.5  # between looks whether somebody asked for the end
PROGRESS_SECONDS = 0.1


@dataclass(frozen=True)
class Books:
    """What a driver writes into.

    Attributes:
        batch: number of the batch in the journal.
        worst: the worst jobs so far, where `keep` asks for them.
        note: writes a line into the batch's own log.
        progress: called with the tally some times a second.
    """

    journal: Journal
    batch: int
    filing: Filing
    tally: Tally
    worst: Worst | None
    note: Callable[[str], None]
    progress: Callable[[Tally], None] | None = None


class Driver:
    """Drives one batch to its end."""

    def __init__(self, books: Books, *, backend: Backend, sheet: Blueprint, intake: Intake, pace: Pace, budget: Budget) -> None:
        self._books, self._backend, self._sheet, self._intake = books, backend, sheet, intake
        self._journal, self._ledger, self._tally = books.journal, books.journal.ledger(books.batch), books.tally
        self._pace, self._budget, self._share = pace, budget, Share(books.journal, books.batch)
        self._flight: dict[int, Item] = {}
        self._suspects: list[Item] = []  # their worker died: tried again one at a time, so that only the guilty go on crashing
        self._exclusive: set[int] = set()  # slots that work on a suspect
        self._leftover = backend.leftover_reports()
        self._looked = self._shown = 0.0

    def run(self) -> str:
        """Work until all jobs have ended; why it stopped before that, or empty. `cancelled` when somebody asked for the end.

        Raises:
            StoreFault: the store cannot be written; nothing finished is lost.
            NodeFailed: no worker can be started.
        """
        while not self._over():
            if self._cancel_asked():
                return "cancelled"
            report = self._backend.poll(self._patience())
            if report.fault:
                raise StoreFault(report.fault)
            with self._journal.commit():
                self._settle(report)
                self._take_in()
                self._take_up()
                orders = self._orders()
            for slot, order in orders:
                self._backend.send(slot, order)
            self._books.filing.file_when_due()
            self._show()
            if self._budget.spent and not self._flight and not self._over():
                self._show(at_once=True)
                return self._budget.reason
        self._show(at_once=True)
        return ""

    def _over(self) -> bool:
        return self._intake.exhausted and not (self._flight or self._suspects or len(self._intake))

    def _patience(self) -> float:
        """Seconds to wait for news: none while there is something better to do, such as entering jobs ahead."""
        return 0.0 if self._intake.busy else TURN_SECONDS

    def _cancel_asked(self) -> bool:
        now = time.monotonic()
        if now - self._looked < CANCEL_SECONDS:
            return False
        self._looked = now
        return self._journal.cancel_asked(self._books.batch)

    def _take_in(self) -> None:
        """Keep jobs at hand for the next chunks; what is known already ends at once."""
        self._intake.enter()
        self._end(self._intake.admit())
        self._end(self._intake.ask())

    def _take_up(self) -> None:
        """What an earlier driver's workers had finished ends here. Of a part all jobs must be at hand, or they are run again."""
        if not self._leftover.ended:
            return
        held = {(item.number, item.attempt): item for item in self._intake.waiting}
        numbers = {number for number, _ in held}
        parts = {name: jobs for name, jobs in self._leftover.parts.items() if numbers.issuperset(jobs)}
        whole = {job for jobs in parts.values() for job in jobs}
        ended = [one for e in self._leftover.ended for one in e.each()]
        found = [e for e in ended if (e.number, e.attempt) in held and (e.row or e.number in whole)]
        self._flight |= {e.number: held[e.number, e.attempt] for e in found}
        self._intake.drop({e.number for e in found})
        busy = self._leftover.busy * len(found) / len(ended)
        self._settle(replace(self._leftover, ended=found, parts=parts, begun=(), busy=busy))
        if self._intake.exhausted:
            self._leftover = Report()

    def _settle(self, report: Report) -> None:
        self._journal.add_units(self._books.batch, report.units)
        self._pace.saw(report.jobs, report.busy)
        self._budget.saw(report.busy)
        self._begin(report)
        parts = {job: self._ledger.add_part(name, len(jobs)) for name, jobs in report.parts.items() for job in jobs[:1]}
        of = {job: parts[jobs[0]] for jobs in report.parts.values() for job in jobs}
        landed = [(e, was) for ended in report.ended for e, was in self._landed(ended, of)]
        self._end(Ending(e.number, e.attempt, was, e.state, e.verdict, e.row, of.get(e.number), count=e.count) for e, was in landed)
        lost = [(each, self._flight.pop(each.number)) for each in report.lost if self._lands(each)]
        if lost:
            self._lose(lost)
        for e, _ in landed:
            items = [self._flight.pop(number) for number in e.numbers]
            if self._books.worst is not None:
                for item in items:
                    self._books.worst.add(e.badness, item.id)

    def _begin(self, report: Report) -> None:
        """Placed jobs that run now."""
        flight = self._flight
        begun = [(n, a) for n, a in report.begun if n in flight and flight[n].attempt == a and flight[n].state == "placed"]
        if begun:
            self._ledger.begin(begun)
            for number, _ in begun:
                flight[number].state = "running"

    def _landed(self, ended: Ended, part: Mapping[int, int]) -> list[tuple[Ended, str]]:
        """What of this is about the starts at hand, and the state so far; all of a run where all of it is alike."""
        items = [self._flight.get(number) for number in ended.numbers]
        states = {item.state if item and item.attempt == ended.attempt else "" for item in items}
        if len(states) > 1 or len({part.get(number) for number in ended.numbers}) > 1:
            return [found for one in ended.each() for found in self._landed(one, part)]
        (state,) = states
        return [(ended, state)] if state else []

    def _lands(self, news: Lost) -> bool:
        """Whether this is about the start at hand, not an older one."""
        item = self._flight.get(news.number)
        return item is not None and item.attempt == news.attempt

    def _end(self, endings: Iterable[Ending]) -> None:
        endings = list(endings)
        self._ledger.end(endings)
        for e in endings:
            self._tally.add(e.state, e.verdict, e.count, cached=e.cached)
            if e.row:
                self._books.filing.add(e.row)

    def _lose(self, lost: list[tuple[Lost, Item]]) -> None:
        """Jobs without their worker: tried again, unless they are guilty."""
        self._ledger.lose([(item.number, item.state, news.why == "crashed") for news, item in lost])
        for news, item in lost:
            crashed = news.why == "crashed"
            item.crashes += crashed
            item.moves += not crashed and item.state == "running"
            item.state = "lost"
            if reason := _guilt(news, item):
                self._books.note(f"job {news.number} failed: {reason}")
                self._end([self._failed(item, reason, news.log)])
                continue
            if news.why == "moved":
                self._books.note(f"job {news.number} is moved: {news.reason}")
                self._intake.waiting.append(item)
                continue
            self._books.note(f"job {news.number} is tried again: {news.reason or 'its worker was ended for another job'}")
            item.not_before = time.monotonic() + (BACKOFF_SECONDS * 2 ** (item.crashes - 1) if crashed else 0.0)
            self._suspects.append(item)

    def _failed(self, item: Item, reason: str, log: str) -> Ending:
        values = self._sheet.values(item.number)
        row = Row(item.id, item.number, "failed", "none", reason, values, attempts=item.attempt, log=log)
        return Ending(item.number, item.attempt, item.state, "failed", "none", row_text(row))

    def _orders(self) -> list[tuple[int, Order]]:
        """The next chunks, entered as placed, or as running where they begin at once."""
        chunks: list[tuple[int, list[Item]]] = []
        load = dict(self._backend.load())
        self._exclusive = {slot for slot in self._exclusive if load.get(slot)}
        for slot, waiting in self._share.of(load):
            if slot in self._exclusive or self._budget.spent:
                continue
            if not waiting and (suspect := self._ready_suspect()):
                self._exclusive.add(slot)
                chunks.append((slot, [suspect]))
                continue
            while self._intake.waiting and self._pace.takes_more(waiting) and (chunk := self._chunk()):
                waiting += len(chunk)
                chunks.append((slot, chunk))
        state = "placed" if self._backend.remote else "running"
        items = [item for _, chunk in chunks for item in chunk]
        if items:
            self._ledger.start([(item.number, item.state) for item in items], state)
        for item in items:
            item.attempt, item.state = item.attempt + 1, state
            self._flight[item.number] = item
        self._tally.running = len(self._flight)
        worst = self._books.worst.threshold if self._books.worst else None
        return [(slot, Order([i.number for i in c], [i.id for i in c], [i.attempt for i in c], worst)) for slot, c in chunks]

    def _ready_suspect(self) -> Item | None:
        now = time.monotonic()
        ready = next((item for item in self._suspects if item.not_before <= now), None)
        if ready is not None:
            self._suspects.remove(ready)
        return ready

    def _chunk(self) -> list[Item]:
        """The next jobs for one slot; none when the budget is spent."""
        waiting = self._intake.waiting
        left = self._tally.jobs - self._tally.ended - len(self._flight)
        count = self._budget.take(min(self._pace.size(left), len(waiting)))
        return [waiting.popleft() for _ in range(count)]

    def _show(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if self._books.progress and (at_once or now - self._shown > PROGRESS_SECONDS):
            self._shown = now
            self._books.progress(self._tally)


def _guilt(news: Lost, item: Item) -> str:
    """Why the job is not tried again; empty when it is."""
    if news.why == "expired":
        return news.reason
    if item.crashes >= CRASHES:
        return f"{news.reason}, {item.crashes} times"
    if item.moves >= MOVES:
        return f"{news.reason or 'its worker was ended'}, {item.moves} times; does the job take longer than its target allows?"
    return ""
