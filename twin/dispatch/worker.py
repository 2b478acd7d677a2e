"""A worker process: jobs in, reports out, over one socket pair. Started by `python -m twin.dispatch.worker FD`.

Three threads: one takes orders (and, when the driver dies and its end closes, ends this process at once), one reports
what is finished and how long the job at hand has been running, and the main one works.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection

from twin.dispatch.wire import Ended, Order, Report, Setup
from twin.errors import StoreFault

REPORT_SECONDS = 0.05  # finished jobs wait no longer than this for company
BEAT_SECONDS = 0.5  # a sign of life, with the age of the job at hand
DRIVER_GONE = 4


class Orders:
    """What the driver sent and is not begun yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: queue.SimpleQueue[Order] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def take(self) -> Order:
        """The next order; waits for it."""
        return self._waiting.get()

    def _listen(self) -> None:
        try:
            while True:
                self._waiting.put(Order.decode(self._connection.recv_bytes()))
        except (EOFError, OSError):
            os._exit(DRIVER_GONE)  # without a driver nobody would publish what this process finds


class Reports:
    """What is finished and not told yet."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()
        self._ended: list[Ended] = []
        self._units: dict[str, str] = {}
        self._busy, self._told_at = 0.0, time.perf_counter()
        self._began: float | None = None
        threading.Thread(target=self._beat, name="reports", daemon=True).start()

    def begin(self) -> None:
        """A job begins."""
        self._began = time.perf_counter()

    def end(self, ended: Ended, units: dict[str, str], *, tell: bool) -> None:
        """The job at hand ended; `tell` when nothing follows at once."""
        now = time.perf_counter()
        with self._lock:
            self._busy += now - (self._began or now)
            self._began = None
            self._ended.append(ended)
            self._units |= units
            if tell or now - self._told_at > REPORT_SECONDS:
                self._tell()

    def ready(self) -> None:
        """Nothing yet, but this worker is able to."""
        with self._lock:
            self._tell()

    def fault(self, text: str) -> None:
        """The store failed; the driver ends this process."""
        with self._lock:
            self._tell(text)
        threading.Event().wait()

    def _tell(self, fault: str = "") -> None:
        elapsed = None if self._began is None else time.perf_counter() - self._began
        report = Report(self._ended, (), self._busy, self._units, elapsed, fault)
        self._ended, self._units, self._busy, self._told_at = [], {}, 0.0, time.perf_counter()
        try:
            self._connection.send_bytes(report.encode())
        except OSError:
            os._exit(DRIVER_GONE)

    def _beat(self) -> None:
        while True:
            time.sleep(REPORT_SECONDS)
            with self._lock:
                if self._ended or time.perf_counter() - self._told_at > BEAT_SECONDS:
                    self._tell()


class Told:
    """The monitor of a worker's runs: cancelled once the driver says so (SIGTERM); it kills a little later."""

    def __init__(self) -> None:
        self._cancelled = False
        signal.signal(signal.SIGTERM, self._cancel)

    def progress(self, fraction: float, note: str = "") -> None:
        """Reports carry the time; a fraction is not asked for."""

    def cancelled(self) -> bool:
        """Whether the driver wants the run to end."""
        return self._cancelled

    def _cancel(self, number: int, frame: object) -> None:
        self._cancelled = True


def main(handle: int) -> None:
    """Work until the driver goes away."""
    connection = Connection(handle)
    monitor = Told()
    setup = Setup.decode(connection.recv_bytes())
    from twin.dispatch.work import Work  # after the set-up is read: what a kind prints or spoils while imported is in the log

    gc.freeze()  # what is loaded by now stays: no collection need look at it
    work, reports = Work(setup), Reports(connection)
    reports.ready()
    orders = Orders(connection)
    while True:
        order = orders.take()
        last = len(order.jobs) - 1
        done = work.do_all(order.jobs, order.attempts, order.worst, monitor)
        for i in range(last + 1):
            reports.begin()
            try:
                ended, units = next(done)
            except StoreFault as error:
                reports.fault(str(error))
            else:
                reports.end(ended, units, tell=i == last or monitor.cancelled())
            if monitor.cancelled():
                os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
