"""Both engines, one suite: falling, sliding, swinging, bouncing have exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robots.model import Geometry, Joint, Link, Robot
from twin.contact import GRAVITY, Body, Installed, Item, World
from twin.contact.rotation import matrix_from_wxyz
from twin.physics.cell.solids import mass_properties

DT = 1e-3


def at(x: float = 0.0, y: float = 0.0, z: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    T = np.eye(4)
    T[:3, 3] = x, y, z
    T[:3, :3] = [[math.cos(pitch), 0, math.sin(pitch)], [0, 1, 0], [-math.sin(pitch), 0, math.cos(pitch)]]
    return T


def box(name: str, size: tuple[float, float, float], T: np.ndarray, mass: float = 0.0, **surface: float) -> Body:
    pieces = (Geometry("box", size),)
    inertia = mass_properties(pieces, mass)[1] if mass else None
    return Body(name, pieces, T, mass, inertia=inertia, **surface)


def test_a_falling_box_follows_galilei(build) -> None:
    """z = z0 - g t^2 / 2. Semi-implicit Euler is g t dt / 2 too low, exactly."""
    engine = build(World(DT, (box("box", (0.1, 0.1, 0.1), at(z=2.0), 1.0),)))
    for _ in range(400):
        engine.step()
    t = 400 * DT
    assert engine.pose("box")[0][2] == pytest.approx(2.0 - GRAVITY * t * t / 2 - GRAVITY * t * DT / 2, abs=2e-6)
    assert engine.velocity("box")[0][2] == pytest.approx(-GRAVITY * t, rel=1e-6)


@pytest.mark.parametrize("friction", [0.1, 0.3])
def test_a_box_slides_down_a_ramp_against_coulomb(build, friction: float) -> None:
    """a = g (sin - mu cos) along the slope."""
    slope = math.radians(30)
    ramp = box("ramp", (10.0, 2.0, 0.1), at(pitch=slope), friction=friction)
    start = at(pitch=slope)
    start[:3, 3] = start[:3, :3] @ [-3.0, 0.0, 0.05 + 0.02]
    engine = build(World(DT, (ramp, box("box", (0.2, 0.2, 0.04), start, 2.0, friction=friction))))
    for _ in range(200):
        engine.step()
    v0 = np.linalg.norm(engine.velocity("box")[0])
    for _ in range(500):
        engine.step()
    measured = (np.linalg.norm(engine.velocity("box")[0]) - v0) / (500 * DT)
    assert measured == pytest.approx(GRAVITY * (math.sin(slope) - friction * math.cos(slope)), rel=0.01)


def test_a_box_below_the_friction_angle_stays(build) -> None:
    """tan(10 deg) = 0.176 < 0.3: less than 1 mm in a second."""
    slope = math.radians(10)
    ramp = box("ramp", (10.0, 2.0, 0.1), at(pitch=slope), friction=0.3)
    start = at(pitch=slope)
    start[:3, 3] = start[:3, :3] @ [0.0, 0.0, 0.05 + 0.02]
    engine = build(World(DT, (ramp, box("box", (0.2, 0.2, 0.04), start, 2.0, friction=0.3))))
    for _ in range(200):
        engine.step()
    before = engine.pose("box")[0]
    for _ in range(1000):
        engine.step()
    assert np.linalg.norm(engine.pose("box")[0] - before) < 1e-3


@pytest.mark.parametrize("restitution", [0.3, 0.6, 0.9])
def test_a_ball_bounces_by_its_restitution(build, restitution: float) -> None:
    """v after = e v before (Newton); the largest rebound speed against the largest impact speed."""
    floor = box("floor", (4, 4, 0.2), at(z=-0.1), restitution=restitution)
    pieces = (Geometry("sphere", (0.05,)),)
    ball = Body("ball", pieces, at(z=0.55), 1.0, inertia=mass_properties(pieces, 1.0)[1], restitution=restitution)
    engine = build(World(DT, (floor, ball)))
    speeds = []
    for _ in range(500):
        engine.step()
        speeds.append(engine.velocity("ball")[0][2])
    impact = -min(speeds)
    rebound = max(speeds[int(np.argmin(speeds)) :])
    assert impact == pytest.approx(math.sqrt(2 * GRAVITY * 0.5), rel=0.01)
    assert rebound / impact == pytest.approx(restitution, abs=0.03)


def test_a_pendulum_keeps_its_period(build) -> None:
    """T = 2 pi sqrt(I / (m g l)) (1 + a^2 / 16 + 11 a^4 / 3072) for amplitude a."""
    length, mass, amplitude = 0.5, 1.0, 0.3
    inertia = np.diag([1e-3, 1e-3, 1e-3])
    joint = Joint("hinge", "revolute", "base", "bob", at(z=1.0), np.array([0.0, 1.0, 0.0]), -3.0, 3.0, 10.0, 100.0)
    bob = Link("bob", mass, np.array([0.0, 0.0, -length]), inertia)
    robot = Robot("pendulum", (Link("base"), bob), (joint,))
    engine = build(World(DT, (), (Installed("pendulum", robot, np.eye(4), np.array([amplitude])),)))
    angles = []
    for _ in range(6000):
        engine.drive("pendulum", np.zeros(1))
        engine.step()
        angles.append(engine.joints("pendulum")[0][0])
    signs = np.array(angles)
    down = np.nonzero((signs[:-1] > 0) & (signs[1:] <= 0))[0]
    crossings = down + signs[down] / (signs[down] - signs[down + 1])
    period = float(np.diff(crossings).mean() * DT)
    exact = 2 * math.pi * math.sqrt((inertia[1, 1] + mass * length**2) / (mass * GRAVITY * length))
    exact *= 1 + amplitude**2 / 16 + 11 * amplitude**4 / 3072
    assert period == pytest.approx(exact, rel=2e-3)


def slider() -> Robot:
    """A sledge on a rail along x, 3 kg."""
    from robots.model import Arm

    joint = Joint("rail", "prismatic", "base", "sledge", at(z=1.0), np.array([1.0, 0.0, 0.0]), -10.0, 10.0, 10.0, 1e4)
    sledge = Link("sledge", 3.0, np.zeros(3), np.eye(3) * 0.05)
    return Robot("slider", (Link("base", 1.0, np.zeros(3), np.eye(3) * 0.1), sledge), (joint,), {"arm": Arm("arm", ("rail",), "sledge")})


def test_a_gripped_part_under_acceleration(build) -> None:
    """F = M a moves both; the grip carries m a along, m g down, and the moment of the part's offset about the pivot."""
    part = box("part", (0.1, 0.1, 0.1), at(x=0.2, z=1.0), 2.0)
    engine = build(World(DT, (part,), (Installed("slider", slider(), np.eye(4), np.zeros(1)),)))
    engine.attach("grip", "slider", "sledge", np.eye(4), "part")
    wrenches = []
    for _ in range(300):
        engine.drive("slider", np.array([20.0]))
        engine.step()
        wrenches.append(np.concatenate(engine.wrench("grip")))
    acceleration = 20.0 / (3.0 + 2.0)
    assert engine.joints("slider")[1][0] == pytest.approx(acceleration * 300 * DT, rel=0.01)
    settled = np.mean(wrenches[100:], axis=0)
    np.testing.assert_allclose(settled[:3], [2.0 * acceleration, 0.0, 2.0 * GRAVITY], atol=0.2)
    np.testing.assert_allclose(settled[3:], [0.0, -0.2 * 2.0 * GRAVITY, 0.0], atol=0.1)
    engine.detach("grip")
    for _ in range(100):
        engine.step()
    assert engine.pose("part")[0][2] == pytest.approx(1.0 - GRAVITY * 0.1**2 / 2, abs=5e-3)


def test_a_resting_box_presses_with_its_weight(build) -> None:
    """Sum of contact forces = m g, whichever way round the engine names the pair."""
    engine = build(World(DT, (box("floor", (2, 2, 0.2), at(z=-0.1)), box("box", (0.2, 0.2, 0.1), at(z=0.05), 5.0))))
    forces = []
    for _ in range(600):
        engine.step()
        forces.append(sum((c.force if c.a == Item("box") else -c.force for c in engine.contacts()), np.zeros(3)))
    np.testing.assert_allclose(np.mean(forces[300:], axis=0), [0, 0, 5.0 * GRAVITY], atol=0.5)


def test_distances_are_those_of_the_geometry(build) -> None:
    """Two boxes 30 mm apart, one turned by 45 degrees: the gap is to its edge, which Bullet rounds by 1 mm (0.41 mm here)."""
    turned = np.eye(4)
    turned[:2, :2] = [[math.sqrt(0.5), -math.sqrt(0.5)], [math.sqrt(0.5), math.sqrt(0.5)]]
    turned[0, 3] = 0.05 + 0.03 + 0.05 * math.sqrt(2)
    engine = build(World(DT, (box("a", (0.1, 0.1, 0.1), np.eye(4)), box("b", (0.1, 0.1, 0.1), turned, 1.0))))
    found = engine.distances([(Item("a"), Item("b"))], 0.2)
    assert len(found) == 1
    assert found[0].distance == pytest.approx(0.03, abs=4.5e-4)
    assert engine.distances([(Item("a"), Item("b"))], 0.02) == []


def test_bodies_that_pass_through_do_not_touch(build) -> None:
    engine = build(World(DT, (box("floor", (2, 2, 0.2), at(z=-0.1)), box("box", (0.2, 0.2, 0.1), at(z=0.05), 5.0))))
    engine.pass_through(Item("floor"), Item("box"), True)
    for _ in range(200):
        engine.step()
    assert engine.pose("box")[0][2] < 0.0
    assert np.allclose(matrix_from_wxyz(engine.pose("box")[1]), np.eye(3), atol=1e-6)
