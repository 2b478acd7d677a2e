"""What is wrong with a cell is told before anything runs: where, what was given, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from twin.errors import BadScenario
from twin.physics.cell import EXAMPLE
from twin.scenario import check, load


def faults(overrides: Mapping[str, str], name: str = "server_sled_insertion") -> str:
    with pytest.raises(BadScenario) as caught:
        load(name, overrides)
    return str(caught.value)


def test_the_example_is_good(tmp_path: Path) -> None:
    file = tmp_path / "cell.twin.yaml"
    file.write_text(EXAMPLE)
    assert check(file) == []


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"parts.sled.mass": "-5 kg"}, ["parts.sled.mass", "-5"]),
        ({"parts.sled.mass": "5 mm"}, ["parts.sled.mass", "length"]),
        ({"parts.sled.mass": "'5'"}, ["parts.sled.mass", "no unit", "5 kg"]),
        ({"parts.sled.inertia": "[1, 1, 5]"}, ["parts.sled", "sum of the other two"]),
        ({"parts.sled.pose.frame": "carte"}, ["carte", "cart"]),
        ({"parts.sled.offset.position.z": "-10 mm"}, ["parts.sled", "mm inside cart"]),
        ({"robots.installer.model": "h10"}, ["h10", "h10w"]),
        ({"robots.installer.posture.lft": "0.1"}, ["lft", "lift"]),
        ({"program.right.arm": "rihgt"}, ["rihgt", "right"]),
        ({"program.right.robot": "instaler"}, ["instaler", "installer"]),
        ({"program.right.steps.push.insert.into": "rak"}, ["rak", "rack"]),
        ({"program.right.steps.push.insert.direction": "[0, 0, 0]"}, ["direction", "not zero"]),
        ({"program.right.steps.take.grip.part": "sledge"}, ["sledge", "sled"]),
        ({"force_filter": "180"}, ["time_step", "at most 1.27 ms", "force_filter 180"]),
        ({"time_step": "4 ms"}, ["time_step", "at most 3.81 ms", "force_filter 60"]),
        ({"engine": "bullet"}, ["engine", "bullet", "pybullet"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_fault_is_named_with_its_remedy(overrides: dict[str, str], words: list[str]) -> None:
    message = faults(overrides)
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("together: true", "together: false", ["left and right both do", "together: true"]),
        ("{name: let_go, release: {onto: bench}}", "{name: again, grip: {part: server}}", ["still holds server"]),
        ("step: right.take", "step: right.tak", ["right.tak", "right.take"]),
        ("{name: lower, move_linear", "{name: lift, move_linear", ["a name of its own"]),
    ],
)
def test_programs_that_contradict_themselves(old: str, new: str, words: list[str], tmp_path: Path) -> None:
    from twin import assets

    text = assets.bundled()["h10w_two_arm_lift"].read_text()
    assert old in text
    file = tmp_path / "lift.twin.yaml"
    file.write_text(text.replace(old, new))
    message = "\n".join(map(str, check(file)))
    for word in words:
        assert word in message, message


def test_two_tracks_cannot_move_one_arm(tmp_path: Path) -> None:
    from twin import assets

    file = tmp_path / "lift.twin.yaml"
    file.write_text(assets.bundled()["h10w_two_arm_lift"].read_text().replace("arm: left", "arm: right"))
    assert any("belongs to track" in str(fault) for fault in check(file))


def test_a_mesh_outside_the_allowed_folders_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cell.twin.yaml"
    file.write_text(EXAMPLE.replace("{box: {size: [100 mm, 80 mm, 60 mm]}}", "{mesh: {path: /etc/hostname}}"))
    assert any("/etc/hostname" in str(fault) for fault in check(file))
