"""How long parts were in the line: number, sum, and a histogram of bins that are 3 % wide."""

from __future__ import annotations

import math

from twin.kernel import exact

__all__ = ["BINS", "stay_of_bin", "stayed"]

BINS = 1024
PER_OCTAVE = 24  # from 1 ms to 6e9 s
LEAST_STAY = 1e-3


@exact
def stayed(w, parts, ints, reals, part):  # type: ignore[no-untyped-def]
    """A part leaves the line."""
    stay = w[0].now - parts[part].born
    run = w[0]
    reals[run.stays] += 1.0
    reals[run.stays + 1] += stay
    reals[run.stays + 2] = run.now
    ints[run.histogram + _bin(stay)] += 1


@exact
def _bin(stay):  # type: ignore[no-untyped-def]
    if stay <= LEAST_STAY:
        return 0
    return min(int(math.log2(stay / LEAST_STAY) * PER_OCTAVE) + 1, BINS - 1)


def stay_of_bin(k: float) -> float:
    """Upper edge of bin k of the histogram of stays [s]."""
    return float(LEAST_STAY * 2 ** (k / PER_OCTAVE))
