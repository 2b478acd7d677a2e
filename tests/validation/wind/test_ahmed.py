"""The Ahmed body as it is bundled, without a wall model: what the numbers are good for, and that the run says so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import twin
from twin.kinds import Context, Silent, Target
from twin.physics.wind.simulate import simulate
from twin.result import Result

pytestmark = pytest.mark.slow


def ran(yaw: str) -> Result:
    scenario = twin.load("ahmed_25", {"pictures": "false", "bodies.car.yaw": yaw})
    return simulate(scenario.spec, Target(threads=2), Silent(), Context(Path()))


def test_drag_rises_with_yaw_beyond_the_intervals_and_is_for_comparison_only() -> None:
    found = [ran(yaw).scalars for yaw in ("0 deg", "5 deg", "10 deg")]
    for one in found:
        assert one["trust_level"].value == 1  # relative
        assert one["drag_coefficient_ci95"].value <= 0.02 * one["drag_coefficient"].value
    for less, more in pairwise(found):
        apart = more["drag_coefficient"].value - less["drag_coefficient"].value
        assert apart > more["drag_coefficient_ci95"].value + less["drag_coefficient_ci95"].value
    sides = [abs(one["side_coefficient"].value) for one in found]
    assert sides[0] < 0.05 < sides[1] < sides[2]
