"""A perspective camera: points of the world to pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Camera", "fitted"]

_FIELD = np.radians(28.0)  # upright opening [rad]


@dataclass(frozen=True, slots=True)
class Camera:
    """Where one looks from.

    Attributes:
        eye: [m], shape (3,).
        axes: right, up and backward in the world, shape (3, 3), one a row.
        focal: pixels at distance one.
        width, height: of the picture [pixels].
    """

    eye: np.ndarray
    axes: np.ndarray
    focal: float
    width: int
    height: int

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels to the right, pixels down, and one over the distance along the view [1/m], shape (..., 3); behind the eye <= 0."""
        seen = (points - self.eye) @ self.axes.T
        near = np.where(np.abs(seen[..., 2]) < 1e-12, -1e-12, seen[..., 2])
        closeness = -1.0 / near
        x = self.width / 2 + self.focal * seen[..., 0] * closeness
        y = self.height / 2 - self.focal * seen[..., 1] * closeness
        return np.stack([x, y, closeness], axis=-1)


def fitted(points: np.ndarray, azimuth: float, elevation: float, width: int, height: int, margin: float = 1.08) -> Camera:
    """The camera in the direction (azimuth about Z from +x, elevation above the ground) [rad] from which all points just fit in."""
    toward = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    axes = np.stack([right, np.cross(toward, right), toward])
    tangent = np.tan(_FIELD / 2)
    seen = points @ axes.T
    middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
    offset = seen - middle
    reach = np.maximum(np.abs(offset[:, 0]) * height / width, np.abs(offset[:, 1])) * margin / tangent
    distance = float((reach + offset[:, 2]).max())
    eye = axes.T @ (middle + np.array([0.0, 0.0, max(distance, 1e-6)]))
    return Camera(eye, axes, height / 2 / tangent, width, height)
