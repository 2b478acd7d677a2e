"""A wheel built from the tree works from any folder: bundled scenarios, robots and the player come along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_wheel_runs_the_main_scenario(tmp_path: Path) -> None:
    wheels, site, work = tmp_path / "wheels", tmp_path / "site", tmp_path / "work"
    work.mkdir()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True, timeout=600)
    (wheel,) = wheels.glob("factory_twin-*.whl")
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)], check=True, timeout=300)
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *words], cwd=work, env=environment, capture_output=True, text=True, timeout=300, check=False)

    assert python("-c", "import twin; print(twin.__file__)").stdout.startswith(str(site))
    ran = python("-m", "twin", "run", "server_sled_insertion", "--json", "--out", "result")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["verdict"] == "pass"
    seen = python("-m", "twin", "view", "result", "--html", "page.html")
    assert seen.returncode == 0, seen.stderr
    assert (work / "page.html").stat().st_size > 500_000
