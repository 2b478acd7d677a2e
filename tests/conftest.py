"""Makes the test kinds of tests/plugins known to this process and to every process that it starts; starts the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = str(ROOT / "tests" / "plugins")

sys.path.insert(0, PLUGINS)
os.environ["PYTHONPATH"] = os.pathsep.join([PLUGINS, *filter(None, [os.environ.get("PYTHONPATH")])])

pytest_plugins = ["pytester", "tests.services.fixtures", "tests.services.ray_fixture"]

# In a clean checkout the first text that is drawn makes hypothesis's table of characters; busy machines take seconds for it.
settings.register_profile("twin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("twin")
Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a scenario (or any other file) into the test's folder; gives back its path."""

    def written(text: str, name: str = "case.twin.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def twin(tmp_path: Path) -> Callable[..., Ran]:
    """Runs the installed command in the test's folder, with a store of its own."""
    command = Path(sys.executable).with_name("twin")

    def ran(*arguments: str | Path, **variables: str) -> Ran:
        environment = {**os.environ, "TWIN_STORE": str(tmp_path / "store"), "COLUMNS": "200", **variables}
        call = [str(command), *map(str, arguments)]
        return subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)

    return ran
