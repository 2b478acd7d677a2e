"""One random duration: a stream of chance and a law in, seconds out.

Inverse transforms where there is one, so that common random numbers stay in step: Law, Simulation Modeling and Analysis, 5th ed.,
chapter 8. Gamma: Marsaglia & Tsang 2000; normal: Box & Muller 1958.
"""

from __future__ import annotations

import math

import numpy as np

from twin.kernel import exact, exact_scalar
from twin.kernel.rng import mixed, open_unit

__all__ = ["LAWS", "chance", "variate"]

FIXED, EXPONENTIAL, NORMAL, LOGNORMAL, UNIFORM, TRIANGULAR, GAMMA, WEIBULL, PARETO, TABLE = range(10)
LAWS = ("fixed", "exponential", "normal", "lognormal", "uniform", "triangular", "gamma", "weibull", "pareto", "table")


@exact_scalar
def chance(ints, stream):  # type: ignore[no-untyped-def]
    """The next number of the stream that stands at `stream`, inside (0, 1)."""
    ints[stream] += ints[stream + 1]
    return open_unit(mixed(np.uint64(ints[stream])))


@exact_scalar
def variate(ints, reals, stream, law):  # type: ignore[no-untyped-def]
    """A duration [s] of the distribution whose figures stand in `reals` from `law` on: law, a, b, c, table, length."""
    which = reals[law]
    if which == FIXED:
        return reals[law + 1]
    if which == EXPONENTIAL:
        return -reals[law + 1] * math.log(chance(ints, stream))
    return _others(ints, reals, stream, law)


@exact
def _others(ints, reals, stream, law):  # type: ignore[no-untyped-def]
    which, a, b, c = reals[law], reals[law + 1], reals[law + 2], reals[law + 3]
    if which == NORMAL:
        found = a + b * _normal(ints, stream)
        while found < 0.0:
            found = a + b * _normal(ints, stream)
        return found
    if which == LOGNORMAL:
        return math.exp(a + b * _normal(ints, stream))
    if which == GAMMA:
        return a * _gamma(ints, stream, b)
    u = chance(ints, stream)
    if which == UNIFORM:
        return a + u * (b - a)
    if which == TRIANGULAR:  # a <= b <= c
        if u * (c - a) < b - a:
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if which == WEIBULL:
        return a * (-math.log(u)) ** (1.0 / b)
    if which == PARETO:
        return a * u ** (-1.0 / b)
    return a * reals[np.int64(reals[law + 4]) + np.int64(u * reals[law + 5])]


@exact
def _normal(ints, stream):  # type: ignore[no-untyped-def]
    u, v = chance(ints, stream), chance(ints, stream)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@exact
def _gamma(ints, stream, shape):  # type: ignore[no-untyped-def]
    """Of scale 1; below shape 1 by the power of a uniform number."""
    d = (shape if shape >= 1.0 else shape + 1.0) - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = _normal(ints, stream)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(chance(ints, stream)) < 0.5 * x * x + d - d * v + d * math.log(v):
            found = d * v
            break
    if shape < 1.0:
        found *= chance(ints, stream) ** (1.0 / shape)
    return found
