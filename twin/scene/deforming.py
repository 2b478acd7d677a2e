"""A deforming mesh at any time: straight lines between its frames."""

from __future__ import annotations

import numpy as np

from twin.scene.model import Deforming, Mesh, Scene

__all__ = ["MOST_FRAMES", "frame_times", "mesh_at", "painted"]

MOST_FRAMES = 64
"""Frames of one deforming mesh: each is a morph target of the file, and graphics cards hold so many weights at once everywhere."""


def frame_times(deforming: Deforming, scene_t: np.ndarray) -> np.ndarray:
    """Time of each frame [s], shape (frames,); `scene_t` are the scene's times."""
    if deforming.t is not None:
        return np.asarray(deforming.t, float)
    t = np.asarray(scene_t, float)
    return t[:1] if len(deforming.vertices) == 1 else t


def painted(deforming: Deforming, scene: Scene) -> np.ndarray | None:
    """Colours of the vertices, RGBA in 0..1, shape (frames, n, 4), where there are values."""
    if deforming.values is None:
        return None
    bar = next(bar for bar in scene.bars if bar.quantity == deforming.bar)
    return bar.paint(np.asarray(deforming.values))


def mesh_at(deforming: Deforming, scene: Scene, time: float) -> Mesh:
    """The mesh at a time [s] of a scene that has been checked."""
    t = frame_times(deforming, scene.t)
    after = int(np.clip(np.searchsorted(t, time, side="right"), 1, max(len(t) - 1, 1)))
    before, after = after - 1, min(after, len(t) - 1)
    fraction = float(np.clip((time - t[before]) / (t[after] - t[before]), 0.0, 1.0)) if after > before else 0.0
    colors = None
    if deforming.values is not None:
        bar = next(bar for bar in scene.bars if bar.quantity == deforming.bar)
        colors = bar.paint(_between(np.asarray(deforming.values, float), before, after, fraction))
    vertices = _between(np.asarray(deforming.vertices, float), before, after, fraction)
    return Mesh(vertices, deforming.faces, deforming.color, colors)


def _between(frames: np.ndarray, before: int, after: int, fraction: float) -> np.ndarray:
    result: np.ndarray = (1.0 - fraction) * frames[before] + fraction * frames[after]
    return result
