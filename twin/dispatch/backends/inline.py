"""Backend `inline`: jobs run in the driver's own process, one at a time. For debugging, and where nothing may be spawned."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping

from twin.dispatch.rows import row_text
from twin.dispatch.wire import Ended, Lost, Order, Report, Setup
from twin.dispatch.work import Work
from twin.errors import StoreFault

__all__ = ["Inline"]


class Inline:
    """One slot. A time limit asks the run to stop; it cannot be killed here."""

    remote = False

    def __init__(self, setup: Setup, *, time_limit: float | None = None) -> None:
        self._work, self._limit = Work(Setup.decode(setup.encode())), time_limit
        self._waiting: deque[Order] = deque()

    def leftover_reports(self) -> Report:
        """None: workers die with their driver."""
        return Report()

    def load(self) -> Mapping[int, int]:
        """The one slot."""
        return {0: len(self._waiting)}

    def send(self, slot: int, order: Order) -> None:
        """Queue the chunk, as a worker would receive it."""
        order = Order.decode(order.encode())
        each = zip(order.numbers, order.ids, order.attempts, strict=True)
        self._waiting += [Order([number], [id], [attempt], order.worst) for number, id, attempt in each]

    def poll(self, timeout: float) -> Report:
        """Run the next job."""
        if not self._waiting:
            time.sleep(timeout)
            return Report()
        begun, deadline = time.perf_counter(), _Deadline(self._limit)
        order = self._waiting.popleft()
        number, attempt = order.numbers[0], order.attempts[0]
        try:
            (done,) = self._work.do(order, deadline)
        except StoreFault as error:
            return Report(fault=str(error))
        if done.state == "cancelled":
            return Report(lost=[Lost(number, attempt, "expired", f"ran longer than its time limit of {self._limit:g} s (resources.time)")])
        ended = Ended(number, attempt, done.state, done.outcome.verdict, done.badness, row_text(done.row))
        return Report([ended], busy=time.perf_counter() - begun, units=done.units)

    def stop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._work.close()


class _Deadline:
    """A monitor that cancels when time is up."""

    def __init__(self, limit: float | None) -> None:
        self._end = None if limit is None else time.monotonic() + limit

    def progress(self, fraction: float, note: str = "") -> None:
        """Ignored."""

    def cancelled(self) -> bool:
        """Whether time is up."""
        return self._end is not None and time.monotonic() > self._end
