"""A run as a whole: cut short and taken up again, together with others, on three grids, with what people look at."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.wind.test_bad_tunnels import spec
from twin import execute
from twin.kinds import Context, Silent, Target, load_kind
from twin.physics.wind.case import prepare
from twin.physics.wind.measure import units_of
from twin.physics.wind.run import init, step
from twin.physics.wind.simulate import simulate, simulate_many


class Memory:
    """A checkpoint that is always due, kept in memory; after `patience` saves the run is told to stop."""

    def __init__(self, patience: int) -> None:
        self.state: dict[str, Any] | None = None
        self.saves, self.patience = 0, patience

    def due(self) -> bool:
        return True

    def save(self, **arrays: Any) -> None:
        self.saves += 1
        self.state = {name: np.copy(array) for name, array in arrays.items()}

    def load(self) -> dict[str, Any] | None:
        return self.state


class Impatient(Silent):
    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def cancelled(self) -> bool:
        return self.memory.saves >= self.memory.patience


def short(**changes: Any):
    return spec(until={"max_flow_throughs": 1.0, "drag_ci95": 1e-6}, **changes)


def equal(a, b) -> None:
    assert {name: s.value for name, s in a.scalars.items()} == {name: s.value for name, s in b.scalars.items()}
    for name, column in a.series.columns.items():
        np.testing.assert_array_equal(column, b.series.columns[name])
    for name, array in a.arrays.items():
        np.testing.assert_array_equal(array, b.arrays[name])


@pytest.mark.parametrize("grid", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_a_run_that_was_cut_short_gives_equal_bits(grid):
    case = short(grid=grid, resolution={"cells_across": 8 if grid == 1 else 12})
    whole = simulate(case, Target(), Silent(), Context(Path()))
    memory = Memory(patience=5)
    cut = simulate(case, Target(), Impatient(memory), Context(Path(), checkpoint=memory))
    assert (cut.status, cut.reason) == ("stopped", execute.CANCELLED)
    memory.patience = 10**9
    resumed = simulate(case, Target(), Impatient(memory), Context(Path(), checkpoint=memory))
    assert resumed.status == "done"
    equal(whole, resumed)


def test_a_sample_is_the_mean_of_two_steps():
    """What jumps up and down from step to step is in no force history."""
    case = prepare(short(), Path())
    run, other = init(case, Target()), init(case, Target())
    step(run)
    found = []
    for number in range(run.every):
        other.flow.advance(case.layout.paces(number, 1))
        found.append(other.flow.loads(case.arms)[1])
    np.testing.assert_allclose(run.loads[0][0], 0.5 * (found[-2] + found[-1]), rtol=1e-9)
    assert run.every >= 2


def test_cases_that_share_a_launch_are_those_alone():
    cases = [short(air={"speed": 1.0, "density": 1.0, "viscosity": nu}) for nu in (1e-3, 2e-3, 4e-3)]
    kind = load_kind("wind")
    assert len({kind.cost(case).batch_key for case in cases}) == 1
    assert kind.cost(cases[0]).batch_key
    together = simulate_many(cases, Target(threads=2), Silent(), [Context(Path())] * 3)
    for case, found in zip(cases, together, strict=True):
        equal(simulate(case, Target(), Silent(), Context(Path())), found)


def test_large_cases_share_nothing():
    assert load_kind("wind").cost(spec(resolution={"cells_across": 40})).batch_key == ()


@pytest.mark.slow
def test_three_grids_give_order_and_index():
    found = simulate(short(grid=3, resolution={"cells_across": 12}), Target(), Silent(), Context(Path()))
    assert {"grid_convergence_index", "drag_coefficient_extrapolated"} <= found.scalars.keys()
    assert 0 < found.scalars["grid_convergence_index"].value < 1
    assert "Three grids" in found.log


@pytest.mark.slow
def test_every_scalar_was_announced_with_its_unit():
    two = short(
        bodies={"a": {"shape": {"sphere": {"diameter": 0.1}}}, "b": {"shape": {"box": {"size": [0.1, 0.1, 0.1]}}, "position": [0.25, 0, 0]}}
    )
    for case in (short(), two, short(grid=3, resolution={"cells_across": 12})):
        found = simulate(case, Target(), Silent(), Context(Path()))
        announced = units_of(case)
        assert {name: s.unit for name, s in found.scalars.items()}.items() <= announced.items()
        assert all(math.isfinite(s.value) for s in found.scalars.values())


def test_two_bodies_have_their_own_coefficients_and_the_one_behind_is_sheltered():
    two = short(
        bodies={"a": {"shape": {"sphere": {"diameter": 0.1}}}, "b": {"shape": {"sphere": {"diameter": 0.1}}, "position": [0.15, 0, 0]}}
    )
    found = {name: s.value for name, s in simulate(two, Target(), Silent(), Context(Path())).scalars.items()}
    assert found["drag_coefficient"] == pytest.approx(
        found["drag_coefficient.a"] + found["drag_coefficient.b"], rel=1e-3
    )  # each history has its own start-up
    assert found["drag_coefficient.b"] < 0.7 * found["drag_coefficient.a"]


@pytest.mark.slow
def test_a_turned_body_is_pushed_to_the_side_and_a_mirrored_one_to_the_other():
    plate = {"shape": {"box": {"size": [0.15, 0.05, 0.1]}}}
    left, right = (
        simulate(short(bodies={"plate": {**plate, "yaw": angle}}), Target(), Silent(), Context(Path())).scalars["side_coefficient"].value
        for angle in (-0.4, 0.4)
    )
    assert left * right < 0
    assert abs(left + right) < 0.15 * abs(left)


def test_pictures_and_files_are_written(tmp_path):
    found = simulate(short(pictures=True, vtk=True), Target(), Silent(), Context(Path(), scratch=tmp_path))
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"speed.png", "pressure.png", "drag.png", "bodies.png", "flow.vti", "ball.vtp", "flow.pvd"}
    assert all((tmp_path / name).stat().st_size > 200 for name in names)
    assert found.scene is not None
    assert {bar.quantity for bar in found.scene.bars} == {"Cp", "speed"}
    assert found.scene.lines
    stagnation = found.arrays["surface_ball_pressure_coefficient"].max()
    assert 0.8 < stagnation < 2.0  # above 1 at low Reynolds numbers


@pytest.mark.slow
def test_a_rolling_road_drags_less_air_along_than_a_fixed_floor():
    floor = {"clearance": 0.02}
    tunnel = {"size": [0.8, 0.4, 0.3], "origin": [-0.2, -0.2, 0.0]}
    fixed, moving = (
        simulate(short(ground={**floor, "moving": road}, tunnel=tunnel), Target(), Silent(), Context(Path()))
        .scalars["drag_coefficient"]
        .value
        for road in (False, True)
    )
    assert abs(moving - fixed) > 1e-3
