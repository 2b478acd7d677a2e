"""How many jobs go to a worker at once: tiny ones by the thousand, long ones singly, so that no core idles at the end."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Pace", "Wishes"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a backend wants of the chunks.

    Attributes:
        slots: jobs at a time.
        chunk_seconds: of work in one chunk.
        ahead_seconds: of work that waits at a slot, so that it never idles while the driver is busy.
        largest: jobs of a chunk.
        first: jobs of a chunk while nobody knows how long they take.
        shares: a slot never takes more than this fraction of its share of what is left ...
        least_seconds: ... unless that is less work than this: a chunk has a price of its own.
    """

    slots: int
    chunk_seconds: float = 0.2
    ahead_seconds: float = 0.15
    largest: int = 2000
    first: int = 1
    shares: int = 4
    least_seconds: float = 0.02


class Pace:
    """Chunk sizes from the measured duration of the jobs. `forced` fixes the size.

    Args:
        expected: seconds of a job before any was measured: for a first chunk of `least_seconds`, and for nothing else.
    """

    def __init__(self, wishes: Wishes, forced: int | None = None, *, expected: float = 0.0) -> None:
        self._wishes, self._forced, self._expected = wishes, forced, expected
        self._seconds: float | None = None

    def saw(self, jobs: int, busy: float) -> None:
        """`jobs` took a worker `busy` seconds."""
        if jobs:
            mean = busy / jobs
            self._seconds = mean if self._seconds is None else 0.5 * (self._seconds + mean)

    def size(self, left: int) -> int:
        """Jobs of the next chunk when `left` are not handed out yet."""
        if self._forced is not None:
            return self._forced
        wishes = self._wishes
        share = -(-left // (wishes.slots * wishes.shares))
        if self._seconds is None:
            by_cost = min(int(wishes.least_seconds / self._expected), share) if self._expected else 1
            return max(1, by_cost, min(wishes.first, -(-left // wishes.slots)))
        seconds = max(self._seconds, 1e-9)
        return max(1, min(int(wishes.chunk_seconds / seconds), wishes.largest, max(share, int(wishes.least_seconds / seconds))))

    def takes_more(self, waiting: int) -> bool:
        """Whether a worker with `waiting` unfinished jobs gets another chunk already."""
        if waiting == 0:
            return True
        return self._seconds is not None and waiting * self._seconds < self._wishes.ahead_seconds
