"""Runs that become nonsense, for real: each is stopped, says where and when and what to do, and keeps what it had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.kinds import Context, Silent, Target
from twin.physics.crash import run as running
from twin.physics.crash.simulate import simulate
from twin.physics.crash.spec import CrashSpec
from twin.result import Result, Store
from twin.result.checkpoint import StoredCheckpoint
from twin.scene.check import check as check_scene

BLOCK = {"box": {"size": [0.01, 0.01, 0.02], "counts": [2, 2, 4]}}
MODEL = {"shape": BLOCK, "material": "steel_s235"}
STANDING = {**MODEL, "hold": {"z_low": "xyz"}}
# between smooth walls: it can only become shorter
COLUMN = {
    "shape": {"box": {"size": [0.005, 0.005, 0.02], "counts": [1, 1, 4]}}, "material": "steel_s235",
    "hold": {"z_low": "z", "x_low": "x", "x_high": "x", "y_low": "y", "y_high": "y"},
}  # fmt: skip


def spec(**document: Any) -> CrashSpec:
    return CrashSpec.model_validate({"until": 1e-4, "samples": 50, "frames": 11, "pictures": False, **document})


def ran(**document: Any) -> Result:
    return simulate(spec(**document), Target(), Silent(), Context(Path()))


def kept(result: Result, rows: int, frames: int) -> Mapping[str, np.ndarray]:
    """The history of a run that was stopped: at least so many rows and frames, whole but for the last row."""
    assert result.status == "stopped"
    assert result.series is not None
    assert len(result.series.t) >= rows
    for name, column in result.series.columns.items():
        assert np.isfinite(column[:-2]).all(), name
    assert result.scene is not None
    assert len(result.scene.t) >= frames
    check_scene(result.scene)
    assert result.scalars["time"].value < 1e-4
    assert all(np.isfinite(scalar.value) for scalar in result.scalars.values())
    assert result.stats["steps"] > 0
    return result.series.columns


def place(reason: str) -> tuple[str, float, int]:
    """Body, time [ms] and step that a reason names; and it names an element and where that was."""
    found = re.search(r"element (\d+) of (\w+) at \(([-\d.e, ]+)\) mm", reason)
    assert found, reason
    when = re.search(r"at t = ([\d.e-]+) ms \(step ([\d,]+)\)", reason)
    assert when, reason
    assert reason.endswith(".")
    return found[2], float(when[1]), int(when[2].replace(",", ""))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_number_that_is_none_is_stopped_where_it_arises():
    """A force whose curve was written in the wrong unit, by three hundred orders of magnitude, in the middle of the run."""
    force = {"on": {"set": "z_high"}, "vector": [0, 0, -1e10], "curve": [[0, 0], [5e-5, 1e-8], [6e-5, 1e300]]}
    result = ran(parts={"anvil": COLUMN}, forces={"press": force})
    assert "a number is not finite" in result.reason
    assert "timing.safety" in result.reason
    body, when, _ = place(result.reason)
    assert body == "anvil"
    assert 0.05 < when < 0.06
    columns = kept(result, rows=25, frames=5)
    assert columns["internal"][20] > 0
    assert result.scalars["time"].value == pytest.approx(1e-3 * when, rel=1e-3)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_body_faster_than_numbers_go():
    result = ran(model={**MODEL, "velocity": [0, 0, -1e160]}, walls={"floor": {}})
    assert "not finite" in result.reason
    place(result.reason)
    assert result.scene is not None


def test_an_element_that_is_driven_through_itself():
    """The upper nodes are moved, in one step, to where the lower ones are."""
    force = {"on": {"set": "z_high"}, "vector": [0, 0, -1e9], "curve": [[0, 0], [5e-5, 0], [5.0001e-5, 1]]}
    result = ran(model=COLUMN, forces={"blow": force})
    assert "an element has turned inside out" in result.reason
    body, when, _ = place(result.reason)
    assert body == "model"
    assert 0.05 < when < 0.06
    assert "element 3 of model at (0, 0, 17.5) mm" in result.reason
    kept(result, rows=25, frames=5)


def test_a_damper_that_the_elements_step_is_too_long_for_shortens_it():
    """At the elements' step it throws the nodes to and fro, harder each time."""
    spring = {"between": [{"set": "z_low"}, {"set": "z_high"}], "stiffness": 0.0, "damping": 1e5}
    force = {"on": {"set": "z_high"}, "vector": [0, 0, -100.0]}
    with_, without = ran(model=STANDING, springs={"damper": spring}, forces={"push": force}), ran(model=STANDING, forces={"push": force})
    assert with_.status == "done", with_.reason
    assert with_.stats["first_step"] < 0.5 * without.stats["first_step"]
    assert with_.scalars["energy_error"].value < 0.005


def test_energy_that_comes_from_nowhere():
    result = ran(model=MODEL, impact={"speed": 200.0}, guards={"energy_error": 1e-6})
    found = re.search(r"the energy balance is off by ([\d.e-]+) %", result.reason)
    assert found
    assert float(found[1]) > 1e-4
    assert "guards.energy_error is the limit" in result.reason
    place(result.reason)
    columns = kept(result, rows=2, frames=1)
    assert columns["energy_error"][-1] == pytest.approx(float(found[1]) / 100, rel=0.01)
    assert result.scalars["energy_error"].value == pytest.approx(columns["energy_error"].max())


def test_a_time_step_that_collapses():
    squeeze = {"of": {"set": "z_high"}, "axis": "z", "velocity": -250.0}
    result = ran(model=COLUMN, motions={"press": squeeze}, guards={"smallest_step": 0.3, "energy_error": 1.0})
    found = re.search(r"the time step has collapsed to ([\d.e-]+) s from ([\d.e-]+) s", result.reason)
    assert found, result.reason
    assert float(found[1]) < 0.3 * float(found[2])
    assert "timing.mass_scaling" in result.reason
    length = re.search(r"its length is ([\d.]+) mm of 5 mm", result.reason)
    assert length
    assert float(length[1]) < 2
    place(result.reason)
    columns = kept(result, rows=10, frames=3)
    assert columns["time_step"][-1] < 0.35 * columns["time_step"][2]


def test_a_time_step_that_collapses_between_two_samples(monkeypatch):
    """Such a run would take millions of steps to its next sample."""
    monkeypatch.setattr(running, "PATIENCE", 1e-3)
    squeeze = {"of": {"set": "z_high"}, "axis": "z", "velocity": [[0, 0], [4.3e-5, 0], [4.301e-5, -2e4]]}
    result = ran(model={**COLUMN, "material": "steel_elastic"}, motions={"press": squeeze}, samples=10, guards={"energy_error": 1.0})
    assert result.status == "stopped"
    place(result.reason)
    assert result.stats["steps"] < 50_000


def test_hourglassing():
    """A force on one node of a plate, one element thick and nearly without hourglass control."""
    plate = {
        "shape": {"plate": {"length": 0.1, "width": 0.1, "thickness": 0.01, "layers": 1, "cell": 0.02}}, "material": "steel_elastic",
        "hold": {"x_low": "xyz"}, "hourglass": {"viscous": 0.0, "elastic": 0.005},
    }  # fmt: skip
    force = {"on": {"near": [0.05, 0.05, 0.01]}, "vector": [0, 0, -1e4], "curve": [[0, 0], [1e-4, 1]]}
    load: dict[str, Any] = {"parts": {"plate": plate}, "forces": {"push": force}, "until": 1e-3}
    result = ran(**load)
    found = re.search(r"hourglass energy is ([\d.e+]+) % of the internal energy", result.reason)
    assert found, result.reason
    assert float(found[1]) > 10
    assert "guards.hourglass is the limit" in result.reason
    assert place(result.reason)[0] == "plate"
    assert result.scalars["hourglass_share"].value == pytest.approx(float(found[1]) / 100, rel=0.01)
    assert ran(**load, guards={"hourglass": 1.0, "energy_error": 1.0}).stats["steps"] >= result.stats["steps"]


class Impatient(Silent):
    """Cancels after so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_a_cancelled_run_keeps_what_it_had_and_goes_on_with_equal_bits(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0.0)
    case = spec(
        parts={"anvil": STANDING, "hammer": {**MODEL, "position": [0, 0, 0.0202], "velocity": [0, 0, -20.0]}},
        contact={"friction": 0.1},
        accelerations={"top": {"of": {"part": "hammer", "set": "z_high"}, "filter": 1000}},
        guards={"energy_error": 1.0, "hourglass": 1.0},
    )
    whole = simulate(case, Target(), Silent(), Context(Path()))
    assert whole.status == "done", whole.reason
    assert whole.scalars["max_plastic_strain"].value > 0

    def attempt(questions: int) -> Result:
        checkpoint = StoredCheckpoint(Store(tmp_path / "store"), "ab" * 32, every=1e9)
        return simulate(case, Target(), Impatient(questions), Context(Path(), checkpoint=checkpoint))

    first, second = attempt(40), attempt(30)
    assert first.reason == second.reason == "cancelled"
    assert 0 < first.stats["steps"] < second.stats["steps"] < whole.stats["steps"]
    kept(first, rows=5, frames=1)
    kept(second, rows=len(first.series.t) if first.series else 0, frames=1)
    last = attempt(10**9)
    assert last.status == "done"
    assert last.scalars == whole.scalars
    assert last.series is not None
    assert whole.series is not None
    for name, column in whole.series.columns.items():
        np.testing.assert_array_equal(last.series.columns[name], column, err_msg=name)
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(last.arrays[name], array, err_msg=name)


def test_what_stopped_has_no_verdict_that_passes(tmp_path: Path):
    """From the file to the verdict."""
    from twin.execute import run
    from twin.scenario import load

    file = tmp_path / "case.twin.yaml"
    file.write_text(
        "twin: 1\nkind: crash\nmodel: {shape: {box: {size: [10 mm, 10 mm, 20 mm], counts: [2, 2, 4]}}, material: steel_s235}\n"
        "impact: {speed: 200 m/s}\nuntil: 0.1 ms\nsamples: 50\npictures: false\nguards: {energy_error: 1e-6}\n"
        "expect: {max_plastic_strain: {max: 10}}\n"
    )
    result = run(load(file))
    assert result.status == "stopped"
    assert result.verdict != "pass"
