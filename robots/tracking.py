"""Many robots that follow trajectories under computed torque, without contact: the whole motion in one compiled loop.

A controller's references come from an interpolator: positions and speeds at knots, cubic Hermite polynomials between them,
as the bus of a real controller hands them on. The controller is that of `robots.control.ComputedTorque`; torques are cut off
at the effort limits and a joint halts at its stops; time steps are semi-implicit, as those of the contact engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from robots import recursions
from robots.algebra import Sheet, maximum
from robots.compile import Device, Dtype
from robots.dynamics import require_mass
from robots.march import March, Plan, march
from robots.mechanism import mechanism
from robots.model import Robot
from robots.parameters import PAYLOAD, Rows, loads
from robots.stepping import clamped, stopped

__all__ = ["Tracked", "kernel", "track"]


@dataclass(frozen=True, eq=False)
class Tracked:
    """What n robots did.

    Attributes:
        q, qd, torque: at the knots, (m + 1, n, nv) [rad or m, per second, N m or N]; torque of the step that led there.
        peak: largest |torque| of any step, (n, nv); energy: what the joints gave, nothing taken back, (n,) [J].
    """

    q: np.ndarray
    qd: np.ndarray
    torque: np.ndarray
    peak: np.ndarray
    energy: np.ndarray


def track(
    robot: Robot,
    positions: np.ndarray,
    speeds: np.ndarray,
    *,
    gravity: np.ndarray,
    bandwidth: np.ndarray,
    dt: float,
    steps: int,
    counted: np.ndarray | None = None,
    payloads: Mapping[str, np.ndarray] | None = None,
    dtype: Dtype = "float64",
    threads: int = 1,
    device: Device = "cpu",
) -> Tracked:
    """Follow references from rest, at the first knot.

    Args:
        positions, speeds: references at the knots, (m + 1, nv, n), `steps` steps of `dt` [s] apart. They may be wider than n:
            where the width is whole blocks (`robots.compile.lanes`), they are not copied.
        gravity: (n, 3) in root axes [m/s^2]; bandwidth: (n,) [rad/s].
        counted: (n,) intervals that count for `peak` and `energy`: a robot that is done earlier than others stands on.
        payloads: link -> (m, 10, n), what it carries in each interval (`robots.parameters.PAYLOAD`); the controller knows.

    Raises:
        BadInput: a joint without inertia.
    """
    require_mass(robot)
    payloads = payloads or {}
    intervals, nv, count = len(positions) - 1, positions.shape[1], len(gravity)
    values = {
        "q": positions[0, :, :count].T,
        "qd": np.zeros((count, nv)),
        "peak": np.zeros((count, nv)),
        "energy": np.zeros((count, 1)),
        "gravity": gravity,
        "bandwidth": bandwidth[:, None],
        "rate": np.full((count, 1), 1.0 / (dt * steps)),
        "from_q": positions[:-1],
        "from_qd": speeds[:-1],
        "to_q": positions[1:],
        "to_qd": speeds[1:],
        "counts": _until(counted, intervals, positions.shape[2]),
    }
    values |= {f"payload{k}": rows for k, rows in enumerate(payloads.values())}
    loop = kernel(robot, tuple(payloads), dtype)
    done = loop(values, dt=dt, steps=steps, intervals=intervals, threads=threads, device=device)
    q, qd, torque = (done[name].transpose(0, 2, 1) for name in ("q_then", "qd_then", "torque"))
    q[0], qd[0], torque[0] = values["q"], 0.0, torque[1] if intervals else 0.0
    return Tracked(q, qd, torque, done["peak"], done["energy"][:, 0])


def _until(counted: np.ndarray | None, intervals: int, width: int) -> np.ndarray:
    """1 in the intervals that count, 0 in the others, (m, 1, width)."""
    if counted is None:
        return np.ones((intervals, 1, width))
    whole = np.append(counted, np.full(width - len(counted), counted[-1]))
    return (np.arange(intervals)[:, None] < whole).astype(float)[:, None]


@lru_cache(maxsize=64)
def kernel(robot: Robot, payloads: tuple[str, ...] = (), dtype: Dtype = "float64") -> March:
    """The compiled loop for a robot whose links `payloads` carry loads."""
    return march(plan(robot, payloads), f"track_{robot.name}", dtype)


def plan(robot: Robot, payloads: tuple[str, ...]) -> Plan:
    """One step, on symbols."""
    m, sheet = mechanism(robot), Sheet()

    def symbols(letter: str, count: int) -> list[Any]:
        return [sheet.input(f"{letter}{i}") for i in range(count)]

    q, v, peak, (energy,) = symbols("q", m.nv), symbols("v", m.nv), symbols("peak", m.nv), symbols("energy", 1)
    gravity, (w,), (counts,) = symbols("g", 3), symbols("w", 1), symbols("counts", 1)
    dt, time = sheet.input("dt"), sheet.input("time")
    from_q, from_qd, to_q, to_qd = symbols("a", m.nv), symbols("va", m.nv), symbols("b", m.nv), symbols("vb", m.nv)
    (rate,) = symbols("rate", 1)
    rows = Rows(payload=payloads)
    load = loads(m, rows, symbols, losses=False)
    sheet.note("reference and what the controller wants")
    ends = zip(from_q, from_qd, to_q, to_qd, strict=True)
    wanted = [_wanted(*end, rate, time, x, y, w) for end, x, y in zip(ends, q, v, strict=True)]
    moves = recursions.motion(m, q, v, sheet.note)
    asked = recursions.torques(m, load, moves, wanted, gravity, sheet.note)
    tau = [clamped(x, limit) for x, limit in zip(asked, robot.effort.tolist(), strict=True)]
    a = recursions.accelerations(m, load, moves, tau, gravity, note=sheet.note)
    sheet.note("next state")
    faster = [x + dt * y for x, y in zip(v, a, strict=True)]
    ahead, faster = stopped(robot, [x + dt * y for x, y in zip(q, faster, strict=True)], faster)
    given = counts * sum((maximum(t * x, 0.0) for t, x in zip(tau, v, strict=True)), 0.0)
    largest = [maximum(p, counts * maximum(t, -t)) for p, t in zip(peak, tau, strict=True)]
    return Plan(
        sheet,
        state={"q": q, "qd": v, "peak": peak, "energy": [energy]},
        fixed={"gravity": gravity, "bandwidth": [w], "rate": [rate]},
        knots={"from_q": from_q, "from_qd": from_qd, "to_q": to_q, "to_qd": to_qd, "counts": [counts]}
        | {f"payload{k}": symbols(f"payload{k}_", PAYLOAD) for k in range(len(payloads))},
        advanced={"q": ahead, "qd": faster, "peak": largest, "energy": [energy + dt * given]},
        records={"torque": tau},
        kept=("q", "qd"),
        dt=dt,
        time=time,
    )


def _wanted(q0: Any, v0: Any, q1: Any, v1: Any, rate: Any, t: Any, q: Any, v: Any, w: Any) -> Any:
    """Acceleration of the reference, and critically damped errors (Siciliano et al., Robotics, 2009, 8.5.2).

    The reference is the cubic from (q0, v0) to (q1, v1) within 1/rate.
    """
    slope = rate * (q1 - q0)
    c2, c3 = rate * (3.0 * slope - 2.0 * v0 - v1), (rate * rate) * (v0 + v1 - 2.0 * slope)
    position = q0 + t * (v0 + t * (c2 + t * c3))
    speed = v0 + t * (2.0 * c2 + t * (3.0 * c3))
    acceleration = 2.0 * c2 + t * (6.0 * c3)
    return acceleration + (2.0 * w) * (speed - v) + (w * w) * (position - q)
