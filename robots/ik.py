"""Inverse kinematics with limits, restarts and an honest report of what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Literal

import numpy as np

from robots.arrays import Chain, chain, joint_values
from robots.batch import Path, in_background, path_of
from robots.ik_lanes import attempts
from robots.ik_loops import search
from robots.ik_report import AT_LIMIT, IKReport, report_of
from robots.ik_rounds import GATHERED, Search, rounds
from robots.ik_tasks import Pose, Task, rigid, shape_of
from robots.model import Robot
from twin.errors import BadInput, UnknownName

__all__ = ["IKReport", "at_limit", "follow", "solve", "solve_tasks"]

TURN = np.pi  # [rad or m] how far from its seed a joint without limits starts at most


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
    threads: int = 1,
    path: Path = "auto",
) -> IKReport:
    """Joint positions that bring the link `frame` to the poses `targets` (T_root_frame).

    Each target is tried from its seed first; then from `restarts` random starts, drawn once from `rng_seed` and the
    same for all targets, so that a target alone and in a batch has the same answer on one path, bit for bit.

    Args:
        targets: (n, 4, 4) or (4, 4).
        seed: (n, nq) or (nq,); joints that do not move stay at it.
        joints: which may move; None: all that move the frame.
        position_tolerance, rotation_tolerance: what counts as reached [m], [rad].
        prefer: of several solutions from restarts, take the one nearest to the seed, or the first.
        margin: stay this far inside the limits [rad or m] where the target can be reached so.
        path: "compiled" (lanes, a kernel for this chain), "generic", or "auto": compiled for large batches.

    Raises:
        UnknownName: a frame or joint that the robot does not have.
        BadInput: arrays of another shape, targets that are not rigid transforms, joints that do not move the frame.
    """
    poses = rigid(targets)
    _require_plain(robot)
    wanted = _wanted(prefer)
    way = path_of(robot, path, len(poses))
    names = None if joints is None else tuple(joints)
    if way == "ready":
        build = partial(attempts, robot, (shape_of(Pose(frame, poses)),), tuple(_moving(robot, (frame,), names).tolist()), False)
        way = "compiled" if in_background(("ik", robot, frame, names), build) else "generic"
    if way == "compiled":
        return solve_tasks(
            robot,
            [Pose(frame, poses)],
            seed=seed,
            joints=joints,
            position_tolerance=position_tolerance,
            rotation_tolerance=rotation_tolerance,
            restarts=restarts,
            iterations=iterations,
            rng_seed=rng_seed,
            prefer=prefer,
            margin=margin,
            threads=threads,
        )
    seeds = _rows(robot, seed, len(poses))
    tolerance = np.array([position_tolerance, rotation_tolerance])
    links, moving = chain(robot, frame), _moving(robot, (frame,), names)
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
    return report_of(robot, moving, q, _spoilt(seeds, q, figures))


def solve_tasks(
    robot: Robot,
    tasks: Sequence[Task],
    *,
    seed: np.ndarray,
    joints: Sequence[str] | None = None,
    posture: np.ndarray | None = None,
    position_tolerance: float = 5e-5,
    rotation_tolerance: float = 5e-4,
    restarts: int = 100,
    iterations: int = 80,
    rng_seed: int = 0,
    prefer: Literal["nearest", "any"] = "nearest",
    margin: float = 0.0,
    threads: int = 1,
) -> IKReport:
    """Joint positions that fulfil several tasks at once: both arms, a position alone, a direction to look in.

    As `solve`, on the compiled path.

    Args:
        tasks: `robots.ik_tasks.Pose` and `LookAt`; each with n targets, or one for all.
        posture: (nq,) or (n, nq): approached as far as the tasks leave room (null space), from the solution that the seed
            or the restarts lead to.

    Raises: as `solve`.
    """
    if not tasks:
        raise BadInput(f"tasks of robot {robot.name}", "none", "at least one")
    for task in tasks:
        robot.link_index(task.frame)
    _require_plain(robot)
    moving = _moving(robot, tuple(task.frame for task in tasks), None if joints is None else tuple(joints))
    tolerance, wanted = (position_tolerance, rotation_tolerance), _wanted(prefer)
    prepared = partial(Search.prepared, robot, tasks, moving, tolerance=tolerance, iterations=iterations, wanted=wanted)
    hunt = prepared(seed=seed, posture=None)

    def attempt(inset: float, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        starts = _starts(robot, moving, inset, restarts, rng_seed)
        return rounds(hunt, rows, np.stack(_limits(robot, moving, inset)), starts, threads)

    q, counts = attempt(margin, np.arange(hunt.count))
    if margin > 0 and not counts[:, 0].all():
        again = np.flatnonzero(counts[:, 0] == 0.0)
        q[again], counts[again] = attempt(0.0, again)
    if posture is not None:
        none = np.empty((0, len(moving)))
        better, found = rounds(
            prepared(seed=q, posture=posture), np.arange(hunt.count), np.stack(_limits(robot, moving, margin)), none, threads
        )
        kept = (found[:, 0] == 1.0) & (counts[:, 0] == 1.0)
        q[kept], counts[:, 1] = better[kept], counts[:, 1] + found[:, 1]
    return hunt.report(q, _spoilt(hunt.seeds, q, counts))


def _wanted(prefer: str) -> int:
    """Solutions to gather before one is taken."""
    known = {"nearest": GATHERED, "any": 1}
    if prefer not in known:
        raise UnknownName("prefer", prefer, known)
    return known[prefer]


def _require_plain(robot: Robot) -> None:
    if robot.nq != robot.nv:
        raise BadInput(f"inverse kinematics of robot {robot.name}", "a floating base", "a robot whose joints all have one coordinate")


def _spoilt(seeds: np.ndarray, q: np.ndarray, figures: np.ndarray) -> np.ndarray:
    """Targets whose seed is not finite have no solution, and their joints are NaN."""
    spoilt = ~np.isfinite(seeds).all(axis=1)
    q[spoilt], figures[spoilt, 0] = np.nan, 0.0
    return figures


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
    poses = rigid(targets)
    _require_plain(robot)
    links, moving = chain(robot, frame), _moving(robot, (frame,), None if joints is None else tuple(joints))
    lower, upper = _limits(robot, moving, 0.0)
    seeds = _rows(robot, seed, len(poses))
    q, figures = np.empty_like(seeds), np.empty((len(poses), 5))
    tolerance = np.array([position_tolerance, rotation_tolerance])
    none = np.empty((0, len(moving)))
    done = search(links, moving, lower, upper, poses, seeds, none, tolerance, iterations, 1, True, q, figures)
    return report_of(robot, moving, q[:done], figures[:done])


def at_limit(robot: Robot, frame: str, q: np.ndarray, joints: Sequence[str] | None = None) -> list[str]:
    """Names of those joints that may move the link `frame` and stand at a limit at q (nq,)."""
    moving = _moving(robot, (frame,), None if joints is None else tuple(joints))
    return [robot.joint_names[i] for i in moving if q[i] - robot.lower[i] < AT_LIMIT or robot.upper[i] - q[i] < AT_LIMIT]


@lru_cache(maxsize=256)
def _moving(robot: Robot, frames: tuple[str, ...], joints: tuple[str, ...] | None) -> np.ndarray:
    """Indices into q of the joints that may move and that move a frame."""
    on_chain: set[int] = set()
    for frame in frames:
        links: Chain = chain(robot, frame)
        on_chain |= set(links.drive.tolist())
    allowed = range(robot.nq) if joints is None else [robot.index(name) for name in joints]
    moving = [i for i in dict.fromkeys(allowed) if i in on_chain]
    if not moving:
        names = ", ".join(robot.joint_names[i] for i in sorted(on_chain)) or "none: it is fixed to the root"
        raise BadInput(f"joints that shall move {', '.join(frames)} of robot {robot.name}", joints, names)
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
    """Random starts, (count, m): uniform within the limits; where there are none, up to `TURN` from the seed either way."""
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
