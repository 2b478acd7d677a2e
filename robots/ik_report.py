"""What inverse kinematics tells of each target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robots.model import Robot

__all__ = ["AT_LIMIT", "IKReport", "report_of"]

AT_LIMIT = 1e-6  # a joint this near to its limit [rad or m] stands at it


@dataclass(frozen=True, eq=False)
class IKReport:
    """What was reached, target by target.

    Attributes:
        q: (n, nq); where `converged` is False, the nearest position that was found. Always within the limits.
        converged: (n,) bool.
        state: (n,) "converged", "at limit" (not reached, and a joint stands at its limit) or "unreachable".
        position_error, rotation_error: (n,) what remains [m], [rad].
        iterations, restarts: (n,) what it took; restarts 0: the seed led there.
    """

    q: np.ndarray
    converged: np.ndarray
    state: np.ndarray
    position_error: np.ndarray
    rotation_error: np.ndarray
    iterations: np.ndarray
    restarts: np.ndarray


def report_of(robot: Robot, moving: np.ndarray, q: np.ndarray, figures: np.ndarray) -> IKReport:
    """The report of targets that ended at q (n, nq), with figures (n, 5): reached, distance, angle, iterations, restarts."""
    reached = figures[:, 0] == 1.0
    at = q[:, moving]
    limited = ((at - robot.lower[moving] < AT_LIMIT) | (robot.upper[moving] - at < AT_LIMIT)).any(axis=1)
    state = np.where(reached, "converged", np.where(limited, "at limit", "unreachable"))
    return IKReport(q, reached, state, figures[:, 1], figures[:, 2], figures[:, 3].astype(int), figures[:, 4].astype(int))
