"""Rigid transforms as 4x4 matrices: the few operations that reading and describing robots needs."""

from __future__ import annotations

import numpy as np

__all__ = ["about", "from_rpy", "inverse", "onto_z", "placed", "rpy"]


def placed(position: tuple[float, ...] | np.ndarray = (0.0, 0.0, 0.0), rotation: np.ndarray | None = None) -> np.ndarray:
    """Transform of a frame at `position` [m] with the rotation matrix `rotation` (3, 3)."""
    T = np.eye(4)
    T[:3, 3] = position
    if rotation is not None:
        T[:3, :3] = rotation
    return T


def from_rpy(roll: float, pitch: float, yaw: float) -> np.ndarray:
    """Rotation matrix (3, 3) of fixed-axis roll, pitch, yaw [rad], as URDF means them: Rz(yaw) Ry(pitch) Rx(roll)."""
    cr, sr, cp, sp, cy, sy = np.cos(roll), np.sin(roll), np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def rpy(rotation: np.ndarray) -> tuple[float, float, float]:
    """Roll, pitch, yaw [rad] of a rotation matrix (3, 3); at pitch = +-90 deg the roll is taken as zero."""
    rotation = np.where(np.abs(rotation) < 1e-12, 0.0, rotation)  # rounding must not choose between pi and -pi
    pitch = float(np.arctan2(-rotation[2, 0], np.hypot(rotation[0, 0], rotation[1, 0])))
    if abs(np.cos(pitch)) < 1e-9:
        return 0.0, pitch, float(np.arctan2(-rotation[0, 1], rotation[1, 1]))
    return float(np.arctan2(rotation[2, 1], rotation[2, 2])), pitch, float(np.arctan2(rotation[1, 0], rotation[0, 0]))


def about(axis: np.ndarray, angle: float) -> np.ndarray:
    """Rotation matrix (3, 3) by `angle` [rad] about a unit vector: Rodrigues' formula."""
    x, y, z = axis
    K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    R: np.ndarray = np.eye(3) + np.sin(angle) * K + (1.0 - np.cos(angle)) * (K @ K)
    return R


def inverse(T: np.ndarray) -> np.ndarray:
    """Inverse of rigid transforms, shape (..., 4, 4)."""
    R = np.swapaxes(T[..., :3, :3], -1, -2)
    back = np.zeros_like(T)
    back[..., :3, :3] = R
    back[..., :3, 3] = -np.einsum("...ij,...j->...i", R, T[..., :3, 3])
    back[..., 3, 3] = 1.0
    return back


def onto_z(axis: np.ndarray) -> np.ndarray:
    """A rotation matrix whose third column is the unit vector `axis`."""
    if axis[2] > 1.0 - 1e-15:
        return np.eye(3)
    side = np.eye(3)[np.argmin(np.abs(axis))]
    x = np.cross(side, axis)
    x /= np.linalg.norm(x)
    return np.column_stack([x, np.cross(axis, x), axis])
