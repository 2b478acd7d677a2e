"""Fair share: batches that run on one target at the same time, each with a driver of its own, divide its slots by priority."""

from __future__ import annotations

import time
from collections.abc import Mapping

from twin.dispatch.journal import Journal

__all__ = ["Share"]

LOOK_SECONDS = 1.0  # between looks at who else is there


class Share:
    """The share of one batch: 2^priority of it against 2^priority of each other one, and one slot at least."""

    def __init__(self, journal: Journal, batch: int) -> None:
        self._journal, self._batch = journal, batch
        self._looked, self._fraction = float("-inf"), 1.0

    def of(self, load: Mapping[int, int]) -> list[tuple[int, int]]:
        """The slots, with what waits there, that this batch may fill; those that work already come first."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._looked, self._fraction = now, self._weigh()
        slots = sorted(load.items(), key=lambda slot: not slot[1])
        if self._fraction >= 1.0:
            return slots
        return slots[: max(1, round(self._fraction * len(slots)))]

    def _weigh(self) -> float:
        driven = list(self._journal.driven())
        mine = next((entry for entry in driven if entry.number == self._batch), None)
        if mine is None:
            return 1.0
        weights = [2.0**entry.priority for entry in driven if entry.target == mine.target]
        return 2.0**mine.priority / sum(weights)
