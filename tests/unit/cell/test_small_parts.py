"""Filters, grips, shapes, mass properties: each against its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robots.control import with_payload
from robots.model import Geometry, Link, Robot
from twin.contact.rotation import matrix_from_wxyz, wxyz_from_matrix
from twin.errors import BadInput
from twin.physics.cell.filters import LowPass, cfc, coarsest, cutoff
from twin.physics.cell.grip import capacity, use
from twin.physics.cell.shapes import Shape, geometries
from twin.physics.cell.solids import mass_properties


def gain(frequency: float, dt: float = 1e-4) -> float:
    t = np.arange(0, 1.0, dt)
    out = cfc(np.sin(2 * math.pi * frequency * t), dt, 60)
    return float(np.abs(out[len(t) // 4 : -len(t) // 4]).max())


def test_cfc_60_has_the_corridor_of_sae_j211() -> None:
    """-3 dB at 100 Hz, flat within 0.5 dB to 60 Hz (F_H), at least 24 dB/octave beyond."""
    assert cutoff(60) == pytest.approx(100.0)
    assert 20 * math.log10(gain(100.0)) == pytest.approx(-3.0, abs=0.2)
    assert abs(20 * math.log10(gain(30.0))) < 0.5
    assert 20 * math.log10(gain(400.0) / gain(200.0)) < -22


def test_cfc_keeps_the_impulse() -> None:
    pulse = np.zeros(2000)
    pulse[1000:1005] = 500.0
    assert cfc(pulse, 1e-3, 60).sum() == pytest.approx(pulse.sum(), rel=1e-6)


@pytest.mark.parametrize("channel_class", [60, 180, 600, 1000])
def test_cfc_never_passes_a_raw_peak_off_as_filtered(channel_class: int) -> None:
    pulse = np.zeros(500)
    pulse[250] = 1000.0
    finest = coarsest(channel_class)
    assert cfc(pulse, 0.99 * finest, channel_class).max() < 999.0
    with pytest.raises(BadInput, match="time_step"):
        cfc(pulse, 1.01 * finest, channel_class)


def test_low_pass_is_causal_and_starts_at_rest() -> None:
    low = LowPass(1e-3, 100.0, 1)
    assert low.push(np.array([7.0]))[0] == pytest.approx(7.0)
    assert low.push(np.array([7.0]))[0] == pytest.approx(7.0)
    values = [low.push(np.array([0.0]))[0] for _ in range(100)]
    assert 0.0 < values[0] < 7.0
    assert abs(values[-1]) < 1e-6


def test_grip_limit_surface() -> None:
    force, moment = capacity(100.0, 0.8, 0.03)
    assert (force, moment) == pytest.approx((160.0, 4.8))
    assert use(force, 0.0, force, moment) == pytest.approx(1.0)
    assert use(0.0, moment, force, moment) == pytest.approx(1.0)
    assert use(force * 0.6, moment * 0.8, force, moment) == pytest.approx(1.0)


def test_rotations_go_there_and_back() -> None:
    rng = np.random.default_rng(1)
    q = rng.normal(size=(200, 4))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    q[q[:, 0] < 0] *= -1
    np.testing.assert_allclose(wxyz_from_matrix(matrix_from_wxyz(q)), q, atol=1e-12)


def test_two_half_boxes_weigh_like_the_whole() -> None:
    whole = mass_properties([Geometry("box", (0.4, 0.2, 0.1))], 8.0)
    left, right = np.eye(4), np.eye(4)
    left[0, 3], right[0, 3] = -0.1, 0.1
    halves = [Geometry("box", (0.2, 0.2, 0.1), origin=T) for T in (left, right)]
    com, inertia = mass_properties(halves, 8.0)
    np.testing.assert_allclose(com, whole[0], atol=1e-15)
    np.testing.assert_allclose(inertia, whole[1], rtol=1e-12)


def test_capsule_lies_between_its_cylinder_and_the_longer_one() -> None:
    mass, r, length = 1.0, 0.05, 0.2
    pieces = [Geometry("cylinder", (r, length)), Geometry("capsule", (r, length)), Geometry("cylinder", (r, length + 2 * r))]
    moments = [np.diag(mass_properties([piece], mass)[1]) for piece in pieces]
    assert moments[0][0] < moments[1][0] < moments[2][0]
    assert mass_properties([Geometry("capsule", (r, 1e-9))], mass)[1][0, 0] == pytest.approx(0.4 * r * r, rel=1e-6)


def test_slot_is_as_wide_as_it_says() -> None:
    shape = Shape.model_validate({"slot": {"width": "221 mm", "height": "42 mm", "depth": 0.43}})
    pieces = geometries(shape, lambda path: pytest.fail(path))
    inner = [abs(g.origin[1, 3]) - g.size[1] / 2 for g in pieces if abs(g.origin[1, 3]) > 0.11]
    assert min(inner) == pytest.approx(0.221 / 2)
    floors = [g.origin[2, 3] + g.size[2] / 2 for g in pieces if g.origin[2, 3] < 0]
    assert max(floors) == pytest.approx(0.0)


def test_payload_moves_the_centre_of_mass() -> None:
    robot = Robot("r", (Link("tool", 1.0, np.zeros(3), np.eye(3) * 0.01),), ())
    loaded = with_payload(robot, "tool", 3.0, np.array([0.4, 0, 0]), np.zeros((3, 3))).link("tool")
    assert loaded.mass == 4.0
    np.testing.assert_allclose(loaded.com, [0.3, 0, 0])
    np.testing.assert_allclose(np.diag(loaded.inertia), [0.01, 0.01 + 0.75 * 0.16, 0.01 + 0.75 * 0.16], rtol=1e-12)
