"""A run that keeps its state goes on from it, whoever was killed in the middle, and comes to the same numbers."""

import json
import os
import signal
import subprocess

import numpy as np
import psutil
import pytest

from tests.faults.drivers import TWIN, until
from twin.result import Store
from twin.scenario import identity, load

pytestmark = pytest.mark.faults

TICKS = 200  # of 10 ms at least
ENDED = 3, 130  # a run that came to its end when it was asked to, or was broken off
COUNT = f"twin: 1\nkind: noop\nkeep: all\nticks: {TICKS}\nexpect: {{value: {{equal: {TICKS}}}}}\n"
FAR = 20  # ticks; somewhere in the middle


def states(store):
    """Files with states."""
    return sorted((store.path / "checkpoints").rglob("*.npz"))


def in_the_middle(store):
    """Wait until a state of some way is kept."""
    until(lambda: [path for path in states(store) if int(np.load(path)["count"]) >= FAR], 120)


def stopped_in_the_middle(driver):
    """The worker, held where it is: no machine is so fast that it ends before what is to happen to it."""
    in_the_middle(driver.batch().store)
    workers = driver.workers()
    for worker in workers:
        worker.suspend()
    return workers


def gone(worker):
    """Let a worker go on that has lost its driver, and see it end."""
    if worker.is_running():
        worker.resume()
    psutil.wait_procs([worker], timeout=120)
    assert not worker.is_running()


def begun_at(row):
    return int(row["log"].removeprefix("counted from "))


def went_on(batch, least=FAR):
    """The job went on from a kept state, and its numbers are those of an undisturbed run."""
    (row,) = batch.rows()
    assert (row["status"], row["verdict"], row["scalars"]) == ("done", "pass", {"value": float(TICKS)})
    assert least <= begun_at(row) < TICKS
    assert batch.store.get(row["id"]).scalars["value"].value == TICKS
    assert states(batch.store) == []
    return row


def test_an_undisturbed_run_begins_at_nought_and_leaves_no_state(drive, write):
    driver = drive("submit", write(COUNT))
    assert driver.end()[0] == 0
    assert begun_at(went_on(driver.batch(), least=0)) == 0


def test_a_killed_worker(drive, write):
    driver = drive("submit", write(COUNT))
    batch = driver.batch()
    (worker,) = stopped_in_the_middle(driver)
    worker.kill()
    assert driver.end()[0] == 0
    assert went_on(batch)["attempts"] == 2


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_driver_that_is_ended(drive, write, number):
    driver = drive("submit", write(COUNT))
    batch = driver.batch()
    (worker,) = stopped_in_the_middle(driver)
    driver.process.send_signal(number)
    assert driver.end()[0] != 0
    gone(worker)
    assert batch.status()["state"] == "interrupted"
    assert drive("retry", batch.id).end()[0] == 0
    went_on(batch)


def test_a_cancelled_batch_goes_on_as_well(drive, write):
    driver = drive("submit", write(COUNT))
    batch = driver.batch()
    stopped_in_the_middle(driver)
    subprocess.run([TWIN, "cancel", batch.id, "--store", str(batch.store.path)], check=True, timeout=120, capture_output=True)
    driver.end()
    assert batch.status()["state"] == "cancelled"
    assert drive("retry", batch.id).end()[0] == 0
    went_on(batch)


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_a_torn_state_begins_anew(drive, write, part):
    driver = drive("submit", write(COUNT))
    batch = driver.batch()
    (worker,) = stopped_in_the_middle(driver)
    driver.kill()
    gone(worker)  # it would write another one
    (torn,) = states(batch.store)
    os.truncate(torn, int(part * torn.stat().st_size))
    assert drive("retry", batch.id).end()[0] == 0
    assert begun_at(went_on(batch, least=0)) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_interrupted_goes_on_when_it_is_run_again(drive, write, number):
    file = write(COUNT)
    first = drive("run", file)
    store = Store(first.store)
    in_the_middle(store)
    first.process.send_signal(number)
    assert first.end()[0] in (*ENDED, -signal.SIGKILL)
    id = identity(load(file))
    code, out, _ = drive("run", file, "--json").end()
    assert code == 0
    assert json.loads(out)["scalars"]["value"]["value"] == TICKS
    assert int(store.get(id).log.removeprefix("counted from ")) >= FAR
    assert states(store) == []


def test_a_batch_goes_on_from_the_state_of_an_interrupted_run(drive, write):
    file = write(COUNT)
    first = drive("run", file)
    in_the_middle(Store(first.store))
    first.process.send_signal(signal.SIGINT)
    first.end()
    driver = drive("submit", file)
    assert driver.end()[0] == 0
    (row,) = driver.batch().rows()
    assert begun_at(row) >= FAR
    assert states(Store(first.store)) == []
