"""Where orders are worked off, whatever the backend: job after job, with reports of what ended and signs of life.

Many short jobs are not told one by one: their rows go into a Parquet part here, and the report names the part.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from twin.dispatch.done import Done, columns
from twin.dispatch.rows import row_text
from twin.dispatch.runs import runs
from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.dispatch.work import Work
from twin.errors import StoreFault
from twin.kinds import Monitor
from twin.result.parts import write_part

__all__ = ["Station", "work_off"]

REPORT_SECONDS = 0.05  # finished jobs wait no longer than this for company
BEAT_SECONDS = 0.5  # a sign of life, with the age of the job at hand
PART_SECONDS = 5.0  # of work between two parts of one order: no more is lost with its worker
PART_ROWS = 200  # jobs of an order from which their rows are written here
Tell = Callable[[Report], None]


class Station:
    """Works off the orders of one batch. `tell` may be called from another thread, never from two at a time."""

    def __init__(self, setup: Setup, tell: Tell, monitor: Monitor) -> None:
        self._work, self._reports, self._monitor = Work(setup), _Reports(tell), monitor
        self._parts, self._units = Path(setup.batch) / "parts", dict[str, str]()
        self._mark = secrets.token_hex(4)  # parts of two stations never meet

    def ready(self) -> None:
        """Say that this station is able to work."""
        self._reports.tell()

    def work_off(self, order: Order) -> None:
        """Do the jobs; the last report is told before this returns. Cancelled, it tells what is finished."""
        if len(order.numbers) < PART_ROWS or self._work.limited:
            self._one_by_one(order)
        else:
            self._as_part(order)

    def close(self) -> None:
        """No more reports; remove the scratch folder."""
        self._reports.close()
        self._work.close()

    def _one_by_one(self, order: Order) -> None:
        done = self._work.do(order, self._monitor)
        for number, attempt in zip(order.numbers, order.attempts, strict=True):
            self._reports.begin(number, attempt)
            try:
                one = next(done)
            except StoreFault as error:
                self._reports.tell(str(error))
                return
            ended = Ended(number, attempt, one.state, one.outcome.verdict, one.badness, row_text(one.row))
            self._reports.end([ended], one.units)
            if self._monitor.cancelled():
                break
        self._reports.tell()

    def _as_part(self, order: Order) -> None:
        finished: list[Done] = []
        since, last = time.perf_counter(), len(order.numbers) - 1
        self._reports.begin(order.numbers[0], order.attempts[0])
        try:
            for count, one in enumerate(self._work.do(order, self._monitor), start=1):
                finished.append(one)
                self._units |= one.units
                following = min(count, last)
                self._reports.alive(order.numbers[following], order.attempts[following])
                if self._monitor.cancelled():
                    break
                if count <= last and time.perf_counter() - since > PART_SECONDS:
                    self._publish(finished)
                    self._reports.begin(order.numbers[following], order.attempts[following])
                    finished, since = [], time.perf_counter()
            self._publish(finished)
        except StoreFault as error:
            self._reports.tell(str(error))
            return
        self._reports.tell()

    def _publish(self, finished: list[Done]) -> None:
        """Write the rows of these jobs, and tell that they ended."""
        numbers = [one.outcome.job.index for one in finished]
        name = f"{numbers[0]:09d}-{finished[0].attempt}-{self._mark}.parquet"
        write_part(self._parts / name, columns(finished), self._units)
        alike = runs([(number, (d.attempt, d.state, d.outcome.verdict, d.badness)) for number, d in zip(numbers, finished, strict=True)])
        self._reports.end([Ended(numbers[a], *how, count=b - a) for a, b, how in alike], self._units, parts={name: numbers})


class _Reports:
    """What is finished and not told yet."""

    def __init__(self, tell: Tell) -> None:
        self._send, self._lock, self._closed = tell, threading.Lock(), threading.Event()
        self._at, self._begun = (0, 0), False  # the job at hand, and whether its beginning is still to be told
        self._ended: list[Ended] = []
        self._parts: dict[str, list[int]] = {}
        self._units: dict[str, str] = {}
        self._busy, self._told_at = 0.0, time.perf_counter()
        self._began: float | None = None
        threading.Thread(target=self._beat, name="reports", daemon=True).start()

    def begin(self, number: int, attempt: int) -> None:
        """A job begins."""
        self._began, self._at = time.perf_counter(), (number, attempt)
        self._begun = True

    def alive(self, number: int, attempt: int) -> None:
        """One of many jobs ended; the next begins, which is told when there is something to tell anyway."""
        now = time.perf_counter()
        self._busy += now - (self._began or now)
        self._began, self._at = now, (number, attempt)

    def end(self, ended: list[Ended], units: Mapping[str, str], parts: dict[str, list[int]] | None = None) -> None:
        """The job at hand ended."""
        now = time.perf_counter()
        with self._lock:
            self._busy += now - (self._began or now)
            self._began = None
            self._ended += ended
            self._units |= units
            self._parts |= parts or {}
            due = now - self._told_at > REPORT_SECONDS
        if due:
            self.tell()

    def tell(self, fault: str = "") -> None:
        """Tell all there is."""
        with self._lock:
            elapsed = None if self._began is None else time.perf_counter() - self._began
            running = [] if self._began is None else [self._at]
            busy = self._busy if self._ended else 0.0  # of jobs that are told later it is told with them
            report = Report(self._ended, (), running, self._parts, busy, self._units, elapsed, fault)
            self._ended, self._begun, self._parts, self._units = [], False, {}, {}
            self._busy, self._told_at = self._busy - busy, time.perf_counter()
            self._send(report)

    def close(self) -> None:
        """No more signs of life."""
        self._closed.set()

    def _beat(self) -> None:
        while not self._closed.wait(REPORT_SECONDS):
            since = time.perf_counter() - self._told_at
            if (self._ended and since > REPORT_SECONDS) or self._begun or since > BEAT_SECONDS:
                self.tell()


def work_off(setup: Setup, order: Order, tell: Tell, monitor: Monitor) -> None:
    """Work off a single order in this process.

    Raises:
        BadScenario: the batch's document cannot be read here.
    """
    station = Station(setup, tell, monitor)
    try:
        station.work_off(order)
    finally:
        station.close()
