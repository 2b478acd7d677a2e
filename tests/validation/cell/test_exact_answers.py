"""Both engines, one suite: falling, sliding, swinging, bouncing and gripping have exact answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robots.model import Geometry
from tests.require import needs
from twin.contact import ENGINES, GRAVITY, Body, Installed, Item, World
from twin.physics.cell.solids import mass_properties
from twin.physics.cell.validate import CASES, DT, ramp, rows, slider


def box(name: str, size: tuple[float, float, float], T: np.ndarray, mass: float = 0.0) -> Body:
    pieces = (Geometry("box", size),)
    return Body(name, pieces, T, mass, inertia=mass_properties(pieces, mass)[1] if mass else None)


def at(z: float) -> np.ndarray:
    T = np.eye(4)
    T[2, 3] = z
    return T


def test_every_case_has_its_exact_answer_on_every_engine() -> None:
    found = rows(quick=True)
    for engine in ENGINES:
        mine = [row for row in found if row["case"].endswith(engine)]
        needs("pybullet", bool(mine) or engine != "pybullet", "pybullet has wheels up to CPython 3.11 only")
        assert len(mine) >= 2 * len(CASES), engine
    wrong = [f"{r['case']}: {r['quantity']} {r['value']:.5g}, exact {r['reference']:.5g}" for r in found if not r["ok"]]
    assert not wrong, "\n".join(wrong)


def test_a_box_below_the_friction_angle_stays(build) -> None:
    """tan(10 deg) = 0.176 < 0.3: less than 1 mm in a second."""
    engine = build(ramp(math.radians(10), 0.3))
    for _ in range(200):
        engine.step()
    before = engine.pose("box")[0]
    for _ in range(1000):
        engine.step()
    assert np.linalg.norm(engine.pose("box")[0] - before) < 1e-3


def test_a_part_that_is_let_go_falls(build) -> None:
    part = box("part", (0.1, 0.1, 0.1), at(1.0), 2.0)
    part.T_world[0, 3] = 0.2
    engine = build(World(DT, (part,), (Installed("slider", slider(), np.eye(4), np.zeros(1)),)))
    engine.attach("grip", "slider", "sledge", np.eye(4), "part")
    for _ in range(100):
        engine.step()
    engine.detach("grip")
    for _ in range(100):
        engine.step()
    assert engine.pose("part")[0][2] == pytest.approx(1.0 - GRAVITY * 0.1**2 / 2, abs=2e-3)


def test_a_resting_box_presses_with_its_weight(build) -> None:
    """Sum of contact forces = m g, whichever way round the engine names the pair."""
    engine = build(World(DT, (box("floor", (2, 2, 0.2), at(-0.1)), box("box", (0.2, 0.2, 0.1), at(0.05), 5.0))))
    forces = []
    for _ in range(600):
        engine.step()
        forces.append(sum((np.array(c.force) * (1 if c.a == Item("box") else -1) for c in engine.contacts()), np.zeros(3)))
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
    engine = build(World(DT, (box("floor", (2, 2, 0.2), at(-0.1)), box("box", (0.2, 0.2, 0.1), at(0.05), 5.0))))
    engine.pass_through(Item("floor"), Item("box"), True)
    for _ in range(200):
        engine.step()
    assert engine.pose("box")[0][2] < 0.0
