"""Several robots in one cell, side by side, one waiting for the other."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.require import needs
from twin.contact import ENGINES
from twin.kinds import Context, Silent, Target
from twin.physics.cell.simulate import simulate
from twin.scenario import load

CELL = """\
twin: 1
kind: cell
name: two_robots
robots:
  left: {model: iiwa, base: {position: [0, 0.6, 0]}}
  right: {model: panda, base: {position: [0, -0.6, 0]}}
fixtures:
  table: {shape: {table: {size: [400 mm, 1600 mm], height: 0.3 m}}, pose: {position: [0.6, 0, 0.3]}}
parts:
  block: {shape: {box: {size: [80 mm, 50 mm, 60 mm]}}, mass: 0.5 kg, pose: {frame: table, position: [-0.1, -0.6, 30 mm]}}
program:
  iiwa:
    robot: left
    steps:
      - {name: ready, wait_for: {step: panda.lift}}
      - {name: down, move_linear: {by: [0, 0, -50 mm]}}
  panda:
    robot: right
    steps:
      - {name: above, move_joint: {to: {frame: block, position: [0, 0, 120 mm], roll: 180 deg}}}
      - {name: reach, move_linear: {to: {frame: block, position: [0, 0, 15 mm], roll: 180 deg}}}
      - {name: take, grip: {part: block, force: 60 N}}
      - {name: lift, move_linear: {by: [0, 0, 150 mm]}}
      - {name: hold, wait: {time: 1 s}}
expect:
  completed: {equal: 1}
  collision_count: {max: 0}
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_two_robots_work_in_parallel(engine: str, tmp_path: Path) -> None:
    needs("pybullet", find_spec("pybullet_data"), "the robots' files come with pybullet")
    file = tmp_path / "two.twin.yaml"
    file.write_text(CELL)
    scenario = load(file, {"engine": engine})
    result = simulate(scenario.spec, Target(), Silent(), Context(scenario.folder, 0, scenario.site))
    assert result.reason == ""
    assert result.scalars["collision_count"].value == 0
    steps = {event["detail"].split(" ")[0]: event["t"] for event in result.events if event["what"] == "step"}
    assert steps["lift"] < steps["down"] <= steps["hold"] + 2e-3, "the iiwa starts when the panda has lifted, while it holds"
    assert result.scalars["min_clearance"].value > 0.01
