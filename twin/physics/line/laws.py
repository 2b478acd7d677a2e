"""Distributions as the loops know them, and what is known of them without drawing: their means."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from twin.physics.line.distribution_spec import DurationSpec
from twin.physics.line.measured import column_of
from twin.physics.line.variate import LAWS

__all__ = ["Find", "figures", "mean_of"]

Find = Callable[[str], Path]


def figures(duration: DurationSpec, find: Find) -> tuple[float, tuple[float, float, float], np.ndarray]:
    """(number of the law, its a, b, c, measured values): as `variate` wants them.

    Raises:
        BadInput: measured times that cannot be read.
    """
    law, parameters, values = _law(duration, find)
    return float(LAWS.index(law)), parameters, values


def _law(d: DurationSpec, find: Find) -> tuple[str, tuple[float, float, float], np.ndarray]:
    """(law, a, b, c, values): as `variate` wants them."""
    k, nothing = d.times, np.empty(0)
    if d.fixed is not None:
        return "fixed", (k * d.fixed, 0, 0), nothing
    if d.exponential is not None:
        return "exponential", (k * d.exponential, 0, 0), nothing
    if d.normal is not None:
        return "normal", (k * d.normal.mean, k * d.normal.std, 0), nothing
    if d.lognormal is not None:
        variance = math.log1p((d.lognormal.std / d.lognormal.mean) ** 2)
        return "lognormal", (math.log(k * d.lognormal.mean) - variance / 2, math.sqrt(variance), 0), nothing
    if d.uniform is not None:
        return "uniform", (k * d.uniform.low, k * d.uniform.high, 0), nothing
    if d.triangular is not None:
        return "triangular", (k * d.triangular.low, k * d.triangular.mode, k * d.triangular.high), nothing
    if d.gamma is not None:
        return "gamma", (k * d.gamma.mean / d.gamma.shape, d.gamma.shape, 0), nothing
    if d.weibull is not None:
        return "weibull", (k * d.weibull.scale, d.weibull.shape, 0), nothing
    if d.pareto is not None:
        return "pareto", (k * d.pareto.least, d.pareto.index, 0), nothing
    if d.measured is not None:
        return "table", (k, 0, 0), column_of(find(d.measured.csv), d.measured.column, d.measured.unit)
    return "table", (k, 0, 0), np.array(d.values)


def mean_of(d: DurationSpec, find: Find) -> float:
    """Expected value [s]. Of a normal distribution without the redraw below 0."""
    law, (a, b, c), values = _law(d, find)
    means: dict[str, Callable[[], float]] = {
        "fixed": lambda: a,
        "exponential": lambda: a,
        "normal": lambda: a,
        "lognormal": lambda: math.exp(a + b * b / 2),
        "uniform": lambda: (a + b) / 2,
        "triangular": lambda: (a + b + c) / 3,
        "gamma": lambda: a * b,
        "weibull": lambda: a * math.gamma(1 + 1 / b),
        "pareto": lambda: a * b / (b - 1),
        "table": lambda: a * float(values.mean()),
    }
    return float(means[law]())
