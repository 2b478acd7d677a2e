"""The Ahmed body, coarse and without a wall model: what the numbers are good for, and that the run says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.kinds import Context, Silent, Target
from twin.physics.wind.simulate import simulate
from twin.result import Result

pytestmark = pytest.mark.slow

COARSE = {"resolution.cells_across": "12", "until.drag_ci95": "1 %", "pictures": "false"}  # a minute or two on two cores


def ran(name: str, yaw: str) -> Result:
    scenario = twin.load(name, {**COARSE, "bodies.car.yaw": yaw})
    return simulate(scenario.spec, Target(threads=2), Silent(), Context(Path()))


def test_drag_rises_from_no_yaw_to_ten_degrees_beyond_the_intervals_and_is_for_comparison_only() -> None:
    straight, turned = ran("ahmed_25", "0 deg").scalars, ran("ahmed_25", "10 deg").scalars
    for found in (straight, turned):
        assert found["trust_level"].value == 1  # relative
        assert found["drag_coefficient_ci95"].value <= 0.01 * found["drag_coefficient"].value
    apart = turned["drag_coefficient"].value - straight["drag_coefficient"].value
    assert apart > turned["drag_coefficient_ci95"].value + straight["drag_coefficient_ci95"].value
    assert abs(straight["side_coefficient"].value) < 0.05 < abs(turned["side_coefficient"].value)
