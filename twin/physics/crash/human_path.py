"""Where the robot is and how its joints move: one pose, or a path from pose to pose at constant joint rates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from twin.errors import BadInput
from twin.physics.crash.human_robot import Toucher, posture
from twin.physics.crash.human_spec import HumanSpec, Path

__all__ = ["Motion", "motion"]

TICK = 1e-3  # [s] at least between two places: time goes on where the point stands still


@dataclass(frozen=True, eq=False)
class Motion:
    """Places on the way: t (n,) [s], q and qd (n, nq) [rad, m and per second]; qd is 0 where nothing says how joints move."""

    t: np.ndarray
    q: np.ndarray
    qd: np.ndarray


def motion(spec: HumanSpec, who: Toucher) -> Motion:
    """The places that are judged.

    A path's joints all start and stop together, pose by pose; the one that takes longest moves at `share` of its limit. Ramps
    are left out: a real motion is nowhere faster. Where two stretches meet, the faster one counts.

    Raises:
        BadInput: a path along a joint without speed limit and without `speed`; a path that never moves.
    """
    robot, start = who.robot, posture(who.robot, spec.pose)
    if spec.path is None:
        qd = np.zeros(robot.nv)
        for joint, value in spec.joint_speeds.items():
            qd[robot.index(joint)] = value
        return Motion(np.zeros(1), start[None], qd[None])
    legs = _legs(spec.path, who, start)
    rates = [_rate(spec, who, b - a) for a, b in legs]
    steps = np.linspace(0.0, 1.0, spec.path.samples + 1)
    q = np.concatenate([a + steps[:, None] * (b - a) for a, b in legs])
    qd = np.repeat(np.array([(b - a) * rate for (a, b), rate in zip(legs, rates, strict=True)]), len(steps), axis=0)
    kept = _faster(np.linalg.norm(np.einsum("nij,nj->ni", who.jacobian(q), qd[:, who.columns]), axis=1), len(steps))
    return Motion(_times(spec, who, q[kept], rates), q[kept], qd[kept])


def _legs(path: Path, who: Toucher, start: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Stretches between poses that differ."""
    places = []
    for pose in path.poses:
        start = posture(who.robot, pose, start)
        places.append(start)
    legs = [(a, b) for a, b in pairwise(places) if (a != b).any()]
    if not legs:
        raise BadInput("human.path.poses", "poses that are all the same", "at least two that differ")
    return legs


def _rate(spec: HumanSpec, who: Toucher, change: np.ndarray) -> float:
    """Of a stretch [1/s]: one over the time that it takes at the joints' limits."""
    share = spec.path.share if spec.path is not None else 1.0
    seconds = float(np.max(np.abs(change) / (share * who.robot.velocity)))
    endless = [n for n, d, v in zip(who.robot.joint_names, change, who.robot.velocity, strict=True) if d and not np.isfinite(v)]
    if spec.speed is None and (seconds == 0.0 or endless):
        raise BadInput("human.path", ", ".join(endless), "a path along joints with a speed limit", "Give `speed`, of the touching point.")
    return 1.0 / seconds if seconds else 0.0


def _faster(speeds: np.ndarray, count: int) -> np.ndarray:
    """Which rows are kept: of the two where stretches of `count` rows meet, the one with the faster touching point."""
    kept = np.ones(len(speeds), bool)
    for end in range(count - 1, len(speeds) - 1, count):
        kept[end if speeds[end] < speeds[end + 1] else end + 1] = False
    return kept


def _times(spec: HumanSpec, who: Toucher, q: np.ndarray, rates: list[float]) -> np.ndarray:
    """Times of the places (n,) [s]: as the joints' rates say, or along the touching point's way where its speed is given."""
    if spec.speed is not None:
        steps = np.linalg.norm(np.diff(who.point(q), axis=0), axis=1) / spec.speed
    else:
        samples = spec.path.samples if spec.path is not None else 1
        steps = np.repeat(1.0 / np.array(rates) / samples, samples)
    return np.concatenate([[0.0], np.cumsum(np.maximum(steps, TICK))])
