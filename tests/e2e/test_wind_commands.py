"""The wind tunnel from the command line: preflight, run, pictures, a batch of small cases in one launch."""

from __future__ import annotations

import json

import pytest

BAR = """\
twin: 1
kind: wind
name: bar
bodies: {bar: {shape: {cylinder: {diameter: 50 mm, length: 1 m}}}}
air: {speed: 0.012 m/s}
tunnel: {size: [0.8 m, 1 m, 0.6 m], plane: true}
resolution: {cells_across: 10, lattice_speed: 0.08}
until: {drag_ci95: 5 %, max_flow_throughs: 3}
expect: {drag_coefficient: {min: 1, max: 3}}
"""


def test_check_says_what_is_known_before_the_run(twin, write):
    done = twin("check", write(BAR))
    assert done.returncode == 0, done.stderr
    for word in ("Re = 39.9", "cells of 5 mm", "boundary layer", "flow-throughs", "GiB", "drag to be trusted"):
        assert word in done.stdout


def test_run_answers_with_json_alone_and_keeps_pictures(twin, write, tmp_path):
    done = twin("run", write(BAR), "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["status"], document["verdict"]) == ("done", "pass")
    assert document["stats"]["trust"]["level"] in ("absolute", "relative")
    assert "Re = 39.9" in done.stderr
    files = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"result.json", "series.parquet", "arrays.npz", "scene.glb", "speed.png", "pressure.png", "drag.png"} <= files


@pytest.mark.slow
def test_a_sweep_of_small_cases_is_judged_case_by_case(twin, write):
    sweep = BAR + "pictures: false\nsweep: {grid: {air.speed: [0.006 m/s, 0.012 m/s]}}\n"
    done = twin("submit", write(sweep), "--wait", "--json", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdicts"] == {"pass": 2, "fail": 0, "none": 0}


@pytest.mark.slow
def test_the_commented_scenario_runs(twin, tmp_path):
    file = tmp_path / "mine.twin.yaml"
    assert twin("new", "wind", str(file)).returncode == 0
    assert twin("check", str(file)).returncode == 0
