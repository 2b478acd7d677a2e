"""Both backends through one suite: the same jobs, the same numbers to the bit."""

import pytest

from twin.errors import BadInput, UnknownName
from twin.execute import run as run_alone
from twin.scenario import expand
from twin.scenario.job import TooManyJobs

SWEEP = "sweep: {sample: {count: 16, method: uniform, ranges: {value: [-1, 1], width: [1 mm, 2 mm]}}}"


@pytest.fixture(params=["inline", "process"])
def backend(request):
    return request.param


def test_every_job_ends_once_with_its_numbers(scenario, run, backend):
    wanted = scenario("expect: {value: {min: 0}}", SWEEP)
    batch = run(wanted, backend=backend)
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(16))
    assert [row["id"] for row in rows] == [job.id for job in expand(wanted)]
    for row in rows:
        assert row["scalars"]["value"] == row["values"]["value"]  # the kind gives back what it was given: equal to the bit
        assert row["scalars"]["width"] == row["values"]["width"]
        assert row["verdict"] == ("pass" if row["values"]["value"] >= 0 else "fail")
    passes = sum(row["values"]["value"] >= 0 for row in rows)
    assert 0 < passes < 16
    summary = batch.summary()
    assert summary.pop("seconds") > 0
    assert summary == {
        "batch": batch.id, "jobs": 16, "done": 16, "stopped": 0, "failed": 0, "cached": 0,
        "verdicts": {"pass": passes, "fail": 16 - passes, "none": 0}, "study": None,
    }  # fmt: skip
    assert batch.swept == ["value", "width"]
    assert batch.units == {"value": "1", "seed": "1", "width": "m"}


def test_backends_give_equal_bits(scenario, run, tmp_path):
    wanted = scenario(SWEEP)
    inline = run(wanted, backend="inline", store=tmp_path / "a").rows()
    process = run(wanted, backend="process", store=tmp_path / "b").rows()
    assert [(r["id"], r["scalars"], r["values"]) for r in inline] == [(r["id"], r["scalars"], r["values"]) for r in process]


@pytest.mark.parametrize(("behaviour", "status", "reason"), [("raise", "failed", "asked to raise"), ("stop", "stopped", "asked to stop")])
def test_a_job_that_fails_is_data_and_is_not_tried_again(scenario, run, backend, behaviour, status, reason):
    batch = run(scenario("sweep: {grid: {behaviour: [ok, " + behaviour + "], value: [1, 2]}}"), backend=backend)
    assert [row["status"] for row in batch.rows()] == ["done", "done", status, status]
    assert {row["attempts"] for row in batch.rows()} == {1}
    assert reason in batch.rows()[2]["reason"]
    assert batch.summary()[status] == 2


def test_one_job_without_a_sweep_is_a_batch_too(scenario, run, backend):
    assert run(scenario("value: 3"), backend=backend).rows()[0]["scalars"]["value"] == 3.0


def test_chunk_size_changes_nothing(scenario, run, tmp_path):
    wanted = scenario("sweep: {seeds: 30}")
    several = [run(wanted, backend="process", chunk=chunk, store=tmp_path / str(chunk)).rows() for chunk in (1, 7, 100)]
    ids = [[(row["id"], row["scalars"]) for row in rows] for rows in several]
    assert ids[0] == ids[1] == ids[2]


def test_the_same_job_alone_has_the_same_id_and_numbers(scenario, run, tmp_path):
    row = run(scenario("sweep: {grid: {value: [0.1, 0.2]}}")).rows()[1]
    alone = run_alone(scenario("value: 0.2"), store=tmp_path / "other")
    assert alone.id == row["id"]
    assert {name: s.value for name, s in alone.scalars.items()} == row["scalars"]


def test_limits_are_refused_with_the_way_out(scenario, run, tmp_path):
    with pytest.raises(TooManyJobs, match="10,000,000"):
        run(scenario("sweep: {seeds: 10000000}"))
    with pytest.raises(UnknownName, match="local"):
        run(scenario(), on="mars")
    with pytest.raises(UnknownName, match="process"):
        run(scenario(), backend="proces")
    with pytest.raises(BadInput):
        run(scenario(), workers=0)
    assert not (tmp_path / "store").exists()
