"""Motions from rest to rest of many robots: timed, and sampled at knots; compiled."""

from __future__ import annotations

import numpy as np

from robots.rest_to_rest import cruise, half, quickest, ramp
from twin.kernel import loop, routine

__all__ = ["LANES", "sample", "timed"]

LANES = 8
"""Robots side by side: every one takes the same instructions, wherever it stands and however many there are."""


@loop
def timed(
    way: np.ndarray,
    velocity: np.ndarray,
    acceleration: np.ndarray,
    jerk: np.ndarray,
    scale: np.ndarray,
    seconds: np.ndarray,
    table: np.ndarray,
) -> None:
    """How long n robots take, all joints of each as long as its slowest, and how each joint ramps.

    Args:
        way: (n, k) [rad or m]; velocity, acceleration, jerk: limits > 0, (k,).
        scale: (n,) share of the speed limit; acceleration and jerk shrink with its square and cube.
        seconds: (n,), out; table: (3, k, n), out: jerk with the sign of the way, `turn` and `hold` (`robots.rest_to_rest`).
    """
    n, k = way.shape
    for i in range(n):
        s = scale[i]
        longest = 0.0
        for c in range(k):
            longest = max(longest, quickest(abs(way[i, c]), s * velocity[c], s * s * acceleration[c], s * s * s * jerk[c]))
        seconds[i] = longest
        for c in range(k):
            table[:, c, i] = 0.0
            if way[i, c] != 0.0:
                a, j = s * s * acceleration[c], s * s * s * jerk[c]
                speed = min(cruise(abs(way[i, c]), longest, a, j), s * velocity[c])
                table[0, c, i] = j if way[i, c] > 0.0 else -j
                table[1, c, i], table[2, c, i] = ramp(speed, a, j)


@routine
def _load(
    block: np.ndarray, lane: int, move: int, i: int, begin: np.ndarray, seconds: np.ndarray, ends: np.ndarray, table: np.ndarray
) -> None:
    """Motion `move` of robot i into a lane of its block."""
    block[lane], block[LANES + lane] = begin[move, i], seconds[move, i]
    for c in range(ends.shape[2]):
        row = (2 + 5 * c) * LANES + lane
        for end in range(2):
            block[row + end * LANES] = ends[move, end, c, i]
        for figure in range(3):
            block[row + (2 + figure) * LANES] = table[move, figure, c, i]


@loop
def sample(
    begin: np.ndarray,
    seconds: np.ndarray,
    ends: np.ndarray,
    table: np.ndarray,
    columns: np.ndarray,
    h: float,
    fresh: bool,
    q: np.ndarray,
    qd: np.ndarray,
) -> None:
    """Positions and speeds at the knots of robots that make one motion after the other; between them they rest.

    Args:
        begin: (moves, w) [s], each later than the one before; inf: this one never happens, nor do those behind it.
        seconds: (moves, w); ends: (moves, 2, k, w) start and goal; table: (moves, 3, k, w) as `timed` makes it.
        columns: (k,) places in q.
        h: [s] between two knots.
        fresh: whether robots are written before their first motion too, at rest where it starts.
        q, qd: (m, nq, w), overwritten; w is whole blocks of `LANES`.
    """
    moves, k = begin.shape[0], len(columns)
    which = np.full(begin.shape[1], -1)
    blocks = np.zeros((begin.shape[1] // LANES, (2 + 5 * k) * LANES))  # the motion that each robot makes now
    s = np.zeros(9 * LANES)  # of one joint in one block: begin, seconds, start, goal, jerk, turn, hold; place and speed
    for i in range(begin.shape[1]):
        _load(blocks[i // LANES], i % LANES, 0, i, begin, seconds, ends, table)
    for at in range(q.shape[0]):  # knot by knot, so that memory is written in its order
        now = at * h
        for block in range(len(blocks)):
            first, resting = block * LANES, False  # a robot of it that shall not be written yet
            for i in range(first, first + LANES):
                while which[i] + 1 < moves and now - begin[which[i] + 1, i] >= -1e-9 * h:
                    which[i] += 1
                    _load(blocks[block], i - first, which[i], i, begin, seconds, ends, table)
                resting |= which[i] < 0 and not fresh
            for j in range(2 * LANES):
                s[j] = blocks[block, j]
            for c in range(k):
                for j in range(5 * LANES):
                    s[2 * LANES + j] = blocks[block, (2 + 5 * c) * LANES + j]
                for i in range(LANES):
                    t = min(max(now - s[i], 0.0), s[LANES + i])
                    back = s[LANES + i] - t
                    way, speed = half(min(t, back), s[4 * LANES + i], s[5 * LANES + i], s[6 * LANES + i])
                    s[7 * LANES + i] = s[2 * LANES + i] + way if t < back else s[3 * LANES + i] - way
                    s[8 * LANES + i] = speed
                for i in range(LANES):
                    if not resting or which[first + i] >= 0:
                        q[at, columns[c], first + i], qd[at, columns[c], first + i] = s[7 * LANES + i], s[8 * LANES + i]
