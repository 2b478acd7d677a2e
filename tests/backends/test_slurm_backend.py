"""Real jobs through a real Slurm."""

import pytest

from tests.backends.loop import Loop, setup
from twin.dispatch.backends.process import Workers

pytestmark = pytest.mark.slurm

SWEEP = "sweep: {sample: {count: 24, method: uniform, ranges: {value: [-1, 1], width: [1 mm, 2 mm]}}}"


def test_results_are_those_of_the_process_backend(backend, scenario, tmp_path):
    wanted = scenario("keep: all", SWEEP)
    slurm = Loop(backend(wanted), wanted, tmp_path / "store", chunk=6).run()
    slurm.check()
    workers = Workers(2, setup(tmp_path / "other", wanted))
    try:
        process = Loop(workers, wanted, tmp_path / "other", chunk=6).run()
    finally:
        workers.stop()
    assert slurm.rows() == process.rows()
    assert not slurm.lost
