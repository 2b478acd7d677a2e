"""Motion as few key frames: those that interpolation between their neighbours does not reproduce."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["Between", "continuous", "key_frames", "lerp", "slerp"]

Between = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def key_frames(t: np.ndarray, values: np.ndarray, tolerance: float, between: Between) -> np.ndarray:
    """Which frames to keep of each track so that `between` gives the others back within `tolerance`.

    Splits every interval at its worst frame until none is worse than the tolerance (Ramer 1972, Douglas and Peucker 1973),
    all intervals of all tracks at once.

    Args:
        t: [s], shape (frames,).
        values: shape (tracks, frames, dimensions).
        tolerance: largest Euclidean distance to the interpolated value.
        between: (values before, values after, fraction in 0..1) -> values.

    Returns:
        mask of shape (tracks, frames); the first and last frame are always kept.
    """
    keep = np.zeros(values.shape[:2], bool)
    keep[:, [0, -1]] = True
    open_tracks = np.arange(len(values))
    while len(open_tracks):
        worst = _worst_frames(t, values[open_tracks], keep[open_tracks], tolerance, between)
        keep[open_tracks] |= worst
        open_tracks = open_tracks[worst.any(axis=1)]
    return keep


def _worst_frames(t: np.ndarray, values: np.ndarray, keep: np.ndarray, tolerance: float, between: Between) -> np.ndarray:
    frames = np.arange(len(t))
    before = np.maximum.accumulate(np.where(keep, frames, 0), axis=1)
    after = np.minimum.accumulate(np.where(keep, frames, len(t) - 1)[:, ::-1], axis=1)[:, ::-1]
    fraction = (t - t[before]) / np.where(after > before, t[after] - t[before], 1.0)
    row = np.arange(len(values))[:, None]
    error = np.linalg.norm(values - between(values[row, before], values[row, after], fraction[..., None]), axis=2)
    interval = np.cumsum(keep.ravel()) - 1
    largest = np.maximum.reduceat(error.ravel(), np.flatnonzero(keep.ravel()))
    worst: np.ndarray = (error >= largest[interval].reshape(error.shape)) & (error > tolerance) & ~keep
    return worst


def lerp(before: np.ndarray, after: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Straight line between two values."""
    result: np.ndarray = before + (after - before) * fraction
    return result


def slerp(before: np.ndarray, after: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Constant turn between two unit quaternions of equal sign (Shoemake 1985); glTF's LINEAR for rotations."""
    cosine = np.clip(np.sum(before * after, axis=-1, keepdims=True), -1.0, 1.0)
    angle = np.arccos(cosine)
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1.0, sine)
    weight_before = np.where(near, 1.0 - fraction, np.sin((1.0 - fraction) * angle) / safe)
    weight_after = np.where(near, fraction, np.sin(fraction * angle) / safe)
    result: np.ndarray = weight_before * before + weight_after * after
    return result


def continuous(rotations: np.ndarray) -> np.ndarray:
    """The same rotations with signs chosen so that neighbours are on one half of the sphere, shape (..., frames, 4)."""
    flips = np.where(np.sum(rotations[..., 1:, :] * rotations[..., :-1, :], axis=-1) < 0, -1.0, 1.0)
    signs = np.concatenate([np.ones_like(flips[..., :1]), np.cumprod(flips, axis=-1)], axis=-1)
    result: np.ndarray = rotations * signs[..., None]
    return result
