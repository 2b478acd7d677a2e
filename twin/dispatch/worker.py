"""A worker process: orders in, reports out, over one socket pair. Started by `python -m twin.dispatch.worker FD`.

One thread takes orders (and, when the driver dies and its end closes, ends this process at once), the station's own
reports, and the main one works.
"""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection

from twin.dispatch.wire import Order, Report, Setup

__all__ = ["Told", "main"]

DRIVER_GONE = 4
COLLECT = (50_000, 20, 100)  # a launch makes many objects that live until its end: looking for circles among them takes a tenth of it


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
    from twin.dispatch.station import Station  # after the set-up is read: what a kind prints or spoils while imported is in the log

    def tell(report: Report) -> None:
        try:
            connection.send_bytes(report.encode())
        except OSError:
            os._exit(DRIVER_GONE)
        if report.fault:
            threading.Event().wait()  # the driver ends this process

    station = Station(setup, tell, monitor)
    gc.freeze()  # what is loaded by now stays: no collection need look at it
    gc.set_threshold(*COLLECT)
    station.ready()
    orders = Orders(connection)
    while True:
        station.work_off(orders.take())
        if monitor.cancelled():
            os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
