"""The commands on a hall: exit codes, files beside the result, why it failed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from twin.scene import read_glb

pytestmark = pytest.mark.slow
Twin = Callable[..., CompletedProcess]


def test_a_broken_hall_fails_with_its_findings(twin: Twin, tmp_path: Path) -> None:
    ran = twin("run", "smt_line_layout_broken", "--out", "out", "--json")
    assert ran.returncode == 1, ran.stderr
    result = json.loads(ran.stdout)
    assert result["verdict"] == "fail"
    files = tmp_path / "out" / "files"
    assert (files / "plan.svg").read_text(encoding="utf-8").count("<text") > 30
    assert (files / "plan.png").stat().st_size > 20_000
    assert (files / "hall.png").stat().st_size > 20_000
    scene = read_glb(tmp_path / "out" / "scene.glb")
    assert len(scene.markers) == result["scalars"]["findings"]["value"]
    said = twin("explain", "out").stdout
    assert "no way on foot of 0.6 m width leads from repair to a door" in said
    assert "remedy" in said


def test_a_hall_is_checked_before_it_runs(twin: Twin, tmp_path: Path) -> None:
    (tmp_path / "bad.twin.yaml").write_text("twin: 1\nkind: layout\nsite: smt_line\nplace: {ovn: {}}\n", encoding="utf-8")
    ran = twin("check", "bad.twin.yaml")
    assert ran.returncode == 2
    assert "Did you mean oven" in ran.stdout + ran.stderr
