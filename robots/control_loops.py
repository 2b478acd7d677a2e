"""Computed torque, compiled: one robot, one call a control step."""

from __future__ import annotations

import numpy as np

from robots.arrays import Bodies, Tree
from robots.dynamics_loops import newton_euler
from robots.frames_loops import poses
from twin.kernel import loop

__all__ = ["computed_torque"]


@loop
def computed_torque(
    tree: Tree,
    bodies: Bodies,
    reference: np.ndarray,
    q: np.ndarray,
    qd: np.ndarray,
    bandwidth: float,
    gravity: np.ndarray,
    effort: np.ndarray,
    wanted: np.ndarray,
    T: np.ndarray,
    tau: np.ndarray,
) -> None:
    """tau = M(q) (qdd_ref + 2 w (qd_ref - qd) + w^2 (q_ref - q)) + bias(q, qd), cut off at the effort limits.

    Args:
        reference: (3, nq) positions, speeds and accelerations to follow.
        q, qd: (1, nq).
        bandwidth: w [rad/s].
        gravity: (3,) in root axes [m/s^2].
        effort: (nq,) limits [N m, N].
        wanted: (1, nq) and T: (1, links, 4, 4), overwritten.
        tau: (1, nq), the result.
    """
    for i in range(q.shape[1]):
        e, ed = reference[0, i] - q[0, i], reference[1, i] - qd[0, i]
        wanted[0, i] = reference[2, i] + 2.0 * bandwidth * ed + bandwidth * bandwidth * e
    poses(tree, q, T)
    newton_euler(tree, bodies, T, qd, wanted, gravity, tau)
    for i in range(q.shape[1]):
        tau[0, i] = min(max(tau[0, i], -effort[i]), effort[i])
