"""Slow, obvious distances: the nearest points of two convex bodies by quadratic programming over their corners."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize


def hull_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Distance of the convex hulls of two sets of corners, shape (n, 3) and (m, 3) [m]."""
    n, m = len(a), len(b)
    points = np.concatenate([a, -b])
    gram = points @ points.T
    sums = np.zeros((2, n + m))
    sums[0, :n], sums[1, n:] = 1.0, 1.0
    start = np.concatenate([np.full(n, 1 / n), np.full(m, 1 / m)])
    found = minimize(
        lambda w: w @ gram @ w,
        start,
        jac=lambda w: 2 * gram @ w,
        bounds=[(0, 1)] * (n + m),
        constraints={"type": "eq", "fun": lambda w: sums @ w - 1, "jac": lambda w: sums},
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-16},
    )
    return float(np.linalg.norm(found.x @ points))
