"""`twin validate robots`: identities, closed forms, literature values, and how often inverse kinematics succeeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from robots import stepping
from robots.batch import Path
from robots.catalogue import load, names
from robots.dynamics import GRAVITY, energy, forward_dynamics, gravity_torque, inverse_dynamics
from robots.ik import solve
from robots.kinematics import forward, jacobian
from robots.model import Arm, Joint, Link, Robot
from robots.puma import NOMINAL, ROTORS, puma560
from robots.transforms import from_rpy, placed
from twin.errors import EngineMissing

__all__ = ["double_pendulum", "ik_success", "reachable", "rows"]

Row = dict[str, Any]

TOOLBOX = "Robotics Toolbox for Python, models/DH/Puma560.py; Corke and Armstrong-Helouvry 1994"
PUMA_TORQUES = {
    "gravity at qn": ((0, 1, 2, 4), (0.0, 31.6399, 6.0351, 0.0283)),
    "qdd = 1 at qn, rotors included": (range(6), (3.3531, 36.0025, 7.4260, 0.1900, 0.2034, 0.1941)),
    "qd = qdd = 1 at qn, rotors included": (range(6), (1.9620, 37.7854, 6.6739, 0.1913, 0.2058, 0.1943)),
    "gravity at (1, 2, 3, 4, 5, 6) rad": (range(6), (0.0, -7.9683, 8.4581, -0.0197, 0.0027, 0.0)),
}
PANDA_DH = (  # modified Denavit-Hartenberg a, d [m], alpha [rad]: Franka Control Interface documentation, "Denavit-Hartenberg parameters"
    (0.0, 0.333, 0.0),
    (0.0, 0.0, -np.pi / 2),
    (0.0, 0.316, np.pi / 2),
    (0.0825, 0.0, np.pi / 2),
    (-0.0825, 0.384, -np.pi / 2),
    (0.0, 0.0, np.pi / 2),
    (0.088, 0.0, np.pi / 2),
)
PANDA_FLANGE = 0.107
NEAR_LIMIT = 0.3  # share of the poses with some joints on their limits


def rows(quick: bool) -> list[Row]:
    """The table; `quick` takes 200 poses for each arm instead of 1000, and compiles kernels of the two textbook robots alone."""
    robots = _installed()
    table = [*_puma(), *_puma_compiled(), *_pendulum(), _drift(), *(row for robot in robots for row in _identities(robot))]
    table += [_forward_and_back(robot, "generic" if quick else "compiled") for robot in robots]
    table += [_panda(robot) for robot in robots if robot.name == "panda"]
    table += [_ik(robot, arm, 200 if quick else 1000) for robot in robots for arm in robot.arms.values()]
    return table


def _row(case: str, quantity: str, value: float, reference: float, source: str, tolerance: float) -> Row:
    ok = bool(abs(value - reference) <= tolerance)
    return {"kind": "robots", "case": case, "quantity": quantity, "value": float(value), "reference": float(reference)} | {
        "source": source,
        "tolerance": tolerance,
        "ok": ok,
    }


def _installed() -> list[Robot]:
    """The catalogue's robots whose files this machine has."""
    robots = []
    for name in names():
        try:
            robots.append(load(name))
        except EngineMissing:
            continue
    return robots


def _puma() -> list[Row]:
    robot, still, one = puma560(), np.zeros(6), np.ones(6)
    torques = (
        gravity_torque(robot, NOMINAL)[0],
        inverse_dynamics(robot, NOMINAL, still, one)[0] + ROTORS,
        inverse_dynamics(robot, NOMINAL, one, one)[0] + ROTORS,
        gravity_torque(robot, np.arange(1.0, 7.0))[0],
    )
    return _puma_rows("puma 560", torques)


def _puma_compiled() -> list[Row]:
    """Again through compiled kernels, with the rotors in the robot's description."""
    puma = puma560()
    turned = tuple(replace(joint, armature=rotor) for joint, rotor in zip(puma.joints, (*ROTORS, 0.0), strict=True))
    robot, still, one = replace(puma, joints=turned), np.zeros(6), np.ones(6)
    torques = (
        gravity_torque(robot, NOMINAL, path="compiled")[0],
        inverse_dynamics(robot, NOMINAL, still, one, path="compiled")[0],
        inverse_dynamics(robot, NOMINAL, one, one, path="compiled")[0],
        gravity_torque(robot, np.arange(1.0, 7.0), path="compiled")[0],
    )
    return _puma_rows("puma 560 compiled", torques)


def _puma_rows(robot: str, torques: Sequence[np.ndarray]) -> list[Row]:
    return [
        _row(f"{robot}, {case}", f"torque {i + 1} [N m]", tau[i], value, TOOLBOX, 6e-5)
        for tau, (case, (places, values)) in zip(torques, PUMA_TORQUES.items(), strict=True)
        for i, value in zip(places, values, strict=True)
    ]


def double_pendulum(lengths: Sequence[float], masses: Sequence[float]) -> Robot:
    """Two point masses on rods that swing in the x-z plane, hanging down at q = 0."""
    y_axis = np.array([0.0, 1.0, 0.0])
    links = [
        Link("root"),
        *(Link(f"rod{i}", m, np.array([0.0, 0.0, -length])) for i, (m, length) in enumerate(zip(masses, lengths, strict=True))),
    ]
    joints = (
        Joint("upper", "continuous", "root", "rod0", axis=y_axis),
        Joint("lower", "continuous", "rod0", "rod1", placed((0.0, 0.0, -lengths[0])), y_axis),
    )
    return Robot("double pendulum", tuple(links), joints)


def _pendulum() -> list[Row]:
    """Lagrange's equations of two point masses, angles from the vertical and between the rods."""
    (l1, l2), (m1, m2), g = (0.7, 0.45), (3.0, 1.7), -GRAVITY[2]
    q, qd, qdd = np.random.default_rng(3).normal(size=(3, 100, 2))
    (a, b), (ad, bd), (add, bdd) = q.T, qd.T, qdd.T
    c, h = np.cos(b), m2 * l1 * l2 * np.sin(b)
    tau1 = (m1 + m2) * l1**2 * add + m2 * (l2**2 + 2 * l1 * l2 * c) * add + m2 * (l2**2 + l1 * l2 * c) * bdd
    tau1 += -h * bd * (2 * ad + bd) + (m1 + m2) * g * l1 * np.sin(a) + m2 * g * l2 * np.sin(a + b)
    tau2 = m2 * (l2**2 + l1 * l2 * c) * add + m2 * l2**2 * bdd + h * ad**2 + m2 * g * l2 * np.sin(a + b)
    robot, tau, law = double_pendulum((l1, l2), (m1, m2)), np.column_stack([tau1, tau2]), "closed form: Lagrange"
    error = np.abs(inverse_dynamics(robot, q, qd, qdd) - tau).max()
    slip = np.abs(forward_dynamics(robot, q, qd, tau, path="compiled") - qdd).max()
    return [
        _row("double pendulum", "largest torque error [N m]", error, 0.0, law, 1e-10),
        _row("double pendulum", "largest acceleration error, compiled [rad/s^2]", slip, 0.0, law, 1e-10),
    ]


def _drift() -> Row:
    """Half a second of fall from rest without losses, in steps of 2.5 ms and of half that; energy may do better than the order."""
    robot = puma560()
    q, still, drift = _random_positions(robot, 8, np.random.default_rng(7)), np.zeros((8, 6)), []
    before = sum(energy(robot, q, still))
    for steps in (200, 400):
        fallen = stepping.run(robot, q, still, dt=0.5 / steps, steps=steps, scheme="rk4", limits=False, losses=False)
        drift.append(np.abs(sum(energy(robot, fallen.q, fallen.qd)) - before).max())
    missing = max(0.0, 4.0 - np.log2(drift[0] / drift[1]))
    return _row("puma 560, falling", "what the energy drift of RK4 lacks to order 4", missing, 0.0, "Kutta 1901: fourth order", 0.2)


def _forward_and_back(robot: Robot, path: Path) -> Row:
    """RNEA(q, qd, ABA(q, qd, tau)) = tau."""
    rng = np.random.default_rng(13)
    q, (qd, tau) = _random_positions(robot, 20, rng), rng.normal(size=(2, 20, robot.nv))
    qdd = forward_dynamics(robot, q, qd, tau, path=path)
    error = np.abs(inverse_dynamics(robot, q, qd, qdd, path=path) - tau).max()
    return _row(robot.name, f"inverse after forward dynamics less torque, {path} [N m]", error, 0.0, "identity: RNEA(ABA(tau)) = tau", 1e-9)


def _identities(robot: Robot) -> list[Row]:
    """Laws that hold for every tree: Jacobian = derivative, inertia symmetric, Coriolis forces do no work."""
    rng = np.random.default_rng(11)
    q, frame = _random_positions(robot, 20, rng), robot.links[-1].name
    q_step, h = np.eye(robot.nq), 1e-6
    ahead = forward(robot, (q[:, None] + h * q_step).reshape(-1, robot.nq), [frame])[:, 0, :3, 3]
    behind = forward(robot, (q[:, None] - h * q_step).reshape(-1, robot.nq), [frame])[:, 0, :3, 3]
    slope = ((ahead - behind) / (2 * h)).reshape(len(q), robot.nq, 3)
    jacobian_error = np.abs(slope - np.swapaxes(jacobian(robot, q, frame)[:, :3], 1, 2)).max()

    M = np.array([_inertia(robot, row) for row in q])
    asymmetry = np.abs(M - np.swapaxes(M, 1, 2)).max() / np.abs(M).max()
    qd = rng.normal(size=q.shape)
    M_dot = np.array(
        [(_inertia(robot, row + h * speed) - _inertia(robot, row - h * speed)) / (2 * h) for row, speed in zip(q, qd, strict=True)]
    )
    coriolis = inverse_dynamics(robot, q, qd, np.zeros_like(q), gravity=(0.0, 0.0, 0.0))
    half_power = 0.5 * np.einsum("ni,nij,nj->n", qd, M_dot, qd)
    imbalance = np.abs(half_power - np.einsum("ni,ni->n", qd, coriolis)).max() / np.abs(half_power).max()
    law = "identity"
    return [
        _row(robot.name, "Jacobian less central differences [m]", jacobian_error, 0.0, law, 1e-8),
        _row(robot.name, "asymmetry of the inertia matrix, relative", asymmetry, 0.0, law, 1e-12),
        _row(robot.name, "qd (Mdot - 2C) qd, relative", imbalance, 0.0, "identity: Coriolis forces do no work", 1e-6),
    ]


def _inertia(robot: Robot, q: np.ndarray) -> np.ndarray:
    """Joint-space inertia matrix (nq, nq): torques of unit accelerations without gravity."""
    still = np.zeros((robot.nq, robot.nq))
    return inverse_dynamics(robot, np.tile(q, (robot.nq, 1)), still, np.eye(robot.nq), gravity=(0.0, 0.0, 0.0))


def _random_positions(robot: Robot, count: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform within the limits, a turn either way where there are none; (count, nq)."""
    low, high = np.where(np.isfinite(robot.lower), robot.lower, -np.pi), np.where(np.isfinite(robot.upper), robot.upper, np.pi)
    return rng.uniform(low, high, (count, robot.nq))


def _panda(robot: Robot) -> Row:
    """The URDF's flange against the maker's modified Denavit-Hartenberg parameters."""
    q = _random_positions(robot, 100, np.random.default_rng(5))
    error = 0.0
    for row, T in zip(q, forward(robot, q, ["panda_link8"])[:, 0], strict=True):
        T_dh = np.eye(4)
        for (a, d, alpha), angle in zip(PANDA_DH, row, strict=False):
            T_dh = (
                T_dh @ placed(rotation=from_rpy(alpha, 0.0, 0.0)) @ placed((a, 0.0, 0.0)) @ placed((0.0, 0.0, d), from_rpy(0.0, 0.0, angle))
            )
        error = max(error, float(np.abs(T_dh @ placed((0.0, 0.0, PANDA_FLANGE)) - T).max()))
    source = "Franka documentation, modified Denavit-Hartenberg parameters"
    return _row("panda", "flange less Denavit-Hartenberg chain [m]", error, 0.0, source, 1e-9)


def reachable(robot: Robot, arm: Arm, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Poses that the arm can reach, some with joints on their limits, and random starts elsewhere.

    Returns:
        q_truth (count, nq), the targets (count, 4, 4), and the starts (count, nq); other joints stand at home.
    """
    rng = np.random.default_rng(seed)
    moving = [robot.index(name) for name in arm.joints]
    truth, starts = np.tile(robot.home, (2, count, 1))
    truth[:, moving], starts[:, moving] = _random_positions(robot, count, rng)[:, moving], _random_positions(robot, count, rng)[:, moving]
    on_limit = (rng.random((count, len(moving))) < 0.2) & (rng.random((count, 1)) < NEAR_LIMIT)
    side = np.where(rng.random((count, len(moving))) < 0.5, robot.lower[moving], robot.upper[moving])
    truth[:, moving] = np.where(on_limit, side, truth[:, moving])
    return truth, forward(robot, truth, [arm.tool])[:, 0], starts


def ik_success(robot: Robot, arm: Arm, count: int, seed: int = 42) -> tuple[float, int]:
    """Share of reachable poses that are reached to 1e-4 m and 1e-3 rad within limits, and the most restarts that it took."""
    _, targets, starts = reachable(robot, arm, count, seed)
    report = solve(robot, arm.tool, targets, seed=starts, joints=arm.joints, prefer="any")
    T = forward(robot, report.q, [arm.tool])[:, 0]
    distance = np.linalg.norm(T[:, :3, 3] - targets[:, :3, 3], axis=1)
    cosine = (np.einsum("nij,nij->n", T[:, :3, :3], targets[:, :3, :3]) - 1) / 2
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    inside = ((report.q >= robot.lower) & (report.q <= robot.upper)).all(axis=1)
    good = report.converged & inside & (distance <= 1e-4) & (angle <= 1e-3)
    return float(good.mean()), int(report.restarts[report.converged].max(initial=0))


def _ik(robot: Robot, arm: Arm, count: int) -> Row:
    share, restarts = ik_success(robot, arm, count)
    source = f"{count} reachable poses, a third of them with joints on limits; at most {restarts} restarts"
    return _row(f"{robot.name}, {arm.name}", "share of poses reached", share, 1.0, source, 0.005)
