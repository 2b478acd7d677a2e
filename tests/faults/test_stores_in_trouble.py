"""Stores that turn read-only, clocks that jump, torn results, attempts that end late, batches that are cancelled or left alone."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import psutil
import pytest

from tests.faults.drivers import TWIN, ended, until
from tests.require import needs
from twin.dispatch import open_batch, submit
from twin.result import Store
from twin.scenario import load

pytestmark = pytest.mark.faults

BATCH = "twin: 1\nkind: noop\nkeep: all\nexpect: {value: {min: 0}}\nsweep: {seeds: 40}\n"
SLEEPERS = BATCH.replace("kind: noop", "kind: noop\nsleep: 0.1")
LIMITED = SLEEPERS.replace("noop", "noop\nresources: {time: TIME}")


@pytest.fixture
def disk(tmp_path):
    """A disk of its own, to be made read-only."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    needs("tmpfs", mounted, "a disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder, how):
    return subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], capture_output=True).returncode == 0


def asked(store, *arguments):
    """What a verb answers in another shell."""
    command = [TWIN, *arguments, "--json", "--store", str(store.path)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout)


def complete(batch, jobs=40):
    """Every job ended once, and its folder is whole."""
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(jobs))
    assert {row["status"] for row in rows} == {"done"}
    assert all(row["scalars"]["seed"] == row["index"] for row in rows)
    assert sorted(batch.store.ids()) == sorted(row["id"] for row in rows)
    assert all(batch.store.get(row["id"]).scalars["seed"].value == row["index"] for row in rows)
    return rows


def test_a_read_only_store_is_refused_but_can_be_read(disk, write, twin):
    store = disk / "store"
    assert twin("submit", write(BATCH), "--store", store).returncode == 0
    assert remount(disk, "ro")
    refused = twin("submit", write(BATCH.replace("40", "41")), "--store", store)
    assert refused.returncode == 4
    assert "--store" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert Store(store).get(next(iter(Store(store).ids()))).status == "done"
    assert remount(disk, "rw")
    assert twin("submit", write(BATCH.replace("40", "41")), "--store", store).returncode == 0


def test_a_store_that_turns_read_only_in_the_middle_keeps_what_it_had(disk, tmp_path, write):
    driver = [TWIN, "submit", str(write(SLEEPERS)), "--workers", "2", "--store", str(disk / "store")]
    process = subprocess.Popen(driver, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    until(lambda: ended(open_batch("latest", disk / "store"), 5))
    # the open journal keeps the disk itself from being remounted; a read-only view of it hides it from all that is opened now
    subprocess.run(["mount", "--bind", str(disk), str(disk)], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", str(disk)], check=True)
    _, said = process.communicate(timeout=300)
    subprocess.run(["umount", "-l", str(disk)], check=True)
    assert process.returncode == 4
    assert "read-only" in said.lower()
    assert "Traceback" not in said
    assert subprocess.run([TWIN, "retry", "--store", str(disk / "store")], cwd=tmp_path, timeout=300).returncode == 0
    complete(open_batch("latest", disk / "store"))


JUMPY = """
import time
_clock, _steps = time.time, time.monotonic
def _jumpy():
    return _clock() + (0, 86400, -86400, 3e8, -3e8)[int(_steps() * 4) % 5]
time.time = _jumpy
time.time_ns = lambda: int(_jumpy() * 1e9)
"""


def test_a_wall_clock_that_jumps_changes_nothing(tmp_path, write):
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(JUMPY)
    path = os.pathsep.join([str(tmp_path / "clock"), os.environ["PYTHONPATH"]])
    jumps = "import time; a = {round((time.time() - time.monotonic()) / 1000) for _ in range(40) if not time.sleep(0.05)}; print(len(a))"
    environment = {**os.environ, "PYTHONPATH": path}
    assert int(subprocess.run([sys.executable, "-c", jumps], env=environment, capture_output=True, timeout=120).stdout) > 3
    file = write(LIMITED.replace("TIME", "60 s"))
    command = [TWIN, "submit", str(file), "--json", "--workers", "2", "--store", str(tmp_path / "store")]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    rows = complete(open_batch("latest", tmp_path / "store"))
    assert {row["attempts"] for row in rows} == {1}
    assert all(0 <= row["seconds"] < 60 for row in rows)
    assert json.loads(ran.stdout)["seconds"] >= 0


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def emptied(path):
    os.truncate(path, 0)


def removed(path):
    path.unlink()


@pytest.mark.parametrize("damage", [cut, emptied, removed])
def test_a_torn_part_costs_its_own_jobs_only(tmp_path, write, twin, damage):
    file = write(BATCH.replace("keep: all", "keep: none"))
    store = tmp_path / "store"
    batch = submit(load(file), store=store, backend="inline")
    more = submit(load(write(BATCH.replace("keep: all", "keep: none\nvalue: 1"), "more.twin.yaml")), store=store, backend="inline")
    (part,) = (store / "batches" / batch.id / "parts").glob("*.parquet")
    damage(part)
    told = twin("results", batch.id)
    assert told.returncode == 4
    assert part.name in told.stderr
    assert "submit" in told.stderr
    assert "Traceback" not in told.stderr
    assert twin("results", more.id).returncode == 0
    again = json.loads(twin("submit", file, "--json").stdout)
    assert (again["done"], again["cached"]) == (40, 0)
    rows = open_batch(again["batch"], store).rows()
    assert [row["scalars"]["seed"] for row in rows] == list(range(40))
    third = json.loads(twin("submit", file, "--json").stdout)
    assert third["cached"] == 40


@pytest.mark.parametrize("damage", [cut, emptied, removed])
def test_a_torn_result_folder_is_computed_again(tmp_path, write, twin, damage):
    file = write(BATCH)
    store = Store(tmp_path / "store")
    batch = submit(load(file), store=store, backend="inline")
    rows = batch.rows()
    damage(store.folder(rows[7]["id"]) / "result.json")
    shutil.rmtree(store.path / "batches")  # only the folders know the numbers now
    for journal in store.path.glob("journal*"):
        journal.unlink()
    again = twin("submit", file, "--json")
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert (summary["done"], summary["cached"]) == (40, 39)
    found = complete(open_batch("latest", store))
    assert [row["scalars"] for row in found] == [row["scalars"] for row in rows]


def test_an_attempt_that_ends_late_is_not_published_twice(drive, write):
    driver = drive("submit", write(SLEEPERS), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 4))
    late = driver.workers()
    for worker in late:
        worker.send_signal(signal.SIGSTOP)
    driver.kill()
    again = drive("retry", batch.id)
    until(lambda: batch.status()["state"] == "running" and ended(batch, 12))
    for worker in late:
        worker.send_signal(signal.SIGCONT)  # in the middle of jobs that are done again meanwhile
    assert again.end()[0] == 0
    complete(batch)
    psutil.wait_procs(late, timeout=60)
    assert not any(worker.is_running() for worker in late)
    complete(batch)


def test_a_stopped_worker_is_given_up_at_its_time_limit(drive, write):
    file = write(LIMITED.replace("TIME", "2 s"))
    driver = drive("submit", file, "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 4))
    late = driver.workers()[0]
    late.send_signal(signal.SIGSTOP)
    driver.end()
    assert not late.is_running()
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(40))
    assert max(row["attempts"] for row in rows) >= 2 or any(row["status"] == "failed" for row in rows)
    assert all("time limit" in row["reason"] for row in rows if row["status"] == "failed")
    assert drive("retry", batch.id).end()[0] == 0
    complete(batch)


def test_ten_thousand_jobs_cancelled_half_way(drive, write, capsys):
    text = "twin: 1\nkind: noop\nkeep: none\nsleep: 0.003\nsweep: {seeds: 10000}\n"
    driver = drive("submit", write(text), "--workers", "2")
    batch = driver.batch()
    until(lambda: batch.status()["done"] >= 3000, 300)
    begin = time.monotonic()
    status = asked(batch.store, "cancel", batch.id)
    seconds = time.monotonic() - begin
    driver.end()
    assert status["state"] == "cancelled"
    assert 3000 <= status["done"] < 10_000
    assert status["done"] + status["cancelled"] == 10_000
    assert status["failed"] == status["running"] == status["pending"] == status["lost"] == 0
    assert batch.results().num_rows == status["done"]
    assert seconds < 60  # 2 s where nothing else runs, the start of the command included
    assert drive("retry", batch.id).end()[0] == 0
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(10_000))
    assert {row["status"] for row in rows} == {"done"}
    with capsys.disabled():
        print(f"\ncancelled after {status['done']} of 10000 jobs in {seconds:.2f} s")


def test_two_drivers_with_overlapping_sweeps_compute_nothing_twice(drive, write):
    texts = [f"twin: 1\nkind: noop\nkeep: all\nsleep: 0.05\nseed: {first}\nsweep: {{seeds: 40}}\n" for first in (0, 20)]
    drivers = [drive("submit", write(text, f"{i}.twin.yaml"), "--json", "--workers", "1") for i, text in enumerate(texts)]
    answers = [driver.end() for driver in drivers]
    assert [code for code, *_ in answers] == [0, 0]
    batches = [open_batch(json.loads(out)["batch"], drivers[0].store) for _, out, _ in answers]
    for first, batch in zip((0, 20), batches, strict=True):
        assert [row["scalars"]["seed"] for row in batch.rows()] == list(range(first, first + 40))
    computed = Counter(row["id"] for batch in batches for row in batch.rows() if not row["cached"])
    assert len(computed) == 60
    assert set(computed.values()) == {1}
    assert sorted(batches[0].store.ids()) == sorted(computed)


def test_a_detached_driver_outlives_its_parent_and_is_cancelled_from_elsewhere(tmp_path, write):
    store = tmp_path / "store"
    file = write(SLEEPERS.replace("40", "3000"))
    shell = f"{TWIN} submit {file} --detach --workers 2 --store {store}; echo submitted"
    parent = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, timeout=300, start_new_session=True)
    assert "submitted" in parent.stdout, parent.stderr
    batch = open_batch("latest", store)
    until(lambda: ended(batch, 4), 120)  # the parent is gone
    (seen,) = asked(batch.store, "status")
    assert (seen["batch"], seen["state"], seen["jobs"]) == (batch.id, "running", 3000)
    (driver,) = [p for p in psutil.process_iter(["cmdline"]) if {batch.id, "twin.dispatch.detached"} <= set(p.info["cmdline"] or ())]
    family = [driver, *driver.children(recursive=True)]
    assert len(family) >= 2
    status = asked(batch.store, "cancel", batch.id)
    assert status["state"] == "cancelled"
    assert status["done"] + status["cancelled"] == 3000
    psutil.wait_procs(family, timeout=120)
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family)
