"""What two rules make of each other: shifts and repairs, repairs and operators, ends at one moment."""

from __future__ import annotations

import pytest

from tests.unit.line.lines import ran, value


def test_repairs_at_night_take_no_planned_time() -> None:
    breaks = {"after": {"exponential": "3 h"}, "repair": {"exponential": "20 min"}, "clock": "calendar"}
    result = ran(
        {
            "sources": {"in": {"every": 0, "to": "a"}},
            "stations": {"a": {"process": 100, "shift": "day", "breakdowns": breaks, "to": "out"}},
            "shifts": {"day": {"work": [["8 h", "16 h"]]}},
            "time": 200 * 86400,
        }
    )
    assert value(result, "off.a") == pytest.approx(2 / 3, rel=1e-3)
    assert value(result, "availability.a") == pytest.approx(0.9, abs=0.02)
    assert value(result, "oee.a") == pytest.approx(0.9, abs=0.02)


def test_an_operator_may_repair_his_own_machine() -> None:
    breaks = {"after": 50, "repair": 50, "crew": "ann"}
    result = ran(
        {
            "sources": {"in": {"every": 0, "to": "a"}},
            "stations": {"a": {"process": 10, "operator": {"people": "ann"}, "breakdowns": breaks, "to": "out"}},
            "people": {"ann": {"count": 1}},
        }
    )
    assert value(result, "down.a") == pytest.approx(0.5, rel=2e-2)
    assert value(result, "utilisation.ann") == pytest.approx(1, rel=2e-2)


def test_work_that_ends_with_the_shift_is_done() -> None:
    result = ran(
        {
            "sources": {"in": {"every": 0, "to": "a"}},
            "stations": {"a": {"process": "2 h", "shift": "day", "to": "out"}},
            "shifts": {"day": {"work": [[0, "8 h"]]}},
            "time": 10 * 86400,
        }
    )
    assert round(value(result, "throughput") * 10 * 86400) == 40


def test_a_source_works_from_the_beginning_of_its_shift_to_its_end() -> None:
    result = ran(
        {
            "sources": {"in": {"every": "1 h", "first": 0, "shift": "day", "to": "out"}},
            "shifts": {"day": {"work": [[0, "8 h"]]}},
            "time": 23 * 3600,
        }
    )
    assert round(value(result, "throughput") * 23 * 3600) == 9


def test_parts_that_only_stand_there_have_a_makespan() -> None:
    result = ran({"buffers": {"b": {"holds": 10, "to": "a"}}, "stations": {"a": {"process": 10, "to": "out"}}})
    assert value(result, "makespan") == pytest.approx(100)


def test_of_equally_short_queues_each_gets_its_turn() -> None:
    stations = {name: {"process": 1, "to": "out"} for name in "abc"}
    result = ran({"sources": {"in": {"every": 10, "to": {"shortest": ["a", "b", "c"]}}}, "stations": stations})
    assert value(result, "busy.a") == pytest.approx(value(result, "busy.c"), rel=1e-2)


def test_a_batch_that_waited_while_its_machine_was_away_begins_when_it_is_back() -> None:
    result = ran(
        {
            "sources": {"in": {"every": 60, "first": 0, "limit": 2, "to": "oven"}},
            "stations": {"oven": {"process": 100, "shift": "day", "batch": {"size": 9, "least": 2, "wait": "2 h"}, "to": "out"}},
            "shifts": {"day": {"work": [[0, "1 h"]]}},
            "time": 2 * 86400,
        }
    )
    assert value(result, "makespan") == pytest.approx(86_500)


def test_what_goes_back_is_what_it_was() -> None:
    result = ran(
        {
            "sources": {"in": {"every": 100, "part": "raw", "to": "a"}},
            "stations": {
                "a": {"process_of": {"raw": 10}, "makes": "done", "rework": {"share": 0.5, "to": "mend", "most": 50}, "to": "out"},
                "mend": {"process_of": {"raw": 5}, "to": "mended"},
            },
            "buffers": {"mended": {"to": "a"}},
        }
    )
    assert value(result, "throughput.done") == pytest.approx(0.01, rel=2e-2)
    assert value(result, "throughput.raw") == 0


def test_who_waits_for_an_operator_and_breaks_is_repaired_by_him_first() -> None:
    breaks = {"after": 105, "repair": 5, "clock": "calendar", "crew": "ann"}
    result = ran(
        {
            "sources": {"x": {"every": 0, "to": "a"}, "y": {"every": 0, "to": "b"}},
            "stations": {
                "a": {"process": 50, "operator": {"people": "ann"}, "to": "out"},
                "b": {"process": 50, "operator": {"people": "ann"}, "breakdowns": breaks, "to": "out"},
            },
            "people": {"ann": {"count": 1}},
        }
    )
    assert value(result, "busy.b") > 0.2
    assert value(result, "utilisation.ann") == pytest.approx(1, rel=2e-2)
