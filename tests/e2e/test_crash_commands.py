"""The crash kind from the command line: preflight, run, pictures, player, explanation; a sweep of small cases; a robot and a person."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BAR = """\
twin: 1
kind: crash
name: bar
model:
  shape: {taylor_bar: {length: 32.4 mm, radius: 3.2 mm, cells_across: 2}}
  material: copper_taylor
  hold: {x_low: x, y_low: y}
impact: {wall: plane, speed: 227 m/s}
until: 80 us
samples: 100
frames: 9
expect:
  length_z.model: {min: 21 mm, max: 22 mm}
  energy_error: {max: 1 %}
"""
HAND = """\
twin: 1
kind: crash
name: hand
human: {robot: {model: iiwa}, region: chest, speed: 250 mm/s, payload: 1.5 kg, area: 4 cm^2}
expect: {within: {equal: 1}}
"""

pytestmark = pytest.mark.slow  # programs of their own, with kernels to load


def test_check_says_what_is_known_before_the_run(twin, write):
    done = twin("check", write(BAR))
    assert done.returncode == 0, done.stderr
    for word in ("elements", "nodes", "kg", "time step", "set by model", "steps", "MiB", "on one core", "impact with", "as a fall from"):
        assert word in done.stdout


def test_check_names_the_material_that_was_meant(twin, write):
    done = twin("check", write(BAR.replace("copper_taylor", "coper_taylor")))
    assert done.returncode == 2
    said = done.stdout + done.stderr
    for word in ("case.twin.yaml:", "model.material", "copper_ofhc", "Did you mean copper_taylor"):
        assert word in said


def test_run_answers_with_json_alone_and_keeps_pictures_and_a_page(twin, write, tmp_path):
    done = twin("run", write(BAR + "vtk: true\n"), "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert (document["status"], document["verdict"]) == ("done", "pass")
    assert document["scalars"]["max_plastic_strain"]["value"] > 1
    assert document["stats"]["elements"] > 100
    assert "time step" in done.stderr
    files = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"result.json", "series.parquet", "arrays.npz", "scene.glb"} <= files
    assert {"start.png", "end.png", "energy.png", "force_impact.png", "crash.pvd", "crash_0008.vtu"} <= files

    page = tmp_path / "page.html"
    seen = twin("view", str(tmp_path / "out"), "--html", str(page))
    assert seen.returncode == 0, seen.stderr
    assert page.stat().st_size > 100_000

    told = twin("explain", str(tmp_path / "out"))
    assert told.returncode == 0, told.stderr
    for word in ("bar (crash) passed", "length_z.model", "energy_error"):
        assert word in told.stdout


def test_a_bound_that_does_not_hold_and_a_run_that_stops_itself(twin, write):
    failed = twin("run", write(BAR.replace("max: 22 mm", "max: 21.1 mm") + "pictures: false\n"), "--json")
    assert failed.returncode == 1, failed.stderr
    assert json.loads(failed.stdout)["verdict"] == "fail"
    stopped = twin("run", write(BAR + "pictures: false\nguards: {energy_error: 1e-7}\n"), "--json")
    assert stopped.returncode == 3, stopped.stderr
    document = json.loads(stopped.stdout)
    assert document["status"] == "stopped"
    assert "the energy balance is off by" in document["reason"]
    assert "of model at" in document["reason"]


def test_a_robot_and_a_person(twin, write, tmp_path):
    file = write(HAND)
    assert "onfirm against the standard" in twin("check", file).stdout
    done = twin("run", file, "--json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["scalars"]["within"]["value"] == 1
    assert "onfirm against the standard" in twin("explain", str(tmp_path / "out")).stdout
    fast = twin("run", write(HAND.replace("250 mm/s", "2 m/s")), "--json")
    assert fast.returncode == 1, fast.stderr
    assert "exceeds" in json.loads(fast.stdout)["reason"]


@pytest.mark.slow
def test_a_sweep_of_small_cases_is_judged_case_by_case(twin, write):
    sweep = BAR + "pictures: false\nsweep: {grid: {impact.speed: [227 m/s, 150 m/s]}}\n"
    done = twin("submit", write(sweep), "--wait", "--json", "--workers", "1")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["verdicts"] == {"pass": 1, "fail": 1, "none": 0}


@pytest.mark.slow
def test_the_commented_scenario_runs(twin, tmp_path):
    file = tmp_path / "mine.twin.yaml"
    assert twin("new", "crash", str(file)).returncode == 0
    assert twin("check", str(file)).returncode == 0
    done = twin("run", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_quick_table_holds(twin):
    done = twin("validate", "crash", "--quick", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)
    assert {row["kind"] for row in rows} == {"crash"}
    assert {"one element", "crash signals", "human contact", "elastic bar", "bilinear bar", "two bars"} <= {row["case"] for row in rows}
    assert [row for row in rows if not row["ok"]] == []
    assert all(row["source"] for row in rows)


def test_the_benchmark_on_a_gpu_says_that_there_is_none():
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("there is one")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "crash", "--device", "cuda"], cwd=root, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 2
    assert "NVIDIA driver" in done.stderr
    assert "Traceback" not in done.stderr
