"""Budgets stop a batch cleanly; batches beside each other share by priority; a failed need fails what needs it."""

import pytest

from twin.dispatch import Limits, open_batch
from twin.dispatch.journal import Journal
from twin.dispatch.shares import Share
from twin.errors import BadInput
from twin.result.parts import read_part, rows_of, write_part


def test_a_budget_of_jobs_stops_cleanly_and_a_retry_runs_the_rest(scenario, run):
    batch = run(scenario("sweep: {seeds: 20}"), limits=Limits(jobs=7))
    state = batch.status()
    assert (state["state"], state["done"], state["pending"], state["running"]) == ("stopped", 7, 13, 0)
    assert state["reason"] == "the budget of 7 jobs is spent"
    batch.retry(limits=Limits(jobs=5))
    assert batch.status()["done"] == 12
    batch.retry()
    assert (batch.status()["state"], batch.status()["done"]) == ("ended", 20)
    assert {row["attempts"] for row in batch.rows()} == {1}


def test_a_budget_that_is_just_enough_is_no_stop(scenario, run):
    assert run(scenario("sweep: {seeds: 6}"), limits=Limits(jobs=6)).status()["state"] == "ended"


def test_a_budget_of_hours_counts_the_work_of_all_workers(scenario, run):
    batch = run(scenario("sleep: 0.05", "sweep: {seeds: 100}"), limits=Limits(hours=0.5 / 3600), chunk=1)
    assert batch.status()["state"] == "stopped"
    assert 5 <= batch.status()["done"] <= 40


@pytest.mark.parametrize("limits", [Limits(jobs=0), Limits(jobs=-1), Limits(hours=0.0), Limits(hours=float("nan"))])
def test_budgets_that_allow_nothing_are_refused(scenario, run, limits, tmp_path):
    with pytest.raises(BadInput, match="max_"):
        run(scenario(), limits=limits)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(("mine", "other", "slots"), [(0, 0, 4), (1, 0, 5), (0, 1, 3), (3, 0, 7), (-10, 10, 1)])
def test_one_more_priority_is_twice_the_slots(tmp_path, monkeypatch, mine, other, slots):
    journal = Journal(tmp_path / "journal.sqlite")
    journal.add("a", "a", 1, created=0.0, priority=mine)
    journal.add("b", "b", 1, created=0.0, priority=other)
    load = dict.fromkeys(range(8), 0)
    journal.take("a")
    assert len(Share(journal, 1).of(load)) == 8  # alone
    journal.take("b")
    assert len(Share(journal, 1).of(load)) == slots
    assert Share(journal, 1).of({**load, 5: 3})[0] == (5, 3)  # what works already is kept busy
    journal.leave(2, ended=True)
    assert len(Share(journal, 1).of(load)) == 8
    journal.close()


def test_a_priority_out_of_range_is_refused(scenario, run):
    with pytest.raises(BadInput, match="priority"):
        run(scenario(), priority=11)


NEEDY = "needs: {first: first.twin.yaml}\nwidth: {from: first.width}\nsweep: {seeds: 3}\n"


def test_a_need_runs_once_as_a_batch_of_its_own(write, scenario, run, tmp_path):
    write("twin: 1\nkind: noop\nwidth: 30 mm\n", "first.twin.yaml")
    batch = run(scenario(NEEDY))
    assert [row["scalars"]["width"] for row in batch.rows()] == [0.03] * 3
    needed = open_batch("first (needed)", tmp_path / "store")
    assert needed.summary()["done"] == 1
    assert open_batch("latest", tmp_path / "store").id == batch.id
    again = run(scenario(NEEDY))
    assert again.summary()["cached"] == 3


def test_a_need_with_a_sweep_is_the_run_that_it_starts_from(write, scenario, run):
    write("twin: 1\nkind: noop\nwidth: 30 mm\nsweep: {grid: {width: [50 mm, 60 mm]}}\n", "first.twin.yaml")
    assert [row["scalars"]["width"] for row in run(scenario(NEEDY)).rows()] == [0.03] * 3


def test_a_failed_need_fails_its_children_with_the_reason_and_a_retry_mends_them(write, scenario, run, tmp_path):
    write("twin: 1\nkind: noop\nbehaviour: raise\n", "first.twin.yaml")
    batch = run(scenario(NEEDY))
    rows = batch.rows()
    assert [row["status"] for row in rows] == ["failed"] * 3
    assert all("needs.first" in row["reason"] and "asked to raise" in row["reason"] for row in rows)
    assert batch.status()["state"] == "ended"
    assert batch.summary()["failed"] == 3
    write("twin: 1\nkind: noop\nwidth: 30 mm\n", "first.twin.yaml")
    with pytest.raises(BadInput, match="Submit the scenario again"):
        batch.retry()  # another need makes other jobs: it is another batch
    assert run(scenario(NEEDY)).summary()["done"] == 3


def test_a_torn_journal_with_a_gap_in_its_parts_is_retried_to_the_end(scenario, run, tmp_path):
    """Rows that no part held were lost with the journal; a failed job behind the gap is taken once, not twice."""
    lines = ["sweep: {grid: {behaviour: [ok, raise], value: [1, 2, 3, 4]}}"]
    batch = run(scenario(*lines), chunk=1)
    parts = tmp_path / "store" / "batches" / batch.id / "parts"
    (part,) = parts.glob("*.parquet")
    rows = [row for row in rows_of(read_part(part)) if row.index not in (1, 2)]
    part.unlink()
    write_part(parts / part.name, rows, {"value": "1", "seed": "1", "width": "m"})
    for file in (tmp_path / "store").glob("journal.sqlite*"):
        file.unlink()
    (tmp_path / "store" / "journal.sqlite").write_bytes(b"torn" * 5000)
    again = open_batch(batch.id, tmp_path / "store").retry()
    assert [row["index"] for row in again.rows()] == list(range(8))
    assert [row["status"] for row in again.rows()] == ["done"] * 4 + ["failed"] * 4
    assert again.status()["state"] == "ended"
    assert {row["attempts"] for row in again.rows()} == {1}
