"""Inverse kinematics with limits, restarts and an honest report of what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from robots.arrays import Chain, chain, joint_values
from robots.ik_loops import search
from robots.model import Robot
from twin.errors import BadInput

__all__ = ["IKReport", "at_limit", "follow", "solve"]

GATHERED = 4  # solutions among which prefer="nearest" chooses
TURN = np.pi  # half of the range from which continuous joints start, about their seed
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


def solve(
    robot: Robot,
    frame: str,
    targets: np.ndarray,
    *,
    seed: np.ndarray,
    joints: Sequence[str] | None = None,
    position_tolerance: float = 5e-5,
    rotation_tolerance: float = 5e-4,
    restarts: int = 100,
    iterations: int = 80,
    rng_seed: int = 0,
    prefer: Literal["nearest", "any"] = "nearest",
    margin: float = 0.0,
) -> IKReport:
    """Joint positions that bring the link `frame` to the poses `targets` (T_root_frame).

    Each target is tried from its seed first; then from `restarts` random starts, drawn once from `rng_seed` and the
    same for all targets, so that a target alone and in a batch has the same answer, bit for bit.

    Args:
        targets: (n, 4, 4) or (4, 4).
        seed: (n, nq) or (nq,); joints that do not move stay at it.
        joints: which may move; None: all that move the frame.
        position_tolerance, rotation_tolerance: what counts as reached [m], [rad].
        prefer: of several solutions from restarts, take the one nearest to the seed, or the first.
        margin: stay this far inside the limits [rad or m] where the target can be reached so.

    Raises:
        UnknownName: a frame or joint that the robot does not have.
        BadInput: arrays of another shape, targets that are not rigid transforms, joints that do not move the frame.
    """
    poses = _targets(targets)
    seeds = _rows(robot, seed, len(poses))
    tolerance = np.array([position_tolerance, rotation_tolerance])
    links, moving = chain(robot, frame), _moving(robot, frame, None if joints is None else tuple(joints))
    wanted = GATHERED if prefer == "nearest" else 1
    q, figures = np.empty_like(seeds), np.empty((len(poses), 5))

    def attempt(inset: float, rows: np.ndarray) -> None:
        lower, upper = _limits(robot, moving, inset)
        some_q, some_figures = np.empty((len(rows), robot.nq)), np.empty((len(rows), 5))
        starts = _starts(robot, moving, inset, restarts, rng_seed)
        search(links, moving, lower, upper, poses[rows], seeds[rows], starts, tolerance, iterations, wanted, False, some_q, some_figures)
        q[rows], figures[rows] = some_q, some_figures

    attempt(margin, np.arange(len(poses)))
    if margin > 0 and not figures[:, 0].all():
        attempt(0.0, np.flatnonzero(figures[:, 0] == 0.0))
    return _report(robot, moving, q, figures)


def follow(
    robot: Robot,
    frame: str,
    targets: np.ndarray,
    *,
    seed: np.ndarray,
    joints: Sequence[str] | None = None,
    position_tolerance: float = 1e-8,
    rotation_tolerance: float = 1e-8,
    iterations: int = 80,
) -> IKReport:
    """Joint positions along a path: each target starts from the solution of the one before, without restarts.

    The report ends with the first target that is not reached, so that `len(report.q)` may be less than n.

    Args: as in `solve`; seed has shape (nq,).
    """
    poses = _targets(targets)
    links, moving = chain(robot, frame), _moving(robot, frame, None if joints is None else tuple(joints))
    lower, upper = _limits(robot, moving, 0.0)
    seeds = _rows(robot, seed, len(poses))
    q, figures = np.empty_like(seeds), np.empty((len(poses), 5))
    tolerance = np.array([position_tolerance, rotation_tolerance])
    none = np.empty((0, len(moving)))
    done = search(links, moving, lower, upper, poses, seeds, none, tolerance, iterations, 1, True, q, figures)
    return _report(robot, moving, q[:done], figures[:done])


def at_limit(robot: Robot, frame: str, q: np.ndarray, joints: Sequence[str] | None = None) -> list[str]:
    """Names of those joints that may move the link `frame` and stand at a limit at q (nq,)."""
    moving = _moving(robot, frame, None if joints is None else tuple(joints))
    return [robot.joint_names[i] for i in moving if q[i] - robot.lower[i] < AT_LIMIT or robot.upper[i] - q[i] < AT_LIMIT]


def _report(robot: Robot, moving: np.ndarray, q: np.ndarray, figures: np.ndarray) -> IKReport:
    reached = figures[:, 0] == 1.0
    at = q[:, moving]
    limited = ((at - robot.lower[moving] < AT_LIMIT) | (robot.upper[moving] - at < AT_LIMIT)).any(axis=1)
    state = np.where(reached, "converged", np.where(limited, "at limit", "unreachable"))
    return IKReport(q, reached, state, figures[:, 1], figures[:, 2], figures[:, 3].astype(int), figures[:, 4].astype(int))


@lru_cache(maxsize=256)
def _moving(robot: Robot, frame: str, joints: tuple[str, ...] | None) -> np.ndarray:
    """Indices into q of the joints that may move and that move the frame."""
    links: Chain = chain(robot, frame)
    on_chain = set(links.drive.tolist())
    allowed = range(robot.nq) if joints is None else [robot.index(name) for name in joints]
    moving = [i for i in dict.fromkeys(allowed) if i in on_chain]
    if not moving:
        names = ", ".join(robot.joint_names[i] for i in sorted(on_chain)) or "none: it is fixed to the root"
        raise BadInput(f"joints that shall move {frame} of robot {robot.name}", joints, names)
    return np.array(moving, dtype=np.int64)


def _limits(robot: Robot, moving: np.ndarray, inset: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the moving joints, `inset` further in, but never past the middle."""
    lower, upper = robot.lower[moving], robot.upper[moving]
    room = np.where(np.isfinite(upper - lower), (upper - lower) / 2, np.inf)
    inward = np.minimum(inset, room)
    return lower + inward, upper - inward


@lru_cache(maxsize=64)
def _draws(count: int, joints: int, rng_seed: int) -> np.ndarray:
    draws: np.ndarray = np.random.default_rng(rng_seed).random((count, joints))
    return draws


def _starts(robot: Robot, moving: np.ndarray, inset: float, count: int, rng_seed: int) -> np.ndarray:
    """Random starts, (count, m): uniform within the limits, or one turn either way where there are none."""
    lower, upper = _limits(robot, moving, inset)
    low, high = np.where(np.isfinite(lower), lower, -TURN), np.where(np.isfinite(upper), upper, TURN)
    starts: np.ndarray = low + (high - low) * _draws(count, len(moving), rng_seed)
    return starts


def _rows(robot: Robot, seed: np.ndarray, count: int) -> np.ndarray:
    """One seed a target, (count, nq)."""
    rows = joint_values(robot, seed, "seed")
    if len(rows) not in (1, count):
        raise BadInput(f"seed of robot {robot.name}", rows.shape, f"shape ({robot.nq},) or ({count}, {robot.nq}): one for each target")
    return np.ascontiguousarray(np.broadcast_to(rows, (count, robot.nq)))


def _targets(targets: np.ndarray) -> np.ndarray:
    poses = np.ascontiguousarray(targets, dtype=np.float64)
    poses = poses[None] if poses.ndim == 2 else poses
    if poses.ndim != 3 or poses.shape[1:] != (4, 4):
        raise BadInput("targets", np.shape(targets), "shape (n, 4, 4)")
    R = poses[:, :3, :3]
    square = np.einsum("nki,nkj->nij", R, R)
    if not (np.abs(square - np.eye(3)).max(initial=0.0) < 1e-6 and np.isfinite(poses).all() and (np.linalg.det(R) > 0).all()):
        raise BadInput("targets", "a matrix that turns lengths or angles", "rigid transforms: rotation matrix and finite position")
    return poses
