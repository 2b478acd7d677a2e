"""Inverse kinematics: solved poses a second of processor time, every answer checked by the same eyes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.robots_case import made
from benchmarks.robots_models import arm_alone, through_urdf
from benchmarks.table import alternately, required, row
from robots.ik import solve
from robots.ik_lanes import attempts
from robots.ik_tasks import Pose, shape_of
from robots.kinematics import forward
from robots.model import Arm, Robot
from robots.validate import reachable
from twin.contact.silence import silence

__all__ = ["rows"]

CASES = (("iiwa", "arm", "ik iiwa"), ("panda", "arm", "ik panda"), ("h10w", "right", "ik h10w arm"))
POSITION, ROTATION = 1e-4, 1e-3  # what counts as solved [m], [rad]; every solver aims at half of it
SLACK = 1e-6  # [rad] past a limit: TRAC-IK keeps limits in single precision
RESTARTS, ITERATIONS, STRIDE, DAMPING = 20, 30, 0.5, 1e-2  # pinocchio: starts, steps a start (30: its fastest), largest step, damping
TRAC_SECONDS = 0.05  # time that TRAC-IK may take for a pose

Solver = Callable[[np.ndarray, np.ndarray], np.ndarray]


def rows(robots: dict[str, Robot], folder: Path, *, repeats: int, targets: int, peer_targets: int) -> list[dict[str, Any]]:
    return [
        r for name, arm, case in CASES if name in robots for r in _case(case, robots[name], arm, folder, repeats, targets, peer_targets)
    ]


def _case(case: str, robot: Robot, arm_name: str, folder: Path, repeats: int, targets: int, peer_targets: int) -> list[dict[str, Any]]:
    arm = robot.arm(arm_name)
    _, poses, starts = reachable(robot, arm, targets, seed=42)
    alone, urdf = through_urdf(arm_alone(robot, arm), folder)
    peers: dict[str, Solver] = {}
    if required("pinocchio"):
        peers["pinocchio"] = _pinocchio(urdf, alone, arm)
    if find_spec("pytracik"):
        peers["trac-ik"] = _trac_ik(urdf, alone, arm)
    shares: dict[str, float] = {}
    kernel = attempts(robot, (shape_of(Pose(arm.tool, poses[:1])),), tuple(robot.index(name) for name in arm.joints), False)
    measures = [partial(_rate, "ours", partial(_ours, robot, arm), robot, arm, poses, starts, shares)]
    measures += [
        partial(_rate, name, partial(_one_by_one, solver, robot, arm), robot, arm, poses[:peer_targets], starts[:peer_targets], shares)
        for name, solver in peers.items()
    ]
    ours, *theirs = alternately(repeats, measures)
    remarks = {"pinocchio": f"Levenberg-Marquardt in Python, at most {RESTARTS} starts", "trac-ik": "two threads work on a pose"}
    return [
        row(
            case, "poses/s", ours, rate, name, threads=1, dtype="float64",
            note=f"share solved: ours {shares['ours']:.2%} of {targets}, {name} {shares[name]:.2%} of the first {peer_targets} "
            f"({remarks[name]}); rates per second of processor time; {made(kernel)}",
        )
        for name, rate in zip(peers, theirs, strict=True)
    ]  # fmt: skip


def _ours(robot: Robot, arm: Arm, poses: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """q (n, nq): the one place that calls our solver."""
    return solve(robot, arm.tool, poses, seed=starts, joints=arm.joints, prefer="any", path="compiled").q


def _one_by_one(solver: Solver, robot: Robot, arm: Arm, poses: np.ndarray, starts: np.ndarray) -> np.ndarray:
    q, moving = starts.copy(), [robot.index(name) for name in arm.joints]
    for at, pose in enumerate(poses):
        q[at, moving] = solver(pose, starts[at, moving])
    return q


def _rate(name: str, solver: Solver, robot: Robot, arm: Arm, poses: np.ndarray, starts: np.ndarray, shares: dict[str, float]) -> float:
    """Solved poses per second of processor time of all threads."""
    begun = time.process_time()
    q = solver(poses, starts)
    seconds = time.process_time() - begun
    good = _good(robot, arm, q, poses)
    shares[name] = float(good.mean())
    return float(good.sum()) / seconds


def _good(robot: Robot, arm: Arm, q: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Which rows are within the limits and at their pose."""
    T = forward(robot, q, [arm.tool])[:, 0]
    distance = np.linalg.norm(T[:, :3, 3] - poses[:, :3, 3], axis=1)
    chord = np.linalg.norm(T[:, :3, :3] - poses[:, :3, :3], axis=(1, 2))  # 2 sqrt(2) sin(angle / 2)
    angle = 2 * np.arcsin(np.minimum(chord / 8**0.5, 1.0))
    inside = ((q >= robot.lower - SLACK) & (q <= robot.upper + SLACK)).all(axis=1)
    good: np.ndarray = inside & (distance <= POSITION) & (angle <= ROTATION)
    return good


def _pinocchio(urdf: Path, robot: Robot, arm: Arm) -> Solver:
    """Levenberg-Marquardt on the logarithm of the remaining motion, steps cut off at the limits, random restarts."""
    import pinocchio as pin

    model = pin.buildModelFromUrdf(str(urdf))
    data, tool, diagonal = model.createData(), model.getFrameId(arm.tool), np.arange(6)
    order = [model.joints[model.getJointId(name)].idx_q for name in arm.joints]
    low, high = model.lowerPositionLimit, model.upperPositionLimit
    draws = np.random.default_rng(1)

    def descend(target: Any, q: np.ndarray) -> bool:
        for _ in range(ITERATIONS):
            pin.forwardKinematics(model, data, q)
            error = pin.updateFramePlacement(model, data, tool).actInv(target)
            e = pin.log6(error).vector
            if e[:3] @ e[:3] < (POSITION / 2) ** 2 and e[3:] @ e[3:] < (ROTATION / 2) ** 2:
                return True
            J = pin.Jlog6(error.inverse()) @ pin.computeFrameJacobian(model, data, q, tool, pin.LOCAL)
            A = J @ J.T
            A[diagonal, diagonal] += DAMPING * (e @ e) + 1e-8
            step = J.T @ np.linalg.solve(A, e)
            q += step * min(1.0, STRIDE / np.abs(step).max())
            np.clip(q, low, high, out=q)
        return False

    def solver(pose: np.ndarray, start: np.ndarray) -> np.ndarray:
        target, q = pin.SE3(pose), np.empty(model.nq)
        q[order] = start
        for _ in range(RESTARTS):
            if descend(target, q):
                break
            q = draws.uniform(low, high)
        return q[order]

    return solver


def _trac_ik(urdf: Path, robot: Robot, arm: Arm) -> Solver:
    """TRAC-IK through pytracik: it restarts by itself, within the limits of the URDF."""
    from trac_ik import TracIK

    tolerance = POSITION / 2  # of every component, rotations included
    with silence():  # its reader warns of the root's mass, which no solver needs
        solver = TracIK(robot.links[0].name, arm.tool, str(urdf), timeout=TRAC_SECONDS, epsilon=tolerance)

    def solved(pose: np.ndarray, start: np.ndarray) -> np.ndarray:
        q = solver.ik(pose[:3, 3], pose[:3, :3], start)
        return start if q is None else q

    return solved
