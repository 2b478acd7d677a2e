"""Motions of many robots on one raster of knots, as an interpolator hands them to the joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robots.knots_loops import LANES, sample, timed
from robots.trajectory import Trajectory
from twin.errors import BadInput

__all__ = ["Profiles", "Raster", "Samples", "profiles"]


@dataclass(frozen=True, eq=False)
class Profiles:
    """Synchronised jerk-limited motions of n robots, from rest to rest.

    Attributes:
        start, goal: (n, k); duration: (n,) [s].
        table: (3, k, n) as `robots.knots_loops.timed` makes it.
    """

    start: np.ndarray
    goal: np.ndarray
    duration: np.ndarray
    table: np.ndarray


@dataclass(frozen=True, eq=False)
class Samples:
    """Motions that are known sample by sample; None for a robot that does not take part."""

    motions: Sequence[Trajectory | None]

    @property
    def duration(self) -> np.ndarray:
        """(n,) [s]."""
        return np.array([0.0 if motion is None else motion.duration for motion in self.motions])


@dataclass(frozen=True, eq=False)
class Raster:
    """References of w robots on knots h [s] apart.

    Attributes:
        q, qd: (m, nq, w), w whole blocks of lanes.
        robots: (w,) which of the robots that motions are given for each lane holds.
    """

    h: float
    q: np.ndarray
    qd: np.ndarray
    robots: np.ndarray

    @classmethod
    def of(cls, robots: np.ndarray, knots: int, joints: int, h: float) -> Raster:
        """Room for these robots; the last one fills the last block up."""
        lanes = np.append(robots, np.full(-len(robots) % LANES, robots[-1]))
        return cls(h, np.empty((knots, joints, len(lanes))), np.empty((knots, joints, len(lanes))), lanes)

    def rest(self, at: np.ndarray, columns: Sequence[int]) -> None:
        """The joints `columns` stand all the time where they stand in `at` (n, nq)."""
        for column in columns:
            self.q[:, column], self.qd[:, column] = at[self.robots, column], 0.0

    def move(self, motions: Sequence[Profiles], starts: Sequence[np.ndarray], columns: np.ndarray, *, fresh: bool) -> None:
        """One motion after the other, from its start (n,) [s] on; the joints rest in between and afterwards.

        Starts are infinite where a motion, and all behind it, do not happen.

        Args:
            fresh: the joints stand where the first motion starts until then; else what is written there already stays.
        """
        lanes = self.robots
        begin, seconds = (np.array([row[lanes] for row in rows]) for rows in (starts, [motion.duration for motion in motions]))
        ends = np.array([(motion.start[lanes].T, motion.goal[lanes].T) for motion in motions])
        table = np.array([motion.table[..., lanes] for motion in motions])
        sample(begin, seconds, ends, table, columns, self.h, fresh, self.q, self.qd)

    def follow(self, motion: Samples, start: np.ndarray, columns: np.ndarray) -> None:
        """Samples from their start (n,) [s] on, then rest; starts must be multiples of the samples' distance."""
        for lane, robot in enumerate(self.robots):
            path = motion.motions[robot]
            if path is None or not np.isfinite(start[robot]):
                continue
            first = int(np.ceil(start[robot] / self.h - 1e-9))
            t = self.h * np.arange(first, len(self.q)) - start[robot]
            dt = path.t[1] - path.t[0] if len(path.t) > 1 else self.h
            at = np.minimum(np.round(t / dt).astype(int), len(path.t) - 1)
            self.q[first:, columns, lane] = path.q[at]
            self.qd[first:, columns, lane] = np.where((at < len(path.t) - 1)[:, None], path.qd[at], 0.0)


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
    seconds, table = np.empty(n), np.empty((3, k, n))
    timed(goal - start, velocity, acceleration, jerk, scale, seconds, table)
    return Profiles(start, goal, seconds, table)
