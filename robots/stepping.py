"""Many robots through time, without contact: torques or a controller in, positions and speeds out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from robots import recursions
from robots.algebra import Sheet, maximum, minimum, select, square_root
from robots.batch import alike, checked, watch
from robots.compile import Device, Dtype, too_large
from robots.dynamics import require_mass
from robots.march import March, Plan, march
from robots.mechanism import Mechanism, mechanism
from robots.model import Robot
from robots.parameters import Parameters, Rows, loads
from robots.recipes import GRAVITY
from robots.spatial import from_quaternion, vector
from twin.errors import BadInput, UnknownName

__all__ = ["Choice", "Controller", "Run", "plan", "run"]

Scheme = Literal["euler", "rk4"]


@dataclass(frozen=True, eq=False)
class Controller:
    """A joint controller: proportional and derivative, with the weight of the robot taken off.

    tau = stiffness (target - q) + damping (target_speed - qd) + gravity(q), cut off at the effort limits. An explicit step
    dt is stable where damping dt is below twice the inertia that the joint feels.

    Attributes:
        target: (n, nv) or (nv,) [rad or m]; target_speed: the same, per second; 0 where None.
        stiffness, damping: (nv,) or (n, nv) or one number [N m/rad, N m s/rad or N/m, N s/m].
    """

    target: np.ndarray
    stiffness: np.ndarray | float
    damping: np.ndarray | float
    target_speed: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Run:
    """What became of n robots.

    Attributes:
        q, qd: at the end, (n, nq), (n, nv).
        t: (m,) [s] of the history; history_q, history_qd: (m, n, nq), (m, n, nv).
        torque: (m, n, nv), applied in the last step before each of these times [N m or N].
    """

    q: np.ndarray
    qd: np.ndarray
    t: np.ndarray
    history_q: np.ndarray
    history_qd: np.ndarray
    torque: np.ndarray


@dataclass(frozen=True)
class Choice:
    """What a stepping kernel is specialised on."""

    scheme: Scheme
    control: bool
    limits: bool
    losses: bool
    rows: Rows


def run(
    robot: Robot,
    q: np.ndarray,
    qd: np.ndarray,
    *,
    dt: float,
    steps: int,
    every: int | None = None,
    tau: np.ndarray | None = None,
    controller: Controller | None = None,
    scheme: Scheme = "euler",
    limits: bool = True,
    losses: bool = True,
    parameters: Parameters | None = None,
    dtype: Dtype = "float64",
    threads: int = 1,
    device: Device = "cpu",
) -> Run:
    """Advance n robots by `steps` steps of `dt` [s].

    "euler" is semi-implicit: speeds first, then positions with the new speeds; damping and friction are taken implicitly, so
    that they never drive a joint. "rk4" is Kutta's scheme of fourth order.

    Args:
        q, qd: at the start, (n, nq), (n, nv).
        every: steps between two rows of the history; None: the end alone.
        tau: constant torques and forces, (n, nv) or (nv,); added to the controller's where there is one.
        limits: torques, speeds and positions stay within the robot's limits; at a stop a joint halts. "rk4" has no stops and
            no speed limits: there it bounds the torques alone.
        losses: damping and Coulomb friction count.
        device: "cuda" takes one GPU thread a robot.

    Raises:
        BadInput: arrays of another shape, a step that is not positive, a joint without inertia, a tree too large to compile.
    """
    if not (isinstance(dt, (int, float, np.number)) and np.isfinite(dt) and dt > 0):
        raise BadInput("dt", dt, "a time > 0 [s]")
    for name, word, known in (
        ("scheme", scheme, ("euler", "rk4")),
        ("dtype", dtype, ("float32", "float64")),
        ("device", device, ("cpu", "cuda")),
    ):
        if word not in known:
            raise UnknownName(name, word, known)
    every = steps if every is None else every
    whole = all(isinstance(number, (int, np.integer)) for number in (steps, every))
    if not whole or steps < 1 or every < 1 or steps % every:
        raise BadInput("steps, every", (steps, every), "whole numbers > 0, steps a multiple of every")
    if too_large(robot):
        raise BadInput(f"robot {robot.name}", f"{len(mechanism(robot).bodies)} moving bodies", "a tree that can be compiled for stepping")
    require_mass(robot, parameters)
    parameters = parameters or Parameters()
    arrays = {"q": checked(robot, "q", q, speeds=False), "qd": checked(robot, "qd", qd)}
    arrays["tau"] = checked(robot, "tau", np.zeros(robot.nv) if tau is None else tau)
    if controller is not None:
        arrays |= _controls(robot, controller)
    arrays = alike(robot, **arrays)
    count = len(arrays["q"])
    choice = Choice(scheme, controller is not None, limits, losses, parameters.rows())
    groups = arrays | parameters.groups(robot, count)
    done = _kernel(robot, choice, dtype)(groups, dt=dt, steps=every, intervals=steps // every, threads=threads, device=device)
    watch(robot, {name: groups[name] for name in ("q", "qd", "tau")}, {"qd": done["qd"]})
    t = dt * every * np.arange(1, steps // every + 1)
    history_q, history_qd, torque = (done[name][1:].transpose(0, 2, 1) for name in ("q_then", "qd_then", "torque"))
    return Run(_unit(robot, done["q"]), done["qd"], t, _unit(robot, history_q), history_qd, torque)


def _controls(robot: Robot, controller: Controller) -> dict[str, np.ndarray]:
    if robot.nq != robot.nv:
        raise BadInput(f"controller of robot {robot.name}", "a floating base", "a robot whose joints all have one coordinate")

    def gains(name: str, values: np.ndarray | float) -> np.ndarray:
        return checked(robot, name, np.full(robot.nv, values) if np.ndim(values) == 0 else values)

    speed = np.zeros(robot.nv) if controller.target_speed is None else controller.target_speed
    return {
        "target": checked(robot, "target", controller.target),
        "target_speed": checked(robot, "target_speed", speed),
        "stiffness": gains("stiffness", controller.stiffness),
        "damping_gain": gains("damping", controller.damping),
    }


def _unit(robot: Robot, q: np.ndarray) -> np.ndarray:
    """Quaternions of floating joints brought back to length 1."""
    for joint in robot.independent:
        if joint.kind == "floating":
            i = robot.coordinate(joint.name) + 3
            q = np.array(q)
            q[..., i : i + 4] /= np.linalg.norm(q[..., i : i + 4], axis=-1, keepdims=True)
    return q


@lru_cache(maxsize=64)
def _kernel(robot: Robot, choice: Choice, dtype: Dtype) -> March:
    return march(plan(robot, choice), f"step_{choice.scheme}_{robot.name}", dtype)


def plan(robot: Robot, choice: Choice) -> Plan:
    """One step, on symbols."""
    m, sheet = mechanism(robot), Sheet()

    def symbols(letter: str, count: int) -> list[Any]:
        return [sheet.input(f"{letter}{i}") for i in range(count)]

    q, v, tau, dt = symbols("q", m.nq), symbols("v", m.nv), symbols("u", m.nv), sheet.input("dt")
    fixed = {"tau": tau} | choice.rows.inputs(m, symbols)
    load = loads(m, choice.rows, symbols, losses=choice.losses)
    moves = recursions.motion(m, q, v, sheet.note)
    push: list[Any] = list(tau)
    if choice.control:
        names = {"target": "r", "target_speed": "w", "stiffness": "kp", "damping_gain": "kd"}
        control = {group: symbols(letter, m.nv) for group, letter in names.items()}
        fixed |= control
        push = _controlled(m, load, moves, push, q, v, control, sheet)
    if choice.limits:
        push = [clamped(p, limit) for p, limit in zip(push, robot.effort, strict=True)]
    euler = choice.scheme == "euler"
    held = [dt * load.resistance(i, moves.speeds[i]) for i in range(len(m.bodies))] if euler and choice.losses else []
    net = recursions.less_losses(m, load, moves, push) if choice.losses else push
    a = recursions.accelerations(m, load, moves, net, GRAVITY, held=held, note=sheet.note)
    sheet.note("next state" if euler else "slopes")
    if euler:
        faster = [clamped(x + dt * y, limit if choice.limits else np.inf) for x, y, limit in zip(v, a, robot.velocity, strict=True)]
        ahead = moved(m, q, faster, dt)
        advanced = stopped(robot, ahead, faster) if choice.limits else (ahead, faster)
    else:
        advanced = (rates(m, q, v), a)
    return Plan(
        sheet,
        state={"q": q, "qd": v},
        fixed=fixed,
        knots={},
        advanced=dict(zip(("q", "qd"), advanced, strict=True)),
        records={"torque": push},
        kept=("q", "qd"),
        dt=dt,
        time=sheet.input("time"),
        scheme="step" if euler else "rk4",
    )


def _controlled(
    m: Mechanism, load: Any, moves: Any, tau: list[Any], q: Sequence[Any], v: Sequence[Any], control: Any, sheet: Sheet
) -> list[Any]:
    sheet.note("controller: weight taken off, proportional and derivative part")
    still: list[Any] = [0.0] * m.nv
    resting = recursions.Motion(moves.places, [recursions.AT_REST] * len(m.bodies), still)
    weight = recursions.torques(m, load, resting, still, GRAVITY, sheet.note)
    gains = zip(control["stiffness"], control["target"], q, control["damping_gain"], control["target_speed"], v, strict=True)
    return [t + w + kp * (r - x) + kd * (s - y) for t, w, (kp, r, x, kd, s, y) in zip(tau, weight, gains, strict=True)]


def clamped(x: Any, limit: float) -> Any:
    """x within +-limit; an infinite limit is none. The order of the operands lets a NaN through."""
    return x if not np.isfinite(limit) else minimum(float(limit), maximum(-float(limit), x))


def rates(m: Mechanism, q: Sequence[Any], v: Sequence[Any]) -> list[Any]:
    """d(coordinates)/dt: the speeds, but of a floating body R v and half its quaternion times (0, omega)."""
    out: list[Any] = [0.0] * m.nq
    for body in m.bodies:
        if body.kind != "floating":
            out[body.drive] = v[body.speed]
            continue
        w, x, y, z = q[body.drive + 3 : body.drive + 7]
        linear, (p, s, r) = vector(*v[body.speed : body.speed + 3]), v[body.speed + 3 : body.speed + 6]
        out[body.drive : body.drive + 3] = list(from_quaternion([w, x, y, z]) @ linear)
        turning = [-(x * p) - y * s - z * r, w * p + y * r - z * s, w * s + z * p - x * r, w * r + x * s - y * p]
        out[body.drive + 3 : body.drive + 7] = [0.5 * rate for rate in turning]
    return out


def moved(m: Mechanism, q: Sequence[Any], v: Sequence[Any], dt: Any) -> list[Any]:
    """Coordinates after dt with constant speeds; a quaternion turns by Cayley's map and keeps its length to rounding."""
    ahead = [x + dt * rate for x, rate in zip(q, rates(m, q, v), strict=True)]
    for body in m.bodies:
        if body.kind == "floating":
            half = [0.5 * (dt * w) for w in v[body.speed + 3 : body.speed + 6]]
            shrink = 1.0 / square_root(1.0 + half[0] * half[0] + half[1] * half[1] + half[2] * half[2])
            ahead[body.drive + 3 : body.drive + 7] = [shrink * x for x in ahead[body.drive + 3 : body.drive + 7]]
    return ahead


def stopped(robot: Robot, q: Sequence[Any], v: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """At a stop the joint halts: positions within the limits, and no speed outwards."""
    positions, speeds = list(q), list(v)
    for joint in robot.independent:
        i, k, low, high = robot.coordinate(joint.name), robot.speed(joint.name), float(joint.lower), float(joint.upper)
        if np.isfinite(high):
            speeds[k] = select(q[i], high, speeds[k], minimum(0.0, speeds[k]))
            positions[i] = minimum(high, positions[i])
        if np.isfinite(low):
            speeds[k] = select(low, q[i], speeds[k], maximum(0.0, speeds[k]))
            positions[i] = maximum(low, positions[i])
    return positions, speeds
