"""Scenario files as tests, through the installed plugin."""

from __future__ import annotations

import pytest

HEAD = "twin: 1\nkind: noop\n"


@pytest.fixture
def tests(pytester, monkeypatch):
    """Writes scenario files and runs pytest on them, in a process of its own."""
    monkeypatch.setenv("TWIN_STORE", str(pytester.path / "store"))

    def ran(*options: str, **files: str):
        for name, text in files.items():
            (pytester.path / f"{name}.twin.yaml").write_text(HEAD + text, encoding="utf-8")
        return pytester.runpytest_subprocess(*options)

    return ran


def test_a_failed_expectation_is_a_failed_test_with_value_and_bound(tests) -> None:
    done = tests(good="expect: {value: {max: 1}}", bad="width: 5 cm\nexpect: {width: {max: 3 cm}}", none="")
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*width is 0.05 m; expected: max 0.03 m*"])
    assert "Traceback" not in done.stdout.str()


def test_what_stops_or_breaks_fails(tests) -> None:
    done = tests(stop="behaviour: stop", broken="behaviour: raise")
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*stopped: noop was asked to stop*"])


def test_bad_input_is_a_collection_error_with_its_line(tests) -> None:
    done = tests(bad="valu: 1")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*bad.twin.yaml:3: valu: *Did you mean value*"])


def test_each_job_of_a_small_sweep_is_a_test(tests) -> None:
    sweep = "expect: {value: {max: 2}}\nsweep: {grid: {value: [1, 2, 3]}}"
    done = tests("-v", sweep=sweep)
    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["*sweep.twin.yaml::sweep?value=3* FAILED*"])
    large = tests("--twin-jobs", "2", sweep=sweep)
    large.assert_outcomes(passed=1, warnings=1)
    large.stdout.fnmatch_lines(["*sweeps 3 jobs, more than --twin-jobs 2*"])
