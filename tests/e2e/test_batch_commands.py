"""Batches through the installed command: what is printed, and how the process ends."""

import csv
import json

import pyarrow.parquet as pq
import pytest

SWEEP = "sweep: {grid: {value: [1, 2, 3, 4]}, seeds: 5}"


@pytest.fixture
def case(write):
    """Writes a noop scenario."""

    def written(*lines, name="case.twin.yaml"):
        return write("\n".join(["twin: 1", "kind: noop", "name: tries", *lines]), name)

    return written


def test_submit_prints_the_contracts_object_and_nothing_else(twin, case):
    ran = twin("submit", case("expect: {value: {max: 4}}", SWEEP), "--wait", "--json")
    summary = json.loads(ran.stdout)
    assert ran.returncode == 0
    assert list(summary) == ["batch", "jobs", "done", "stopped", "failed", "cached", "verdicts", "study", "seconds"]
    assert (summary["jobs"], summary["done"], summary["verdicts"]) == (20, 20, {"pass": 20, "fail": 0, "none": 0})


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["expect: {value: {max: 4}}", SWEEP], 0),
        (["expect: {value: {max: 3}}", SWEEP], 1),
        (["expect: {value: {max: 3}}", SWEEP, "study: {expect: {pass_rate: {min: 40 %}}}"], 0),  # the study decides
        (["expect: {value: {max: 3}}", SWEEP, "study: {expect: {pass_rate: {min: 75 %}}}"], 1),
        (["expect: {value: {max: 0}}", "sweep: {grid: {behaviour: [ok, stop]}}"], 3),
        (["expect: {value: {max: 0}}", "sweep: {grid: {behaviour: [ok, stop, raise]}}"], 4),
        (["value: 1 m/s", SWEEP], 2),
    ],
)
def test_exit_codes(twin, case, lines, code):
    ran = twin("submit", case(*lines))
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_huge_sweep_is_refused_with_the_count_and_the_way_out(twin, case):
    ran = twin("submit", case("sweep: {seeds: 10000000}"))
    assert ran.returncode == 2
    assert "10,000,000" in ran.stderr
    assert "--yes" in ran.stderr


def test_status_logs_and_results_answer_about_a_batch(twin, case, tmp_path):
    twin("submit", case("expect: {value: {max: 2}}", "sweep: {grid: {value: [1, 2, 3], behaviour: [ok, stop]}}"))
    state = json.loads(twin("status", "tries", "--json").stdout)
    assert (state["state"], state["jobs"], state["done"], state["stopped"]) == ("ended", 6, 3, 3)
    assert json.loads(twin("status", "--json").stdout)[0] == state
    assert "tries" in twin("status").stdout
    assert "ended" in twin("status", "tries", "--watch").stdout
    assert "asked to stop" in twin("logs", "tries").stdout
    assert "asked to stop" in twin("logs", "tries", "1").stdout
    missing = twin("logs", "tries", "99")
    assert missing.returncode == 2
    assert "job of batch" in missing.stderr
    answer = twin("results", "--sql", "select count(*) as n from results where verdict = 'fail'", "--json")
    assert json.loads(answer.stdout) == [{"n": 1}]
    wrong = twin("results", "--sql", "select nothing from results")
    assert wrong.returncode == 2
    assert "swept.value" in wrong.stderr
    twin("results", "--csv", tmp_path / "rows.csv", "--parquet", tmp_path / "rows.parquet")
    with (tmp_path / "rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["swept.value"] for row in rows] == ["1", "1", "2", "2", "3", "3"]
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.schema.field("width").metadata[b"unit"] == b"m"
    assert table["value"].to_pylist() == [1.0, None, 2.0, None, 3.0, None]


def test_a_changed_bound_is_judged_without_simulating(twin, case):
    assert twin("submit", case("expect: {value: {max: 4}}", SWEEP)).returncode == 0
    again = twin("submit", case("expect: {value: {max: 3}}", SWEEP), "--json")
    assert again.returncode == 1
    assert json.loads(again.stdout)["cached"] == 20
    assert json.loads(again.stdout)["verdicts"] == {"pass": 15, "fail": 5, "none": 0}


def test_several_files_are_several_batches(twin, case):
    ran = twin("submit", case("value: 1", name="a.twin.yaml"), case("value: 2", name="b.twin.yaml"), "--json")
    assert [summary["jobs"] for summary in json.loads(ran.stdout)] == [1, 1]
    assert len(json.loads(twin("status", "--json").stdout)) == 2


def test_a_store_without_batches_and_unknown_names_say_what_to_do(twin, case):
    assert "twin submit FILE" in twin("results").stderr
    assert twin("results").returncode == 2
    assert twin("status").returncode == 0
    twin("submit", case("value: 1"))
    wrong = twin("results", "trie")
    assert wrong.returncode == 2
    assert "tries" in wrong.stderr
    elsewhere = twin("submit", case("value: 1"), "--on", "mars")
    assert elsewhere.returncode == 2
    assert "local" in elsewhere.stderr


def test_retry_of_a_finished_batch_runs_nothing(twin, case):
    twin("submit", case(SWEEP))
    again = twin("retry", "tries", "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["done"] == 20


def test_needed_results_are_computed_once_for_the_whole_batch(twin, case, write):
    write("twin: 1\nkind: noop\nvalue: 0.5\n", "base.twin.yaml")
    ran = twin("submit", case("needs: {base: base.twin.yaml}", "value: {from: base.value}", "sweep: {seeds: 3}"), "--json")
    assert ran.returncode == 0, ran.stderr
    rows = json.loads(twin("results", "tries", "--json").stdout)
    assert [row["value"] for row in rows] == [0.5, 0.5, 0.5]
