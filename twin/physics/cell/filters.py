"""Filters of force signals: the phaseless one of SAE J211 for reports, a causal one for guards."""

from __future__ import annotations

import numpy as np

from twin.errors import BadInput

__all__ = ["LowPass", "cfc", "coarsest", "cutoff"]

CORNER = 2.0775  # corner of each of the two passes [Hz] over the channel class
NYQUIST_SHARE = 0.95  # how near the corner may come to half the sampling rate


def cutoff(channel_class: int) -> float:
    """-3 dB frequency of a channel frequency class [Hz]: 100 Hz for CFC 60 (SAE J211-1, table 1: 1.667 CFC)."""
    return channel_class / 0.6


def coarsest(channel_class: int) -> float:
    """Largest sampling interval that the filter of this class works on [s]."""
    return NYQUIST_SHARE * 0.5 / (CORNER * channel_class)


def cfc(signal: np.ndarray, dt: float, channel_class: int) -> np.ndarray:
    """Phaseless four-pole low-pass of SAE J211-1: a two-pole Butterworth run forwards and backwards.

    Args:
        signal: (samples, ...).
        dt: sampling interval [s].
        channel_class: 60, 180, 600 or 1000.

    The two passes share the attenuation, hence the factor 1.25 on the corner of each (2.0775 CFC = 1.2465 * 1.667 CFC).

    Raises:
        BadInput: the samples are too coarse for the class: nothing could be filtered.
    """
    from scipy.signal import butter, filtfilt  # half a second that cells without contact need not spend

    corner = CORNER * channel_class
    nyquist = 0.5 / dt
    if dt > coarsest(channel_class):
        raise BadInput("time_step", dt, f"at most {coarsest(channel_class):.3g} s with the force filter CFC {channel_class}")
    if len(signal) < 2:
        return np.zeros_like(signal)  # one sample has no history to filter
    b, a = butter(2, corner / nyquist)
    filtered: np.ndarray = filtfilt(b, a, signal, axis=0, padtype="even", padlen=min(len(signal) - 1, 3 * int(nyquist / corner) + 6))
    return filtered


class LowPass:
    """Causal two-pole Butterworth, one vector sample at a time (transposed direct form II)."""

    def __init__(self, dt: float, frequency: float, size: int) -> None:
        from scipy.signal import butter

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
