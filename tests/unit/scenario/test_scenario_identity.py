"""The id covers what decides the numbers, and nothing else; documents survive the round trip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.kinds import Target
from twin.scenario import Job, Scenario, Single, expand, from_document, identity, load

HEAD = "twin: 1\nkind: noop\n"
finite = st.floats(-1e6, 1e6)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "value": finite,
        "width": st.floats(1e-6, 1e3),
        "sleep": st.floats(0, 1e3),
        "behaviour": st.sampled_from(["ok", "raise", "stop"]),
        "work": st.text(max_size=20),
        "pose": st.fixed_dictionaries({}, optional={"yaw": finite, "position": st.tuples(finite, finite, finite).map(list)}),
        "seed": st.integers(0, 2**40),
    },
)


def made(keys: dict) -> Scenario:
    return from_document({"twin": 1, "kind": "noop", **keys}, Path())


@settings(max_examples=150, deadline=None)
@given(SPECS)
def test_reading_a_resolved_document_changes_nothing(keys: dict) -> None:
    scenario = made(keys)
    wire = json.loads(json.dumps(scenario.document))
    again = from_document(wire, Path())
    assert again.document == scenario.document
    assert again.spec == scenario.spec
    assert identity(again) == identity(scenario)


@settings(max_examples=100, deadline=None)
@given(SPECS, st.randoms(use_true_random=False))
def test_the_order_of_keys_is_no_part_of_the_id(keys: dict, random) -> None:
    items = list(keys.items())
    random.shuffle(items)
    assert identity(made(dict(items))) == identity(made(keys))


@settings(max_examples=100, deadline=None)
@given(SPECS, SPECS)
def test_two_ids_are_equal_exactly_when_the_resolved_keys_are(a: dict, b: dict) -> None:
    first, second = made(a), made(b)
    same = (first.seed, json.dumps(first.own, sort_keys=True)) == (second.seed, json.dumps(second.own, sort_keys=True))
    assert (identity(first) == identity(second)) is same


@settings(max_examples=50, deadline=None)
@given(SPECS, st.integers(1, 4))
def test_jobs_survive_the_wire(keys: dict, seeds: int) -> None:
    for job in expand(made({**keys, "sweep": {"seeds": seeds}})):
        again = Job(job.id, 0, Single(json.loads(json.dumps(job.document)), job.folder))
        assert again.document == job.document
        assert identity(from_document(again.document, again.folder)) == job.id


@pytest.mark.parametrize(
    "same",
    [
        "width: 0.02", "width: 20 mm", "width: 2 cm", "width: 2e-2", "{}", "name: other", "description: other", "keep: all",
        "expect: {value: {max: 1}}", "study: {expect: {pass_rate: {min: 90 %}}}", "sweep: {seeds: 3}", "policy: {residency: DE}",
        "resources: {cpu: 4, memory: 1 GiB}", "seed: 0", "value: 0", "needs: {}",
    ],
)  # fmt: skip
def test_what_does_not_decide_the_numbers_is_not_in_the_id(write, same: str) -> None:
    assert identity(load(write(HEAD + (same if same != "{}" else "")))) == identity(load(write(HEAD, "plain.twin.yaml")))


@pytest.mark.parametrize("other", ["width: 21 mm", "value: 1", "sleep: 1 ms", "behaviour: stop", "work: x", "pose: {}", "seed: 1"])
def test_every_value_of_the_spec_is_in_the_id(write, other: str) -> None:
    assert identity(load(write(HEAD + other))) != identity(load(write(HEAD, "plain.twin.yaml")))


def test_the_target_is_in_the_id_but_not_its_threads(write) -> None:
    scenario = load(write(HEAD))
    ids = {identity(scenario, target) for target in (Target(), Target(dtype="float32"), Target("cuda"))}
    assert len(ids) == 3
    assert identity(scenario, Target(threads=8)) == identity(scenario)


def test_the_bytes_of_files_are_in_the_id_and_no_cache_is_stale(write) -> None:
    mesh = write("solid a", "a.stl")
    scenario = load(write(HEAD + "mesh: a.stl"))
    first = identity(scenario)
    assert identity(scenario) == first
    mesh.write_text("solid b", encoding="utf-8")  # same size, maybe the same second
    assert identity(scenario) != first
    mesh.write_text("solid a", encoding="utf-8")
    assert identity(scenario) == first
    write("solid a", "copy.stl")
    assert identity(load(write(HEAD + "mesh: copy.stl"))) != first  # its path is a key of the kind
