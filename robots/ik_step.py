"""One step of inverse kinematics on symbols: how far off, what was best so far, where to go next.

Levenberg-Marquardt with damping proportional to the squared error (Sugihara 2011, IEEE Trans. Robotics 27(5), 984-991), in
its dual form dq = J^T (J J^T + lambda 1)^-1 e. Joints that stand at a limit and are pushed against it stay out of the step
(projected gradient); the rest of it is cut off at the limits. A posture that is preferred is approached in the null space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from robots import recursions
from robots.algebra import Sheet, maximum, minimum, select, square_root
from robots.ik_tasks import Shape
from robots.mechanism import Mechanism, Moving
from robots.spatial import cross, dot, place, vector

__all__ = ["Chain", "Step", "chain_of", "step"]

DAMPING = 1e-2  # of Sugihara's w_n, times the squared error
FLOOR = 1e-12  # damping that remains at the target [m^2]
REACH = 0.4  # metres that weigh as much as one radian
STRIDE = 0.6  # longest step of any joint [rad or m]
BETTER = 0.98  # an error must fall below this share of the best one to count as better
HALF_TURN = 1e-9  # keeps the rotation vector finite where the error is half a turn
EAGER = 0.3  # share of the way to the preferred posture that one step goes
STILL = 1e-3  # [rad or m] a posture that moves less than this in a step has been reached


@dataclass(frozen=True, eq=False)
class Chain:
    """The joints between a root and the frames of some tasks, renumbered: first those that move, then those that are held.

    Attributes:
        moving, held: places of their coordinates in the robot's q.
        stripped: whether the frame of the first moving joint is the root: targets must be given in it.
        first: index of that body in the robot's mechanism; -1 where the root is the robot's.
    """

    mechanism: Mechanism
    moving: tuple[int, ...]
    held: tuple[int, ...]
    first: int


def chain_of(mechanism: Mechanism, frames: Sequence[str], moving: Sequence[int]) -> Chain:
    """The chain for tasks of these frames. With one frame it begins at the first joint that moves.

    So one arm has one kernel, wherever it is mounted and however the joints below it stand.
    """
    paths = [mechanism.path(mechanism.frames[frame][0]) for frame in frames]
    needed = sorted({i for path in paths for i in path})
    first = -1
    if len(frames) == 1:
        first = next(i for i in needed if mechanism.bodies[i].drive in moving)
        needed = needed[needed.index(first) :]
    drives = list(dict.fromkeys(mechanism.bodies[i].drive for i in needed))
    ahead = [drive for drive in drives if drive in moving]
    held = [drive for drive in drives if drive not in moving]
    place_of = {drive: k for k, drive in enumerate([*ahead, *held])}
    number = {i: k for k, i in enumerate(needed)}

    def renumbered(i: int) -> Moving:
        body = mechanism.bodies[i]
        at = place_of[body.drive]
        body = replace(body, parent=number.get(body.parent, -1), drive=at, speed=at, links=())  # what hangs on it makes no other kernel
        return replace(body, rotation=np.eye(3), position=np.zeros(3)) if i == first else body

    bodies = tuple(renumbered(i) for i in needed)
    kept = {name: (number.get(body, -1), R, p) for name, (body, R, p) in mechanism.frames.items() if name in frames}
    return Chain(Mechanism(mechanism.name, bodies, kept, len(drives), len(drives)), tuple(ahead), tuple(held), first)


@dataclass(frozen=True, eq=False)
class Step:
    """Symbols of one step.

    Attributes:
        state: q, the best q so far, its score, steps since it got better, whether it is a solution.
        fixed: limits, held joints, posture, targets, tolerances.
        advanced: the next state; the last entry tells whether to stop.
    """

    sheet: Sheet
    state: Sequence[Any]
    fixed: Sequence[Any]
    advanced: Sequence[Any]
    stop: Any


def step(chain: Chain, shapes: Sequence[Shape], *, posture: bool) -> Step:
    """The step for a chain and the shapes of its tasks."""
    sheet, k = Sheet(), len(chain.moving)

    def symbols(letter: str, count: int) -> list[Any]:
        return [sheet.input(f"{letter}{i}") for i in range(count)]

    q, best, (score, waited, hit) = symbols("q", k), symbols("b", k), [sheet.input(name) for name in ("score", "waited", "hit")]
    low, high, held = symbols("lo", k), symbols("hi", k), symbols("h", len(chain.held))
    rest = symbols("rest", k) if posture else []
    near, aligned = sheet.input("near"), sheet.input("aligned")
    targets = [symbols(f"g{i}_", shape.width) for i, shape in enumerate(shapes)]

    places = []
    for body in chain.mechanism.bodies:
        sheet.note(f"{body.name}")
        places.append(place(body, [*q, *held]))
    bodies = recursions.poses(chain.mechanism, places, sheet.note)
    rows, errors = [], []
    distance, angle = 0.0, 0.0
    for shape, target in zip(shapes, targets, strict=True):
        sheet.note(f"error and Jacobian of {shape.frame}")
        J, e, d, a = _task(chain, bodies, shape, target)
        rows += J
        errors += e
        distance, angle = _larger(distance, d), _larger(angle, a)

    sheet.note("the best so far")
    now = _square(errors)
    reached = select(distance, near, select(angle, aligned, 1.0, 0.0), 0.0)
    better = select(now, score, 1.0, 0.0)
    take = maximum(reached, better * (1.0 - hit)) if posture else maximum(reached, better)
    best_next = [select(0.5, take, x, b) for x, b in zip(q, best, strict=True)]
    score_next = select(0.5, take, minimum(now, score), score)
    waited_next = select(now, BETTER * score, 0.0, waited + 1.0)
    hit_next = maximum(hit, reached)

    sheet.note("the next step")
    dq = _solved(rows, errors, now, q, low, high, rest)
    longest = 0.0
    for x in dq:
        longest = _larger(longest, maximum(x, -x))
    shrink = minimum(STRIDE / maximum(longest, 1e-30), 1.0)
    q_next = [minimum(maximum(x + shrink * d, lo), hi) for x, d, lo, hi in zip(q, dq, low, high, strict=True)]
    stop = select(longest, STILL, reached, 0.0) if posture else reached
    state = [*q, *best, score, waited, hit]
    fixed = [*low, *high, *held, *rest, near, aligned, *(x for target in targets for x in target)]
    return Step(sheet, state, fixed, [*q_next, *best_next, score_next, waited_next, hit_next], stop)


def _task(chain: Chain, bodies: list[Any], shape: Shape, target: list[Any]) -> tuple[list[Any], list[Any], Any, Any]:
    """Rows of the Jacobian, errors, squared distance, squared chord of the angle (2 sin(angle/2))^2."""
    k = len(chain.moving)
    R, p = recursions.frame_pose(chain.mechanism, bodies, shape.frame)
    J = recursions.jacobian(chain.mechanism, bodies, shape.frame, p)[:, :k]
    R_target, p_target = np.array(target[:9], dtype=object).reshape(3, 3), vector(*target[9:12])
    rows, errors = [], []
    gap = p_target - p
    linear = J[:3]
    if len(shape.position) < 3 and shape.position:
        gap, linear = R_target.T @ gap, R_target.T @ linear
    rows += [linear[i] for i in shape.position]
    errors += [gap[i] for i in shape.position]
    distance = _square(errors)
    turn: list[Any] = []
    if shape.full:
        turn = list(_rotation_error(R, R_target))
        rows += [REACH * row for row in J[3:]]
    elif shape.axis >= 0:
        others = [i for i in range(3) if i != shape.axis]
        aim, angular = _aim(shape, J, p, R_target, target)
        twist = cross(R[:, shape.axis], aim)
        turn = [dot(R[:, i], twist) for i in others]
        opposite = 1.0 + dot(R[:, shape.axis], aim)  # 2 cos^2(angle/2): the chord grows on where the sine shrinks again
        turn = [x / square_root(maximum(0.5 * opposite, HALF_TURN)) for x in turn]
        rows += [REACH * (R[:, i] @ angular) for i in others]
    errors += [REACH * x for x in turn]
    return rows, errors, distance, _square(turn)


def _rotation_error(R: Any, R_target: Any) -> Any:
    """2 sin(angle/2) about the axis that turns R to R_target, in root axes."""
    E = R_target @ R.T
    twice_sine = vector(E[2, 1] - E[1, 2], E[0, 2] - E[2, 0], E[1, 0] - E[0, 1])  # 2 sin(angle) axis
    four_cosine = 1.0 + (E[0, 0] + E[1, 1] + E[2, 2])  # 4 cos^2(angle/2)
    return (1.0 / square_root(maximum(four_cosine, HALF_TURN))) * twice_sine


def _aim(shape: Shape, J: Any, p: Any, R_target: Any, target: list[Any]) -> tuple[Any, Any]:
    """Direction in which the axis shall point, and how fast the error turns with the joints (3, k)."""
    if not shape.looks:
        return R_target[:, shape.axis], J[3:]
    way = vector(*target[12:15]) - p
    shorter = 1.0 / square_root(maximum(dot(way, way), 1e-12))
    aim = shorter * way
    swing = [J[3:, j] + shorter * cross(aim, J[:3, j]) for j in range(J.shape[1])]
    return aim, np.stack(swing, axis=1)


def _solved(rows: list[Any], errors: list[Any], score: Any, q: list[Any], low: list[Any], high: list[Any], rest: list[Any]) -> list[Any]:
    """How the joints move: damped least squares, without the joints that their limits hold."""
    k, m = len(q), len(rows)
    free = []
    for j in range(k):
        slope = sum((rows[i][j] * errors[i] for i in range(m)), 0.0)
        up = select(0.0, slope, select(q[j], high[j], 1.0, 0.0), 1.0)
        free.append(select(slope, 0.0, select(low[j], q[j], up, 0.0), up))
    drift = [f * (EAGER * (r - x)) for f, r, x in zip(free, rest, q, strict=True)] if rest else [0.0] * k
    masked = [[free[j] * rows[i][j] for j in range(k)] for i in range(m)]
    damping = DAMPING * score + FLOOR
    A: list[list[Any]] = [[0.0] * m for _ in range(m)]
    for i in range(m):
        for n in range(i + 1):
            entry = sum((masked[i][j] * rows[n][j] for j in range(k)), 0.0)
            A[i][n] = A[n][i] = entry + damping if i == n else entry
    left = [e - sum((rows[i][j] * drift[j] for j in range(k)), 0.0) for i, e in enumerate(errors)]
    y = recursions.solve_symmetric(A, left)
    return [drift[j] + sum((masked[i][j] * y[i] for i in range(m)), 0.0) for j in range(k)]


def _square(values: Sequence[Any]) -> Any:
    return sum((x * x for x in values), 0.0)


def _larger(a: Any, b: Any) -> Any:
    return b if isinstance(a, float) and a == 0.0 else maximum(a, b)
