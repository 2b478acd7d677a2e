"""Parts of a real Slurm die in the middle of a batch: no job is lost, none is published twice, no orphan lives on."""

import os
import signal
import time

import pytest

from tests.backends.loop import Loop
from tests.faults.drivers import until
from tests.services.slurm import NODES

pytestmark = [pytest.mark.faults, pytest.mark.slurm]

JOBS, CHUNK = 32, 4
SECONDS = 240  # on a busy machine
SLEEPERS = ["keep: all", "sleep: 0.4", f"sweep: {{seeds: {JOBS}}}"]


@pytest.fixture
def batch(slurm_backend, noop, tmp_path):
    """A batch that is well under way: some jobs have ended, four elements run."""
    wanted = noop(*SLEEPERS)
    loop = Loop(slurm_backend(wanted), wanted, tmp_path / "store", CHUNK)
    return loop.run(until=lambda: len(loop.ended) >= 4)


@pytest.fixture
def recovers(slurm, record_property):
    """Drives a batch to its end after a fault; says how long that took beyond what an undisturbed batch would."""

    def recovered(loop, what, since):
        end = time.monotonic() + SECONDS
        while len(loop.ended) < JOBS:
            soon = time.monotonic() + 5
            loop.run(until=lambda: time.monotonic() > soon, seconds=end - time.monotonic())  # noqa: B023
            slurm.resume_drained()
        seconds = time.monotonic() - since
        loop.check()
        assert until(lambda: not slurm.elements(), 15)
        print(f"\n{what}: {len(loop.lost)} starts lost, 0 of {JOBS} jobs lost, 0 published twice, ended {seconds:.1f} s after it")
        record_property("seconds", seconds)

    return recovered


def test_nothing_happens(batch, recovers):
    recovers(batch, "undisturbed", time.monotonic())
    assert not batch.lost


def test_an_element_is_killed(batch, recovers, slurm):
    since = time.monotonic()
    slurm.elements()[0].kill()
    recovers(batch, "kill -9 of an element", since)
    assert 1 <= len(batch.lost) <= CHUNK


def test_a_step_daemon_is_killed_and_its_script_runs_on(batch, recovers, slurm):
    since = time.monotonic()
    slurm.steps()[0].kill()
    recovers(batch, "kill -9 of a slurmstepd", since)


def test_a_node_daemon_is_killed_and_its_elements_run_on(batch, recovers, slurm):
    since = time.monotonic()
    slurm.kill("n1")
    recovers(batch, "kill -9 of a slurmd", since)


def test_a_node_loses_its_power(batch, recovers, slurm):
    node = until(lambda: next((name for name in NODES if slurm.on_node(name)), None))
    since = time.monotonic()
    slurm.kill(node)
    for process in slurm.on_node(node):
        process.kill()
    recovers(batch, "a node with all its processes killed", since)


def test_the_controller_is_killed_and_work_goes_on_meanwhile(batch, recovers, slurm):
    since = time.monotonic()
    slurm.kill("slurmctld")
    before = len(batch.ended)
    batch.run(until=lambda: time.monotonic() > since + 3)
    meanwhile = len(batch.ended) - before
    assert meanwhile >= 4  # the reports of running elements need no controller
    assert not batch.lost
    slurm.restart_controller()
    recovers(batch, f"kill -9 of slurmctld, back after 3 s ({meanwhile} jobs ended meanwhile)", since)


def test_the_controller_forgets_jobs_and_hands_their_ids_out_again(slurm_backend, noop, tmp_path, recovers, slurm):
    wanted = noop(*SLEEPERS)
    loop = Loop(slurm_backend(wanted), wanted, tmp_path / "store", CHUNK)
    loop.run(until=slurm.elements)
    since = time.monotonic()
    slurm.forget_jobs()
    stranger = slurm.call("sbatch", "--parsable", "--array=0-3", "--output=/dev/null", "--wrap", "sleep 5").strip()
    recovers(loop, f"slurmctld forgot the jobs, id {stranger} is a stranger's now", since)
    states = slurm.call("squeue", "-h", "--states=all", "--array", f"--jobs={stranger}", "-o", "%T").split()
    assert "CANCELLED" not in states


def test_a_frozen_node_comes_back_after_its_jobs_were_moved(batch, recovers, slurm):
    since = time.monotonic()
    frozen = slurm.on_node("n1")
    slurm.signal("n1", signal.SIGSTOP)
    for process in frozen:
        process.suspend()
    batch.run(until=lambda: batch.lost)
    print(f"\nnoticed after {time.monotonic() - since:.1f} s: {batch.lost[0].reason}")
    assert "fell silent" in batch.lost[0].reason or "Slurm" in batch.lost[0].reason
    for process in frozen:
        process.resume()
    slurm.signal("n1", signal.SIGCONT)
    recovers(batch, "a node frozen until its jobs were moved", since)


def test_somebody_cancels_elements(batch, recovers, slurm):
    since = time.monotonic()
    slurm.call("scancel", "--user=root", "--state=RUNNING")
    recovers(batch, "scancel of all running elements", since)
    assert {lost.why for lost in batch.lost} == {"moved"}


def test_preempted_elements_say_what_is_finished(batch, recovers, slurm):
    since = time.monotonic()
    victim = slurm.elements()[0]
    os.kill(victim.pid, signal.SIGTERM)
    recovers(batch, "SIGTERM to an element", since)
    assert len(batch.lost) < CHUNK
    assert {lost.why for lost in batch.lost} <= {"moved"}


def test_requeued_elements_go_on_where_they_were(batch, recovers, slurm):
    since = time.monotonic()
    running = slurm.call("squeue", "-h", "--array", "--states=RUNNING", "-o", "%F_%K").split()
    slurm.call("scontrol", "requeue", running[0])
    recovers(batch, "scontrol requeue of an element", since)


def test_a_batch_that_is_stopped_leaves_nothing_behind(batch, slurm):
    since = time.monotonic()
    batch.backend.stop()
    assert until(lambda: not slurm.elements(), 10)
    print(f"\nstopped: nothing of ours runs after {time.monotonic() - since:.1f} s")
    assert not slurm.call("squeue", "-h")


def test_a_batch_is_stopped_while_the_controller_is_down(batch, slurm):
    since = time.monotonic()
    slurm.kill("slurmctld")
    batch.backend.stop()
    assert until(lambda: not slurm.elements(), 20)
    print(f"\nstopped without slurmctld: nothing of ours runs after {time.monotonic() - since:.1f} s")
