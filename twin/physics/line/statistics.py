"""From replications to numbers with intervals: where the start-up ends, and how sure a mean is."""

from __future__ import annotations

import numpy as np

__all__ = ["interval", "mser"]

BATCH = 5  # windows that MSER-5 takes together


def interval(values: np.ndarray) -> float:
    """Half-width of the 95 % confidence interval of the mean of independent values (Student's t); infinite for less than two."""
    from scipy.stats import t

    n = len(values)
    if n < 2:
        return float("inf")
    return float(t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))


def mser(values: np.ndarray) -> int:
    """How many of the values belong to the start-up, at most half of them: MSER-5.

    The truncation that makes the standard error of what remains smallest (White 1997, Simulation 69(6), 323-334; White, Cobb & Spratt
    2000: means of five).
    """
    groups = len(values) // BATCH
    if groups < 4:
        return 0
    means = values[: groups * BATCH].reshape(groups, BATCH).mean(axis=1)
    errors = [float(((means[d:] - means[d:].mean()) ** 2).sum()) / (groups - d) ** 2 for d in range(groups // 2 + 1)]
    return BATCH * int(np.argmin(errors))
