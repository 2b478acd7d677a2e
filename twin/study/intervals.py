"""Confidence limits. Each returns (low, high): the one-sided limits at `confidence`, one below, one above the value.

The truth lies above `low` with this confidence, and below `high` with this confidence; between the two with twice
the confidence minus one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

__all__ = ["mean", "percentile", "standard_deviation", "wilson"]

Limits = tuple[float, float]


def wilson(passes: int, jobs: int, confidence: float) -> Limits:
    """Limits of a rate from `passes` out of `jobs`: the score interval of Wilson (1927), J. Am. Stat. Assoc. 22, 209.

    It keeps its coverage near 0 and 1 and for few jobs, where the textbook interval fails: Brown, Cai and DasGupta
    (2001), Stat. Sci. 16, 101, eq. (4).
    """
    if jobs == 0:
        return 0.0, 1.0
    z, rate = float(special.ndtri(confidence)), passes / jobs
    centre = (rate + z * z / (2 * jobs)) / (1 + z * z / jobs)
    half = abs(z) / (1 + z * z / jobs) * math.sqrt(rate * (1 - rate) / jobs + z * z / (4 * jobs * jobs))
    low, high = (centre - half, centre + half) if z >= 0 else (centre + half, centre - half)
    return (0.0 if passes == 0 else low), (1.0 if passes == jobs else high)


def percentile(values: Sequence[float], fraction: float, confidence: float) -> Limits:
    """Limits of the quantile at `fraction` (0..1) from order statistics: no assumption about the distribution.

    The k-th smallest of n values lies above the quantile with probability P(B < k), below it with P(B >= k), where B is
    binomial (n, fraction): David and Nagaraja (2003), Order Statistics, 3rd ed., eq. (7.1.1). Infinite where n is too small.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    below = special.bdtr(np.arange(len(ordered)), len(ordered), fraction)  # P(B <= k), k = 0 .. n-1
    above = np.flatnonzero(below >= confidence)
    under = np.flatnonzero(1 - below >= confidence)
    low = ordered[under[-1]] if under.size else -math.inf
    high = ordered[above[0]] if above.size else math.inf
    return float(low), float(high)


def mean(values: Sequence[float], confidence: float) -> Limits:
    """Limits of the mean by Student's t (1908), Biometrika 6, 1; values nearly normal, or many."""
    n = len(values)
    if n < 2:
        return -math.inf, math.inf
    half = float(special.stdtrit(n - 1, confidence)) * float(np.std(values, ddof=1)) / math.sqrt(n)
    middle = float(np.mean(values))
    return middle - half, middle + half


def standard_deviation(values: Sequence[float], confidence: float) -> Limits:
    """Limits of the standard deviation by the chi-square distribution; values nearly normal."""
    n = len(values)
    if n < 2:
        return 0.0, math.inf
    scaled = float(np.var(values, ddof=1)) * (n - 1)
    rare, usual = (float(special.chdtri(n - 1, tail)) for tail in (1 - confidence, confidence))
    return math.sqrt(scaled / rare), math.sqrt(scaled / usual)
