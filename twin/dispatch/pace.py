"""How many jobs go to a worker at once: tiny ones in hundreds, long ones singly, so that no core idles at the end."""

from __future__ import annotations

__all__ = ["Pace"]

CHUNK_SECONDS = 0.2  # of work in one chunk
AHEAD_SECONDS = 0.15  # of work that waits at a worker, so that it never idles while the driver is busy
LARGEST = 500
SHARES = 4  # a worker never takes more than this fraction of its share of what is left


class Pace:
    """Chunk sizes from the measured duration of the jobs. `forced` fixes the size."""

    def __init__(self, workers: int, forced: int | None = None) -> None:
        self._workers, self._forced = workers, forced
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
        if self._seconds is None:
            return 1
        by_time = int(CHUNK_SECONDS / max(self._seconds, 1e-9))
        return max(1, min(by_time, LARGEST, -(-left // (self._workers * SHARES))))

    def takes_more(self, waiting: int) -> bool:
        """Whether a worker with `waiting` unfinished jobs gets another chunk already."""
        if waiting == 0:
            return True
        return self._seconds is not None and waiting * self._seconds < AHEAD_SECONDS
