"""Where orders are worked off, whatever the backend: job after job, with reports of what ended and signs of life."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.dispatch.work import Work
from twin.errors import StoreFault
from twin.kinds import Monitor

__all__ = ["Station"]

REPORT_SECONDS = 0.05
BEAT_SECONDS = 0.5


class Station:
    """Works off the orders of one batch. `tell` may be called from another thread, never from two at a time."""

    def __init__(self, setup: Setup, tell: Callable[[Report], None], monitor: Monitor) -> None:
        self._work, self._reports, self._monitor = Work(setup), _Reports(tell), monitor

    def work_off(self, order: Order) -> None:
        """Do the jobs; the last report is told before this returns. Cancelled, it tells what is finished."""
        done = self._work.do_all(order.jobs, order.attempts, order.worst, self._monitor)
        for _ in order.jobs:
            self._reports.begin()
            try:
                ended, units = next(done)
            except StoreFault as error:
                self._reports.tell(str(error))
                return
            self._reports.end(ended, units)
            if self._monitor.cancelled():
                break
        self._reports.tell()

    def close(self) -> None:
        """No more reports; remove the scratch folder."""
        self._reports.close()
        self._work.close()


class _Reports:
    def __init__(self, tell: Callable[[Report], None]) -> None:
        self._send, self._lock, self._closed = tell, threading.Lock(), threading.Event()
        self._ended: list[Ended] = []
        self._units: dict[str, str] = {}
        self._busy, self._told_at = 0.0, time.perf_counter()
        self._began: float | None = None
        threading.Thread(target=self._beat, name="reports", daemon=True).start()

    def begin(self) -> None:
        self._began = time.perf_counter()

    def end(self, ended: Ended, units: dict[str, str]) -> None:
        now = time.perf_counter()
        with self._lock:
            self._busy += now - (self._began or now)
            self._began = None
            self._ended.append(ended)
            self._units |= units
            due = now - self._told_at > REPORT_SECONDS
        if due:
            self.tell()

    def tell(self, fault: str = "") -> None:
        with self._lock:
            elapsed = None if self._began is None else time.perf_counter() - self._began
            report = Report(self._ended, (), self._busy, self._units, elapsed, fault)
            self._ended, self._units, self._busy, self._told_at = [], {}, 0.0, time.perf_counter()
            self._send(report)

    def close(self) -> None:
        self._closed.set()

    def _beat(self) -> None:
        while not self._closed.wait(REPORT_SECONDS):
            since = time.perf_counter() - self._told_at
            if (self._ended and since > REPORT_SECONDS) or since > BEAT_SECONDS:
                self.tell()
