"""Real jobs through a real Slurm."""

import socket
import sys
import time

import pytest

from tests.backends.loop import Loop, setup
from tests.faults.drivers import until
from twin.dispatch.backends.process import Workers
from twin.dispatch.backends.slurm_options import SlurmOptions
from twin.errors import NodeFailed, UnknownName

pytestmark = pytest.mark.slurm

SWEEP = "sweep: {sample: {count: 24, method: uniform, ranges: {value: [-1, 1], width: [1 mm, 2 mm]}}}"


def test_nobody_outside_reaches_the_daemons(slurm):
    with socket.socket() as ours:
        assert ours.connect_ex(("127.0.0.1", 17000)) != 0
    assert "UP" in slurm.call("scontrol", "ping")


def test_results_are_those_of_the_process_backend(slurm_backend, noop, tmp_path):
    wanted = noop("keep: all", SWEEP)
    made = slurm_backend(wanted)
    slurm = Loop(made, wanted, tmp_path / "store", chunk=6).run()
    slurm.check()
    made.stop()
    assert not (tmp_path / "store" / "batches" / "one" / "spool").exists()
    workers = Workers(2, setup(tmp_path / "other", wanted))
    try:
        process = Loop(workers, wanted, tmp_path / "other", chunk=6).run()
    finally:
        workers.stop()
    assert slurm.rows() == process.rows()
    assert not slurm.lost


def test_orders_of_one_turn_are_one_array(slurm_backend, noop, tmp_path, slurm):
    wanted = noop("sleep: 0.1", "sweep: {seeds: 8}")
    Loop(slurm_backend(wanted), wanted, tmp_path / "store", chunk=2).run()
    jobs = slurm.call("squeue", "-h", "--states=all", "--array", "-o", "%j %F").split("\n")
    ours = [line for line in jobs if line.startswith("twin-")][-4:]
    assert len(set(ours)) == 1


def test_a_job_that_fails_is_data(slurm_backend, noop, tmp_path):
    wanted = noop("sweep: {grid: {behaviour: [ok, raise, stop]}}")
    loop = Loop(slurm_backend(wanted), wanted, tmp_path / "store", chunk=3).run()
    assert [loop.ended[number].state for number in range(3)] == ["done", "failed", "stopped"]


def test_a_job_that_takes_its_element_along_is_named(slurm_backend, noop, tmp_path):
    wanted = noop("sleep: 0.6", "sweep: {grid: {behaviour: [ok, exit, ok]}, seeds: 3}")
    loop = Loop(slurm_backend(wanted, slots=1), wanted, tmp_path / "store", chunk=9)
    loop.run(until=lambda: loop.lost)
    assert sorted([*loop.ended, *(lost.number for lost in loop.lost)]) == list(range(9))
    suspects = [lost.number for lost in loop.lost if lost.why == "crashed"]
    assert len(suspects) <= 4  # 0.6 s each: what can have begun since the last report
    assert {loop.jobs[number].values["behaviour"] for number in suspects} >= {"exit"}
    assert all("NonZeroExitCode" in lost.reason for lost in loop.lost)


def test_a_job_over_its_time_is_ended_alone(slurm_backend, noop, tmp_path):
    wanted = noop("sweep: {grid: {behaviour: [ok, hang], value: [1, 2]}}")
    loop = Loop(slurm_backend(wanted, slots=1, time_limit=1.0), wanted, tmp_path / "store", chunk=4)
    loop.run(until=lambda: loop.lost)
    assert [(lost.number, lost.why) for lost in loop.lost] == [(2, "expired"), (3, "bystander")]
    assert "time limit of 1 s" in loop.lost[0].reason
    assert sorted(loop.ended) == [0, 1]


def test_options_reach_the_element(slurm_backend, noop, tmp_path, slurm):
    wanted = noop("sleep: 8", "sweep: {seeds: 1}")
    options = SlurmOptions(partition="all", cpus=2, memory=100 * 2**20, gpus=1, time_limit=300, extra=["--nice=7"])
    made = slurm_backend(wanted, options=options)
    loop = Loop(made, wanted, tmp_path / "store", chunk=1)
    loop.run(until=slurm.elements)
    environment = slurm.elements()[0].environ()
    assert environment["CUDA_VISIBLE_DEVICES"] in ("0", "1")
    assert environment["OMP_NUM_THREADS"] == "2"
    asked = slurm.call("squeue", "-h", "-o", "%C %m %l %Q %P").split()
    assert (asked[:3], asked[4]) == (["2", "100M", "5:00"], "all")


def test_an_unknown_partition_is_named_with_those_that_exist(slurm_backend, noop):
    with pytest.raises(UnknownName, match="all"):
        slurm_backend(noop(), options=SlurmOptions(partition="al"))


def test_what_slurm_refuses_is_said_in_its_words(slurm_backend, noop, tmp_path):
    wanted = noop("sweep: {seeds: 1}")
    loop = Loop(slurm_backend(wanted, options=SlurmOptions(cpus=64)), wanted, tmp_path / "store", chunk=1)
    with pytest.raises(NodeFailed, match="PartitionConfig"):
        loop.run(seconds=20)


def test_a_launcher_that_is_not_there_is_said_with_the_log(slurm_backend, noop, tmp_path):
    wanted = noop("sweep: {seeds: 4}")
    loop = Loop(slurm_backend(wanted, launcher=["/nowhere/bin/python"]), wanted, tmp_path / "store", chunk=1)
    with pytest.raises(NodeFailed, match=r"/nowhere/bin/python.*not found"):
        loop.run(seconds=30)


def test_a_node_with_other_code_is_refused(slurm_backend, noop, tmp_path, monkeypatch):
    monkeypatch.setattr("twin.dispatch.handshake._source", lambda: "0123456789abcdef")
    wanted = noop("sweep: {seeds: 4}")
    loop = Loop(slurm_backend(wanted), wanted, tmp_path / "store", chunk=1)
    with pytest.raises(NodeFailed, match=r"source of twin: driver 0123456789abcdef, node [0-9a-f]{16}.*Install the same twin"):
        loop.run(seconds=30)
    assert not loop.ended


def test_stop_ends_ours_and_only_ours(slurm_backend, noop, tmp_path, slurm):
    stranger = slurm.call("sbatch", "--parsable", "--output=/dev/null", "--wrap", "sleep 60").strip()
    wanted = noop("sleep: 60", "sweep: {seeds: 6}")
    made = slurm_backend(wanted, slots=6)
    loop = Loop(made, wanted, tmp_path / "store", chunk=1)
    loop.run(until=lambda: len(slurm.elements()) == 3)  # the stranger has the fourth processor; three wait
    begun = time.monotonic()
    made.stop()
    assert time.monotonic() - begun < 8
    assert slurm.call("squeue", "-h", "-o", "%i").split() == [stranger]
    assert until(lambda: not slurm.elements(), 5)


def test_a_new_driver_takes_up_what_the_old_ones_elements_finished(slurm_backend, noop, tmp_path, slurm):
    wanted = noop("keep: all", "sleep: 0.4", "sweep: {seeds: 24}")
    first = Loop(slurm_backend(wanted), wanted, tmp_path / "store", chunk=6)
    first.run(until=lambda: len(first.ended) >= 4)
    time.sleep(1.5)  # the driver is gone, its elements work on
    again = slurm_backend(wanted)
    assert not slurm.elements()
    second = Loop(again, wanted, tmp_path / "store", chunk=6)
    leftover = again.leftover_reports()
    assert len(leftover.ended) >= 4
    second.take_leftover(leftover)
    second.run()
    second.check()
    assert sum(second.attempts.values()) == 24 - len(second.ended.keys() - second.attempts.keys())
    print(f"taken up {len(leftover.ended)} of 24, computed again {sum(second.attempts.values())}")


def test_sys_executable_is_what_the_elements_run(slurm_backend, noop, tmp_path, slurm):
    wanted = noop("sleep: 5", "sweep: {seeds: 1}")
    Loop(slurm_backend(wanted), wanted, tmp_path / "store", chunk=1).run(until=slurm.elements)
    assert slurm.elements()[0].cmdline()[0] == sys.executable
