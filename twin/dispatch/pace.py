"""How many jobs go to a worker at once: tiny ones in hundreds, long ones singly, so that no core idles at the end."""

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
            share = -(-left // (wishes.slots * wishes.shares))
            by_cost = int(wishes.least_seconds / self._expected) if self._expected else 1
            return max(1, min(by_cost, share), min(wishes.first, -(-left // wishes.slots)))
        seconds = max(self._seconds, 1e-9)
        share = max(-(-left // (wishes.slots * wishes.shares)), int(wishes.least_seconds / seconds))
        return max(1, min(int(wishes.chunk_seconds / seconds), wishes.largest, share))
    """

    slots: int
    chunk_seconds: float = 0.2
    ahead_seconds: float = 0.15
    largest: int = 500
    first: int = 1
    shares: int = 4
    least_seconds: float = 0.0


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
        if self._seconds is None:
<<<<<<< HEAD
            return max(1, min(wishes.first, -(-left // wishes.slots)))
        by_time = int(wishes.chunk_seconds / max(self._seconds, 1e-9))
        return max(1, min(by_time, wishes.largest, -(-left // (wishes.slots * wishes.shares))))
=======
            share = -(-left // (wishes.slots * wishes.shares))
            return max(1, min(int(wishes.least_seconds / self._expected), share)) if self._expected else 1
        seconds = max(self._seconds, 1e-9)
        share = max(-(-left // (wishes.slots * wishes.shares)), int(wishes.least_seconds / seconds))
        return max(1, min(int(wishes.chunk_seconds / seconds), wishes.largest, share))
>>>>>>> h-slurm

    def takes_more(self, waiting: int) -> bool:
        """Whether a worker with `waiting` unfinished jobs gets another chunk already."""
        if waiting == 0:
            return True
        return self._seconds is not None and waiting * self._seconds < self._wishes.ahead_seconds
