"""Sweeps: how many jobs, which, with which values; paths that name nothing; `--set`."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest

from tests.machine import slowness
from twin.errors import BadScenario, UnknownName
from twin.scenario import TooManyJobs, check, expand, from_document, identity, load, sweep_count
from twin.scenario.address import find, get, put

HEAD = "twin: 1\nkind: noop\n"


def values(file) -> list[dict]:
    return [dict(job.values) for job in expand(load(file))]


def test_no_sweep_is_one_job_with_the_scenario_s_own_id(write) -> None:
    scenario = load(write(HEAD + "value: 3"))
    (job,) = expand(scenario)
    assert (job.values, job.index, job.id) == ({}, 0, identity(scenario))


def test_a_grid_is_every_combination(write) -> None:
    file = write(HEAD + "sweep: {grid: {width: [1 mm, 2 cm], value: [1, 2, 3]}}")
    assert values(file) == [{"width": w, "value": v} for w, v in product([0.001, 0.02], [1, 2, 3])]


def test_zip_goes_side_by_side_and_blocks_multiply(write) -> None:
    file = write(HEAD + "seed: 5\nsweep: {zip: {width: [1 mm, 2 mm], value: [1, 2]}, grid: {sleep: [0, 1 ms]}, seeds: 3}")
    scenario = load(file)
    jobs = list(expand(scenario))
    assert len(jobs) == sweep_count(scenario) == 2 * 2 * 3
    assert {job.values["width"] / job.values["value"] for job in jobs} == {0.001}
    assert sorted({job.document["seed"] for job in jobs}) == [5, 6, 7]
    assert len({job.id for job in jobs}) == len(jobs)
    assert [job.index for job in jobs] == list(range(len(jobs)))


def test_a_job_is_what_the_file_with_these_values_is(write) -> None:
    job = list(expand(load(write(HEAD + "sweep: {grid: {pose.position.y: [1 m, 2 m]}}\npose: {yaw: 5 deg}"))))[1]
    alone = load(write(HEAD + "pose: {yaw: 5 deg, position: [0, 2000 mm, 0]}"))
    assert job.id == identity(alone)
    assert from_document(job.document, job.folder).spec == alone.spec


@pytest.mark.parametrize("method", ["sobol", "latin-hypercube", "uniform"])
def test_samples_are_seeded_and_keep_their_ranges(write, method: str) -> None:
    sweep = f"sweep: {{sample: {{count: 50, method: {method}, ranges: {{width: [1 mm, 3 mm], value: [-1, 1]}}}}}}"
    first, again, other = (values(write(HEAD + f"seed: {seed}\n" + sweep)) for seed in (1, 1, 2))
    assert first == again != other
    points = np.array([[v["width"], v["value"]] for v in first])
    assert points.shape == (50, 2)
    assert (points >= [0.001, -1]).all()
    assert (points <= [0.003, 1]).all()


def test_a_latin_hypercube_has_one_point_in_each_slice(write) -> None:
    file = write(HEAD + "sweep: {sample: {count: 40, method: latin-hypercube, ranges: {value: [0, 40]}}}")
    assert sorted(int(v["value"]) for v in values(file)) == list(range(40))


def test_a_sobol_sequence_is_balanced_in_powers_of_two(write) -> None:
    file = write(HEAD + "sweep: {sample: {count: 64, ranges: {value: [0, 64], sleep: [0, 64]}}}")
    points = values(file)
    assert sorted(int(v["value"]) for v in points) == list(range(64))  # a (0, 6, 2)-net: one point in each interval of 1/64
    assert {(int(v["value"] / 8), int(v["sleep"] / 8)) for v in points} == set(product(range(8), repeat=2))


def test_a_normal_distribution(write) -> None:
    file = write(HEAD + "sweep: {sample: {count: 4096, ranges: {value: {normal: {mean: 2, std: 0.5}}}}}")
    drawn = np.array([v["value"] for v in values(file)])
    assert np.isclose(drawn.mean(), 2, atol=0.005)
    assert np.isclose(drawn.std(), 0.5, atol=0.005)


def test_distributions_carry_units(write) -> None:
    scenario = load(write(HEAD + "sweep: {sample: {count: 2, ranges: {width: {normal: {mean: 2 mm, std: 10 um}}}}}"))
    drawn = scenario.document["sweep"]["sample"]["ranges"]["width"]["normal"]
    assert drawn == {"mean": pytest.approx(0.002), "std": pytest.approx(1e-5)}


@pytest.mark.parametrize(
    ("sweep", "path", "said"),
    [
        ("{grid: {widht: [1 mm]}}", "sweep.grid.widht", "Did you mean width"),
        ("{grid: {pose.position.w: [1]}}", "sweep.grid.pose.position.w", "pose.position.x"),
        ("{grid: {pose.position.3: [1]}}", "sweep.grid.pose.position.3", "pose.position"),
        ("{grid: {width: [1 mm, 2 s]}}", "sweep.grid.width.1", "[time], not [length]"),
        ("{grid: {width: [1 mm, -2 mm]}}", "sweep.grid.width.1", "greater than 0"),
        ("{grid: {behaviour: [ok, no]}}", "sweep.grid.behaviour.1", "'ok'"),
        ("{grid: {width: []}}", "sweep", "at least one value"),
        ("{grid: {width: 3}}", "sweep.grid.width", "list"),
        ("{grid: {seed: [-1]}}", "sweep.grid.seed.0", "whole number"),
        ("{grid: {name: [a]}}", "sweep.grid.name", "path into the scenario"),
        ("{grid: {pose: [{}], pose.yaw: [1]}}", "sweep.pose", "lies in it"),
        ("{grid: {width: [1 mm]}, zip: {width: [2 mm]}}", "sweep", "one block only"),
        ("{zip: {width: [1 mm, 2 mm], value: [1]}}", "sweep", "equal length"),
        ("{sample: {count: 0, ranges: {value: [0, 1]}}}", "sweep.sample.count", "greater than or equal to 1"),
        ("{sample: {count: 3, method: soboll, ranges: {value: [0, 1]}}}", "sweep.sample.method", "Did you mean sobol"),
        ("{sample: {count: 3, ranges: {value: [1, 0]}}}", "sweep.sample.ranges.value", "lower one first"),
        ("{sample: {count: 3, ranges: {value: {normal: {mean: 0, std: 0}}}}}", "sweep.sample.ranges.value.normal.std", "> 0"),
        ("{seeds: 0}", "sweep.seeds", "greater than or equal to 1"),
        ("{gird: {}}", "sweep.gird", "Did you mean grid"),
    ],
)
def test_faults_in_sweeps(write, sweep: str, path: str, said: str) -> None:
    faults = check(write(HEAD + "pose: {}\nsweep: " + sweep))
    assert [(fault.path, fault.line) for fault in faults] == [(path, 4)]
    assert said in str(faults[0])


def test_ten_million_jobs_are_counted_and_refused_at_once(write) -> None:
    axis = "[" + ", ".join(map(str, range(10))) + "]"
    scenario = load(write(HEAD + f"sweep: {{grid: {{value: {axis}, pose.yaw: {axis}, pose.roll: {axis}}}, seeds: 10000}}\npose: {{}}"))
    begin = time.perf_counter()
    assert sweep_count(scenario) == 10**7
    with pytest.raises(TooManyJobs, match="10,000,000 jobs"):
        expand(scenario)
    assert next(iter(expand(scenario, limit=None))).index == 0
    assert time.perf_counter() - begin < 0.5


def test_values_that_are_wrong_only_together_name_their_job(write) -> None:
    scenario = load(write("twin: 1\nkind: command\nargv: [python]\ninputs: []\nsweep: {grid: {scalars_file: [a.json, b.json]}}"))
    assert len(list(expand(scenario))) == 2


def test_ten_thousand_jobs_are_expanded_within_two_seconds(write) -> None:
    scenario = load(write(HEAD + "sweep: {sample: {count: 10000, ranges: {width: [1 mm, 2 mm]}}}"))
    begin = time.perf_counter()
    assert len({job.id for job in expand(scenario)}) == 10_000
    assert time.perf_counter() - begin < 2.0 * slowness()


DOCUMENT = {"program": [{"name": "go", "speed": 1.0}, {"name": "push", "speed": 2.0}], "at": [1.0, 2.0, 3.0], "step.a": {"b": None}}


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("program.push.speed", ("program", 1, "speed")),
        ("program.0.speed", ("program", 0, "speed")),
        ("at.z", ("at", 2)),
        ("at.1", ("at", 1)),
        ("step.a.b", ("step.a", "b")),
    ],
)
def test_addresses(path: str, keys: tuple) -> None:
    assert find(DOCUMENT, path) == keys
    changed = put(DOCUMENT, keys, "new")
    assert get(changed, keys) == "new"
    assert get(DOCUMENT, keys) != "new"


@pytest.mark.parametrize("path", ["program.pull.speed", "program.2", "at.w", "at.x.y", "", "program..speed", "at.-1"])
def test_addresses_of_nothing(path: str) -> None:
    with pytest.raises(UnknownName):
        find(DOCUMENT, path)


def test_set_replaces_values_before_anything_is_checked(write) -> None:
    file = write(HEAD + "width: 1 kg")
    assert check(file)
    assert load(file, {"width": "3 cm"}).spec.width == 0.03
    assert load(file, {"width": "3 cm", "pose.position.y": "2 m"}).spec.pose.position == (0, 2, 0)


def test_set_reaches_into_defaults(write) -> None:
    file = write(HEAD + "pose: {yaw: 90 deg}")
    pose = load(file, {"pose.position.z": "10 cm", "expect.value": "{max: 3}"}).spec.pose
    assert pose.position == (0, 0, 0.1)
    assert pose.yaw == pytest.approx(np.pi / 2)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [("widht", "1", "Did you mean width"), ("width", "1 s", "--set width=1 s"), ("width.x", "1", "there stands"), ("width", "[", "YAML")],
)
def test_faults_of_set_say_so(write, path: str, value: str, said: str) -> None:
    with pytest.raises(BadScenario) as error:
        load(write(HEAD + "width: 1 mm"), {path: value})
    assert said in str(error.value)
    assert "--set" in str(error.value)
