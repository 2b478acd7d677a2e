"""Joint torques of a motion, batched. The root stands still; friction, damping and rotors are not part of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from robots.arrays import bodies, joint_values, tree
from robots.dynamics_loops import newton_euler
from robots.kinematics import all_links
from robots.model import Robot

__all__ = ["GRAVITY", "gravity_torque", "inverse_dynamics"]

GRAVITY = (0.0, 0.0, -9.81)
"""In root axes [m/s^2]; 9.81 as pybullet, pinocchio and mujoco have it by default or by habit."""


def inverse_dynamics(robot: Robot, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray, *, gravity: Sequence[float] = GRAVITY) -> np.ndarray:
    """Torques [N m] and forces [N] that the independent joints must give, shape (n, nq): recursive Newton-Euler.

    Joints that others mimic carry their followers' share, times the multiplier.

    Args:
        q, qd, qdd: positions, speeds, accelerations, shape (n, nq) or (nq,).
        gravity: (3,) in root axes [m/s^2]; turn it when the robot does not stand upright.

    Raises:
        BadInput: an array of another shape.
    """
    rows, speeds, accelerations = joint_values(robot, q), joint_values(robot, qd, "qd"), joint_values(robot, qdd, "qdd")
    rows, speeds, accelerations = (np.ascontiguousarray(a) for a in np.broadcast_arrays(rows, speeds, accelerations))
    tau = np.empty_like(rows)
    newton_euler(tree(robot), bodies(robot), all_links(robot, rows), speeds, accelerations, np.asarray(gravity, dtype=float), tau)
    return tau


def gravity_torque(robot: Robot, q: np.ndarray, *, gravity: Sequence[float] = GRAVITY) -> np.ndarray:
    """Torques [N m] and forces [N] that hold the robot still at q, shape (n, nq)."""
    still = np.zeros((1, robot.nq))
    return inverse_dynamics(robot, q, still, still, gravity=gravity)
