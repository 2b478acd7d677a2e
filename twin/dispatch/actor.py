"""What a Ray actor is: a warm worker on some node. Bytes in, bytes out: JSON orders and reports, never pickled code.

Plain Python: `twin.dispatch.backends.ray_slot` makes an actor of it. Three methods run side by side, each in a thread of
its own (Ray's concurrency groups): `work` works, `news` is one long stream of reports, `cancel` gets through meanwhile.
"""

from __future__ import annotations

import gc
import os
import queue
import socket
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic_core import from_json, to_json

from twin.dispatch.frames import unpack
from twin.dispatch.handshake import fingerprint
from twin.dispatch.station import Station
from twin.dispatch.wire import Order, Report, Setup, merged

__all__ = ["BEAT_SECONDS", "Actor"]

BEAT_SECONDS = 2.0  # a sign of life, also from an actor without work
LINGER_SECONDS = 0.02  # a report waits so long for company: each one that travels costs Ray about a millisecond
CRASHED = 1


class Actor:
    """One slot on one node. Ray starts it anew after a crash; it then knows nothing until `begin`."""

    def __init__(self) -> None:
        self._session = 0
        self._station: Station | None = None
        self._flag = Flag()
        self._reports: queue.SimpleQueue[Report] = queue.SimpleQueue()

    def about(self, batch: str, kinds: bytes) -> bytes:
        """What this node runs, and whether it sees the batch's folder; asked before anything of the batch is sent."""
        place = {"host": socket.gethostname(), "place": _place(), "shared": Path(batch).is_dir()}
        return to_json({"program": fingerprint(from_json(kinds)), **place})

    def begin(self, session: int, setup: bytes) -> bytes:
        """Take the set-up; where this is. Does no harm when Ray repeats it."""
        told = Setup.decode(setup)
        _print_to(Path(told.batch) / "logs" / f"worker-{told.slot}.log")
        self._station = self._station or Station(told, self._reports.put, self._flag)
        self._session = session
        gc.freeze()  # what is loaded by now stays: no collection need look at it
        return to_json(_place())

    def work(self, session: int, orders: bytes) -> None:
        """Work off orders; those for a predecessor that died are not this one's, for the driver counts them as lost."""
        if session != self._session or self._station is None:
            return
        try:
            for order in unpack(orders):
                if not self._flag.cancelled():
                    self._station.work_off(Order.decode(order))
        except BaseException:  # as in a worker process: a fault outside of the simulation ends it, and its log says why
            traceback.print_exc()
            os._exit(CRASHED)

    def news(self) -> Iterator[bytes]:
        """What happened, for as long as this actor lives."""
        while True:
            yield self._gathered().encode()

    def cancel(self) -> None:
        """End the run at hand; nothing else is begun."""
        self._flag.set()

    def _gathered(self) -> Report:
        try:
            reports = [self._reports.get(timeout=BEAT_SECONDS)]
        except queue.Empty:
            return Report()
        time.sleep(LINGER_SECONDS)
        while not self._reports.empty():  # nobody else takes out of it
            reports.append(self._reports.get())
        return replace(merged(reports), elapsed=reports[-1].elapsed)


class Flag:
    """A monitor that another thread can make cancel."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """Cancel."""
        self._set = True

    def progress(self, fraction: float, note: str = "") -> None:
        """Reports carry the time; a fraction is not asked for."""

    def cancelled(self) -> bool:
        """Whether it was set."""
        return self._set


def _place() -> tuple[str, int]:
    """Ray's id of this node, and this process."""
    import ray

    return str(ray.get_runtime_context().get_node_id()), os.getpid()


def _print_to(log: Path) -> None:
    """What this process prints from now on goes into the batch's own logs, as with workers on one machine."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
