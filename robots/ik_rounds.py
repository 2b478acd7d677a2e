"""Restarts in rounds: every target from its seed, then those that are left from random starts, more of them each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from robots.batch import checked, watch
from robots.ik_lanes import Attempts, attempts
from robots.ik_report import IKReport, report_of
from robots.ik_tasks import Shape, Task, shape_of, target_rows
from robots.kinematics import forward
from robots.mechanism import mechanism
from robots.model import Robot
from robots.transforms import inverse, placed
from twin.errors import BadInput

__all__ = ["GATHERED", "Search", "rounds"]

GATHERED = 4  # solutions among which prefer="nearest" chooses
REACH = 0.4  # metres that weigh as much as one radian, where nothing was reached and the least error is wanted


@dataclass(frozen=True, eq=False)
class Search:
    """Targets, prepared for the lanes.

    Attributes:
        shapes, numbers: what shall be reached; numbers of each task, (n, width), in root axes.
        moving: (k,) indices into q; seeds: (n, nq).
        goals: (n, rest), what an attempt at each target needs beside its start.
        wanted: solutions to gather before the one nearest to the seed is taken.
    """

    robot: Robot
    shapes: tuple[Shape, ...]
    numbers: tuple[np.ndarray, ...]
    moving: np.ndarray
    seeds: np.ndarray
    goals: np.ndarray
    iterations: int
    wanted: int
    kernel: Attempts

    @property
    def count(self) -> int:
        """How many targets."""
        return len(self.seeds)

    @classmethod
    def prepared(
        cls,
        robot: Robot,
        tasks: Sequence[Task],
        moving: np.ndarray,
        *,
        seed: np.ndarray,
        posture: np.ndarray | None,
        tolerance: tuple[float, float],
        iterations: int,
        wanted: int,
    ) -> Search:
        """Check the arrays, compile or load the kernel, bring the targets into the frame where the chain begins.

        Raises:
            BadInput: arrays of different lengths.
        """
        shapes, numbers = tuple(map(shape_of, tasks)), [target_rows(task) for task in tasks]
        count = max(map(len, numbers))
        seeds = checked(robot, "seed", seed, speeds=False)
        watch(robot, {"seed": seeds}, {})
        count = len(seeds) if count == 1 else count
        for name, rows in (*((task.frame, n) for task, n in zip(tasks, numbers, strict=True)), ("seed", seeds)):
            if len(rows) not in (1, count):
                what = "seed" if name == "seed" else f"targets of {name}"
                raise BadInput(f"{what}, robot {robot.name}", f"{len(rows)} rows", f"{count}, one for each target, or one for all")
        seeds = np.ascontiguousarray(np.broadcast_to(seeds, (count, robot.nq)), dtype=float)
        numbers = [np.broadcast_to(rows, (count, rows.shape[1])) for rows in numbers]
        kernel = attempts(robot, shapes, tuple(int(i) for i in moving), posture is not None)
        order = list(kernel.chain.moving)
        parts = [seeds[:, list(kernel.chain.held)]]
        if posture is not None:
            rest = checked(robot, "posture", posture, speeds=False)
            if len(rest) not in (1, count) or not np.isfinite(rest).all():
                raise BadInput(f"posture of robot {robot.name}", f"{len(rest)} rows", f"finite numbers, {count} rows or one for all")
            parts.append(np.broadcast_to(rest, (count, robot.nq))[:, order])
        near, aligned = tolerance[0] ** 2, (2.0 * np.sin(tolerance[1] / 2)) ** 2
        parts.append(np.broadcast_to([near, aligned], (count, 2)))
        T = _chain_root(robot, kernel, seeds)
        parts += [_seen_from(T, shape, rows) for shape, rows in zip(shapes, numbers, strict=True)]
        goals = np.ascontiguousarray(np.concatenate(parts, axis=1))
        return cls(robot, shapes, tuple(numbers), np.array(order), seeds, goals, iterations, wanted, kernel)

    def report(self, q: np.ndarray, counts: np.ndarray) -> IKReport:
        """The report for joint values (n, nq) and counts (n, 3): reached, iterations, restarts."""
        distance, angle = np.zeros((2, len(q)))
        for shape, rows in zip(self.shapes, self.numbers, strict=True):
            d, a = _errors(shape, rows, forward(self.robot, q, [shape.frame], path="generic")[:, 0])
            distance, angle = np.maximum(distance, d), np.maximum(angle, a)
        figures = np.column_stack([counts[:, 0], distance, angle, counts[:, 1:]])
        return report_of(self.robot, self.moving, q, figures)


def rounds(hunt: Search, targets: np.ndarray, limits: np.ndarray, starts: np.ndarray, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Joint values (t, nq) of the targets with these indices, and counts (t, 3): reached, iterations, restarts.

    What is taken is told by the order of the starts alone: the seed's solution, else the first, or the nearest of the first
    `wanted`.

    Args:
        limits, starts: of the joints in the order of `moving` as given, (2, k), (s, k).
    """
    own = np.ascontiguousarray(hunt.seeds[:, hunt.moving])
    q = hunt.seeds[targets].copy()
    counts = np.zeros((len(targets), 3))
    nearest, least, found = np.full(len(targets), np.inf), np.full(len(targets), np.inf), np.zeros(len(targets), int)
    left = np.arange(len(targets))
    for first, size in _sizes(len(starts)):
        if not len(left):
            break
        which = np.repeat(targets[left], size)
        start = np.tile(np.arange(first, first + size), len(left))
        some, figures = hunt.kernel(
            target=which, start=start, starts=starts, own=own, goals=hunt.goals, limits=limits, iterations=hunt.iterations, threads=threads
        )
        some, hit, steps = some.reshape(len(left), size, -1), figures[:, 0].reshape(-1, size) > 0.5, figures[:, 1].reshape(-1, size)
        rank = found[left, None] + np.cumsum(hit, axis=1)
        valid = hit & (rank <= hunt.wanted)
        enough = rank[:, -1] >= hunt.wanted
        last = np.where(enough, np.argmax(rank >= hunt.wanted, axis=1), size - 1)
        worked = np.arange(size) <= last[:, None]
        counts[left, 1] += (steps * worked).sum(axis=1)
        counts[left, 2] = first + 1 + last
        away = np.where(valid, np.abs(some - own[targets[left], None]).max(axis=2) if first >= 0 else 0.0, np.inf)
        best = np.argmin(away, axis=1)
        distance = np.take_along_axis(away, best[:, None], axis=1)[:, 0]
        nearer = distance < nearest[left]
        _take(q, hunt.moving, left[nearer], some[nearer, best[nearer]])
        nearest[left] = np.minimum(nearest[left], distance)
        never = np.isinf(nearest[left])
        if never.any():  # until something is reached, what comes nearest to the target
            miss = _misses(hunt, targets[left[never]], some[never])
            closest = np.argmin(miss, axis=1)
            score = np.take_along_axis(miss, closest[:, None], axis=1)[:, 0]
            closer = score < least[left[never]]
            _take(q, hunt.moving, left[never][closer], some[never][closer, closest[closer]])
            least[left[never]] = np.minimum(least[left[never]], score)
        found[left] = np.minimum(rank[:, -1], hunt.wanted)
        left = left[~(enough | (nearest[left] == 0.0))]
    counts[:, 0] = np.isfinite(nearest)
    return q, counts


def _sizes(starts: int) -> Iterator[tuple[int, int]]:
    """First start and number of starts of each round: the seed, then 1, 2, 4 ... of the random ones."""
    yield -1, 1
    first, size = 0, 1
    while first < starts:
        yield first, min(size, starts - first)
        first, size = first + size, 2 * size


def _take(q: np.ndarray, moving: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    q[rows[:, None], moving] = values


def _misses(hunt: Search, targets: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Squared errors (t, attempts) of joint values (t, attempts, k)."""
    size = some.shape[1]
    q = np.repeat(hunt.seeds[targets], size, axis=0)
    q[:, hunt.moving] = some.reshape(len(q), -1)
    score = np.zeros(len(q))
    for shape, rows in zip(hunt.shapes, hunt.numbers, strict=True):
        T = forward(hunt.robot, q, [shape.frame], path="generic")[:, 0]
        distance, angle = _errors(shape, np.repeat(rows[targets], size, axis=0), T)
        score += distance**2 + (REACH * angle) ** 2
    misses: np.ndarray = np.where(np.isfinite(score), score, np.inf).reshape(-1, size)
    return misses


def _errors(shape: Shape, rows: np.ndarray, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance [m] and angle [rad] that poses T (n, 4, 4) miss the targets by, each (n,)."""
    R_target, p_target = rows[:, :9].reshape(-1, 3, 3), rows[:, 9:12]
    gap = np.einsum("nji,nj->ni", R_target, p_target - T[:, :3, 3])
    distance = np.linalg.norm(gap[:, list(shape.position)], axis=1)
    if shape.full:
        E = np.einsum("nij,nkj->nik", R_target, T[:, :3, :3])
        twice_sine = np.linalg.norm([E[:, 2, 1] - E[:, 1, 2], E[:, 0, 2] - E[:, 2, 0], E[:, 1, 0] - E[:, 0, 1]], axis=0)
        return distance, np.arctan2(twice_sine, np.trace(E, axis1=1, axis2=2) - 1.0)
    if shape.axis < 0:
        return distance, np.zeros(len(T))
    axis, aim = T[:, :3, shape.axis], R_target[:, :, shape.axis]
    if shape.looks:
        way = rows[:, 12:15] - T[:, :3, 3]
        aim = way / np.linalg.norm(way, axis=1, keepdims=True)
    return distance, np.arctan2(np.linalg.norm(np.cross(axis, aim), axis=1), np.einsum("ni,ni->n", axis, aim))


def _chain_root(robot: Robot, kernel: Attempts, seeds: np.ndarray) -> np.ndarray:
    """T_root_chain (n, 4, 4): where the first moving joint sits, as the joints below it stand."""
    first = kernel.chain.first
    if first < 0:
        return np.eye(4)[None]
    moving = mechanism(robot)
    body = moving.bodies[first]
    T_parent_joint = placed(body.position, body.rotation)
    if body.parent < 0:
        return T_parent_joint[None]
    carrier = moving.bodies[body.parent]
    link = carrier.links[0]
    _, R, p = moving.frames[link]
    T_root_chain: np.ndarray = forward(robot, seeds, [link], path="generic")[:, 0] @ inverse(placed(p, R)) @ T_parent_joint
    return T_root_chain


def _seen_from(T: np.ndarray, shape: Shape, rows: np.ndarray) -> np.ndarray:
    """A target's numbers in the axes of the chain's root."""
    R, p = T[:, :3, :3], T[:, :3, 3]
    rotation = np.einsum("nji,njk->nik", np.broadcast_to(R, (len(rows), 3, 3)), rows[:, :9].reshape(-1, 3, 3)).reshape(-1, 9)
    points = [np.einsum("nji,nj->ni", np.broadcast_to(R, (len(rows), 3, 3)), rows[:, at : at + 3] - p) for at in range(9, shape.width, 3)]
    return np.concatenate([rotation, *points], axis=1)
