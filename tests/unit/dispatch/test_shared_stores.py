"""Stores that other machines see: the journal stays on one of them, and one of them drives a batch."""

import json
import os
import time

import pytest

from twin.dispatch import open_batch
from twin.dispatch.mounts import file_system
from twin.dispatch.paths import journal_file
from twin.errors import BadInput
from twin.result import Store
from twin.result.aside import clear_abandoned

MOUNTS = """\
overlay / overlay rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sda1 /home/local ext4 rw 0 0
//win/share /mnt/with\\040space cifs rw 0 0
tmpfs /home tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/data", "overlay"), ("/home/me/store", "tmpfs"), ("/home/local/x", "ext4"), ("/homeless", "overlay"), ("/mnt/with space/a", "cifs")],
)
def test_the_file_system_is_that_of_the_nearest_mount(path, kind):
    assert file_system(path, MOUNTS) == kind


def test_a_journal_is_kept_off_network_file_systems(tmp_path, monkeypatch):
    store = Store(tmp_path / "store")
    assert journal_file(store) == store.path / "journal.sqlite"
    monkeypatch.setattr("twin.dispatch.paths.on_network", lambda path: True)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert journal_file(store).is_relative_to(tmp_path / "state" / "twin" / "journals")
    assert journal_file(store) != journal_file(Store(tmp_path / "other"))


def test_a_batch_with_its_journal_elsewhere(scenario, run, tmp_path, monkeypatch):
    monkeypatch.setenv("TWIN_JOURNALS", str(tmp_path / "journals"))
    batch = run(scenario("sweep: {seeds: 5}"))
    assert batch.summary()["done"] == 5
    assert not list((tmp_path / "store").glob("journal.*"))
    assert open_batch("latest", tmp_path / "store").results().num_rows == 5


def test_a_batch_that_another_machine_drives_is_left_alone(scenario, run, tmp_path):
    batch = run(scenario("sweep: {seeds: 3}"))
    file = tmp_path / "store" / "batches" / batch.id / "driver.json"
    assert not file.exists()
    file.write_text(json.dumps({"host": "another-machine", "pid": 1}))
    with pytest.raises(BadInput, match="another-machine is running"):
        batch.retry()
    assert batch.status()["state"] == "interrupted"
    long_ago = time.time() - 120
    os.utime(file, (long_ago, long_ago))
    assert batch.retry().status()["state"] == "ended"
    assert not file.exists()


def test_what_a_writer_on_another_machine_left_is_cleared_after_a_day(tmp_path):
    parts = tmp_path / "batches" / "b" / "parts"
    parts.mkdir(parents=True)
    fresh, old = (parts / f".a.parquet.node-7.{pid}.abcd.part" for pid in (99999998, 99999999))
    for file in (fresh, old):
        file.write_text("half")
    os.utime(old, (0, 0))
    clear_abandoned(tmp_path)
    assert fresh.exists()
    assert not old.exists()
