"""Sites: frames as a tree, files that include each other; and which files a scenario may name."""

from __future__ import annotations

import os

import numpy as np
import pytest

from twin.errors import BadInput, UnknownName
from twin.scenario import Pose, check, identity, load, resolve

HEAD = "twin: 1\nkind: noop\nsite: hall.site.yaml\n"
HALL = """\
frames:
  line: {position: [1 m, 0, 0], yaw: 90 deg}
  cell: {frame: line, position: [2, 0, 0], yaw: 90 deg}
"""


def test_frames_are_composed_down_the_tree(write) -> None:
    write(HALL, "hall.site.yaml")
    site = load(write(HEAD)).site
    assert np.allclose(site.T_world("cell")[:3, 3], [1, 2, 0])
    assert np.allclose(site.T_world("cell")[:3, :3], np.diag([-1, -1, 1]))
    assert np.allclose(site.world(Pose(frame="cell", position=(1, 0, 0)))[:3, 3], [0, 2, 0])
    assert np.allclose(site.T_world("world"), np.eye(4))
    with pytest.raises(UnknownName, match="Did you mean cell"):
        site.T_world("cel")


def test_poses_may_stand_in_site_frames_and_no_others(write) -> None:
    write(HALL, "hall.site.yaml")
    assert check(write(HEAD + "pose: {frame: cell}")) == []
    (fault,) = check(write(HEAD + "pose: {frame: cel}"))
    assert (fault.path, fault.line) == ("pose.frame", 4)
    assert "Did you mean cell" in fault.remedy


def test_sites_include_others_and_their_bytes_are_in_the_id(write) -> None:
    write("include: [parts/line.site.yaml]\nframes: {cell: {frame: line}}", "hall.site.yaml")
    line = write("frames: {line: {position: [1, 0, 0]}}", "parts/line.site.yaml")
    scenario = load(write(HEAD + "pose: {frame: cell}"))
    assert len(scenario.site.files) == 2
    before = identity(scenario)
    line.write_text("frames: {line: {position: [2, 0, 0]}}", encoding="utf-8")
    assert identity(scenario) != before


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"hall": "include: [hall.site.yaml]"}, "hall.site.yaml -> hall.site.yaml"),
        ({"hall": "include: [b.site.yaml]", "b": "include: [hall.site.yaml]"}, "hall.site.yaml -> b.site.yaml -> hall.site.yaml"),
        ({"hall": "include: [none.site.yaml]"}, "an existing file"),
        ({"hall": "frames:\n  a: {frame: b}\n  b: {frame: a}"}, "a -> b -> a"),
        ({"hall": "frames: {a: {frame: a}}"}, "a -> a"),
        ({"hall": "frames: {a: {frame: bb}, bbb: {}}"}, "Did you mean bbb"),
        ({"hall": "frames: {world: {}}"}, "not `world`"),
        ({"hall": "include: [b.site.yaml]\nframes: {a: {}}", "b": "frames: {a: {}}"}, "a name used once"),
        ({"hall": "frames: {a: {yaw: 3 m}}"}, "a finite number, or text with a unit, in rad"),
        ({"hall": "frmes: {}"}, "Did you mean frames"),
        ({"hall": "a: 1\na: 2"}, "each key once"),
    ],
)
def test_faults_of_sites_name_the_site_s_file(write, files: dict, said: str) -> None:
    for name, text in files.items():
        write(text, f"{name}.site.yaml")
    faults = check(write(HEAD))
    assert said in str(faults)
    assert all(fault.file.endswith(".site.yaml") and fault.line for fault in faults)


def test_paths_may_lead_into_the_scenario_s_tree_only(tmp_path, write, monkeypatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    inside, outside = write("x", "home/sub/a.stl"), write("x", "elsewhere/b.stl")
    monkeypatch.chdir(home)
    assert resolve("sub/a.stl", home) == inside.resolve()
    assert resolve(inside, home) == inside.resolve()
    os.symlink(outside, home / "link.stl")
    os.symlink(elsewhere, home / "folder")
    for path in (outside, "../elsewhere/b.stl", "link.stl", "folder/b.stl"):
        with pytest.raises(BadInput, match="copy it beside the scenario"):
            resolve(path, home)
    for path in ("sub", "sub/none.stl", ""):
        with pytest.raises(BadInput, match="existing file"):
            resolve(path, home)
    monkeypatch.chdir(tmp_path)  # what lies below the working folder may be read too
    assert resolve("../elsewhere/b.stl", home) == outside.resolve()
