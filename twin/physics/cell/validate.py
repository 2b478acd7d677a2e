"""`twin validate cell`: what falls, slides, swings and bounces on each contact engine, beside its exact answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from robots.model import Arm, Geometry, Joint, Link, Robot
from twin.contact import ENGINES, GRAVITY, Body, Engine, Installed, World, make_engine
from twin.physics.cell.solids import mass_properties

__all__ = ["CASES", "rows"]

DT = 1e-3  # [s]
Answer = tuple[str, str, float, float, str, float]  # quantity, unit, value, reference, source, tolerance (relative)
Case = Callable[[str], Iterator[Answer]]


def rows(quick: bool) -> list[dict[str, Any]]:
    """One row a quantity and installed engine; all cases together take seconds, so `quick` changes nothing."""
    found = []
    for engine in ENGINES:
        if find_spec(engine) is None:
            continue
        for case in CASES:
            for quantity, unit, value, reference, source, tolerance in case(engine):
                found.append(
                    {
                        "kind": "cell",
                        "case": f"{case.__name__.replace('_', ' ')}, {engine}",
                        "quantity": f"{quantity} [{unit}]",
                        "value": value,
                        "reference": reference,
                        "source": source,
                        "tolerance": tolerance,
                        "ok": abs(value - reference) <= tolerance * abs(reference),
                    }
                )
    return found


def falling_box(engine: str) -> Iterator[Answer]:
    """Free fall for 0.4 s from rest; semi-implicit Euler lags by g t dt / 2, which is part of the reference."""
    made = make_engine(engine, World(DT, (_box("box", (0.1, 0.1, 0.1), _at(z=2.0), 1.0),)))
    _steps(made, 400)
    t = 400 * DT
    yield "drop", "m", float(2.0 - made.pose("box")[0][2]), GRAVITY * t * (t + DT) / 2, "Galilei, z = g t^2 / 2", 1e-5
    yield "speed", "m/s", float(-made.velocity("box")[0][2]), GRAVITY * t, "Galilei, v = g t", 1e-6
    made.close()


def box_on_a_ramp(engine: str) -> Iterator[Answer]:
    """A box slides down 30 degrees with friction 0.1 and 0.3."""
    slope = math.radians(30)
    for friction in (0.1, 0.3):
        made = make_engine(engine, ramp(slope, friction))
        _steps(made, 200)
        before = np.linalg.norm(made.velocity("box")[0])
        _steps(made, 500)
        value = float(np.linalg.norm(made.velocity("box")[0]) - before) / (500 * DT)
        exact = GRAVITY * (math.sin(slope) - friction * math.cos(slope))
        yield f"acceleration, friction {friction}", "m/s^2", value, exact, "Coulomb, a = g (sin - mu cos)", 0.01
        made.close()


def bouncing_ball(engine: str) -> Iterator[Answer]:
    """A ball falls half a metre; rebound speed over impact speed."""
    for restitution in (0.3, 0.6, 0.9):
        floor = _box("floor", (4, 4, 0.2), _at(z=-0.1), restitution=restitution)
        pieces = (Geometry("sphere", (0.05,)),)
        ball = Body("ball", pieces, _at(z=0.55), 1.0, inertia=mass_properties(pieces, 1.0)[1], restitution=restitution)
        made = make_engine(engine, World(DT, (floor, ball)))
        speeds = []
        for _ in range(500):
            made.step()
            speeds.append(float(made.velocity("ball")[0][2]))
        impact, rebound = -min(speeds), max(speeds[int(np.argmin(speeds)) :])
        yield f"restitution {restitution}", "1", rebound / impact, restitution, "Newton, v' = e v", 0.05
        made.close()


def swinging_pendulum(engine: str) -> Iterator[Answer]:
    """Mean period over six seconds at 0.3 rad amplitude."""
    length, mass, amplitude, moment = 0.5, 1.0, 0.3, 1e-3
    hinge = Joint("hinge", "revolute", "base", "bob", _at(z=1.0), np.array([0.0, 1.0, 0.0]), -3.0, 3.0, 10.0, 100.0)
    bob = Link("bob", mass, np.array([0.0, 0.0, -length]), np.eye(3) * moment)
    robot = Robot("pendulum", (Link("base"), bob), (hinge,))
    made = make_engine(engine, World(DT, (), (Installed("pendulum", robot, np.eye(4), np.array([amplitude])),)))
    angles = np.array([_swing(made) for _ in range(6000)])
    down = np.nonzero((angles[:-1] > 0) & (angles[1:] <= 0))[0]
    period = float(np.diff(down + angles[down] / (angles[down] - angles[down + 1])).mean() * DT)
    exact = 2 * math.pi * math.sqrt((moment + mass * length**2) / (mass * GRAVITY * length))
    exact *= 1 + amplitude**2 / 16 + 11 * amplitude**4 / 3072
    yield "period", "s", period, exact, "Huygens, with the series for finite amplitude", 2e-3
    made.close()


def accelerated_grip(engine: str) -> Iterator[Answer]:
    """A sledge of 3 kg is pushed with 20 N and holds a part of 2 kg, 0.2 m ahead of it, in a grip."""
    part = _box("part", (0.1, 0.1, 0.1), _at(x=0.2, z=1.0), 2.0)
    made = make_engine(engine, World(DT, (part,), (Installed("slider", slider(), np.eye(4), np.zeros(1)),)))
    made.attach("grip", "slider", "sledge", np.eye(4), "part")
    wrenches = []
    for _ in range(300):
        made.drive("slider", np.array([20.0]))
        made.step()
        wrenches.append(np.concatenate(made.wrench("grip")))
    mean = np.mean(wrenches[100:], axis=0)
    yield "acceleration", "m/s^2", float(made.joints("slider")[1][0]) / (300 * DT), 4.0, "Newton, F = (M + m) a", 0.01
    yield "grip force along", "N", float(mean[0]), 8.0, "Newton, F = m a", 0.02
    yield "grip force up", "N", float(mean[2]), 2.0 * GRAVITY, "Newton, F = m g", 0.01
    yield "grip moment", "N m", float(mean[4]), -0.2 * 2.0 * GRAVITY, "statics, M = l m g", 0.02
    made.close()


CASES: tuple[Case, ...] = (falling_box, box_on_a_ramp, bouncing_ball, swinging_pendulum, accelerated_grip)


def ramp(slope: float, friction: float) -> World:
    """A box of 2 kg lies on a plane that falls towards +x by `slope` [rad]; the pair's friction is `friction`."""
    start = _at(pitch=slope)
    start[:3, 3] = start[:3, :3] @ np.array([-3.0, 0.0, 0.05 + 0.02])
    plane = _box("ramp", (10.0, 2.0, 0.1), _at(pitch=slope), friction=friction)
    return World(DT, (plane, _box("box", (0.2, 0.2, 0.04), start, 2.0, friction=friction)))


def slider() -> Robot:
    """A sledge of 3 kg on a rail along x."""
    rail = Joint("rail", "prismatic", "base", "sledge", _at(z=1.0), np.array([1.0, 0.0, 0.0]), -10.0, 10.0, 10.0, 1e4)
    links = (Link("base", 1.0, np.zeros(3), np.eye(3) * 0.1), Link("sledge", 3.0, np.zeros(3), np.eye(3) * 0.05))
    return Robot("slider", links, (rail,), {"arm": Arm("arm", ("rail",), "sledge")})


def _swing(engine: Engine) -> float:
    engine.drive("pendulum", np.zeros(1))
    engine.step()
    return float(engine.joints("pendulum")[0][0])


def _steps(engine: Engine, count: int) -> None:
    for _ in range(count):
        engine.step()


def _at(x: float = 0.0, y: float = 0.0, z: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    T = np.eye(4)
    T[:3, 3] = x, y, z
    T[:3, :3] = np.array([[math.cos(pitch), 0.0, math.sin(pitch)], [0.0, 1.0, 0.0], [-math.sin(pitch), 0.0, math.cos(pitch)]])
    return T


def _box(name: str, size: tuple[float, float, float], T: np.ndarray, mass: float = 0.0, **surface: float) -> Body:
    pieces = (Geometry("box", size),)
    inertia = mass_properties(pieces, mass)[1] if mass else None
    return Body(name, pieces, T, mass, inertia=inertia, **surface)  # type: ignore[arg-type]
