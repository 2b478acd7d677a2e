"""Motions of many robots on one raster of knots, as an interpolator hands them to the joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robots.knots_loops import sample
from robots.trajectory import Trajectory, profile_of
from twin.errors import BadInput

__all__ = ["Profiles", "Samples", "profiles"]


@dataclass(frozen=True, eq=False)
class Profiles:
    """Synchronised jerk-limited motions of n robots, from rest to rest.

    Attributes:
        edges, states, goal: as `robots.knots_loops.sample` takes them.
        duration: (n,) [s].
    """

    edges: np.ndarray
    states: np.ndarray
    goal: np.ndarray
    duration: np.ndarray

    def write(self, start: np.ndarray, columns: np.ndarray, h: float, q: np.ndarray, qd: np.ndarray) -> None:
        """Into references (m, nq, n) on knots h [s] apart, from `start` (n,) [s] on; where that is infinite, not at all."""
        sample(self.edges, self.states, self.goal, start, columns, h, q, qd)


@dataclass(frozen=True, eq=False)
class Samples:
    """Motions that are known sample by sample; None for a robot that does not take part."""

    motions: Sequence[Trajectory | None]

    @property
    def duration(self) -> np.ndarray:
        """(n,) [s]."""
        return np.array([0.0 if motion is None else motion.duration for motion in self.motions])

    def write(self, start: np.ndarray, columns: np.ndarray, h: float, q: np.ndarray, qd: np.ndarray) -> None:
        """As `Profiles.write`; starts must be multiples of the samples' distance."""
        for i, motion in enumerate(self.motions):
            if motion is None or not np.isfinite(start[i]):
                continue
            first = int(np.ceil(start[i] / h - 1e-9))
            t = h * np.arange(first, len(q)) - start[i]
            dt = motion.t[1] - motion.t[0] if len(motion.t) > 1 else h
            at = np.minimum(np.round(t / dt).astype(int), len(motion.t) - 1)
            q[first:, columns, i] = motion.q[at]
            qd[first:, columns, i] = np.where((at < len(motion.t) - 1)[:, None], motion.qd[at], 0.0)


def profiles(
    start: np.ndarray, goal: np.ndarray, velocity: np.ndarray, acceleration: np.ndarray, jerk: np.ndarray, scale: np.ndarray
) -> Profiles:
    """The quickest synchronised motions of n robots from `start` to `goal`, both (n, k), as `robots.trajectory.joint_move`.

    Args:
        velocity, acceleration, jerk: limits > 0, (k,); scale: (n,) shares of the speed limit, in (0, 1].

    Raises:
        BadInput: limits that are not finite and positive.
    """
    n, k = start.shape
    for name, limit in (("velocity", velocity), ("acceleration", acceleration), ("jerk", jerk)):
        if not (np.isfinite(limit).all() and (limit > 0).all()):
            remedy = "Robots read from a file without speed limits need them given."
            raise BadInput(f"{name} of a motion", limit.tolist(), f"{k} finite numbers > 0", remedy)
    found = [profile_of(q0, q1, s * velocity, s**2 * acceleration, s**3 * jerk) for q0, q1, s in zip(start, goal, scale, strict=True)]
    table = np.array([[(joint.t, joint.j) for joint in one.profiles[0]] for one in found]).reshape(n, k, 2, 7)
    edges = np.concatenate([np.zeros((n, k, 1)), np.cumsum(table[:, :, 0], axis=2)], axis=2)
    states = _phases(start, table[:, :, 0], table[:, :, 1])
    return Profiles(edges, states, goal.copy(), np.array([one.duration for one in found]))


def _phases(start: np.ndarray, t: np.ndarray, jerk: np.ndarray) -> np.ndarray:
    """Position, speed, acceleration and jerk where each of seven phases begins, (n, k, 7, 4), from rest at `start` (n, k)."""
    states = np.zeros((*t.shape, 4))
    states[..., 3] = jerk
    p, v, a = start.astype(float), np.zeros(start.shape), np.zeros(start.shape)
    for phase in range(t.shape[2]):
        states[:, :, phase, 0], states[:, :, phase, 1], states[:, :, phase, 2] = p, v, a
        u, j = t[:, :, phase], jerk[:, :, phase]
        p, v, a = p + u * (v + u * (a / 2 + u * j / 6)), v + u * (a + u * j / 2), a + u * j
    return states
