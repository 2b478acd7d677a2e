"""Orders gathered into waves: what is sent within a moment is handed in as one array."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from twin.dispatch.orders import Key, keys
from twin.dispatch.spool import Element, Spool
from twin.dispatch.wire import Order

__all__ = ["Posting", "Waves"]

GATHER_SECONDS = 0.3  # for orders that follow
LARGEST = 1000  # elements; Slurm's own default limit of an array is 1001


@dataclass(slots=True, eq=False)
class Posting:
    """An order that is under way.

    Attributes:
        left: starts that were not reported yet, in order.
        element: who does it; None until its wave is formed.
    """

    slot: int
    left: dict[Key, None]
    element: Element | None = None


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
