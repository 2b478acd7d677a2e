"""Blocks of work on several threads. Loops release the interpreter lock, blocks are independent: any split gives equal bits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

__all__ = ["split"]


def split(work: Callable[[int, int], object], blocks: int, threads: int) -> None:
    """Call work(first, last) on consecutive ranges of blocks, one range a thread."""
    threads = min(threads, blocks)
    if threads <= 1:
        work(0, blocks)
        return
    edges = [i * blocks // threads for i in range(threads + 1)]
    others = [_pool(threads - 1).submit(work, first, last) for first, last in pairwise(edges[1:])]
    work(edges[0], edges[1])
    for other in others:
        other.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Threads that wait for the next call: starting them takes longer than a small batch."""
    return ThreadPoolExecutor(threads, thread_name_prefix="twin-lanes")
