"""How much slower this machine is, at the moment, than the one that bounds in seconds are meant for."""

from __future__ import annotations

import time

__all__ = ["slowness"]

REFERENCE_SECONDS = 10e-6  # in which an ordinary core (CPython 3.11, 3 GHz) adds up a thousand numbers
ROUNDS, SUMS = 7, 300


def slowness() -> float:
    """Seconds that a piece of Python takes here, over those that it should take; 1 on a machine that is quick enough.

    Bounds in seconds are figures of an ordinary core that is idle. On an old or a busy one they are stretched by as much as
    a fixed piece of work is, so that a test tells a slow program from a slow machine.
    """
    seconds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(SUMS):
            sum(range(1000))
        seconds.append((time.perf_counter() - begin) / SUMS)
    return max(1.0, sorted(seconds)[ROUNDS // 2] / REFERENCE_SECONDS)
