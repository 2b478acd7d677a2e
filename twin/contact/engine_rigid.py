"""The engine without contact: many cells with one robot at once, compiled (`robots.tracking`).

It answers to no step-by-step protocol: without contact nothing can come back from the world, so that a whole program is known
before it begins, and is followed in one loop. Parts hang on tools (`payloads`) as rigid loads, and know no gravity otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from robots.model import Robot
from robots.tracking import Tracked, track
from twin.contact.world import GRAVITY
from twin.kinds import Target

__all__ = ["KNOT", "follow", "steps_per_knot"]

KNOT = 0.01  # [s] between two references of the interpolator, as far as whole time steps allow


def steps_per_knot(dt: float) -> int:
    """Time steps between two knots."""
    return max(1, round(KNOT / dt))


def follow(
    robot: Robot,
    T_world_root: np.ndarray,
    positions: np.ndarray,
    speeds: np.ndarray,
    *,
    dt: float,
    bandwidth: np.ndarray,
    counted: np.ndarray,
    payloads: Mapping[str, np.ndarray],
    target: Target,
) -> Tracked:
    """n copies of a robot, each bolted down at its own place, follow references at knots from rest.

    Args:
        T_world_root: (n, 4, 4).
        positions, speeds: (m + 1, nv, n); knots lie `steps_per_knot` steps of `dt` [s] apart.
        bandwidth: of the controllers, (n,) [rad/s].
        counted: (n,) intervals that count for peak torques and energy.
        payloads: link -> (m, 10, n).
    """
    down = np.array([0.0, 0.0, -GRAVITY])
    gravity = np.einsum("nji,j->ni", T_world_root[:, :3, :3], down)
    return track(
        robot,
        positions,
        speeds,
        gravity=gravity,
        bandwidth=bandwidth,
        counted=counted,
        dt=dt,
        steps=steps_per_knot(dt),
        payloads=payloads,
        dtype=target.dtype,
        threads=target.threads,
        device=target.device,
    )
