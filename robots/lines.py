"""Straight lines in the space of poses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.errors import BadInput

__all__ = ["Line", "line", "rotation_vector"]


@dataclass(frozen=True, eq=False)
class Line:
    """From one pose to another: the origin runs straight, the attitude turns about one axis.

    Attributes:
        T_start, T_goal: (4, 4).
        turn: rotation vector from the start's attitude to the goal's, in the start's axes, (3,) [rad].
    """

    T_start: np.ndarray
    T_goal: np.ndarray
    turn: np.ndarray

    @property
    def length(self) -> float:
        """Distance of the origins [m]."""
        return float(np.linalg.norm(self.T_goal[:3, 3] - self.T_start[:3, 3]))

    @property
    def angle(self) -> float:
        """How far the attitude turns [rad]."""
        return float(np.linalg.norm(self.turn))

    def poses(self, s: np.ndarray) -> np.ndarray:
        """Poses at the path parameters s (m,) in 0..1, shape (m, 4, 4)."""
        T = np.broadcast_to(np.eye(4), (len(s), 4, 4)).copy()
        T[:, :3, 3] = self.T_start[:3, 3] + s[:, None] * (self.T_goal[:3, 3] - self.T_start[:3, 3])
        angle = self.angle
        x, y, z = self.turn / angle if angle > 0 else (0.0, 0.0, 1.0)
        K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
        sine, versine = np.sin(s * angle)[:, None, None], (1.0 - np.cos(s * angle))[:, None, None]
        T[:, :3, :3] = self.T_start[:3, :3] @ (np.eye(3) + sine * K + versine * (K @ K))
        return T


def line(T_start: np.ndarray, T_goal: np.ndarray) -> Line:
    """The line between two poses (4, 4). Raises BadInput for a goal that is no rigid transform."""
    R = T_goal[:3, :3] if T_goal.shape == (4, 4) else np.full((3, 3), np.nan)
    if not (np.abs(R.T @ R - np.eye(3)).max() < 1e-6 and np.linalg.det(R) > 0 and np.isfinite(T_goal).all()):
        raise BadInput("goal pose", T_goal.tolist(), "a rigid transform (4, 4)")
    return Line(T_start, T_goal, rotation_vector(T_start[:3, :3].T @ R))


def rotation_vector(R: np.ndarray) -> np.ndarray:
    """Axis times angle [rad] of a rotation matrix (3, 3), angle in 0..pi."""
    from scipy.spatial.transform import Rotation

    vector: np.ndarray = Rotation.from_matrix(R).as_rotvec()
    return vector
