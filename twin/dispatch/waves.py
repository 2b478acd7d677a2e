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
        at: place in `left` of the job at hand, as far as known; those before it have ended and are not reported.
    """

    slot: int
    left: dict[Key, None]
    element: Element | None = None
    at: int = 0

    @property
    def wave(self) -> str:
        """Its name; empty before it is formed."""
        return self.element.wave if self.element else ""

    @property
    def ahead(self) -> int:
        """Jobs that have not ended, as far as known; 1 at least while any is not reported."""
        return max(len(self.left) - self.at, min(1, len(self.left)))

    def land(self, report: Report) -> None:
        """What the element says has ended."""
        if report.ended:
            for ended in report.ended:
                for start in ended.starts:
                    self.left.pop(start, None)
            self.at = 0

    def hear(self, key: Key | None) -> None:
        """Which job is at hand."""
        if key in self.left:
            self.at = next(place for place, each in enumerate(self.left) if each == key)


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
