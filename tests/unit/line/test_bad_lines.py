"""Lines that cannot be, and lines that stop themselves: named, with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.line.lines import faults, ran
from twin.physics.line import state
from twin.physics.line.deadlock import deadlock
from twin.physics.line.plant import plant
from twin.physics.line.spec import LineSpec
from twin.physics.line.state import Replication

GOOD = {"sources": {"in": {"every": 1, "to": "a"}}, "stations": {"a": {"process": 1, "to": "out"}}}


def test_a_good_line_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buffers": {"b": {"capacity": -1, "to": "a"}}}, "greater than or equal to 0"),
        ({"shifts": {"day": {"work": []}}}, "empty shift"),
        ({"shifts": {"day": {"work": [[10, 5]]}}}, "in order"),
        ({"stations": {"a": {"process": {"pareto": {"least": 1, "index": 0.9}}, "to": "out"}}}, "infinite mean"),
        ({"stations": {"a": {"process": {"uniform": {"low": 3, "high": 2}}, "to": "out"}}}, "low (3 s) has to be below"),
        ({"stations": {"a": {"process": {"exponential": 1, "fixed": 2}, "to": "out"}}}, "exactly one of"),
        ({"stations": {"a": {"to": "out"}}}, "needs `process`"),
        ({"stations": {"a": {"process": 1, "to": {"shares": {"out": 0.5}}}}}, "add up to 0.5"),
        ({"stations": {"a": {"process": 1, "scrap": 0.6, "rework": {"share": 0.6, "to": "a"}, "to": "out"}}}, "more than all parts"),
        ({"conveyors": {"c": {"length": 1, "speed": 1, "pitch": 2, "to": "a"}}}, "no part fits"),
        ({"until": {"replications": 20, "max_replications": 5}}, "below replications"),
        ({"stations": {"a": {"process": "5 kg", "to": "out"}}}, "5 kg"),
        ({"stations": {"a": {"process": 1, "to": {"shares": {"out": 1.5, "a": -0.5}}}}}, "one of these is -0.5"),
        ({"stations": {"a": {"process": 1, "batch": {"size": 3, "least": 4, "wait": 1}, "to": "out"}}}, "more than the size"),
        ({"stations": {"a": {"process": 1, "batch": {"size": 3, "least": 2}, "to": "out"}}}, "this batch has none"),
        (
            {
                "people": {"bob": {"count": 1}},
                "stations": {"a": {"process": 1, "operator": {"people": "bob", "during": "setup"}, "to": "out"}},
            },
            "nobody would ever be needed",
        ),
    ],
)
def test_values_that_cannot_be(change: dict, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        LineSpec.model_validate({**GOOD, "sinks": {"out": {}}, **change})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stations": {"a": {"process": 1, "to": "uot"}}}, ("stations.a.to", "uot", "out")),
        ({"stations": {"a": {"process": 1, "to": "in"}}}, ("stations.a.to",)),
        ({"buffers": {"a": {"to": "out"}}}, ("already one of stations",)),
        ({"buffers": {"lonely": {"to": "a"}}}, ("buffers.lonely", "nothing leads here")),
        ({"stations": {"a": {"process": 1, "operator": {"people": "bob"}, "to": "out"}}}, ("operator.people", "bob")),
        ({"stations": {"a": {"process": 1, "shift": "night", "to": "out"}}}, ("stations.a.shift", "night")),
        ({"sources": {"in": {"every": 1, "to": {"next": "a", "by": "amr"}}}}, ("sources.in.to.by", "amr")),
        ({"stations": {"a": {"process_of": {"x": 1}, "to": "out"}}}, ("process_of",)),
        ({"sources": {}}, ("a source, or a buffer that `holds`",)),
        ({"buffers": {"b": {"capacity": 2, "holds": 3, "to": "a"}}}, ("at most its capacity of 2",)),
        ({"sources": {"in": {"every": 0, "to": "q"}}, "buffers": {"q": {"to": "a"}}}, ("without a limit",)),
        (
            {"stations": {"a": {"process": 1, "joins": {"part": 1, "lid": 2}, "to": "out"}}},
            ("joins.lid", "Lead it here"),
        ),
        ({"warm_up": 30 * 86400.0}, ("warm_up", "below the `time`")),
        ({"warm_up": -1}, ("warm_up", "0 s and more")),
        ({"sinks": {"out": {}, "": {}}}, ("a name that can be read",)),
        ({"stations": {"a": {"process": 1, "to": {"by_part": {"part": "out", "zebra": "out"}}}}}, ("by_part", "zebra")),
        (
            {"people": {"bob": {"count": 1}}, "stations": {"a": {"process": 1, "operator": {"people": "bob", "count": 3}, "to": "out"}}},
            ("operator.count", "at most the 1 that `people.bob` has"),
        ),
        ({"loops": {"c": {"cards": 4, "enter": ["a"], "leave": ["in"]}}}, ("loops.c.leave", "It would limit nothing")),
        ({"sources": {"in": {"every": 0, "lost": True, "to": "a"}}}, ("where parts are lost", "Without `lost`")),
        ({"stations": {"a": {"process": 1, "breakdowns": {"after": 0, "repair": 1}, "to": "out"}}}, ("breakdowns.after", "never works")),
        (
            {"stations": {"a": {"process": 1, "breakdowns": {"after": 1e-9, "repair": 0, "clock": "calendar"}, "to": "out"}}},
            ("breakdowns.after", "It would take hours"),
        ),
        ({"shifts": {"day": {"period": 1e-6, "work": [[0, 5e-7]]}}}, ("shifts.day.period", "It would take hours")),
    ],
)
def test_things_that_do_not_fit_together(change: dict, said: tuple[str, ...]) -> None:
    found = "\n".join(faults({**GOOD, **change}))
    for each in said:
        assert each in found


def test_a_circle_without_an_exit_is_named() -> None:
    line = {
        "sources": {"in": {"every": 1, "to": "a"}},
        "stations": {"a": {"process": 1, "to": "b"}, "b": {"process": 1, "to": "a"}},
        "sinks": {},
    }
    assert "a -> b -> a" in "\n".join(faults(line))


def test_buffers_without_places_in_a_circle() -> None:
    line = {**GOOD, "buffers": {"p": {"capacity": 0, "to": "q"}, "q": {"capacity": 0, "to": "p"}}}
    assert "p -> q -> p" in "\n".join(faults(line))
    two = {**GOOD, "buffers": {"p": {"capacity": 0, "to": {"first_free": ["a", "out"]}}}}
    assert "only hands over" in "\n".join(faults(two))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("press\n1.5\n\n", None),
        ("press,weld\n1.5,2\n,3\n", "line 3, column press"),
        ("press\n1.5\nabc\n", "'abc'"),
        ("press\n-1\n", "not negative"),
        ("weld\n1\n", "column"),
        ("press\n", "at least one row"),
    ],
)
def test_measured_times(tmp_path: Path, text: str, said: str | None) -> None:
    (tmp_path / "times.csv").write_text(text)
    line = {**GOOD, "stations": {"a": {"process": {"measured": {"csv": "times.csv", "column": "press", "unit": "min"}}, "to": "out"}}}
    found = "\n".join(faults(line, tmp_path))
    assert (said in found) if said else ("line 3" in found or not found)


def test_measured_times_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    line = {**GOOD, "stations": {"a": {"process": {"measured": {"csv": "none.csv", "column": "press"}}, "to": "out"}}}
    assert "none.csv" in "\n".join(faults(line, tmp_path))


def test_measured_times_are_drawn(tmp_path: Path) -> None:
    (tmp_path / "times.csv").write_text("press\n1\n2\n3\n")
    process = {"measured": {"csv": "times.csv", "column": "press", "unit": "min"}}
    result = ran(
        {"sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": {"process": process, "to": "out"}}, "time": 1e6}, folder=tmp_path
    )
    assert result.scalars["cycle_time"].value == pytest.approx(120, rel=0.02)


def test_a_deadlock_is_named_with_its_circle() -> None:
    line = {
        "sources": {"in": {"every": 0, "to": "a"}},
        "stations": {
            "a": {"process": 1, "to": "b"},
            "b": {"process": 1, "rework": {"share": 1.0, "to": "a", "most": 100}, "to": "out"},
        },
    }
    result = ran(line)
    assert result.status == "stopped"
    assert "deadlock at t = 2 s" in result.reason or "deadlock" in result.reason
    assert "a waits for b, b waits for a" in result.reason or "b waits for a, a waits for b" in result.reason


def test_a_deadlock_is_found_while_clocks_go_on() -> None:
    line = {
        "sources": {"in": {"every": 0, "to": "a"}, "other": {"every": 5, "to": "c"}},
        "stations": {
            "a": {"process": 1, "to": "b"},
            "b": {"process": 1, "rework": {"share": 1.0, "to": "a", "most": 100}, "to": "out"},
            "c": {"process": 1, "to": "out"},
        },
    }
    assert "deadlock" in ran(line).reason


def test_an_assembly_whose_parts_cannot_come() -> None:
    line = {
        "sources": {"in": {"every": 0, "part": "rack", "to": "q"}, "lids": {"every": 1, "limit": 3, "part": "lid", "to": "q"}},
        "buffers": {"q": {"capacity": 2, "to": "join"}},
        "stations": {"join": {"process": 1, "joins": {"rack": 1, "lid": 1}, "to": "out"}},
    }
    result = ran(line)
    assert result.status == "stopped"
    assert "join waits for lid" in result.reason


def test_machines_that_wait_for_people_are_named() -> None:
    broken = {"process": 1, "breakdowns": {"after": 10, "repair": 1000, "clock": "calendar", "crew": "ann"}, "to": "out"}
    line = {
        "sources": {name: {"every": 0, "to": place} for name, place in (("in", "a"), ("in2", "b"), ("in3", "c"), ("in4", "d"))},
        "stations": {"a": broken, "b": broken} | {n: {"process": 500, "operator": {"people": "bob"}, "to": "out"} for n in ("c", "d")},
        "sinks": {"out": {}},
        "people": {"ann": {"count": 1}, "bob": {"count": 1}},
    }
    run = Replication.begin(plant(LineSpec.model_validate(line), Path), 0, 0)
    run.advance(100.0)
    said = deadlock(run, silent=True)
    assert "b is broken and waits for ann" in said or "a is broken and waits for ann" in said
    assert "d waits for 1 of bob" in said or "c waits for 1 of bob" in said


def test_a_line_that_overflows_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "MOST_PARTS", 2000)
    line = {"sources": {"in": {"every": 1, "to": "q"}}, "buffers": {"q": {"to": "a"}}, "stations": {"a": {"process": 3, "to": "out"}}}
    result = ran(line)
    assert result.status == "stopped"
    assert "of them wait in q" in result.reason


def test_parts_that_move_in_no_time() -> None:
    line = {"sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": {"process": 0, "to": "out"}}}
    result = ran(line)
    assert result.status == "stopped"
    assert "time stands still" in result.reason
