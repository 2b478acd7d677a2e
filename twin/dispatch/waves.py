"""Orders gathered into waves: what is sent within a moment is handed in as one array."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from twin.dispatch.orders import Key, keys
from twin.dispatch.spool import Element, Spool
from twin.dispatch.wire import Order, Report

__all__ = ["Posting", "Waves"]

GATHER_SECONDS = 0.3  # for orders that follow
LARGEST = 1000  # elements; Slurm's own default limit of an array is 1001


@dataclass(slots=True, eq=False)
class Posting:
    """An order that is under way.

    Attributes:
        left: starts that were not reported yet, in order.
        element: who does it; None until its wave is formed.
        ended, busy: how many jobs were reported, and the seconds that they took.
    """

    slot: int
    left: dict[Key, None]
    element: Element | None = None
    ended: int = 0
    busy: float = 0.0

    def land(self, report: Report) -> None:
        """What the element says has ended."""
        for ended in report.ended:
            self.left.pop((ended.number, ended.attempt), None)
        self.ended += len(report.ended)
        self.busy += report.busy

    def begun(self, seconds: float) -> int:
        """How many of `left` may have begun in the last `seconds`, of which no report tells; all of them while nothing is known."""
        mean = self.busy / self.ended if self.ended else 0.0
        return len(self.left) if mean * len(self.left) <= seconds else 1 + int(seconds / mean)


class Waves:
    """Forms waves in a spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._waiting: list[tuple[Posting, Order]] = []
        self._since = 0.0
        self._count = 0

    def add(self, slot: int, order: Order) -> Posting:
        """Keep an order for the next wave."""
        if not self._waiting:
            self._since = time.monotonic()
        posting = Posting(slot, dict.fromkeys(keys(order)))
        self._waiting.append((posting, order))
        return posting

    def form(self) -> Sequence[Posting]:
        """The next wave, its orders written; empty while there is none, or others may still join.

        Raises:
            StoreFault: an order cannot be written.
        """
        if not self._waiting or (time.monotonic() - self._since < GATHER_SECONDS and len(self._waiting) < LARGEST):
            return ()
        chosen, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        self._count += 1
        wave = f"{self._count:04}-{secrets.token_hex(4)}"
        for index, (posting, order) in enumerate(chosen):
            posting.element = Element(wave, index)
            self._spool.put_order(posting.element, order)
        return [posting for posting, _ in chosen]
