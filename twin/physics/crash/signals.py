"""Filters of SAE J211 and what accelerations do to a head."""

from __future__ import annotations

import math

import numpy as np

from twin.errors import BadInput

__all__ = ["CLASSES", "cfc", "clip", "hic"]

CLASSES = (60, 180, 600, 1000)
"""Channel frequency classes; the two passes together are 3 dB down at 1.667 times the class [Hz]."""

STANDARD_GRAVITY = 9.80665


def cfc(values: np.ndarray, dt: float, frequency_class: float) -> np.ndarray:
    """Filter a signal forwards and backwards, without a shift in time (SAE J211-1, appendix C).

    Args:
        values: shape (n,) or (n, k), evenly spaced; the signal is taken to go on as it begins and ends.
        dt: spacing [s]; frequency_class: 60, 180, 600 or 1000.

    Raises:
        BadInput: samples too far apart: the class needs ten times its frequency.
    """
    if not dt > 0 or dt > 0.1 / frequency_class:
        allowed = f"at most {0.1 / frequency_class:.3g} s between samples for class {frequency_class:g}"
        raise BadInput("cfc: dt", dt, allowed, "Take more samples.")
    wa = math.tan(math.pi * frequency_class * 2.0775 * dt)
    root = math.sqrt(2.0)
    den = 1 + root * wa + wa * wa
    a0 = wa * wa / den
    b, a = [a0, 2 * a0, a0], [1.0, 2 * (wa * wa - 1) / den, (1 - root * wa + wa * wa) / den]
    from scipy.signal import lfilter, lfilter_zi

    signal = np.asarray(values, float)
    zi = lfilter_zi(b, a).reshape((2,) + (1,) * (signal.ndim - 1))
    for _ in range(2):
        signal, _ = lfilter(b, a, signal, axis=0, zi=zi * signal[:1])
        signal = signal[::-1]
    return np.ascontiguousarray(signal)


def hic(acceleration: np.ndarray, dt: float, longest: float) -> tuple[float, float, float]:
    """Head injury criterion: the largest (t2 - t1) (mean acceleration in g)^2.5 of all windows (49 CFR 571.208, S6).

    Args:
        acceleration: resultant [m/s^2], shape (n,); dt: spacing [s]; longest: window [s], 0.015 or 0.036.

    Returns:
        HIC [s], begin and end of the window [s].
    """
    g = np.asarray(acceleration, float) / STANDARD_GRAVITY
    integral = np.concatenate([[0.0], np.cumsum((g[1:] + g[:-1]) / 2 * dt)])
    best = (0.0, 0.0, 0.0)
    for width in range(1, min(int(longest / dt + 1e-9), len(g) - 1) + 1):
        means = (integral[width:] - integral[:-width]) / (width * dt)
        k = int(np.argmax(means))
        if means[k] > 0 and (value := width * dt * means[k] ** 2.5) > best[0]:
            best = (float(value), k * dt, (k + width) * dt)
    return best


def clip(acceleration: np.ndarray, dt: float, duration: float = 0.003) -> float:
    """Largest acceleration that is held, without a break, for so long [m/s^2]: the 3 ms value."""
    a, width = np.asarray(acceleration, float), max(1, round(duration / dt))
    if len(a) <= width:
        return 0.0
    lowest = np.lib.stride_tricks.sliding_window_view(a, width + 1).min(axis=1)
    return float(lowest.max())
