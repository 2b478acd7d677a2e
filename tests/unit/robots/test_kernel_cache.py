"""Compiled kernels are kept on disk, found by the next process, and left behind when a source changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robots import dynamics
from robots.validate import double_pendulum
from twin.kernel import module_of

MODULE = """
from twin.kernel import loop
from neighbour import twice


@loop
def total(x):
    s = 0.0
    for i in range(x.shape[0]):
        s += twice(x[i])
    return s
"""
NEIGHBOUR = "from twin.kernel import scalar\n\n\n@scalar\ndef twice(x):\n    return FACTOR * x\n"
ROBOT = """
import json
from robots import compile, dynamics
from robots.validate import double_pendulum

robot = double_pendulum((0.7, 0.45), (3.0, 1.7))
qdd = dynamics.forward_dynamics(robot, [0.3, -1.0], [1.0, 2.0], [0.5, 0.1], path="compiled")
kernel = compile.compiled(robot, "forward_dynamics")
print(json.dumps({"cached": kernel.made.cached, "qdd": qdd.tolist()}))
"""
RUN = "import numpy as np, looping; print(looping.total(np.ones(3)), sum(looping.total.stats.cache_hits.values()))"


def _run(folder: Path, factor: str) -> list[str]:
    (folder / "looping.py").write_text(MODULE)
    (folder / "neighbour.py").write_text(NEIGHBOUR.replace("FACTOR", factor))
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONPATH": path, "TWIN_CACHE": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_cache_is_found_again_and_knows_its_neighbours(tmp_path) -> None:
    assert _run(tmp_path, "2.0") == ["6.0", "0"]
    assert _run(tmp_path, "2.0") == ["6.0", "1"]
    assert _run(tmp_path, "3.0") == ["9.0", "0"]  # numba alone would find the old kernel: its own file has not changed
    assert list((tmp_path / "cache" / "kernels").iterdir())


def test_loops_run_without_the_compiler() -> None:
    code = (
        "import numpy as np, robots; r = robots.load('h10w'); a = r.arms['left'];"
        "T = robots.kinematics.forward(r, r.home + 0.01, [a.tool])[:, 0];"
        "print(robots.ik.solve(r, a.tool, T, seed=r.home, joints=a.joints).state[0], robots.dynamics.gravity_torque(r, r.home).shape)"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split(maxsplit=1) == ["converged", "(1, 21)\n"], done.stderr


def _kernel(cache: Path, **variables: str) -> tuple[bool, str]:
    """Whether a process of its own found the robot's kernel in this cache, and its complaints; its answer must be right."""
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "TWIN_CACHE": str(cache), **variables}
    done = subprocess.run([sys.executable, "-c", ROBOT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    robot = double_pendulum((0.7, 0.45), (3.0, 1.7))
    wanted = dynamics.forward_dynamics(robot, [0.3, -1.0], [1.0, 2.0], [0.5, 0.1], path="generic")
    np.testing.assert_allclose(answer["qdd"], wanted, rtol=1e-12)
    return answer["cached"], done.stderr


@pytest.fixture(scope="module")
def warm(tmp_path_factory) -> Path:
    """A cache in which a first process has left the robot's kernel."""
    cache = tmp_path_factory.mktemp("warm") / "cache"
    assert _kernel(cache) == (False, "")
    shutil.copytree(cache, cache.with_name("sound"))
    return cache


@pytest.fixture
def cache(warm) -> Path:
    """The same again, to be damaged; at the same place, which numba's index names."""
    shutil.rmtree(warm)
    return Path(shutil.copytree(warm.with_name("sound"), warm))


def test_the_next_process_finds_a_robots_kernel(cache) -> None:
    assert _kernel(cache) == (True, "")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scribbled(file: Path) -> None:
    file.write_bytes(bytes(range(256)) * 8)


@pytest.mark.parametrize(("kind", "damage"), [("nbi", cut), ("nbc", cut), ("nbc", scribbled), ("py", cut)])
def test_a_damaged_cache_is_mended(kind: str, damage: Callable[[Path], None], cache) -> None:
    files = list((cache / "kernels").rglob(f"*.{kind}"))
    assert files
    for file in files:
        damage(file)
    _kernel(cache)
    assert _kernel(cache) == (True, "")


def test_a_cache_that_cannot_be_written_costs_time_alone(tmp_path) -> None:
    (tmp_path / "file").write_text("no folder")
    cached, complaint = _kernel(tmp_path / "file" / "cache")
    assert not cached
    assert "cannot be written" in complaint


def test_another_processor_compiles_its_own_kernel(cache) -> None:
    elsewhere = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}
    assert _kernel(cache, **elsewhere) == (False, "")
    assert _kernel(cache, **elsewhere) == (True, "")
    assert _kernel(cache) == (True, "")


def test_shared_loops_survive_a_torn_cache(tmp_path) -> None:
    """Those that are written by hand, not generated: poses of all links."""
    code = "import robots; r = robots.load('h10w'); print(robots.kinematics.all_links(r, r.home).sum())"
    environment = {**os.environ, "TWIN_CACHE": str(tmp_path)}

    def ran() -> str:
        return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout

    whole = ran()
    for suffix in ("*.nbi", "*.nbc"):
        files = list(tmp_path.rglob(suffix))
        assert files
        for file in files:
            file.write_bytes(file.read_bytes()[:40])
        assert ran() == whole


def test_two_threads_that_want_one_module_get_it_whole() -> None:
    source = "import time\n\ntime.sleep(0.05)\nvalue = 7\n"
    with ThreadPoolExecutor(4) as pool:
        modules = list(pool.map(lambda _: module_of("slow_to_import", source), range(4)))
    assert [module.value for module in modules] == [7] * 4
