"""Cells as columns say what each cell says alone: poses, faults, keys of launches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.cell.test_rigid_cells import carrying, spec
from twin.errors import BadInput
from twin.kinds import Context, Silent, Target
from twin.physics.cell import KIND
from twin.physics.cell.each import Each
from twin.physics.cell.frames import Frames
from twin.physics.cell.places import Places
from twin.physics.cell.spec import CellSpec
from twin.scenario.schema import Pose

HERE = Context(Path.cwd())


def test_what_cells_share_is_made_once() -> None:
    made: list[str] = []

    def length(word: str) -> int:
        made.append(word)
        return len(word)

    a, b = "".join(["tw", "in"]), "cell"
    words = Each.of([a, b, a, a])
    assert words.numbers(length).tolist() == [4, 4, 4, 4]
    assert made == ["twin", "cell"]
    assert list(words) == [a, b, a, a]
    assert words.map(str.upper)[2] == "TWIN"
    assert words.some(np.array([2, 3])).distinct == [a]
    assert Each.of([a, b]).which.tolist() == [0, 1]


def standing(x: float, inside: str = "world", **of_bench: Any) -> CellSpec:
    """A cell whose robot stands in a frame, and a bench."""
    bench = {"shape": {"table": {"size": [0.8, 0.6], "height": 0.75}}, "pose": {"position": [1.0, 0.2, 0.0], "yaw": 0.4, **of_bench}}
    return spec(fixtures={"bench": bench}, robots__arm__base={"frame": inside, "position": [x, 0.1, 0.2], "roll": 0.3, "pitch": -0.2 * x})


def test_poses_are_those_of_each_cell_in_whatever_frame() -> None:
    specs = [standing(0.1), standing(0.2, "bench"), standing(0.3, "bench"), standing(0.4), standing(0.5, "bench", yaw=-1.0)]
    specs.append(specs[1])
    where = Places(Each.of(specs), [HERE] * len(specs))
    poses = [Pose(frame=frame, position=(0.1 * k, 0.2, 0.3), yaw=0.1) for k, frame in enumerate(("arm", "world", "bench", "arm", "bench"))]
    found = where.world(Each.of([*poses, poses[0]]))
    for i, (one, pose) in enumerate(zip(specs, [*poses, poses[0]], strict=True)):
        frames = Frames(one)
        np.testing.assert_allclose(where.T_world("arm")[i], frames.T_world("arm"), atol=1e-15)
        np.testing.assert_allclose(found[i], frames.world(pose), atol=1e-15)


def test_things_that_stand_in_each_other_are_told() -> None:
    with pytest.raises(BadInput, match="stand in each other"):
        Places(Each.of([standing(0.1, "bench", frame="arm")]), [HERE]).T_world("arm")


def test_faults_found_once_are_those_of_each_cell() -> None:
    """Neither a sound cell nor another fault hides a fault; numbers make no new question."""
    assert not KIND.check(standing(0.1), HERE)
    assert not KIND.check(standing(0.2), HERE)
    assert [fault.path for fault in KIND.check(standing(0.3, "bank"), HERE)] == ["robots.arm.base.frame"]
    assert [fault.given for fault in KIND.check(standing(0.3, "bunk"), HERE)] == ["bunk"]
    assert [fault.path for fault in KIND.check(standing(0.3, "bench", frame="arm"), HERE)] == [
        "robots.arm.base.frame",
        "fixtures.bench.pose.frame",
    ]
    bad_posture = spec(robots__arm__posture={"elbow": 0.1})
    assert [fault.path for fault in KIND.check(bad_posture, HERE)] == ["robots.arm.posture.elbow"]
    assert not KIND.check(spec(), HERE)
    steps = [{"name": "go", "move_joint": {"joints": {"elbow": 0.1}}}]
    assert "elbow" in str(KIND.check(spec(program={"arm": {"robot": "arm", "steps": steps}}), HERE)[0])


def test_only_numbers_and_frames_may_differ_in_a_launch() -> None:
    key = KIND.cost(standing(0.1)).batch_key
    assert KIND.cost(standing(0.2, "bench")).batch_key == key
    assert KIND.cost(spec()).batch_key != key
    to = {"name": "line", "move_linear": {"to": {"position": [0.5, 0.1, 0.5]}}}
    assert KIND.cost(spec(program__arm__steps__1=to)).batch_key != KIND.cost(spec()).batch_key
    assert KIND.cost(spec(time_step=1e-3)).batch_key != KIND.cost(spec()).batch_key


def test_names_of_scalars_are_those_of_the_cell() -> None:
    assert "final_error.box.position" in KIND.scalars(carrying())
    assert "final_error.box.position" not in KIND.scalars(spec())
    assert "step.arm.line.time" in KIND.scalars(spec())
    assert "step.arm.line.time" not in KIND.scalars(carrying())


def test_no_cells_give_no_results() -> None:
    assert KIND.simulate_many is not None
    assert KIND.simulate_many([], Target(), Silent(), []) == []


def test_cells_without_contact_load_no_filters() -> None:
    """What a worker of such cells does not need, it does not wait for."""
    code = "import sys, twin.physics.cell.rigid, twin.physics.cell.check; print({'scipy.signal', 'ruckig', 'trimesh'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
