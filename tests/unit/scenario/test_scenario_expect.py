"""Bounds and verdicts; what is asked of a batch."""

from __future__ import annotations

import math
from itertools import product

import pytest

from twin.result.model import Scalar
from twin.scenario import StudyExpectation, judge, load, verdict
from twin.scenario.expect import holds, read_bound, unit_of, verdict_of
from twin.scenario.study import read_study


@pytest.mark.parametrize(
    ("written", "bound"),
    [
        ({"max": "45 s"}, {"max": 45}),
        ({"max": "2 min"}, {"max": 120}),
        ({"within": ["1 s", 2000e-3]}, {"min": 1, "max": 2}),
        ({"equal": 3, "tolerance": "10 ms"}, {"equal": 3, "tolerance": 0.01}),
        ({"min": 1, "max": 1}, {"min": 1, "max": 1}),
    ],
)
def test_bounds_are_read_in_the_scalar_s_unit(written: dict, bound: dict) -> None:
    assert read_bound(written, "s", "expect.a") == (pytest.approx(bound), [])


def test_shares_and_truth_values_are_pure_numbers() -> None:
    assert read_bound({"min": "99 %", "equal": True}, "1", "a")[0] == {"min": 0.99, "equal": 1.0}
    assert read_bound({"equal": True}, "s", "a")[1]


@pytest.mark.parametrize(
    ("value", "bound", "holding"),
    [
        (1.0, {"min": 1}, True),
        (1.0, {"max": 1}, True),
        (1.0, {"min": 1.1}, False),
        (1.0, {"equal": 1}, True),
        (1.05, {"equal": 1, "tolerance": 0.1}, True),
        (1.2, {"equal": 1, "tolerance": 0.1}, False),
        (math.nan, {"max": 1}, False),
        (math.nan, {"min": 1}, False),
        (math.nan, {"equal": 1, "tolerance": 9}, False),
        (math.inf, {"min": 1}, True),
    ],
)
def test_holds(value: float, bound: dict, holding: bool) -> None:
    assert holds(value, bound) is holding


def test_what_was_not_measured_does_not_hold() -> None:
    lines = judge({"a": {"max": 1}, "b": {"min": 0}}, {"a": Scalar(0.5, "m")}, {"a": "m", "b": "s"})
    assert [(e.name, e.value, e.unit, e.ok) for e in lines] == [("a", 0.5, "m", True), ("b", None, "s", False)]
    assert verdict("done", lines) == "fail"


def test_verdicts() -> None:
    good, bad = judge({"a": {"max": 1}}, {"a": Scalar(1)}), judge({"a": {"max": 1}}, {"a": Scalar(2)})
    assert [verdict("done", lines) for lines in (good, bad, ())] == ["pass", "fail", "none"]
    assert [verdict(status, good) for status in ("stopped", "failed")] == ["none", "none"]


def test_patterns_name_many_scalars() -> None:
    scalars = {"step.*.time": "s", "cycle_time": "s", "force": "N"}
    assert [unit_of(name, scalars) for name in ("step.push.time", "force", "step.push", "time")] == ["s", "N", None, None]


def test_a_study_is_read_in_si() -> None:
    written = {
        "pass_rate": {"min": "99 %", "confidence": "90 %"},
        "step.push.time.p95": {"max": "40 ms"},
        "force.mean": {"within": ["1 N", "1 kN"]},
        "force.p99.9": {"max": 1},
    }
    lines, faults = read_study(written, {"step.*.time": "s", "force": "N"})
    assert not faults[1:]
    assert lines[:3] == (
        StudyExpectation("pass_rate", "", "pass_rate", {"min": 0.99}, 0.9),
        StudyExpectation("step.push.time.p95", "step.push.time", "p95", {"max": 0.04}, 0.95),
        StudyExpectation("force.mean", "force", "mean", {"min": 1.0, "max": 1000.0}, 0.95),
    )


def test_a_study_survives_the_document(write) -> None:
    text = "twin: 1\nkind: noop\nstudy: {expect: {pass_rate: {min: 99 %}, width.p95: {max: 4 cm, confidence: 0.8}}}"
    scenario = load(write(text))
    assert scenario.document["study"]["expect"]["width.p95"] == {"max": 0.04, "confidence": 0.8}
    assert [line.name for line in scenario.study] == ["pass_rate", "width.p95"]


def test_the_verdict_alone_is_that_of_the_lines() -> None:
    expect = {"a": {"max": 1.0}, "b": {"equal": 2.0, "tolerance": 0.5}}
    values = (0.0, 1.0, 1.5, 2.5, math.nan)
    for status, scalars in product(("done", "stopped"), [{}, *({"a": Scalar(a), "b": Scalar(b)} for a in values for b in values)]):
        for bounds in ({}, expect):
            assert verdict_of(status, bounds, scalars) == verdict(status, judge(bounds, scalars))
