"""kill -9 of a driver whose jobs run on a Slurm: they run on, and the next driver takes up what they finished."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.faults.drivers import TWIN, ended, until
from twin.dispatch import open_batch

pytestmark = [pytest.mark.faults, pytest.mark.slurm]

BATCH = "twin: 1\nkind: noop\nkeep: none\nsleep: 0.4\nsweep: {seeds: 48}\n"


@pytest.fixture
def twin_there(slurm, tmp_path):
    """Starts the command line inside the Slurm's network, with it as the target `there`."""
    (tmp_path / "targets.yaml").write_text("targets: {there: {backend: slurm, concurrency: 4}}\n")

    def started(*arguments):
        settings = ["env", f"TWIN_TARGETS={tmp_path / 'targets.yaml'}", f"TWIN_STORE={tmp_path / 'store'}"]
        command = [*slurm.prefix, *settings, TWIN, *map(str, arguments)]
        return subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return started


def test_what_elements_finish_without_a_driver_is_taken_up(twin_there, slurm, write, tmp_path):
    driver = twin_there("submit", write(BATCH), "--on", "there")
    try:
        batch = until(lambda: open_batch("latest", tmp_path / "store"), 30)
        until(lambda: ended(batch, 4), 60)
    finally:
        os.kill(driver.pid, signal.SIGKILL)
        driver.communicate()
    killed, before = time.monotonic(), batch.results().num_rows
    time.sleep(2)
    assert slurm.elements()  # they work on
    again = twin_there("retry", batch.id, "--json")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert json.loads(out)["done"] == 48
    rows = batch.rows()
    assert [row["index"] for row in rows] == list(range(48))
    first = sum(row["attempts"] == 1 for row in rows)
    seconds = time.monotonic() - killed
    print(f"\nkill -9 of the driver: {before} jobs were in the journal, {first} of 48 computed once, ended {seconds:.1f} s later")
    assert first > before
    assert max(row["attempts"] for row in rows) <= 2
    assert until(lambda: not slurm.elements(), 10)
