"""Motions from rest to rest of many robots: timed, and sampled at knots; compiled."""

from __future__ import annotations

import numpy as np

from robots.rest_to_rest import cruise, half, quickest, ramp
from twin.kernel import loop, routine

__all__ = ["LANES", "sample", "timed"]

LANES = 8
"""Robots side by side: every one takes the same instructions, wherever it stands and however many there are."""
JOINTS = 8  # of a robot that are sampled together; more than that are done one group after the other
SIZE = JOINTS * LANES


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
    s = np.zeros(9 * SIZE)  # of the joints of one block: begin, seconds, start, goal, jerk, turn, hold; place and speed
    which = np.zeros(LANES, np.int64)
    for joint in range(0, len(columns), JOINTS):
        last = min(joint + JOINTS, len(columns))
        for first in range(0, begin.shape[1], LANES):
            for i in range(LANES):
                which[i] = -1
                _load(s, i, first + i, 0, joint, last, begin, seconds, ends, table)
            for at in range(q.shape[0]):
                now, early = at * h, False
                for i in range(LANES):
                    while which[i] + 1 < len(begin) and now - begin[which[i] + 1, first + i] >= -1e-9 * h:
                        which[i] += 1
                        _load(s, i, first + i, which[i], joint, last, begin, seconds, ends, table)
                    early |= which[i] < 0 and not fresh
                for e in range(SIZE):
                    t = min(max(now - s[e], 0.0), s[SIZE + e])
                    back = s[SIZE + e] - t
                    way, speed = half(min(t, back), s[4 * SIZE + e], s[5 * SIZE + e], s[6 * SIZE + e])
                    ahead, behind = s[2 * SIZE + e] + way, s[3 * SIZE + e] - way
                    s[7 * SIZE + e], s[8 * SIZE + e] = (ahead if t < back else behind), speed
                for c in range(joint, last):
                    e = (c - joint) * LANES
                    for i in range(LANES):
                        if not early or which[i] >= 0:
                            q[at, columns[c], first + i], qd[at, columns[c], first + i] = s[7 * SIZE + e + i], s[8 * SIZE + e + i]


@routine
def _load(
    s: np.ndarray,
    lane: int,
    robot: int,
    move: int,
    joint: int,
    last: int,
    begin: np.ndarray,
    seconds: np.ndarray,
    ends: np.ndarray,
    table: np.ndarray,
) -> None:
    """A motion of a robot into its lane of a block, for the joints from `joint` to `last`."""
    for c in range(joint, last):
        e = (c - joint) * LANES + lane
        s[e], s[SIZE + e] = begin[move, robot], seconds[move, robot]
        s[2 * SIZE + e], s[3 * SIZE + e] = ends[move, 0, c, robot], ends[move, 1, c, robot]
        for figure in range(3):
            s[(4 + figure) * SIZE + e] = table[move, figure, c, robot]
