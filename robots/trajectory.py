"""Jerk-limited motion: joints from rest to rest, and a tool along a straight line. Profiles by ruckig."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robots.errors import Unreachable
from robots.ik import at_limit, follow
from robots.kinematics import forward
from robots.lines import Line, line
from robots.model import Robot
from twin.errors import BadInput

__all__ = ["Trajectory", "joint_move", "linear_move", "profile_of"]

JUMP = 0.35  # the largest joint step between two knots that is still taken for the same posture [rad or m]


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A motion sampled at t = 0, dt, 2 dt, ...; at rest at both ends, the last sample is the goal.

    Attributes:
        t: (m,) [s]; q, qd, qdd: (m, joints) [rad or m, and per second].
        slowed: by which factor the wanted motion was stretched in time to respect joint limits; 1: not at all.
    """

    t: np.ndarray
    q: np.ndarray
    qd: np.ndarray
    qdd: np.ndarray
    slowed: float = 1.0

    @property
    def duration(self) -> float:
        """Time of the last sample [s]."""
        return float(self.t[-1])


def joint_move(
    q0: Sequence[float] | np.ndarray,
    q1: Sequence[float] | np.ndarray,
    velocity: Sequence[float] | np.ndarray,
    acceleration: Sequence[float] | np.ndarray,
    jerk: Sequence[float] | np.ndarray,
    *,
    scale: float = 1.0,
    dt: float,
) -> Trajectory:
    """The quickest synchronised motion from q0 to q1 within limits, at rest at both ends.

    Args:
        q0, q1: (k,) [rad or m]; velocity, acceleration, jerk: limits > 0, (k,).
        scale: share of the speed limit to use, in (0, 1]; acceleration and jerk shrink with its square and cube, so
            that the same path takes 1/scale as long.
        dt: sampling step [s].

    Raises:
        BadInput: limits that are not positive and finite, a scale outside (0, 1], different lengths.
    """
    start, goal = np.asarray(q0, dtype=float), np.asarray(q1, dtype=float)
    if not 0 < scale <= 1:
        raise BadInput("scale of a joint move", scale, "a number in (0, 1]")
    limits = [scale**power * _positive(name, given, len(start)) for power, (name, given) in enumerate(
        (("velocity", velocity), ("acceleration", acceleration), ("jerk", jerk)), start=1)]  # fmt: skip
    if start.shape != goal.shape or start.ndim != 1:
        raise BadInput("goal of a joint move", goal.shape, f"shape {start.shape}, as the start")
    if not (np.isfinite(start).all() and np.isfinite(goal).all()):
        raise BadInput("start or goal of a joint move", (start.tolist(), goal.tolist()), "finite numbers")
    t, q, qd, qdd = _profile(start, goal, *limits, dt=dt)
    return Trajectory(t, q, qd, qdd)


def linear_move(
    robot: Robot,
    q0: np.ndarray,
    frame: str,
    T_goal: np.ndarray,
    *,
    joints: Sequence[str] | None,
    speed: float,
    acceleration: float,
    jerk: float,
    angular_speed: float = 1.0,
    dt: float,
    knot: float = 0.005,
) -> Trajectory:
    """Move the link `frame` from where it is at q0 to T_goal (T_root_frame) on a straight line, turning steadily.

    The rotation is interpolated about one axis (slerp) and both follow one jerk-limited profile. Joint positions are
    solved at knots along the path and interpolated by a cubic spline, so that speeds and accelerations are its own
    derivatives. Where a joint would exceed its speed or acceleration limit, the whole motion is stretched in time.

    Args:
        q0: (nq,) start.
        joints: which may move; None: all that move the frame.
        speed, acceleration, jerk: along the line [m/s], [m/s^2], [m/s^3].
        angular_speed: [rad/s]; angular acceleration and jerk stand in the proportion of the linear ones.
        knot: distance of knots [m]; knots are at most 4 `knot`/m radians apart (20 mrad for 5 mm).

    Raises:
        Unreachable: the path leaves what can be reached, or would need a jump to another posture.
        BadInput: limits that are not positive and finite, a goal that is no rigid transform.
        UnknownName: a frame or joint that the robot does not have.
    """
    start = np.asarray(q0, dtype=float).reshape(-1)
    path = line(forward(robot, start, [frame])[0, 0], np.asarray(T_goal, dtype=float))
    rate = _rate(path, speed, angular_speed)
    _positive("acceleration", [acceleration], 1), _positive("jerk", [jerk], 1)
    if rate == math.inf:
        still = np.zeros((1, robot.nq))
        return Trajectory(np.zeros(1), start[None].copy(), still, still.copy())
    s_knots = np.linspace(0.0, 1.0, max(4, math.ceil(max(path.length / knot, path.angle / (4 * knot)))) + 1)
    q_knots = _along(robot, start, frame, path, s_knots, joints)
    return _timed(robot, s_knots, q_knots, (rate, rate * acceleration / speed, rate * jerk / speed), dt)


def _rate(path: Line, speed: float, angular_speed: float) -> float:
    """Largest ds/dt [1/s] of the path parameter s in 0..1; infinite for a path of no extent."""
    _positive("speed", [speed], 1), _positive("angular_speed", [angular_speed], 1)
    along = speed / path.length if path.length > 1e-9 else math.inf
    about = angular_speed / path.angle if path.angle > 1e-9 else math.inf
    return min(along, about)


def _along(robot: Robot, start: np.ndarray, frame: str, path: Line, s_knots: np.ndarray, joints: Sequence[str] | None) -> np.ndarray:
    """Joint positions at the knots, (knots, nq), the first being `start`."""
    report = follow(robot, frame, path.poses(s_knots[1:]), seed=start, joints=joints)
    q = np.vstack([start, report.q])
    steps = np.abs(np.diff(q, axis=0)).max(axis=1)
    broken = np.flatnonzero(~report.converged | (steps > JUMP))
    if len(broken):
        k = int(broken[0])
        done, stuck = float(s_knots[k]), [] if report.converged[k] else at_limit(robot, frame, report.q[k], joints)
        raise Unreachable(frame, done, (1.0 - done) * path.length, (1.0 - done) * path.angle, stuck)
    return q


def _timed(robot: Robot, s_knots: np.ndarray, q_knots: np.ndarray, limits: tuple[float, float, float], dt: float) -> Trajectory:
    """Put the path on the time axis; limits are those of ds/dt and its derivatives."""
    from scipy.interpolate import CubicSpline

    spline = CubicSpline(s_knots, q_knots)
    slowed = 1.0
    while True:
        scaled = [np.array([limit / slowed**power]) for power, limit in enumerate(limits, start=1)]
        t, s, sd, sdd = (a if a.ndim == 1 else a[:, 0] for a in _profile(np.zeros(1), np.ones(1), *scaled, dt=dt))
        slope, bend = spline(s, 1), spline(s, 2)
        qd = slope * sd[:, None]
        qdd = bend * sd[:, None] ** 2 + slope * sdd[:, None]
        over = max(float((np.abs(qd) / robot.velocity).max()), math.sqrt(float((np.abs(qdd) / robot.acceleration).max())))
        if over <= 1.0 + 1e-9:
            break
        slowed *= over * (1.0 + 1e-6)  # exact for a stretched motion but for the samples' places
    q = spline(s)
    q[0], q[-1] = q_knots[0], q_knots[-1]
    return Trajectory(t, q, qd, qdd, slowed)


def _profile(
    q0: np.ndarray, q1: np.ndarray, velocity: np.ndarray, acceleration: np.ndarray, jerk: np.ndarray, *, dt: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """t (m,), q, qd, qdd (m, k) of ruckig's time-optimal synchronised profile, the last sample at rest at q1."""
    if not (dt > 0 and math.isfinite(dt)):
        raise BadInput("dt of a motion", dt, "a time step > 0 [s]")
    profile = profile_of(q0, q1, velocity, acceleration, jerk)
    count = math.ceil(profile.duration / dt - 1e-9)
    t = dt * np.arange(count + 1)
    q, qd, qdd = np.empty((3, count + 1, len(q0)))
    for i, phases in enumerate(profile.profiles[0]):
        q[:-1, i], qd[:-1, i], qdd[:-1, i] = _phased(phases, t[:-1])
    q[-1], qd[-1], qdd[-1] = q1, 0.0, 0.0
    return t, q, qd, qdd


def _phased(phases: Any, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Position, speed and acceleration at times within one of ruckig's profiles: seven phases of constant jerk."""
    edges = np.concatenate([[0.0], np.cumsum(phases.t)])
    at = np.minimum(np.searchsorted(edges, t, side="right") - 1, 6)
    u = t - edges[at]
    p, v, a, j = (np.asarray(values)[at] for values in (phases.p, phases.v, phases.a, phases.j))
    return p + u * (v + u * (a / 2 + u * j / 6)), v + u * (a + u * j / 2), a + u * j


def profile_of(q0: np.ndarray, q1: np.ndarray, velocity: np.ndarray, acceleration: np.ndarray, jerk: np.ndarray) -> Any:
    """ruckig's time-optimal synchronised trajectory from rest to rest; all (k,).

    Raises:
        BadInput: ruckig finds none.
    """
    import ruckig

    wanted = ruckig.InputParameter(len(q0))
    wanted.current_position, wanted.target_position = q0.tolist(), q1.tolist()
    wanted.max_velocity, wanted.max_acceleration, wanted.max_jerk = velocity.tolist(), acceleration.tolist(), jerk.tolist()
    profile = ruckig.Trajectory(len(q0))
    outcome = ruckig.Ruckig(len(q0)).calculate(wanted, profile)
    if outcome not in (ruckig.Result.Working, ruckig.Result.Finished):
        raise BadInput("joint move", {"from": q0.tolist(), "to": q1.tolist()}, f"a motion that ruckig can plan ({outcome})")
    return profile


def _positive(name: str, values: Sequence[float] | np.ndarray, count: int) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.shape != (count,) or not (np.isfinite(array).all() and (array > 0).all()):
        remedy = "Robots read from a file without speed limits need them given."
        raise BadInput(f"{name} of a motion", array.tolist(), f"{count} finite number{'s' if count > 1 else ''} > 0", remedy)
    return array
