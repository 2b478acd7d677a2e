"""Filters of force signals: the phaseless one of SAE J211 for reports, a causal one for guards."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, filtfilt

__all__ = ["LowPass", "cfc", "cutoff"]


def cutoff(channel_class: int) -> float:
    """-3 dB frequency of a channel frequency class [Hz]: 100 Hz for CFC 60 (SAE J211-1, table 1: 1.667 CFC)."""
    return channel_class / 0.6


def cfc(signal: np.ndarray, dt: float, channel_class: int) -> np.ndarray:
    """Phaseless four-pole low-pass of SAE J211-1 (2014), appendix C: a two-pole Butterworth run forwards and backwards.

    Args:
        signal: (samples, ...).
        dt: sampling interval [s].
        channel_class: 60, 180, 600 or 1000.

    The two passes share the attenuation, hence the factor 1.25 on the corner of each (2.0775 CFC = 1.2465 * 1.667 CFC).
    """
    corner = 2.0775 * channel_class
    nyquist = 0.5 / dt
    if corner >= 0.95 * nyquist or len(signal) < 12:
        return signal
    b, a = butter(2, corner / nyquist)
    filtered: np.ndarray = filtfilt(b, a, signal, axis=0, padtype="even", padlen=min(len(signal) - 1, 3 * int(nyquist / corner) + 6))
    return filtered


class LowPass:
    """Causal two-pole Butterworth, one vector sample at a time (transposed direct form II)."""

    def __init__(self, dt: float, frequency: float, size: int) -> None:
        b, a = butter(2, min(frequency, 0.45 / dt), fs=1.0 / dt)
        self._b, self._a = b, a
        self._z = np.zeros((2, size))
        self._fresh = True

    def push(self, sample: np.ndarray) -> np.ndarray:
        """The filtered value after `sample`, shape (size,). The first sample is taken as having stood for ever."""
        b, a = self._b, self._a
        if self._fresh:
            self._z[0] = (1.0 - b[0]) * sample
            self._z[1] = (b[2] - a[2]) * sample
            self._fresh = False
        out: np.ndarray = b[0] * sample + self._z[0]
        self._z[0] = b[1] * sample - a[1] * out + self._z[1]
        self._z[1] = b[2] * sample - a[2] * out
        return out
