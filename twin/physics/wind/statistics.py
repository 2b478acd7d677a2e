"""What a history of a force says: where its start-up ends, its mean with an honest interval, its frequency. Pure numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

__all__ = ["Mean", "convergence", "dominant_frequency", "independent", "mean_of", "start_up"]

BATCH = 5  # samples of a batch of MSER-5
FEW = 16  # samples below which nothing is said


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and the half width of its 95 % interval.

    Attributes:
        begin: samples that were left out as start-up; independent: samples that the others are worth.
        drift: difference of the means of the two halves.
    """

    value: float
    ci95: float
    begin: int
    independent: float
    drift: float


def start_up(x: np.ndarray) -> int:
    """Samples to leave out at the start: MSER-5 (White 1997), the cut that makes the mean's standard error least.

    Never more than half; what is cut there is not over yet.
    """
    batches = x[: len(x) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    n = len(batches)
    if n < 4:
        return 0
    left = np.arange(n, 0, -1)
    sums, squares = np.cumsum(batches[::-1])[::-1], np.cumsum(batches[::-1] ** 2)[::-1]
    errors = np.maximum(squares - sums**2 / left, 0) / left.astype(float) ** 2
    return int(np.argmin(errors[: n // 2 + 1])) * BATCH


def independent(x: np.ndarray) -> float:
    """Independent samples that correlated ones are worth: n over the integrated autocorrelation time.

    The sum of the autocorrelation is taken over pairs of lags as long as these are positive and falling (Geyer 1992, initial
    monotone sequence). A sine is worth little more than its periods.
    """
    n, d = len(x), x - x.mean()
    variance = float(d @ d) / n
    if variance <= 0 or n < FEW:
        return float(n)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(d, size)) ** 2
    rho = np.fft.irfft(spectrum, size)[:n] / (n * variance)
    pairs = rho[0 : n - n % 2 : 2] + rho[1 : n + 1 : 2][: (n - n % 2) // 2]
    ends = np.nonzero(pairs <= 0)[0]
    falling = np.minimum.accumulate(pairs[: ends[0] if len(ends) else len(pairs)])
    time = max(1.0, 2 * float(falling.sum()) - 1)
    return max(1.0, n / time)


def mean_of(x: np.ndarray) -> Mean:
    """Mean of a history after its start-up, with Student's 95 % interval of the independent samples in it.

    Of a steady flow the rest of the start-up decides; so the interval is never smaller than the drift between the halves.
    """
    if len(x) < FEW:
        return Mean(float(x.mean()) if len(x) else math.nan, math.inf, 0, float(len(x)), math.inf)
    begin = start_up(x)
    kept = x[begin:]
    count = independent(kept)
    half = len(kept) // 2
    drift = abs(float(kept[:half].mean() - kept[half:].mean()))
    spread = float(kept.std(ddof=1)) / math.sqrt(count)
    factor = float(student.ppf(0.975, max(count - 1, 1.0)))
    return Mean(float(kept.mean()), max(factor * spread, drift / 2), begin, count, drift)


def dominant_frequency(x: np.ndarray, dt: float) -> float | None:
    """Frequency of the strongest oscillation [1/dt]; None when there is none or fewer than four periods were seen.

    Peak of the Hann-windowed spectrum, refined by the parabola through its logarithm and its neighbours; an oscillation
    holds at least half of the fluctuation within three bins of the peak.
    """
    d = x - x.mean()
    if len(d) < FEW or float(np.abs(d).max()) < 1e-9 * max(1.0, float(np.abs(x).max())):
        return None
    power = np.abs(np.fft.rfft(d * np.hanning(len(d)))) ** 2
    k = int(np.argmax(power[1:])) + 1
    if k < 4 or k + 1 >= len(power) or power[max(1, k - 3) : k + 4].sum() < 0.5 * power[1:].sum():
        return None
    a, b, c = np.log(power[k - 1 : k + 2] + 1e-300)
    return float((k + 0.5 * (a - c) / (a - 2 * b + c)) / (len(d) * dt))


def convergence(coarse: float, medium: float, fine: float, ratio: float) -> tuple[float, float, float]:
    """Observed order, value at infinite fineness, and grid convergence index of the fine grid, relative (Celik et al. 2008).

    An order outside 0.5 .. 3 is taken as 1 for the index, with a safety factor of 3 instead of 1.25 (Roache 1998): the three
    grids do not converge monotonically.
    """
    first, second = medium - coarse, fine - medium
    order = math.log(abs(first / second)) / math.log(ratio) if first * second > 0 and second != 0 else math.nan
    trusted = 0.5 <= order <= 3
    used, safety = (order, 1.25) if trusted else (1.0, 3.0)
    step = second / (ratio**used - 1)
    return order, fine + step, safety * abs(step / fine) if fine else math.inf
