"""Work on a node: an order in, reports out. Provisional."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.dispatch.work import Work
from twin.errors import StoreFault
from twin.kinds import Monitor

__all__ = ["work_off"]

REPORT_SECONDS = 0.1


def work_off(setup: Setup, order: Order, tell: Callable[[Report], None], monitor: Monitor) -> None:
    """Do the jobs of an order; tells what ended, and as its last act."""
    work, desk = Work(setup), _Desk(tell)
    try:
        done = work.do_all(order.jobs, order.attempts, order.worst, monitor)
        for _ in order.jobs:
            desk.begin()
            desk.end(*next(done))
            if monitor.cancelled():
                break
    except StoreFault as error:
        desk.close(str(error))
    else:
        desk.close()
    finally:
        work.close()


class _Desk:
    def __init__(self, tell: Callable[[Report], None]) -> None:
        self._tell, self._lock, self._over = tell, threading.Lock(), threading.Event()
        self._ended: list[Ended] = []
        self._units: dict[str, str] = {}
        self._busy = 0.0
        self._began: float | None = None
        threading.Thread(target=self._beat, daemon=True).start()

    def begin(self) -> None:
        self._began = time.perf_counter()

    def end(self, ended: Ended, units: dict[str, str]) -> None:
        with self._lock:
            self._busy += time.perf_counter() - (self._began or 0.0)
            self._began = None
            self._ended.append(ended)
            self._units |= units

    def close(self, fault: str = "") -> None:
        self._over.set()
        with self._lock:
            self._say(fault)

    def _say(self, fault: str = "") -> None:
        elapsed = None if self._began is None else time.perf_counter() - self._began
        report = Report(self._ended, (), self._busy, self._units, elapsed, fault)
        self._ended, self._units, self._busy = [], {}, 0.0
        self._tell(report)

    def _beat(self) -> None:
        while not self._over.wait(REPORT_SECONDS):
            with self._lock:
                if not self._over.is_set():
                    self._say()
