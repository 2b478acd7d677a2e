"""Jerk-limited profiles sampled at knots, compiled."""

from __future__ import annotations

import numpy as np

from twin.kernel import loop

__all__ = ["sample"]


@loop
def sample(
    edges: np.ndarray, states: np.ndarray, goal: np.ndarray, start: np.ndarray, columns: np.ndarray, h: float, q: np.ndarray, qd: np.ndarray
) -> None:
    """Positions and speeds at the knots from the start of a motion on; from its end on, at rest at the goal.

    Args:
        edges: (n, k, 8) times since the start at which the jerk changes [s].
        states: (n, k, 7, 4) position, speed, acceleration and jerk where each phase begins.
        goal: (n, k); start: (n,) [s]; columns: (k,) places in q.
        h: [s] between two knots.
        q, qd: (m, nq, n), overwritten from the start on; a motion that starts at inf is left out.
    """
    n, k = goal.shape
    phase = np.zeros((n, k), np.int64)
    for at in range(q.shape[0]):  # knot by knot, so that memory is written in its order
        for c in range(k):
            column = columns[c]
            for i in range(n):
                t = at * h - start[i]
                if not t > -1e-9 * h:  # not begun, or never
                    continue
                f = phase[i, c]
                while f < 7 and t >= edges[i, c, f + 1]:
                    f += 1
                phase[i, c] = f
                if f == 7:
                    q[at, column, i], qd[at, column, i] = goal[i, c], 0.0
                    continue
                u = t - edges[i, c, f]
                p, v, a, j = states[i, c, f, 0], states[i, c, f, 1], states[i, c, f, 2], states[i, c, f, 3]
                q[at, column, i] = p + u * (v + u * (0.5 * a + u * j / 6.0))
                qd[at, column, i] = v + u * (a + u * 0.5 * j)
