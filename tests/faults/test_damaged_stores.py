"""Full disks and torn journals: the message says what to do, and what was finished is still there."""

import json
import os
import resource
import shutil
import subprocess
import sys

import pytest

from tests.faults.drivers import TWIN, ended, until
from tests.require import needs
from twin.dispatch import open_batch, submit
from twin.errors import StoreFault
from twin.result import Result, Scalar, Store
from twin.scenario import load

pytestmark = pytest.mark.faults

BATCH = "twin: 1\nkind: noop\nexpect: {value: {min: 0}}\nsweep: {seeds: 40}\n"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True).returncode == 0
    )
    needs("tmpfs", mounted, "a small disk can only be mounted by root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk, leave):
    """All of it but `leave` bytes."""
    ballast = os.open(disk / "ballast", os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(ballast, b"0" * 4096):
            pass
    except OSError:
        os.truncate(ballast, os.fstat(ballast).st_size - leave)
    finally:
        os.close(ballast)


def test_a_result_on_a_full_disk_is_absent_and_the_fault_says_why(small_disk):
    store = Store(small_disk / "store")
    store.put(Result("done", id="aa" * 32, scalars={"x": Scalar(1.0)}), {})
    fill(small_disk, leave=8192)
    before = sorted(path for path in store.path.rglob("*") if path.is_file())
    with pytest.raises(StoreFault, match=r"disk is full.*free some space"):
        store.put(Result("done", id="bb" * 32, log="x" * 100_000), {})
    assert sorted(path for path in store.path.rglob("*") if path.is_file()) == before
    assert store.get("aa" * 32).scalars["x"].value == 1.0
    os.unlink(small_disk / "ballast")
    store.put(Result("done", id="bb" * 32, log="x" * 100_000), {})
    assert store.has("bb" * 32)


def test_a_file_size_limit_is_met_like_a_full_disk(tmp_path):
    program = (
        "import resource, signal, sys\n"
        "from twin.errors import StoreFault\n"
        "from twin.result import Result, Store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "try:\n"
        "    Store(sys.argv[1]).put(Result('done', id='cc' * 32, log='x' * 100_000), {})\n"
        "except StoreFault as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True).stdout
    assert "file size limit" in said
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 50_000
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_batch_that_fills_the_disk_keeps_what_it_had(small_disk, write, twin):
    work = "x" * 60_000
    file = write(f"twin: 1\nkind: noop\nkeep: all\nsleep: 0.02\nwork: {work}\nsweep: {{seeds: 60}}\n")
    store = small_disk / "store"
    full = twin("submit", file, "--workers", "2", "--store", store)
    assert full.returncode == 4
    assert "disk is full" in full.stderr or "journal cannot be written" in full.stderr
    assert "Traceback" not in full.stderr
    kept = set(Store(store).ids())
    assert 0 < len(kept) < 60
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = twin("submit", file, "--json", "--store", store)
    assert again.returncode == 0, again.stderr
    summary = json.loads(again.stdout)
    assert summary["done"] == 60
    assert summary["cached"] >= len(kept)
    assert not list(store.rglob("*.part"))


def garbage(path):
    path.write_bytes(b"\x00garbage" * 1000)


def truncated(path):
    os.truncate(path, path.stat().st_size // 2 + 100)


def overwritten(path):
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(3 * 4096))


@pytest.mark.parametrize("damage", [garbage, truncated, overwritten])
def test_a_torn_journal_is_made_anew_from_the_results(tmp_path, write, twin, damage):
    file = write(BATCH)
    store = tmp_path / "store"
    done = submit(load(file), store=store, backend="inline")
    before = [(row["id"], row["scalars"], row["verdict"]) for row in done.rows()]
    damage(store / "journal.sqlite")
    told = twin("status", "--json", "--store", store)
    assert told.returncode == 0, told.stderr
    state = json.loads(told.stdout)[0]
    assert (state["batch"], state["state"], state["done"]) == (done.id, "ended", 40)
    found = open_batch(done.id, store)
    assert [(row["id"], row["scalars"], row["verdict"]) for row in found.rows()] == before
    assert found.units == {"value": "1", "seed": "1", "width": "m"}
    again = twin("submit", file, "--json", "--store", store)
    assert json.loads(again.stdout)["cached"] == 40
    assert len(list(store.glob("journal.sqlite.damaged-*"))) >= 1


def test_submit_says_that_the_journal_was_torn_and_what_became_of_it(tmp_path, write, twin):
    file = write(BATCH)
    twin("submit", file)
    garbage(tmp_path / "store" / "journal.sqlite")
    again = twin("submit", file, "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout)["cached"] == 40
    assert "was damaged; it is kept as journal.sqlite.damaged" in again.stderr
    assert "40 finished jobs of 1 batches" in again.stderr


def test_a_journal_torn_after_a_killed_driver_loses_no_part(drive, write, twin):
    file = write("twin: 1\nkind: noop\nkeep: all\nsleep: 0.05\nsweep: {seeds: 40}\n")
    driver = drive("submit", file, "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 10))
    driver.kill()
    folders = set(batch.store.ids())
    for suffix in ("-wal", "-shm"):
        batch.store.path.joinpath(f"journal.sqlite{suffix}").unlink(missing_ok=True)
    garbage(batch.store.path / "journal.sqlite")
    code, out, err = drive("retry", batch.id, "--json").end()
    assert code == 0, err
    assert json.loads(out)["done"] == 40
    assert json.loads(out)["cached"] >= len(folders) > 0  # what had a folder was not computed again


def test_a_torn_log_loses_the_last_commits_only(drive, write):
    driver = drive("submit", write("twin: 1\nkind: noop\nsleep: 0.03\nsweep: {seeds: 60}\n"), "--workers", "2")
    batch = driver.batch()
    until(lambda: ended(batch, 20))
    driver.kill()
    log = batch.store.path / "journal.sqlite-wal"
    os.truncate(log, log.stat().st_size - 5000)
    code, out, err = drive("retry", batch.id, "--json").end()
    assert code == 0, err
    assert json.loads(out)["done"] == 60
    assert [row["index"] for row in batch.rows()] == list(range(60))


def test_a_read_only_store_says_so(tmp_path, write, twin):
    store = tmp_path / "locked"
    store.write_text("a file stands where the store should be")
    told = twin("submit", write(BATCH), "--store", store)
    assert told.returncode == 4
    assert "--store or TWIN_STORE" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_store_that_moved_still_knows_its_results(tmp_path, write):
    file = write(BATCH)
    submit(load(file), store=tmp_path / "store", backend="inline")
    shutil.move(tmp_path / "store", tmp_path / "moved")
    assert submit(load(file), store=tmp_path / "moved", backend="inline").summary()["cached"] == 40


def test_the_installed_command_is_what_was_tested():
    assert os.access(TWIN, os.X_OK)
