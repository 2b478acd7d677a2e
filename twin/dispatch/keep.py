"""`keep`: which jobs of a batch keep their folder."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence

from twin.result.model import Expectation
from twin.result.store import Store

__all__ = ["Worst", "badness", "wanted", "worst_count"]


def worst_count(keep: str) -> int | None:
    """N of `worst N`, else None."""
    return int(keep.split()[1]) if keep.startswith("worst") else None


def wanted(keep: str, status: str, verdict: str, badness: float, worst: float | None) -> bool:
    """Whether this job's folder is written; for `worst N`, whether it is worse than `worst` (None: not N of them yet)."""
    if keep == "failed":
        return verdict == "fail" or status != "done"
    if keep.startswith("worst"):
        return worst is None or badness > worst
    return keep == "all"


def badness(status: str, expectations: Sequence[Expectation]) -> float:
    """How far the worst expectation is missed, relative to its bound: below 0 it holds, inf when there is no number."""
    if status != "done":
        return math.inf
    return max((_missed(e) for e in expectations), default=0.0)


def _missed(expectation: Expectation) -> float:
    value, bound = expectation.value, expectation.bound
    if value is None or not math.isfinite(value):
        return math.inf
    over = [(value - bound["max"]) / _scale(bound["max"])] if "max" in bound else []
    under = [(bound["min"] - value) / _scale(bound["min"])] if "min" in bound else []
    tolerance = bound.get("tolerance", 0.0)
    beside = [(abs(value - bound["equal"]) - tolerance) / _scale(bound["equal"])] if "equal" in bound else []
    return max(over + under + beside, default=0.0)


def _scale(bound: float) -> float:
    return abs(bound) or 1.0


class Worst:
    """The N worst jobs so far: a folder that drops out of them is removed again."""

    def __init__(self, count: int, store: Store) -> None:
        self._count, self._store = count, store
        self._kept: list[tuple[float, str]] = []

    @property
    def threshold(self) -> float | None:
        """A job must be worse than this to be among them; None while there are fewer than N."""
        return self._kept[0][0] if len(self._kept) >= self._count else None

    def add(self, badness: float, id: str) -> None:
        """A job of this batch ended, and its worker wrote a folder if the threshold it knew let it."""
        if not self._store.has(id):
            return
        heapq.heappush(self._kept, (badness, id))
        if len(self._kept) > self._count:
            self._store.discard(heapq.heappop(self._kept)[1])
