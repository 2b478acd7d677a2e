"""Cells without contact: a shared launch changes no bit, what fails is told, what needs contact is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from twin.errors import BadScenario
from twin.kinds import Context, Silent, Target
from twin.physics.cell.launch import followed
from twin.physics.cell.rigid import simulate_many
from twin.physics.cell.spec import CellSpec
from twin.scenario import load

pytestmark = pytest.mark.slow  # kernels of whole robots to compile

CELL = """\
twin: 1
kind: cell
name: reach
engine: rigid
time_step: 2 ms
robots: {arm: {model: iiwa}}
program:
  arm:
    robot: arm
    steps:
      - {name: out, move_joint: {to: {position: [0.5, 0.2, 0.5], roll: 180 deg}}}
      - {name: line, move_linear: {by: [0, -0.1, 0], speed: 200 mm/s}}
      - {name: rest, wait: {time: 100 ms}}
      - {name: home, move_joint: {home: true}}
"""
BOX = """
parts:
  box: {shape: {box: {size: [60 mm, 60 mm, 60 mm]}}, mass: 4 kg, pose: {position: [0.5, 0.2, 0.5]}, goal: {position: [0.5, 0.1, 0.7]}}
"""
CARRY = [
    {"name": "out", "move_joint": {"to": {"frame": "box", "roll": "180 deg"}}},
    {"name": "take", "grip": {"part": "box"}},
    {"name": "lift", "move_linear": {"by": [0, -0.1, 0.2]}},
    {"name": "drop", "release": {}},
    {"name": "home", "move_joint": {"home": True}},
]


def spec(**changes: Any) -> CellSpec:
    """The cell with other values at dotted paths."""
    data = yaml.safe_load(CELL)
    for path, value in changes.items():
        *keys, last = path.split("__")
        at = data
        for key in keys:
            at = at[key]
        at[int(last) if isinstance(at, list) else last] = value
    return CellSpec.model_validate({k: v for k, v in data.items() if k not in ("twin", "kind", "name")})


def carrying(**changes: Any) -> CellSpec:
    parts = yaml.safe_load(BOX)["parts"]
    return spec(parts=parts, program={"arm": {"robot": "arm", "steps": CARRY}}, **changes)


def run(*specs: CellSpec) -> list[Any]:
    context = Context(Path.cwd())
    return simulate_many(specs, Target(), Silent(), [context] * len(specs))


def based(x: float, y: float = 0.0) -> CellSpec:
    return spec(robots__arm__base={"position": [x, y, 0.0]})


def equal_to_the_bit(a: Any, b: Any) -> None:
    assert a.status == b.status
    assert a.reason == b.reason
    assert a.scalars == b.scalars
    a, b = a.complete(), b.complete()
    assert a.series.columns.keys() == b.series.columns.keys()
    assert (a.series.t == b.series.t).all()
    for name, column in a.series.columns.items():
        np.testing.assert_array_equal(column, b.series.columns[name])
    for name, array in a.arrays.items():
        np.testing.assert_array_equal(array, b.arrays[name])
    assert a.log == b.log


def test_a_cell_among_others_is_the_cell_alone_to_the_bit() -> None:
    """Whoever shares the launch: longer ones, ones that fail at once or on the way, any number of them."""
    specs = [based(0.03 * i, 0.02 * (i % 5)) for i in range(11)]
    specs[3] = based(-3.0)  # out of reach at once
    specs[6] = spec(program__arm__steps__1={"name": "line", "move_linear": {"by": [2.0, 0.0, 0.0]}})  # leaves its reach
    specs[8] = spec(program__arm__steps__2={"name": "rest", "wait": {"time": "2 s"}})
    together = run(*specs)
    assert "unreachable at 0.000 s: arm.out: the tool cannot reach" in together[3].reason
    assert "unreachable" in together[6].reason
    assert "arm.line" in together[6].reason
    for one, result in zip(specs, together, strict=True):
        equal_to_the_bit(run(one)[0], result)
    for one, result in zip(specs[5:8], run(*specs[5:8]), strict=True):
        equal_to_the_bit(run(one)[0], result)


def test_threads_change_no_bit() -> None:
    specs = [based(0.01 * i) for i in range(20)]
    contexts = [Context(Path.cwd())] * 20
    two = simulate_many(specs, Target(threads=2), Silent(), contexts)
    assert [r.scalars for r in two] == [r.scalars for r in run(*specs)]


def test_the_arm_follows_its_program() -> None:
    result = run(spec())[0].complete()
    scalars = {name: s.value for name, s in result.scalars.items()}
    assert scalars["completed"] == 1.0
    assert scalars["tcp_path_error"] < 1e-4
    times = [scalars[f"step.arm.{name}.time"] for name in ("out", "line", "rest", "home")]
    assert sum(times) == pytest.approx(scalars["cycle_time"], abs=1e-9)
    assert times[2] == pytest.approx(0.1)
    assert 0.0 < scalars["max_torque_ratio"] < 1.0
    assert result.scene is not None
    assert result.series is not None
    home = [name for name in result.series.columns if name.endswith(".position")]
    for name in home:
        assert result.series.columns[name][-1] == pytest.approx(result.series.columns[name][0], abs=1e-4)


def test_a_part_hangs_on_the_tool_and_stays_where_it_is_let_go() -> None:
    heavy, twin_of_it = run(carrying(), carrying())
    scalars = {name: s.value for name, s in heavy.scalars.items()}
    assert scalars["final_error.box.position"] < 1e-3
    assert scalars["final_error.box.rotation"] < 1e-3
    assert twin_of_it.scalars == heavy.scalars
    empty = run(spec(program={"arm": {"robot": "arm", "steps": [s for s in CARRY if "grip" not in s and "release" not in s]}},
                     parts=yaml.safe_load(BOX)["parts"]))[0]  # fmt: skip
    assert heavy.scalars["max_torque_ratio"].value > 1.2 * empty.scalars["max_torque_ratio"].value


def test_a_load_beyond_the_torque_limits_drags_the_arm_off_its_path() -> None:
    data = yaml.safe_load(BOX)["parts"]
    data["box"]["mass"] = 120.0
    result = run(spec(parts=data, program={"arm": {"robot": "arm", "steps": CARRY}}))[0]
    assert result.status == "done"
    assert result.scalars["max_torque_ratio"].value == pytest.approx(1.0)
    assert result.scalars["tcp_path_error"].value > 0.01


def test_what_the_tool_does_not_reach_is_not_gripped() -> None:
    data = yaml.safe_load(BOX)["parts"]
    data["box"]["offset"] = {"position": [0.3, 0.0, 0.0]}
    result = run(spec(parts=data, program={"arm": {"robot": "arm", "steps": CARRY}}))[0]
    assert "grip missed" in result.reason
    assert "mm away from the tool point" in result.reason
    assert "cycle_time" not in result.scalars


def test_fingers_close_as_far_as_the_part_is_wide() -> None:
    """The Panda's pads stand 40 mm from the middle; a part 30 mm wide is met after 25 mm at 80 mm/s."""
    wide = {"part": {"shape": {"box": {"size": [0.03, 0.03, 0.03]}}, "mass": 0.1, "pose": {"position": [0.5, 0.0, 0.4]}}}
    steps = [
        {"name": "out", "move_joint": {"to": {"frame": "part", "roll": "180 deg"}}},
        {"name": "take", "grip": {"part": "part"}},
    ]
    result = run(spec(robots={"arm": {"model": "panda"}}, parts=wide, program={"arm": {"robot": "arm", "steps": steps}}))[0]
    assert result.reason == ""
    assert result.scalars["step.arm.take.time"].value == pytest.approx(0.025 / 0.08, abs=0.005)


def test_a_program_that_does_not_end_in_time_is_cut() -> None:
    result = run(spec(time_limit=1.0))[0]
    assert result.reason.startswith("time limit at 1.000 s")
    assert "cycle_time" not in result.scalars
    assert result.stats["simulated_seconds"] == pytest.approx(1.3, abs=0.02)


TWO = {
    "left": {"robot": "arm", "arm": "left", "steps": [
        {"name": "go", "move_joint": {"joints": {"left_joint_1": 0.3}}}, {"name": "hold", "wait_for": {"step": "right.go"}}]},
    "right": {"robot": "arm", "arm": "right", "steps": [
        {"name": "wait", "wait": {"time": "500 ms"}}, {"name": "go", "move_joint": {"joints": {"right_joint_1": 0.3}}}]},
}  # fmt: skip


def test_tracks_wait_for_each_other() -> None:
    result = run(spec(robots={"arm": {"model": "h10w"}}, program=TWO))[0]
    scalars = {name: s.value for name, s in result.scalars.items()}
    assert result.reason == ""
    waited = scalars["step.left.go.time"] + scalars["step.left.hold.time"]
    assert waited == pytest.approx(scalars["step.right.wait.time"] + scalars["step.right.go.time"], abs=0.01)


def test_tracks_that_wait_in_a_circle_time_out() -> None:
    circle = {}
    for side, other in (("left", "right"), ("right", "left")):
        steps = [{"name": "a", "wait_for": {"step": f"{other}.b", "time_limit": "2 s"}}, {"name": "b", "wait": {"time": 0.1}}]
        circle[side] = {"robot": "arm", "arm": side, "steps": steps}
    result = run(spec(robots={"arm": {"model": "h10w"}}, program=circle))[0]
    assert result.reason.startswith("wait timed out at 2.000 s")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expect.min_clearance.min": "10 mm"}, ["min_clearance", "cycle_time"]),
        ({"program.arm.steps.rest": "{insert: {into: box, depth: 10 mm}}"}, ["insert", "contact"]),
        ({"program": "{}"}, ["program", "rigid"]),
        ({"engine": "rigit"}, ["rigid", "pybullet"]),
    ],
)
def test_what_needs_contact_is_refused_before_anything_runs(changes: dict[str, str], words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "reach.twin.yaml"
    file.write_text(CELL + "expect: {completed: {equal: 1}}\n")
    data = yaml.safe_load(file.read_text())
    for path, value in changes.items():
        at: Any = data
        *keys, last = path.split(".")
        for key in keys:
            at = next(s for s in at if s["name"] == key) if isinstance(at, list) else at.setdefault(key, {})
        if isinstance(at, list):
            at[[s["name"] for s in at].index(last)] = yaml.safe_load(value) | {"name": last}
        else:
            at[last] = yaml.safe_load(value)
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(BadScenario) as caught:
        load(file)
    for word in words:
        assert word in str(caught.value)


def test_only_cells_without_contact_run_on_cuda(twin, tmp_path: Path) -> None:
    file = tmp_path / "reach.twin.yaml"
    file.write_text(CELL.replace("engine: rigid", "engine: mujoco"))
    ran = twin("run", file, "--target", "cuda")
    assert ran.returncode == 2
    assert "engine: rigid" in ran.stderr


def test_cells_run_together_where_they_are_alike_in_length_and_few_enough(monkeypatch) -> None:
    """Who runs with whom, and when, changes no bit: neither of the scalars nor of what is told of a cell later."""
    sizes: list[int] = []

    def noted(line: Any, cells: np.ndarray, target: Target) -> Any:
        sizes.append(len(cells))
        return followed(line, cells, target)

    monkeypatch.setattr("twin.physics.cell.rigid.followed", noted)
    specs = [based(0.001 * i) for i in range(20)]
    specs[7] = spec(program__arm__steps__2={"name": "rest", "wait": {"time": "2 s"}})
    whole = run(*specs)
    assert sizes == [8, 12]  # the long one first, with others that fill its block
    monkeypatch.setattr("twin.physics.cell.launch.ROOM", 500_000)
    parts = run(*specs)
    assert sizes[2:] == [8, 8, 4]
    for one, other in zip(whole[6:9], parts[6:9], strict=True):
        equal_to_the_bit(one, other)
    assert [result.scalars for result in parts] == [result.scalars for result in whole]
