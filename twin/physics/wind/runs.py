"""Links that lie at equal distances in memory are taken together, and as soon as the cells that they hang on are done.

A link copies from a place that one cell wrote in this step to a place that another one, a ghost, has written over. Each place is
written by one cell alone, so once both cells have been swept the link may do its work: while the lines are in the cache. Those of a
body's cell wait for all cells around it that they ask.
"""

from __future__ import annotations

import numpy as np

from twin.physics.wind.grid import BAND, Grid

__all__ = ["cells_in_runs", "first_of_turns", "last_turn", "links_in_runs", "turns"]

LONGEST = 256  # cells of an outlet's run: what the loop has room for


def turns(grid: Grid, places: np.ndarray) -> np.ndarray:
    """In which turn the sweep comes by cells (n, 3): planes, ghosts counted, times bands of a plane; 0: never."""
    x, along = places[:, 0], grid.within(places[:, 1], places[:, 2]) - grid.first
    swept = (x >= 0) & (x < grid.shape[0]) & (along >= 0) & (along < grid.count)
    return np.where(swept, (x + 1) * grid.bands + along // BAND, 0)


def last_turn(grid: Grid) -> int:
    """After all sweeps, and after all other links."""
    return (grid.shape[0] + 1) * grid.bands


def first_of_turns(grid: Grid, turn: np.ndarray) -> np.ndarray:
    """Where each turn begins in a list that is sorted by turn: (turns + 1,)."""
    found: np.ndarray = np.searchsorted(turn, np.arange((grid.shape[0] + 2) * grid.bands + 1))
    return found


def links_in_runs(grid: Grid, to: np.ndarray, source: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Runs of links that are sorted by turn, then by place.

    Args:
        to, source: (2, m) places by parity. turn: (m,) after which the link may be done.

    Returns:
        table: (runs, 7): first `to` and first `source` by parity, step from link to link, number of the first link, links.
        starts: (turns + 1,): first run of each turn.
    """
    both = np.concatenate([to, source])
    apart = np.diff(both, axis=1)
    step = apart[0]
    joined = (apart == step).all(axis=0) & (np.diff(turn) == 0) & ((step == 1) | (step == grid.steps[1]))
    joined[1:] &= ~joined[:-1] | (step[1:] == step[:-1])
    first = np.flatnonzero(np.concatenate([np.ones(min(1, len(turn)), bool), ~joined]))
    count = np.diff(first, append=len(turn))
    steps = np.where(count > 1, np.append(step, 1)[first], 1)
    table = np.column_stack([both[:, first].T, steps, first, count])
    return np.ascontiguousarray(table), first_of_turns(grid, turn[first])


def cells_in_runs(cells: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Outlet cells that lie side by side with equal masks: (runs, 3): first cell, cells, mask."""
    if not len(cells):
        return np.zeros((0, 3), np.int64)
    border = np.flatnonzero(np.append(True, (np.diff(cells) != 1) | (np.diff(masks) != 0)))
    length = np.diff(border, append=len(cells))
    first = np.concatenate([np.arange(b, b + n, LONGEST) for b, n in zip(border, length, strict=True)])
    return np.column_stack([cells[first], np.diff(first, append=len(cells)), masks[first]])
