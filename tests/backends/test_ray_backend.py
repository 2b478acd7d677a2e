"""Batches on a real Ray cluster: the same jobs, the same numbers to the bit as on this machine."""

import json
import os
import shutil
import sys

import pytest

from tests.faults.drivers import until
from tests.services.ray import PATHS
from twin.dispatch import open_batch, submit
from twin.dispatch.handshake import fingerprint
from twin.scenario import load

pytestmark = pytest.mark.ray

SWEEP = "sweep: {sample: {count: 200, method: uniform, ranges: {value: [-1, 1], width: [1 mm, 2 mm]}}}"
LIMIT_SECONDS = 180


@pytest.fixture
def on_ray(ray_cluster, tmp_path):
    """Runs a driver inside the cluster's network; the finished process."""

    def ran(file, cwd=None, variables=None, **options):
        asked = {"address": ray_cluster.address, "store": str(tmp_path / "store"), "file": str(file), **options}
        program = [sys.executable, "-m", "tests.services.ray_driver", json.dumps(asked)]
        return ray_cluster.run(*program, timeout=LIMIT_SECONDS, cwd=cwd, variables=variables)

    return ran


@pytest.fixture
def batch_of(tmp_path):
    """The batch that a driver made; it printed nothing but its summary."""

    def found(ran):
        assert len(ran.stdout.splitlines()) == 1, ran.stdout + ran.stderr
        return open_batch(json.loads(ran.stdout)["batch"], tmp_path / "store")

    return found


def noop(*lines):
    return "\n".join(["twin: 1", "kind: noop", *lines])


@pytest.mark.parametrize("chunk", [None, 1])
def test_results_are_those_of_the_process_backend(on_ray, batch_of, write, tmp_path, chunk):
    file = write(noop("expect: {value: {min: 0}}", SWEEP))
    ran = on_ray(file, chunk=chunk)
    assert ran.returncode == 0, ran.stderr
    ours = batch_of(ran)
    here = submit(load(file), store=tmp_path / "here", workers=2)
    compared = ("id", "index", "status", "verdict", "scalars", "values", "attempts")
    assert [[row[key] for key in compared] for row in ours.rows()] == [[row[key] for key in compared] for row in here.rows()]
    assert ours.units == here.units
    assert {**ours.summary(), "batch": "", "seconds": 0} == {**here.summary(), "batch": "", "seconds": 0}


def test_folders_are_published_from_the_nodes_by_the_environment_named(on_ray, batch_of, write):
    batch = batch_of(on_ray(write(noop("keep: all", "sweep: {seeds: 20}")), environment=sys.executable, memory=100 * 2**20))
    assert sorted(batch.store.ids()) == sorted(row["id"] for row in batch.rows())
    assert not list(batch.store.path.rglob("*.part"))


def test_a_job_that_fails_is_data_and_one_that_kills_its_actors_fails_alone(on_ray, batch_of, write):
    batch = batch_of(on_ray(write(noop("sweep: {grid: {behaviour: [ok, raise, exit], value: [1, 2]}}"))))
    rows = batch.rows()
    assert [row["status"] for row in rows] == ["done"] * 2 + ["failed"] * 4
    assert "asked to raise" in rows[2]["reason"]
    assert {row["attempts"] for row in rows[:4]} <= {1, 2}
    assert all("3 times" in row["reason"] for row in rows[4:])


def test_a_job_over_its_time_is_ended_alone(on_ray, batch_of, write):
    batch = batch_of(on_ray(write(noop("resources: {time: 1 s}", "sweep: {grid: {behaviour: [ok, hang], value: [1, 2]}}"))))
    rows = batch.rows()
    assert [row["status"] for row in rows] == ["done"] * 2 + ["failed"] * 2
    assert all("time limit of 1 s" in row["reason"] for row in rows[2:])


def test_cpu_jobs_keep_off_gpu_nodes_while_others_are_free(ray_cluster, write, tmp_path):
    _, cpu_node, gpu_node = ray_cluster.nodes
    asked = {"address": ray_cluster.address, "store": str(tmp_path / "store"), "file": str(write(noop("sleep: 20 s")))}
    driver = ray_cluster.begin(sys.executable, "-m", "tests.services.ray_driver", json.dumps({**asked, "workers": 1}))
    try:
        until(lambda: ray_cluster.workers(), 60)
        assert len(ray_cluster.workers(cpu_node)) == 1
        assert not ray_cluster.workers(gpu_node)
    finally:
        driver.kill()
        driver.communicate()
    until(lambda: not ray_cluster.workers(), 60)  # actors whose driver is gone end


def test_a_fraction_of_a_gpu(on_ray, batch_of, write):
    program = "import json, os; json.dump({'gpu': int(os.environ['CUDA_VISIBLE_DEVICES'])}, open('scalars.json', 'w'))"
    lines = ["twin: 1", "kind: command", f"argv: [{sys.executable}, -c, {json.dumps(program)}]", "pass_environment: [CUDA_VISIBLE_DEVICES]"]
    file = write("\n".join([*lines, "scalars: {gpu: 1}", "sweep: {seeds: 4}"]))
    ran = on_ray(file, variables={"CUDA_VISIBLE_DEVICES": "none here"}, gpus=0.25, cpus=0.5, labels={"gpu": "B200"})
    assert ran.returncode == 0, ran.stderr
    assert {row["scalars"]["gpu"] for row in batch_of(ran).rows()} <= {0, 1, 2, 3}


def test_a_node_with_another_program_is_refused_with_both_hashes(on_ray, write, tmp_path):
    other = tmp_path / "other"
    for package in ("twin", "robots"):
        shutil.copytree(package, other / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules", "player"))
    with (other / "twin" / "units.py").open("a") as file:
        file.write("# another version\n")
    ran = on_ray(write(noop("value: 1")), cwd=other, variables={"PYTHONPATH": os.pathsep.join([str(other), PATHS])})
    assert ran.returncode == 4, ran.stdout + ran.stderr
    assert f"node {fingerprint([])['source of twin']}" in ran.stderr
    assert "twin retry" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_cluster_without_a_place_says_what_it_has(on_ray, write):
    ran = on_ray(write(noop("value: 1")), gpus=9, start_seconds=8)
    assert ran.returncode == 4
    assert "9 GPU" in ran.stderr
    assert "4 GPU" in ran.stderr
    assert "gpu=B200" in ran.stderr


def test_nothing_at_the_address(on_ray, write):
    ran = on_ray(write(noop("value: 1")), address="127.0.0.1:1")
    assert ran.returncode == 4
    assert "nothing answers at 127.0.0.1:1" in ran.stderr


def test_a_token_is_asked_for_and_never_written(new_ray_cluster, write, tmp_path):
    token, wrong = tmp_path / "token", tmp_path / "wrong"
    token.write_text("5ec2e7" * 8)
    wrong.write_text("0" * 48)
    cluster = new_ray_cluster(token=token)
    cluster.add(cpus=1)
    file = write(noop("value: 1"))
    asked = {"address": cluster.address, "file": str(file), "workers": 1}
    answers = {}
    for name, path in (("right", token), ("wrong", wrong)):
        options = {**asked, "store": str(tmp_path / "stores" / name), "token_file": str(path)}
        program = [sys.executable, "-m", "tests.services.ray_driver", json.dumps(options)]
        answers[name] = cluster.run(*program, timeout=LIMIT_SECONDS)
    assert answers["right"].returncode == 0, answers["right"].stderr
    assert answers["wrong"].returncode == 4
    assert "cannot be joined" in answers["wrong"].stderr
    said = "".join(answer.stdout + answer.stderr for answer in answers.values())
    said += "".join(path.read_text(errors="replace") for path in (tmp_path / "stores").rglob("*") if path.is_file())
    assert "5ec2e7" not in said
