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
    for i in range(len(start)):
        if not np.isfinite(start[i]):
            continue
        first = int(np.ceil(start[i] / h - 1e-9))
        for c in range(len(columns)):
            phase = 0
            for k in range(first, q.shape[0]):
                t = k * h - start[i]
                while phase < 7 and t >= edges[i, c, phase + 1]:
                    phase += 1
                if phase == 7:
                    q[k, columns[c], i] = goal[i, c]
                    qd[k, columns[c], i] = 0.0
                else:
                    u = t - edges[i, c, phase]
                    p, v, a, j = states[i, c, phase, 0], states[i, c, phase, 1], states[i, c, phase, 2], states[i, c, phase, 3]
                    q[k, columns[c], i] = p + u * (v + u * (0.5 * a + u * j / 6.0))
                    qd[k, columns[c], i] = v + u * (a + u * 0.5 * j)
