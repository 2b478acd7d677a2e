"""kill -9 of an actor, a raylet, a node, a driver and the head of a real Ray cluster: nothing is lost, nothing is published twice."""

import json
import os
import signal
import sys
import time

import psutil
import pytest

from tests.faults.drivers import ended, until
from tests.faults.test_killed_processes import complete
from twin.dispatch import open_batch

pytestmark = [pytest.mark.ray, pytest.mark.faults]

JOBS = 120
SLEEPERS = f"twin: 1\nkind: noop\nkeep: all\nsleep: 0.2\nexpect: {{value: {{min: 0}}}}\nsweep: {{seeds: {JOBS}}}\n"
START_SECONDS = 120
RECOVER_SECONDS = 120  # generous: machines are slow and shared
PATIENCE = 8


class RayDriver:
    """A batch under way on a cluster."""

    def __init__(self, cluster, folder, **options):
        self.cluster, self.store = cluster, folder / "store"
        asked = {"address": cluster.address, "store": str(self.store), "patience": PATIENCE, **options}
        self.process = cluster.begin(sys.executable, "-m", "tests.services.ray_driver", json.dumps(asked))

    def batch(self, jobs):
        """The batch, once so many jobs have ended."""
        batch = until(lambda: open_batch("latest", self.store), START_SECONDS)
        until(lambda: ended(batch, jobs), START_SECONDS)
        return batch

    def end(self):
        """Exit code, standard output, standard error."""
        out, err = self.process.communicate(timeout=START_SECONDS + RECOVER_SECONDS)
        return self.process.returncode, out, err


@pytest.fixture
def drive(tmp_path, write):
    """Starts drivers; none outlives the test."""
    drivers = []

    def driven(cluster, **options):
        drivers.append(RayDriver(cluster, tmp_path, **({"file": str(write(SLEEPERS))} | options)))
        return drivers[-1]

    yield driven
    for driver in drivers:
        driver.process.kill()
        driver.process.communicate()


def recovered(driver, batch, actors, what):
    """Wait until as many actors as before work again and the batch has ended; says how long the first took."""
    begun, before = time.monotonic(), batch.results().num_rows
    until(lambda: "tried again" in batch.log, RECOVER_SECONDS)
    until(lambda: len(driver.cluster.workers()) >= actors and batch.results().num_rows > before, RECOVER_SECONDS)
    print(f"\n{what}: recovered after {time.monotonic() - begun:.1f} s")
    code, out, err = driver.end()
    assert code == 0, err
    assert json.loads(out)["done"] == JOBS
    rows = complete(batch, JOBS)
    assert max(row["attempts"] for row in rows) >= 2
    no_orphans(driver.cluster)


def no_orphans(cluster):
    until(lambda: not cluster.workers(), 60)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_killed_or_frozen_actor_takes_nothing_along(ray_cluster, drive, number):
    driver = drive(ray_cluster)
    batch = driver.batch(5)
    victim = ray_cluster.workers()[0]
    os.kill(victim.pid, number)
    recovered(driver, batch, 2, f"{number.name} to an actor")
    psutil.wait_procs([victim], timeout=30)
    assert not victim.is_running()


def test_a_killed_driver_takes_its_actors_along_and_is_taken_up(ray_cluster, drive):
    driver = drive(ray_cluster)
    batch = driver.batch(5)
    children = psutil.Process(driver.process.pid).children(recursive=True)
    os.kill(driver.process.pid, signal.SIGKILL)
    begun = time.monotonic()
    psutil.wait_procs(children, timeout=30)
    assert not any(child.is_running() for child in children)
    no_orphans(ray_cluster)
    print(f"\nSIGKILL to the driver: its actors were gone after {time.monotonic() - begun:.1f} s")
    assert batch.status()["state"] == "interrupted"
    code, _, err = drive(ray_cluster, retry=batch.id).end()
    assert code == 0, err
    complete(batch, JOBS)


@pytest.mark.parametrize("what", ["raylet", "node"])
def test_a_lost_node_takes_nothing_along(new_ray_cluster, drive, what):
    cluster = new_ray_cluster()
    nodes = [cluster.add(cpus=1) for _ in range(3)]
    driver = drive(cluster)
    batch = driver.batch(5)
    node = next(node for node in nodes if cluster.workers(node))
    cluster.look()
    if what == "node":
        cluster.kill_node(node)
    else:
        cluster.daemon(node, "raylet").kill()
    recovered(driver, batch, 2, f"SIGKILL to a {what}")
    until(lambda: not cluster.strays(), 60)


def test_a_lost_head_is_said_in_words_and_the_batch_goes_on_elsewhere(new_ray_cluster, ray_cluster, drive):
    cluster = new_ray_cluster()
    cluster.add(cpus=2)
    driver = drive(cluster)
    batch = driver.batch(5)
    begun = time.monotonic()
    cluster.daemon(cluster.head, "gcs_server").kill()
    code, _, err = driver.end()
    print(f"\nSIGKILL to the head: the driver gave up after {time.monotonic() - begun:.1f} s")
    assert code == 4
    assert f"twin retry {batch.id}" in err
    assert "Traceback" not in err
    assert batch.status()["state"] == "interrupted"
    assert 5 <= batch.results().num_rows < JOBS
    code, _, err = drive(ray_cluster, retry=batch.id).end()
    assert code == 0, err
    complete(batch, JOBS)
