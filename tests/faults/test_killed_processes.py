"""kill -9 of workers and drivers in the middle of a batch: nothing is lost, nothing is published twice."""

import json
import os
import signal
import subprocess
import time
from collections import Counter

import psutil
import pytest

from tests.faults.drivers import TWIN, ended, until
from twin.dispatch import open_batch
from twin.result import Store

pytestmark = pytest.mark.faults

SLEEPERS = "twin: 1\nkind: noop\nkeep: all\nsleep: 0.05\nexpect: {value: {min: 0}}\nsweep: {seeds: 60}\n"


def complete(batch, jobs=60):
    """Every job ended once, and its folder is whole."""
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(jobs))
    assert all(row["status"] == "done" and row["verdict"] == "pass" for row in rows)
    assert len({row["id"] for row in rows}) == jobs
    store = batch.store
    assert sorted(store.ids()) == sorted(row["id"] for row in rows)
    for row in rows:
        assert store.get(row["id"]).scalars["seed"].value == row["scalars"]["seed"] == row["index"]
    assert not list((store.path / "results").rglob("*.part"))
    return rows


def test_a_killed_worker_takes_nothing_along(drive, write):
    driver = drive("submit", write(SLEEPERS), "--json", "--workers", "2")
    batch = driver.batch()
    for wanted in (5, 25):
        until(lambda: ended(batch, wanted))  # noqa: B023
        os.kill(driver.workers()[0].pid, signal.SIGKILL)
    code, out, _ = driver.end()
    assert code == 0
    assert json.loads(out)["done"] == 60
    rows = complete(batch)
    assert max(row["attempts"] for row in rows) >= 2
    assert "SIGKILL" in batch.log


def test_a_killed_driver_is_taken_up_where_it_was(drive, write):
    driver = drive("submit", write(SLEEPERS), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 12))
    workers = driver.workers()
    driver.kill()
    psutil.wait_procs(workers, timeout=5)
    assert not any(worker.is_running() for worker in workers)  # orphans end by themselves
    before = {row["id"] for row in batch.rows()}
    assert 12 <= len(before) < 60
    assert batch.status()["state"] == "interrupted"
    again = drive("retry", batch.id, "--json")
    code, out, _ = again.end()
    assert code == 0
    assert json.loads(out)["done"] == 60
    rows = complete(batch)
    assert {row["id"] for row in rows if row["attempts"] == 1} >= before


def test_submitting_the_same_file_after_a_kill_computes_only_the_rest(drive, write):
    file = write(SLEEPERS)
    driver = drive("submit", file, "--workers", "2")
    first = driver.batch()
    until(lambda: ended(first, 12))
    driver.kill()
    count = first.results().num_rows
    code, out, _ = drive("submit", file, "--json").end()
    assert code == 0
    summary = json.loads(out)
    assert summary["cached"] >= count
    assert summary["done"] == 60
    complete(open_batch(summary["batch"], first.store))


def test_a_driver_killed_again_and_again_still_ends(drive, write):
    file = write(SLEEPERS)
    driver = drive("submit", file, "--workers", "2")
    batch = driver.batch()
    for wanted in (3, 15, 30):
        until(lambda: ended(batch, wanted))  # noqa: B023
        driver.kill()
        driver = drive("retry", batch.id)
    assert driver.end()[0] == 0
    complete(batch)


def test_only_the_guilty_job_fails_when_it_kills_its_workers(drive, write):
    text = "twin: 1\nkind: noop\nsweep: {grid: {behaviour: [ok, exit], value: [1, 2]}, seeds: 20}\n".replace("[1, 2]", "[1]")
    driver = drive("submit", write(text), "--json", "--workers", "2", "--set", "seed=0")
    code, out, _ = driver.end(120)
    summary = json.loads(out)
    assert code == 4
    assert (summary["done"], summary["failed"]) == (20, 20)
    batch = driver.batch()
    for row in batch.rows():
        assert row["status"] == ("failed" if row["values"]["behaviour"] == "exit" else "done")
        if row["status"] == "failed":
            assert "exit code 17, 3 times" in row["reason"]


def test_a_job_over_its_time_is_ended_alone(drive, write):
    text = "twin: 1\nkind: noop\nresources: {time: 1 s}\nsweep: {grid: {behaviour: [ok, hang], value: [1, 2, 3]}}\n"
    driver = drive("submit", write(text), "--json", "--workers", "2")
    code, out, _ = driver.end()
    assert code == 4
    rows = driver.batch().rows()
    assert [row["status"] for row in rows] == ["done"] * 3 + ["failed"] * 3
    assert all("time limit of 1 s" in row["reason"] for row in rows[3:])
    assert json.loads(out)["seconds"] < 15


def test_two_drivers_share_a_store(drive, write):
    file = write(SLEEPERS)
    drivers = [drive("submit", file, "--json", "--workers", "1") for _ in range(2)]
    answers = [driver.end() for driver in drivers]
    for driver, answer in zip(drivers, answers, strict=True):
        assert answer[0] == 0, driver.account(answer)
    batches = [open_batch(json.loads(out)["batch"], drivers[0].store) for _, out, _ in answers]
    for batch in batches:
        complete(batch)
    computed = Counter(row["id"] for batch in batches for row in batch.rows() if not row["cached"])
    assert set(computed.values()) == {1}  # no job was computed by both


def test_a_dead_drivers_jobs_are_taken_over_by_the_one_that_waits_for_them(drive, write):
    file = write(SLEEPERS)
    first = drive("submit", file, "--workers", "1")
    batch = first.batch()
    until(lambda: ended(batch, 3))
    second = drive("submit", file, "--json", "--workers", "1")
    until(lambda: open_batch("latest", first.store).id != batch.id)
    time.sleep(0.5)
    first.kill()
    code, out, _ = second.end()
    assert code == 0
    complete(open_batch(json.loads(out)["batch"], first.store))


def test_a_driven_batch_is_not_driven_twice(drive, write):
    driver = drive("submit", write(SLEEPERS), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 2))
    refused = drive("retry", batch.id)
    code, _, err = refused.end()
    assert code == 2
    assert "another process" in err
    assert driver.end()[0] == 0
    complete(batch)


def test_cancel_from_another_shell_keeps_what_is_finished(drive, write):
    driver = drive("submit", write(SLEEPERS), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 6))
    subprocess.run([TWIN, "cancel", batch.id, "--store", str(batch.store.path)], check=True, timeout=30, capture_output=True)
    driver.end()
    state = batch.status()
    assert state["state"] == "cancelled"
    assert 6 <= state["done"] < 60
    assert state["done"] + state["cancelled"] == 60
    assert drive("retry", batch.id).end()[0] == 0
    complete(batch)


def test_ctrl_c_detaches_and_says_how_to_go_on(drive, write):
    driver = drive("submit", write(SLEEPERS), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 6))
    os.kill(driver.process.pid, signal.SIGINT)
    code, _, err = driver.end()
    assert code == 130
    assert f"twin retry {batch.id}" in err
    assert batch.status()["state"] == "interrupted"
    assert batch.status()["running"] == 0
    assert drive("retry", batch.id).end()[0] == 0
    complete(batch)


def test_two_writers_of_one_id_publish_once(tmp_path):
    program = (
        "import sys; from twin.result import Result, Scalar, Store\n"
        "store = Store(sys.argv[1])\n"
        "for i in range(30):\n"
        "    store.put(Result('done', id=f'{i:064x}', scalars={'writer': Scalar(float(sys.argv[2]))}), {'n': i})\n"
    )
    import sys

    writers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    store = Store(tmp_path)
    assert len(list(store.ids())) == 30
    assert all(store.get(id).scalars["writer"].value in (0.0, 1.0, 2.0) for id in store.ids())
    assert not list(tmp_path.rglob("*.part"))


def test_the_worst_are_the_worst_of_the_whole_batch_after_a_kill(drive, write):
    lines = ["keep: worst 3", "sleep: 0.05", "expect: {value: {max: 0}}", f"sweep: {{grid: {{value: {list(range(30, 0, -1))}}}}}"]
    driver = drive("submit", write("\n".join(["twin: 1", "kind: noop", *lines])), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 10))
    driver.kill()
    assert drive("retry", batch.id).end()[0] == 1
    assert [row["values"]["value"] for row in batch.rows() if batch.folder(row["id"])] == [30, 29, 28]
