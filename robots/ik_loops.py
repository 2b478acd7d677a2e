"""Inverse kinematics of one frame, compiled whole: Levenberg-Marquardt within limits, from one start after another.

Sugihara (2011), "Solvability-unconcerned inverse kinematics by the Levenberg-Marquardt method", IEEE Trans. Robotics
27(5), 984-991: the damping is proportional to the squared error, so steps are bold near the target and careful far
from it, whether or not it can be reached. Joints that stand at a limit and want to go further are left out of the
step (active set); the rest of the step is cut off at the limits.
"""

from __future__ import annotations

import math

import numpy as np

from robots.arrays import PRISMATIC, Chain
from twin.kernel import loop, routine, scalar

DAMPING = 1e-2  # of Sugihara's w_n, times the squared error
FLOOR = 1e-12  # damping that remains at the target [m^2]
REACH = 0.4  # metres that weigh as much as one radian
STRIDE = 0.6  # longest step of any joint [rad or m]
PATIENCE = 12  # iterations without better error before the start is given up
BETTER = 0.98  # an error must fall below this share of the best one to count as better


@scalar
def _dot(a: np.ndarray, i: int, b: np.ndarray, j: int) -> float:
    """Row i of a times column j of b, both with three entries."""
    total: float = a[i, 0] * b[0, j] + a[i, 1] * b[1, j] + a[i, 2] * b[2, j]
    return total


@scalar
def _sinc_inverse(sine: float, cosine: float) -> float:
    """angle / sin(angle), for an angle in [0, pi) from its sine and cosine."""
    return math.atan2(sine, cosine) / sine if sine > 1e-9 else 1.0


@routine
def _copy(source: np.ndarray, goal: np.ndarray) -> None:
    """Entry by entry: numba takes far longer to compile a slice assignment."""
    for i in range(goal.shape[0]):
        goal[i] = source[i]


@routine
def _walk(chain: Chain, q: np.ndarray, T: np.ndarray, point: np.ndarray, axis: np.ndarray) -> None:
    """Pose of the chain's end, and where each joint's axis lies: point (k, 3), axis (k, 3)."""
    for a in range(4):
        for b in range(4):
            T[a, b] = 1.0 if a == b else 0.0
    row = np.empty(4)
    for k in range(chain.kind.shape[0]):
        for a in range(3):
            for b in range(4):
                row[b] = _dot(T, a, chain.before[k], b)
            for b in range(3):
                T[a, b] = row[b]
            T[a, 3] += row[3]
        value = chain.factor[k] * q[chain.drive[k]] + chain.shift[k]
        if chain.kind[k] == PRISMATIC:
            for a in range(3):
                T[a, 3] += value * T[a, 2]
        else:
            s, c = math.sin(value), math.cos(value)
            for a in range(3):
                x, y = T[a, 0], T[a, 1]
                T[a, 0] = c * x + s * y
                T[a, 1] = c * y - s * x
        for a in range(3):
            point[k, a] = T[a, 3]
            axis[k, a] = T[a, 2]
    for a in range(3):
        for b in range(4):
            row[b] = _dot(T, a, chain.tail, b)
        for b in range(3):
            T[a, b] = row[b]
        T[a, 3] += row[3]


@routine
def _miss(T: np.ndarray, target: np.ndarray, e: np.ndarray) -> tuple[float, float]:
    """Error twist e (6,) that leads from T to target [m, rad], in root axes; returns distance and angle."""
    for a in range(3):
        e[a] = target[a, 3] - T[a, 3]
    R = np.empty((3, 3))  # rotation from the current to the wanted attitude
    for a in range(3):
        for b in range(3):
            R[a, b] = target[a, 0] * T[b, 0] + target[a, 1] * T[b, 1] + target[a, 2] * T[b, 2]
    x, y, z = 0.5 * (R[2, 1] - R[1, 2]), 0.5 * (R[0, 2] - R[2, 0]), 0.5 * (R[1, 0] - R[0, 1])
    sine, cosine = math.sqrt(x * x + y * y + z * z), 0.5 * (R[0, 0] + R[1, 1] + R[2, 2] - 1.0)
    if cosine < -0.99:  # near half a turn the axis is that column of R + 1 which is longest
        column = 0
        for a in range(1, 3):
            if R[a, a] > R[column, column]:
                column = a
        ux, uy, uz = R[0, column], R[1, column], R[2, column]
        if column == 0:
            ux += 1.0
        elif column == 1:
            uy += 1.0
        else:
            uz += 1.0
        angle = math.atan2(sine, cosine)
        length = math.sqrt(ux * ux + uy * uy + uz * uz)
        if ux * x + uy * y + uz * z < 0.0:
            length = -length
        e[3], e[4], e[5] = angle * ux / length, angle * uy / length, angle * uz / length
    else:
        scale = _sinc_inverse(sine, cosine)
        e[3], e[4], e[5] = scale * x, scale * y, scale * z
        angle = math.atan2(sine, cosine)
    return math.sqrt(e[0] * e[0] + e[1] * e[1] + e[2] * e[2]), angle


@routine
def _columns(chain: Chain, T: np.ndarray, point: np.ndarray, axis: np.ndarray, slot: np.ndarray, J: np.ndarray) -> None:
    """Jacobian of the moving joints, (6, moving), its angular rows times REACH."""
    for a in range(6):
        for j in range(J.shape[1]):
            J[a, j] = 0.0
    for k in range(chain.kind.shape[0]):
        j = slot[chain.drive[k]]
        if j < 0:
            continue
        f = chain.factor[k]
        x, y, z = f * axis[k, 0], f * axis[k, 1], f * axis[k, 2]
        if chain.kind[k] == PRISMATIC:
            J[0, j] += x
            J[1, j] += y
            J[2, j] += z
            continue
        rx, ry, rz = T[0, 3] - point[k, 0], T[1, 3] - point[k, 1], T[2, 3] - point[k, 2]
        J[0, j] += y * rz - z * ry
        J[1, j] += z * rx - x * rz
        J[2, j] += x * ry - y * rx
        J[3, j] += REACH * x
        J[4, j] += REACH * y
        J[5, j] += REACH * z


@routine
def _solve6(A: np.ndarray, b: np.ndarray) -> None:
    """Solve A x = b in place for a symmetric positive definite A (6, 6): Cholesky; x replaces b."""
    for i in range(6):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= A[i, k] * A[j, k]
            A[i, j] = math.sqrt(s) if i == j else s / A[j, j]
    for i in range(6):
        for k in range(i):
            b[i] -= A[i, k] * b[k]
        b[i] /= A[i, i]
    for i in range(5, -1, -1):
        for k in range(i + 1, 6):
            b[i] -= A[k, i] * b[k]
        b[i] /= A[i, i]


@routine
def _step(q: np.ndarray, moving: np.ndarray, lower: np.ndarray, upper: np.ndarray, J: np.ndarray, e: np.ndarray, step: np.ndarray) -> None:
    """One damped least-squares step within the limits; q (nq,) is overwritten.

    Args:
        moving: indices into q of the joints that may move, (m,).
        J, e: (6, m), (6,): angular rows times REACH.
        step: scratch, (m,).
    """
    m = moving.shape[0]
    A, y = np.empty((6, 6)), np.empty(6)
    _copy(e, y)
    damping = FLOOR
    for a in range(6):
        damping += DAMPING * e[a] * e[a]
    for j in range(m):
        pull = 0.0
        for a in range(6):
            pull += J[a, j] * e[a]
        at = q[moving[j]]
        if (at >= upper[j] and pull > 0.0) or (at <= lower[j] and pull < 0.0):
            for a in range(6):
                J[a, j] = 0.0
    for a in range(6):
        for b in range(a + 1):
            s = damping if a == b else 0.0
            for j in range(m):
                s += J[a, j] * J[b, j]
            A[a, b] = s
    _solve6(A, y)
    longest = 0.0
    for j in range(m):
        s = 0.0
        for a in range(6):
            s += J[a, j] * y[a]
        step[j] = s
        longest = max(longest, abs(s))
    shrink = STRIDE / longest if longest > STRIDE else 1.0
    for j in range(m):
        q[moving[j]] = min(max(q[moving[j]] + shrink * step[j], lower[j]), upper[j])


@routine
def _descend(
    chain: Chain,
    q: np.ndarray,
    target: np.ndarray,
    slot: np.ndarray,
    moving: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    tolerance: np.ndarray,
    iterations: int,
    best: np.ndarray,
    T: np.ndarray,
    point: np.ndarray,
    axis: np.ndarray,
    J: np.ndarray,
    step: np.ndarray,
) -> tuple[float, float, bool, int]:
    """From the start q towards the target; the best q found is left in `best` (nq,).

    Returns distance [m], angle [rad] of `best`, whether both are within the tolerance, and the iterations used.
    """
    e = np.empty(6)
    least, distance, angle, waited = np.inf, np.inf, np.inf, 0
    for count in range(iterations):
        _walk(chain, q, T, point, axis)
        d, phi = _miss(T, target, e)
        for a in range(3, 6):
            e[a] *= REACH
        score = d * d + REACH * REACH * phi * phi
        waited += 1
        if score < least:
            if score < BETTER * least:
                waited = 0
            least, distance, angle = score, d, phi
            _copy(q, best)
        if d <= tolerance[0] and phi <= tolerance[1]:
            return d, phi, True, count
        if not waited < PATIENCE:  # a NaN in the target never gets better either
            return distance, angle, False, count
        _columns(chain, T, point, axis, slot, J)
        _step(q, moving, lower, upper, J, e, step)
    return distance, angle, False, iterations


@loop
def search(
    chain: Chain,
    moving: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    targets: np.ndarray,
    seeds: np.ndarray,
    starts: np.ndarray,
    tolerance: np.ndarray,
    iterations: int,
    wanted: int,
    follow: bool,
    q: np.ndarray,
    figures: np.ndarray,
) -> int:
    """Solve for each target: from its seed, then from the random starts, until it is reached.

    Args:
        chain: `robots.arrays.Chain`.
        moving: indices into q of the joints that may move, (m,); lower, upper: their limits, (m,).
        targets: (n, 4, 4); seeds: (n, nq).
        starts: (restarts, m), used when the seed does not lead there; of joints without limits, relative to the seed.
        tolerance: (2,) [m, rad].
        wanted: solutions to gather from the restarts before the one nearest to the seed is taken.
        follow: start each target from the solution of the one before, and stop at the first that is not reached.
        q: (n, nq), overwritten.
        figures: (n, 5), overwritten: reached, distance [m], angle [rad], iterations, restarts.

    Returns:
        how many targets were worked on.
    """
    n: int = targets.shape[0]
    nq, m, k = seeds.shape[1], moving.shape[0], chain.kind.shape[0]
    slot = np.empty(nq, dtype=np.int64)
    for j in range(nq):
        slot[j] = -1
    for j in range(m):
        slot[moving[j]] = j
    T, point, axis = np.empty((4, 4)), np.empty((k, 3)), np.empty((k, 3))
    J, step = np.empty((6, m)), np.empty(m)
    seed, at, best = np.empty(nq), np.empty(nq), np.empty(nq)
    for i in range(n):
        _copy(q[i - 1] if follow and i > 0 else seeds[i], seed)
        distance, angle, least, nearest = np.inf, np.inf, np.inf, np.inf
        reached, total, gathered, attempt = False, 0, 0, 0
        while attempt <= starts.shape[0] and gathered < wanted and not (reached and nearest == 0.0):
            _copy(seed, at)
            for j in range(m):
                start = seed[moving[j]] if attempt == 0 else starts[attempt - 1, j]
                if attempt > 0 and not np.isfinite(lower[j]):
                    start += seed[moving[j]]
                at[moving[j]] = min(max(start, lower[j]), upper[j])
            d, phi, hit, count = _descend(
                chain, at, targets[i], slot, moving, lower, upper, tolerance, iterations, best, T, point, axis, J, step
            )
            total += count
            away = 0.0  # what the seed leads to is taken as it is
            for j in range(m):
                if attempt > 0:
                    away = max(away, abs(best[moving[j]] - seed[moving[j]]))
            score = d * d + REACH * REACH * phi * phi
            if (hit and away < nearest) or (not hit and not reached and score < least):
                distance, angle, least = d, phi, score
                _copy(best, q[i])
            if hit:
                reached, nearest = True, min(nearest, away)
                gathered += 1
            attempt += 1
        figures[i, 0], figures[i, 1], figures[i, 2] = (1.0 if reached else 0.0), distance, angle
        figures[i, 3], figures[i, 4] = total, attempt - 1
        if follow and not reached:
            return i + 1
    return n
