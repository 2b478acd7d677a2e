"""Bad input: every fault at once, each with file, line, path, what was given, what is allowed, what to do."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field, ValidationError

from twin.errors import BadScenario
from twin.scenario import Spec, check, load
from twin.scenario.faults import faults_of, unit_at
from twin.units import Length, Mass

MANY = """\
twin: 1
kind: noop
witdh: 20 mm
value: .nan
sleep: 3 kg
behaviour: okk
pose: {frame: hall, position: [1, 2, x], yaww: 3}
expect: {widht: {max: 30 mm}, value: {min: 5, max: 2}, width: {maxx: 1 mm, min: 3 s}}
resources: {cpu: -1}
polcy: {}
keep: some
study: {expect: {pass_rat: {min: 1}, width.p95: {max: 1 s}, value.mean: {max: 2, confidence: 2}}}
sweep: {grid: {widt: [1 mm]}}
"""


def test_all_faults_are_reported_at_once(write) -> None:
    file = write(MANY)
    faults = {fault.path: fault for fault in check(file)}
    lines = {
        "witdh": 3, "value": 4, "sleep": 5, "behaviour": 6, "pose.position.2": 7, "pose.yaww": 7, "pose.frame": 7,
        "expect.widht": 8, "expect.value": 8, "expect.width.maxx": 8, "expect.width.min": 8, "resources.cpu": 9, "polcy": 10, "keep": 11,
        "study.expect.pass_rat": 12, "study.expect.width.p95.max": 12, "study.expect.value.mean.confidence": 12, "sweep.grid.widt": 13,
    }  # fmt: skip
    assert {path: fault.line for path, fault in faults.items()} == lines
    assert {fault.file for fault in faults.values()} == {str(file)}
    for path, near in {"witdh": "width", "polcy": "policy", "behaviour": "ok", "expect.widht": "width", "pose.yaww": "yaw"}.items():
        assert f"Did you mean {near}" in faults[path].remedy, faults[path]
    assert "pass_rate" in faults["study.expect.pass_rat"].remedy
    assert "Did you mean width" in faults["sweep.grid.widt"].remedy
    assert faults["sleep"].given == "3 kg"
    assert "[mass], not [time]" in faults["sleep"].remedy


def test_load_raises_what_check_reports(write) -> None:
    file = write(MANY)
    with pytest.raises(BadScenario) as error:
        load(file)
    assert list(error.value.faults) == check(file)


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        ("kind: nop", "kind", "Did you mean noop"),
        ("kind: [noop]", "kind", "string"),
        ("kind: noop\ntwin: 2", "twin", "1"),
        ("kind: noop\nwidth: 20", None, ""),
        ("kind: noop\nwidth: '20'", "width", "has no unit"),
        ("kind: noop\nwidth: 20 mmm", "width", "not a number with a unit"),
        ("kind: noop\nwidth: 20 s", "width", "[time], not [length]"),
        ("kind: noop\nwidth: true", "width", "a finite number"),
        ("kind: noop\nwidth: .inf", "width", "finite"),
        ("kind: noop\nwidth: -1 mm", "width", "greater than 0 [m]"),
        ("kind: noop\nwidth: [1]", "width", "number"),
        ("kind: noop\nseed: -1", "seed", "greater than or equal to 0"),
        ("kind: noop\nsite: nowhere.yaml", "site", "an existing file"),
        ("kind: noop\nmesh: nothing.stl", "mesh", "an existing file"),
        ("kind: noop\nmesh: ../../../../../../../etc/passwd", "mesh", "copy it beside the scenario"),
        ("kind: noop\nmesh: /etc/passwd", "mesh", "copy it beside the scenario"),
        ("kind: noop\npolicy: {residency: germany}", "policy.residency", "pattern"),
        ("kind: noop\nkeep: worst 0", "keep", "worst N"),
        ("kind: noop\nresources: {time: 3 m}", "resources.time", "[length], not [time]"),
        ("kind: noop\nexpect: {value: 3}", "expect.value", "a mapping of min"),
        ("kind: noop\nexpect: {value: {within: [1]}}", "expect.value.within", "two values"),
        ("kind: noop\nexpect: {value: {within: [1, 2], min: 0}}", "expect.value.within.0", "either"),
        ("kind: noop\nexpect: {value: {tolerance: 1}}", "expect.value.tolerance", "equal"),
        ("kind: noop\nexpect: {value: {equal: 5, max: 4}}", "expect.value.equal", "Nothing can meet both"),
    ],
)
def test_one_fault(write, body: str, path: str | None, said: str) -> None:
    twin = "" if "twin:" in body else "twin: 1\n"
    faults = check(write(twin + body))
    if path is None:
        assert faults == []
        return
    assert [fault.path for fault in faults] == [path]
    assert said in str(faults[0])
    assert faults[0].line == (twin + body).splitlines().index(body.splitlines()[-1]) + 1


@pytest.mark.parametrize("text", ["", "- a\n- b", "text", "twin: 1", "kind: noop"])
def test_no_scenario_at_all(write, text: str) -> None:
    assert check(write(text))


def test_an_unknown_file_lists_the_bundled_names() -> None:
    assert "bundled scenario" in str(check("no_such_scenario")[0])


class Box(Spec):
    size: tuple[Length, Length, Length]


class Ball(Spec):
    radius: Length = Field(gt=0)
    kind: Literal["ball"] = "ball"


class Part(Spec):
    mass: Mass = Field(gt=0, description="how heavy")
    shape: Box | Ball


class Cell(Spec):
    parts: dict[str, Part] = Field({})
    row: tuple[Part, ...] = ()
    near: Length | None = None


def faults(data: dict) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as error:
        Cell.model_validate(data)
    return [(fault.path, f"{fault.allowed} {fault.remedy}") for fault in faults_of(error.value, Cell, data)]


def test_of_a_union_the_branch_that_was_meant_is_reported() -> None:
    assert [path for path, _ in faults({"parts": {"a": {"mass": 1, "shape": {"radius": -1}}}})] == ["parts.a.shape.radius"]
    assert [path for path, _ in faults({"row": [{"mass": 1, "shape": {"size": [1, 2, "3 s"]}}]})] == ["row.0.shape.size.2"]


def test_suggestions_come_from_the_model_at_that_place() -> None:
    found = dict(faults({"parts": {"a": {"mas": 1, "shape": {"radius": 1}}}, "nea": 1}))
    assert "Did you mean mass" in found["parts.a.mas"]
    assert "Did you mean near" in found["nea"]
    assert "It means: how heavy." in found["parts.a.mass"]
    assert "radius" in dict(faults({"row": [{"mass": 1, "shape": {"radius": 1, "raduis": 2}}]}))["row.0.shape.raduis"]


def test_units_are_found_through_containers_and_unions() -> None:
    assert unit_at(Cell, ("parts", "a", "mass")) == "kg"
    assert unit_at(Cell, ("row", 3, "shape", "size", 1)) == "m"
    assert unit_at(Cell, ("row", 3, "shape", "radius")) == "m"
    assert unit_at(Cell, ("near",)) == "m"
    assert unit_at(Cell, ("parts",)) is None
