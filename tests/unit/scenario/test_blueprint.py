"""Jobs made from their numbers are the jobs read one by one: equal specs, documents and ids, to the bit."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import BadScenario
from twin.execute import run_jobs
from twin.kinds import Silent, Target
from twin.scenario import Blueprint, expand, from_document, identity, load
from twin.scenario.sweep import Points, Sweep

HEAD = "twin: 1\nkind: noop\n"
CELL = """\
twin: 1
kind: cell
engine: rigid
robots: {arm: {model: iiwa, base: {position: [0, 0, 0]}, posture: {lbr_iiwa_joint_2: 0.1}}}
parts: {box: {shape: {box: {size: [0.1, 0.1, 0.1]}}, mass: 1 kg, pose: {position: [0.5, 0, 0.05]}}}
program: {arm: {robot: arm, steps: [{name: out, move_joint: {to: {position: [0.5, 0.2, 0.5], roll: 180 deg}}}]}}
"""


def slowly(blueprint: Blueprint, index: int):
    """The job as its file would be read."""
    return blueprint._read(index)


def same(blueprint: Blueprint, indices) -> None:
    for index in indices:
        quick, slow = blueprint.made(index), slowly(blueprint, index)
        assert quick[0].spec == slow.spec
        assert type(quick[0].spec) is type(slow.spec)
        assert json.dumps(quick[0].document) == json.dumps(slow.document)
        assert quick[1] == identity(slow) == identity(from_document(slow.document, slow.folder))
        assert quick[0] == slow
    lot = blueprint.lot(list(indices))
    if blueprint._family is None:
        assert lot is None
    else:
        assert lot.ids == [blueprint.made(i)[1] for i in indices]
        assert lot.specs == [slowly(blueprint, i).spec for i in indices]
        assert lot.seeds == [slowly(blueprint, i).seed for i in indices]
    assert blueprint.ids(min(indices), max(indices) + 1) == [identity(slowly(blueprint, i)) for i in range(min(indices), max(indices) + 1)]


numbers = st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6)


@settings(max_examples=60)
@given(
    st.lists(numbers, min_size=1, max_size=3),
    st.lists(st.floats(1e-6, 10.0), min_size=1, max_size=3),
    st.integers(1, 3),
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
)
def test_a_family_of_numbers_is_what_single_files_say(values, widths, seeds, yaws) -> None:
    sweep = {"grid": {"value": values, "width": widths}, "zip": {"pose.yaw": yaws, "pose.position.y": yaws[::-1]}, "seeds": seeds}
    pose = {"frame": "world", "position": [0.0, 0.0, 0.0], "roll": 0.0, "pitch": 0.0, "yaw": 0.0}
    scenario = from_document({"twin": 1, "kind": "noop", "seed": 5, "pose": pose, "sweep": sweep}, Path())
    blueprint = Blueprint(scenario)
    assert blueprint._family is not None
    assert len(blueprint) == len(values) * len(widths) * 2 * seeds
    same(blueprint, range(len(blueprint)))


@pytest.mark.parametrize(
    ("sweep", "quick"),
    [
        ("grid: {width: [1 mm, 2 cm]}", True),
        ("sample: {count: 9, method: sobol, ranges: {value: [-1, 1], width: {normal: {mean: 1, std: 1 mm}}}}", True),
        ("grid: {seed: [3, 1]}", True),
        ("grid: {behaviour: [ok, stop], value: [1, 2]}", False),
        ("grid: {pose: [{yaw: 1}, {yaw: 2}]}", False),
        ("grid: {work: [a, b]}", False),
        ("seeds: 3", True),
    ],
)
def test_whatever_is_swept_the_ids_are_those_of_single_runs(write, sweep, quick) -> None:
    blueprint = Blueprint(load(write(HEAD + "pose: {yaw: 1}\nsweep: {" + sweep + "}\n")))
    assert (blueprint._family is not None) is quick
    same(blueprint, range(len(blueprint)))


def test_cells_with_rules_over_several_fields(write) -> None:
    ranges = "{robots.arm.base.position.x: [-0.1, 0.1], robots.arm.posture.lbr_iiwa_joint_2: [0, 0.2], parts.box.mass: [1 kg, 2 kg]}"
    blueprint = Blueprint(load(write(CELL + "sweep: {sample: {count: 16, ranges: " + ranges + "}}\n")))
    assert blueprint._family is not None
    assert blueprint._family.ruled
    same(blueprint, range(16))


def test_the_bundled_study_of_ten_thousand() -> None:
    blueprint = Blueprint(load("h10w_reach_study"))
    assert blueprint._family is not None
    same(blueprint, [0, 1, 5, 9])


def test_a_value_that_no_field_holds_is_named_with_its_job(write) -> None:
    text = HEAD + "sweep: {sample: {count: 64, method: uniform, ranges: {width: {normal: {mean: 1 mm, std: 1 mm}}}}}\n"
    with pytest.raises(BadScenario, match="In job "):
        list(expand(load(write(text))))


def test_a_file_that_changes_changes_the_ids(write) -> None:
    mesh = write("solid a", "a.stl")
    blueprint = Blueprint(load(write(HEAD + "mesh: a.stl\nsweep: {grid: {value: [1, 2]}}\n")))
    before = blueprint.ids(0, 2)
    mesh.write_text("solid other", encoding="utf-8")
    blueprint.renew()
    assert not set(blueprint.ids(0, 2)) & set(before)
    same(blueprint, range(2))


def test_a_file_that_is_gone_fails_the_job_with_its_reason(write) -> None:
    mesh = write("solid a", "a.stl")
    jobs = list(expand(load(write(HEAD + "mesh: a.stl\nsweep: {grid: {value: [1, 2]}}\n"))))
    mesh.unlink()
    results = list(run_jobs(jobs, target=Target(), monitor=Silent()))
    assert [result.status for result in results] == ["failed", "failed"]
    assert all("a.stl" in result.reason for result in results)


def test_text_of_a_user_is_no_hole(write) -> None:
    same(Blueprint(load(write(HEAD + "work: '<<0: value>>'\nsweep: {grid: {value: [1, 2]}}\n"))), range(2))


def test_words_that_choose_files_choose_ids(write) -> None:
    write("solid a", "a.stl")
    write("solid b", "b.stl")
    blueprint = Blueprint(load(write(HEAD + "sweep: {grid: {mesh: [a.stl, b.stl]}}\n")))
    same(blueprint, range(2))


@given(st.lists(st.integers(1, 4), max_size=3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_points_are_the_product_of_the_blocks(grid, zipped, sampled, seeds) -> None:
    axes = {f"g{i}": list(range(n)) for i, n in enumerate(grid)}
    zips = {"z0": list(range(zipped)), "z1": list(range(10, 10 + zipped))} if zipped else {}
    sample = {"sample": {"count": sampled, "method": "uniform", "ranges": {"s": (0.0, 1.0)}}} if sampled else {}
    sweep = Sweep.model_validate({"grid": axes, "zip": zips, **sample, **({"seeds": seeds} if seeds else {})})
    points = Points(sweep, 7)
    drawn = [(point[len(grid) + len(zips)],) for point in points[: max(sampled, 1) * max(seeds, 1) : max(seeds, 1)]] if sampled else [()]
    rows = list(zip(*zips.values(), strict=True)) or [()]
    wanted = product(product(*axes.values()), rows, drawn, [(7 + i,) for i in range(seeds)] or [()])
    assert points.columns(range(len(points))) == [list(column) for column in zip(*points, strict=True)]
    assert list(points) == [tuple(value for block in blocks for value in block) for blocks in wanted]
    with pytest.raises(IndexError):
        points[len(points)]
    with pytest.raises(IndexError):
        points.columns([len(points)])
