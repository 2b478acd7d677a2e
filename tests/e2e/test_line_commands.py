"""The line kind from the command line: the bundled factories make what they promise, their mutants do not; needs, sweeps, pictures."""

from __future__ import annotations

import json
import time

import pytest

pytestmark = pytest.mark.slow  # programs of their own, with kernels to load


@pytest.mark.parametrize("name", ["body_shop", "smt_line", "breakdown_line", "single_queue"])
def test_a_bundled_line_keeps_its_promises(twin, name):
    done = twin("run", name, "--json")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result["verdict"] == "pass"
    assert result["scalars"]["little_error"]["value"] < 1e-9
    assert result["scalars"]["state_error"]["value"] < 1e-9


@pytest.mark.parametrize("name", ["body_shop_broken", "smt_line_broken"])
def test_a_mutant_fails(twin, name):
    done = twin("run", name, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["status"] == "done"


@pytest.mark.alone
def test_the_factory_with_its_robot_cell_through_a_batch_from_an_empty_store(twin, tmp_path):
    begin = time.perf_counter()
    done = twin("submit", "server_factory", "--wait", "--json")
    seconds = time.perf_counter() - begin
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["verdicts"]["pass"] == 1
    assert seconds < 180
    assert twin("submit", "server_factory_broken", "--wait", "--json").returncode == 1


def test_a_sweep_over_a_buffer(twin):
    done = twin("submit", "breakdown_line", "--wait", "--json")
    assert json.loads(done.stdout)["jobs"] == 3
    rows = json.loads(twin("results", "--json").stdout)
    by_size = sorted(rows, key=lambda row: row["swept.buffers.b2.capacity"])
    assert by_size[0]["throughput"] < by_size[-1]["throughput"]


def test_pictures_words_and_the_player(twin, write, tmp_path):
    done = twin("run", "breakdown_line", "--out", "out", "--set", "until.max_replications=10")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("shares", "gantt", "levels"):
        assert (tmp_path / "out" / "files" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "Bottleneck by the longest active period" in (tmp_path / "out" / "log.txt").read_text()
    assert twin("explain", "out").returncode == 0


def test_a_deadlock_stops_with_exit_code_three(twin, write):
    path = write(
        """\
twin: 1
kind: line
name: stuck
sources: {in: {every: 0 s, to: a}}
stations:
  a: {process: 1 s, to: b}
  b: {process: 1 s, rework: {share: 100 %, to: a, most: 9}, to: out}
sinks: {out: {}}
"""
    )
    done = twin("run", path)
    assert done.returncode == 3
    assert "deadlock" in done.stdout + done.stderr
