"""What is known is not computed again, and what is asked of it may change."""

import json

import pytest

from twin.dispatch import open_batch
from twin.errors import BadInput, UnknownName
from twin.execute import run as run_alone
from twin.result import Store


def computed(batch):
    return [row["index"] for row in batch.rows() if not row["cached"]]


def test_a_second_batch_computes_only_what_is_new(scenario, run):
    run(scenario("sweep: {grid: {value: [1, 2, 3]}}"))
    batch = run(scenario("sweep: {grid: {value: [2, 3, 4, 5]}}"))
    assert computed(batch) == [2, 3]
    assert [row["scalars"]["value"] for row in batch.rows()] == [2.0, 3.0, 4.0, 5.0]
    assert [row["values"]["value"] for row in batch.rows()] == [2, 3, 4, 5]
    assert batch.summary()["cached"] == 2


def test_a_changed_bound_changes_verdicts_and_simulates_nothing(scenario, run):
    sweep = "sweep: {grid: {value: [1, 2, 3]}}"
    assert [row["verdict"] for row in run(scenario("expect: {value: {max: 2}}", sweep)).rows()] == ["pass", "pass", "fail"]
    batch = run(scenario("expect: {value: {max: 1}}", sweep))
    assert computed(batch) == []
    assert [row["verdict"] for row in batch.rows()] == ["pass", "fail", "fail"]
    assert [row["verdict"] for row in run(scenario(sweep)).rows()] == ["none", "none", "none"]


def test_single_runs_and_batches_know_each_others_results(scenario, run, tmp_path):
    run_alone(scenario("value: 2"), store=tmp_path / "store")
    batch = run(scenario("expect: {value: {max: 2}}", "sweep: {grid: {value: [2, 3]}}"))
    assert computed(batch) == [1]
    assert [row["verdict"] for row in batch.rows()] == ["pass", "fail"]


def test_stopped_is_an_answer_and_failed_is_none(scenario, run):
    sweep = "sweep: {grid: {behaviour: [stop, raise]}}"
    run(scenario(sweep))
    assert computed(run(scenario(sweep))) == [1]


def test_equal_jobs_of_one_batch_are_computed_once(scenario, run):
    batch = run(scenario("sweep: {grid: {value: [7, 7.0, 7]}}"))
    assert computed(batch) == [0]
    assert [row["scalars"]["value"] for row in batch.rows()] == [7.0, 7.0, 7.0]


def test_another_file_content_is_another_job(scenario, run, write):
    write("solid a", "part.stl")
    wanted = scenario("mesh: part.stl")
    first = run(wanted).rows()[0]["id"]
    assert computed(run(wanted)) == []
    write("solid b", "part.stl")
    again = run(wanted)
    assert computed(again) == [0]
    assert again.rows()[0]["id"] != first


def test_a_damaged_part_is_computed_again(scenario, run, tmp_path):
    wanted = scenario("sweep: {grid: {value: [1, 2]}}")
    run(wanted)
    next((tmp_path / "store").glob("batches/*/parts/*.parquet")).write_bytes(b"PAR1 torn")
    assert computed(run(wanted)) == [0, 1]


def test_batches_are_found_by_name_id_and_age(scenario, run, tmp_path):
    first, second = run(scenario(), name="tries"), run(scenario("value: 1"), name="tries")
    store = Store(tmp_path / "store")
    assert open_batch("tries", store).id == open_batch("latest", store).id == second.id
    assert open_batch(first.id, store).id == first.id
    with pytest.raises(UnknownName, match="tries"):
        open_batch("trys", store)
    with pytest.raises(BadInput, match="has none"):
        open_batch("latest", tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_rows_are_asked_in_sql(scenario, run):
    batch = run(scenario("sweep: {grid: {value: [1, 2, 3]}, seeds: 2}"))
    answer = batch.sql(
        "select \"swept.value\" as v, count(*) as n, sum(value) as s from results where status = 'done' group by v order by v"
    )
    assert answer.to_pylist() == [{"v": v, "n": 2, "s": 2.0 * v} for v in (1, 2, 3)]
    assert json.dumps(batch.results().to_pylist())
