"""Two ways of doing steps give equal bits; which one is faster hangs on the machine and on who else uses its memory, so it is measured."""

from __future__ import annotations

from collections import deque

__all__ = ["Ways"]

KEPT = 3  # latest times of a way; the shortest counts: others' work only makes them longer
LOOK = 16  # calls after which the other way is tried once more


class Ways:
    """Which way to go, from how long each took lately.

    Args:
        ways: one or two numbers that stand for them.
    """

    def __init__(self, *ways: int) -> None:
        self.largest = max(ways)
        self._took = {way: deque[float](maxlen=KEPT) for way in ways}
        self._calls = 0

    def best(self) -> int:
        """The way that was fastest; before, each twice, and every LOOK-th call the other one."""
        self._calls += 1
        new = [way for way, took in self._took.items() if len(took) < 2]
        if new:
            return min(new, key=lambda way: len(self._took[way]))
        fastest = min(self._took, key=lambda way: min(self._took[way]))
        others = [way for way in self._took if way != fastest]
        return others[0] if others and self._calls % LOOK == 0 else fastest

    def took(self, way: int, seconds: float) -> None:
        """A step took so many seconds."""
        self._took[way].append(seconds)
