"""Statistics of a batch against exact answers."""

from __future__ import annotations

import numpy as np
import pytest

from twin.view.batch_stats import Levels, broken, by_severity, influence, levels, pass_map, passed, reasons, spread


def row(
    index: int, verdict: str = "pass", status: str = "done", reason: str = "", values: dict | None = None, **scalars: float | None
) -> dict:
    return {
        "id": f"{index:x}",
        "index": index,
        "status": status,
        "verdict": verdict,
        "reason": reason,
        "values": values or {},
        "scalars": scalars,
    }


def test_pass_rates_of_a_known_table() -> None:
    rows = [
        row(i, "pass" if x >= 2 and y == "b" else "fail", values={"x": x, "y": y})
        for i, (x, y) in enumerate([(1, "a"), (1, "b"), (2, "b"), (2, "b"), (3, "b")])
    ]
    shares, counts = pass_map(passed(rows), levels(rows, "x"), levels(rows, "y"))
    np.testing.assert_array_equal(counts, [[1, 0, 0], [1, 2, 1]])
    np.testing.assert_array_equal(shares, [[0, np.nan, np.nan], [0, 1, 1]])


def test_runs_that_were_not_judged_count_nowhere_and_stopped_ones_as_not_passed() -> None:
    np.testing.assert_array_equal(passed([row(0), row(1, "fail"), row(2, "none"), row(3, "none", "stopped")]), [1, 0, np.nan, 0])


def test_sampled_parameters_are_binned_and_gridded_ones_keep_their_values() -> None:
    rows = [row(i, values={"sampled": i / 60, "grid": i % 3}) for i in range(61)]
    bins = levels(rows, "sampled")
    assert len(bins.names) == 6
    np.testing.assert_array_equal(np.bincount(bins.of_row), [10, 10, 10, 10, 10, 11])
    assert levels(rows, "grid").names == ("0", "1", "2")


def test_influence_is_one_where_the_level_decides_and_nothing_where_it_does_not() -> None:
    level = np.repeat([0, 1, 2], 50)
    parameter = Levels("x", ("a", "b", "c"), level)
    assert influence(level.astype(float) * 3, parameter) == pytest.approx(1)
    noise = np.random.default_rng(3).normal(size=(300, 150))
    assert np.mean([influence(sample, parameter) for sample in noise]) < 0.01


def test_influence_of_a_worked_example() -> None:
    """Groups (1,2,3), (2,3,4), (6,7,8): between 42, within 6, so (42 - 2 * 1) / (48 + 1)."""
    values = np.array([1, 2, 3, 2, 3, 4, 6, 7, 8], float)
    assert influence(values, Levels("x", ("a", "b", "c"), np.repeat([0, 1, 2], 3))) == pytest.approx(40 / 49)


def test_broken_expectations_and_by_how_much() -> None:
    expect = {"t": {"max": 20.0}, "gap": {"min": 0.02}, "n": {"equal": 3.0, "tolerance": 0.5}}
    assert broken(row(0, t=25.0, gap=0.01, n=3.4), expect) == pytest.approx({"t": 0.25, "gap": 0.5})
    assert broken(row(0, t=20.0, gap=0.02, n=None), expect) == {"n": np.inf}


def test_the_worst_run_broke_most_and_where_all_passed_it_is_the_nearest_to_a_bound() -> None:
    expect = {"t": {"max": 20.0}, "f": {"max": 60.0}}
    runs = [row(0, t=10.0, f=59.0), row(1, "fail", t=21.0, f=1.0), row(2, "fail", t=21.0, f=61.0), row(3, t=19.0, f=1.0)]
    assert [r["index"] for r in by_severity(runs, expect)] == [2, 1, 0, 3]


def test_reasons_that_differ_in_numbers_only_are_one() -> None:
    runs = [
        row(0, "fail", reason="jammed at 14.20 s"),
        row(1, "fail", reason="jammed at 3 s"),
        row(2, "fail", t=30.0),
        row(3),
        row(4, "none"),
    ]
    assert reasons(runs, {"t": {"max": 20.0}}, {"t": "s"}) == {"jammed at … s": 2, "t not ≤ 20 s": 1}


def test_spread_says_what_was_not_measured() -> None:
    assert spread(np.array([1.0, 2.0, 3.0, np.nan]), "s").startswith("least 1 s · median 2 s")
    assert "not measured in 1" in spread(np.array([1.0, np.nan]), "s")
    assert spread(np.array([np.nan]), "s") == "never measured"
