"""Rotations as matrices and wxyz quaternions. The only place where another order (xyzw) is turned round."""

from __future__ import annotations

import numpy as np

__all__ = ["matrix_from_wxyz", "transform", "wxyz_from_matrix", "wxyz_from_xyzw", "xyzw_from_wxyz"]


def matrix_from_wxyz(q: np.ndarray) -> np.ndarray:
    """Rotation matrices, shape (..., 3, 3), of unit quaternions, shape (..., 4)."""
    w, x, y, z = np.moveaxis(np.asarray(q, float), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def wxyz_from_matrix(R: np.ndarray) -> np.ndarray:
    """Unit quaternions, shape (..., 4), w >= 0, of rotation matrices, shape (..., 3, 3): Shepperd's method (1978)."""
    R = np.asarray(R, float)
    trace = np.trace(R, axis1=-2, axis2=-1)
    diagonal = np.stack([trace, R[..., 0, 0], R[..., 1, 1], R[..., 2, 2]], -1)
    largest = diagonal.argmax(-1)
    s = R - np.swapaxes(R, -1, -2)
    p = R + np.swapaxes(R, -1, -2)
    x, y, z = s[..., 2, 1], s[..., 0, 2], s[..., 1, 0]
    candidates = np.stack(
        [
            np.stack([1 + trace, x, y, z], -1),
            np.stack([x, 1 + 2 * R[..., 0, 0] - trace, p[..., 0, 1], p[..., 0, 2]], -1),
            np.stack([y, p[..., 0, 1], 1 + 2 * R[..., 1, 1] - trace, p[..., 1, 2]], -1),
            np.stack([z, p[..., 0, 2], p[..., 1, 2], 1 + 2 * R[..., 2, 2] - trace], -1),
        ],
        -2,
    )
    q: np.ndarray = np.take_along_axis(candidates, largest[..., None, None], -2)[..., 0, :]
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(q[..., :1] < 0, -q, q)


def wxyz_from_xyzw(q: np.ndarray) -> np.ndarray:
    """pybullet's order to ours."""
    return np.asarray(q, float)[..., [3, 0, 1, 2]]


def xyzw_from_wxyz(q: np.ndarray) -> np.ndarray:
    """Our order to pybullet's."""
    return np.asarray(q, float)[..., [1, 2, 3, 0]]


def transform(position: np.ndarray, wxyz: np.ndarray) -> np.ndarray:
    """T, shape (..., 4, 4), of positions (..., 3) and unit quaternions (..., 4)."""
    position = np.asarray(position, float)
    T = np.zeros((*position.shape[:-1], 4, 4))
    T[..., :3, :3], T[..., :3, 3], T[..., 3, 3] = matrix_from_wxyz(wxyz), position, 1.0
    return T
