"""Compiled kernels are kept on disk, found by the next process, and left behind when a source changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
