"""Who does what of a step: each thread a share of the planes, or whole steps that follow each other through the planes."""

from __future__ import annotations

import numpy as np

from twin.physics.wind.boundaries import Boundary
from twin.physics.wind.grid import Grid
from twin.physics.wind.runs import last_turn

__all__ = ["AWAY", "SMALL", "planes_of", "shares_of", "steps_under_way", "team_of"]

SMALL = 8_000  # cells below which a second thread costs more than it brings
AWAY = 40_000_000  # bytes of populations that do not stay in a cache from step to step
FEW = 4  # threads that may follow each other: with more, the first planes leave the cache before the last thread comes
A_LINK, A_BODY_CELL = 0.2, 12  # what they take beside a cell of the sweep, measured; bits do not hang on it
LINKS, WALLS = 1, 3  # a share's first planes whose links, whose walls of bodies, hang on other threads' planes


def team_of(grid: Grid, threads: int) -> int:
    """Threads that are worth their while."""
    return 1 if np.prod(grid.shape) < SMALL else min(threads, grid.shape[0])


def steps_under_way(grid: Grid, boundary: Boundary, threads: int, nbytes: int) -> list[int]:
    """Steps at a time worth a try: more than one where each would fetch all planes from memory and planes hang on neighbours alone."""
    if grid.lattice.plane or not boundary.in_order or nbytes < AWAY or threads > FEW:
        return [1]
    return [max(2, threads), 1]


def shares_of(grid: Grid, boundary: Boundary, threads: int) -> np.ndarray:
    """What each thread does, (threads, 7, 2): see `loops.advance_plane`."""
    runs, cells = len(boundary.runs[0]), boundary.runs[3]
    begin, end = np.array([(0, runs), (cells[last_turn(grid)], cells[-1])]).T
    others = begin + (end - begin) * np.arange(threads + 1)[:, None] // threads
    planes = planes_of(grid, boundary, threads)
    first, until = planes[:-1], planes[1:]
    free, clear = (np.where(first == 1, first, np.minimum(first + n, until)) for n in (LINKS, WALLS))
    both = [[first, free, clear, first, first, *others[:-1].T], [until, until, until, free, clear, *others[1:].T]]
    return np.ascontiguousarray(np.stack(both).T)


def planes_of(grid: Grid, boundary: Boundary, threads: int) -> np.ndarray:
    """Where the planes of each thread begin and end, (threads + 1,): at least one each, and for all as much to do."""
    _, table, starts, cells = boundary.runs
    turns = np.arange(1, grid.shape[0] + 2) * grid.bands
    links = np.append(0, np.cumsum(table[:, 6]))[starts[turns]]
    done = grid.count * np.arange(len(turns)) + A_LINK * (links - links[0]) + A_BODY_CELL * (cells[turns] - cells[turns[0]])
    others = np.arange(threads + 1)
    equal = 1 + np.searchsorted(done, done[-1] * others / threads)
    found: np.ndarray = np.clip(equal, 1 + others, grid.shape[0] + 1 - others[::-1])
    return found
