"""Without contact both ways must say the same: the compiled loop and MuJoCo, fed by one planner and one controller."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from twin.contact import engine_rigid
from twin.kinds import Context, Silent, Target
from twin.physics.cell.simulate import simulate
from twin.physics.cell.spec import CellSpec

FREE = {
    "time_step": 1e-3,
    "settle": 0.0,
    "robots": {"arm": {"model": "iiwa", "base": {"roll": "20 deg"}}},
    "program": {
        "arm": {
            "robot": "arm",
            "steps": [
                {"name": "out", "move_joint": {"to": {"position": [0.5, 0.1, 0.6], "roll": "160 deg"}}},
                {"name": "line", "move_linear": {"by": [0, -0.15, 0.05], "speed": 0.2}},
                {"name": "home", "move_joint": {"home": True, "speed": 0.8}},
            ],
        }
    },
}


def ran(engine: str, data: dict) -> dict[str, float]:
    result = simulate(CellSpec.model_validate({**data, "engine": engine}), Target(), Silent(), Context(Path.cwd()))
    assert result.status == "done"
    assert result.reason == ""
    return {name: scalar.value for name, scalar in result.scalars.items()}


@pytest.mark.parametrize(("knot", "torque", "energy"), [(1e-3, 2e-3, 1e-4), (1e-2, 5e-3, 1e-3)])
def test_a_free_arm_does_as_in_mujoco(knot: float, torque: float, energy: float, monkeypatch) -> None:
    """Times to the step; torques but for what the cubics between knots cut off the corners of the acceleration."""
    monkeypatch.setattr(engine_rigid, "KNOT", knot)
    rigid, mujoco = ran("rigid", FREE), ran("mujoco", FREE)
    assert rigid["cycle_time"] == pytest.approx(mujoco["cycle_time"], abs=1e-9)
    assert rigid["max_torque_ratio"] == pytest.approx(mujoco["max_torque_ratio"], rel=torque)
    assert rigid["energy"] == pytest.approx(mujoco["energy"], rel=energy)
    assert rigid["tcp_path_error"] == pytest.approx(mujoco["tcp_path_error"], abs=5e-6)


def test_planned_torques_are_those_that_are_driven() -> None:
    """The check before a motion, with the payload, against what the controller then asked for."""
    mujoco = ran("mujoco", FREE)
    assert mujoco["planned_torque_ratio"] == pytest.approx(mujoco["max_torque_ratio"], rel=0.02)


def test_a_carried_part_weighs_the_same() -> None:
    """The part hangs on a rigid mount here and on a constraint there; it is let go above nothing, so only the way counts."""
    data = yaml.safe_load(yaml.safe_dump(FREE))
    data["parts"] = {
        "box": {"shape": {"box": {"size": [0.08, 0.08, 0.08]}}, "mass": 5.0, "pose": {"position": [0.55, -0.3, 0.44]}},
    }
    data["fixtures"] = {"table": {"shape": {"table": {"size": [0.3, 0.3], "height": 0.4}}, "pose": {"position": [0.55, -0.3, 0.4]}}}
    data["robots"]["arm"]["base"] = {}
    data["program"]["arm"]["steps"] = [
        {"name": "above", "move_joint": {"to": {"frame": "box", "position": [0, 0, 0.1], "roll": "180 deg"}}},
        {"name": "down", "move_linear": {"to": {"frame": "box", "position": [0, 0, 0.035], "roll": "180 deg"}}},
        {"name": "take", "grip": {"part": "box", "force": 2000.0}},
        {"name": "lift", "move_linear": {"by": [0, 0, 0.15], "speed": 0.3}},
        {"name": "swing", "move_joint": {"joints": {"lbr_iiwa_joint_1": 0.8}}},
    ]
    rigid, mujoco = ran("rigid", data), ran("mujoco", data)
    assert rigid["cycle_time"] == pytest.approx(mujoco["cycle_time"], rel=5e-3)
    assert rigid["max_torque_ratio"] == pytest.approx(mujoco["max_torque_ratio"], rel=0.05)
    assert rigid["energy"] == pytest.approx(mujoco["energy"], rel=0.05)
