"""CUDA without a GPU: the simulator gives the lanes' numbers, and PTX of float32 kernels holds no float64 and no call."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import robots
from robots import march, stepping, tracking
from robots.chains import branches
from robots.compile import kernel_text, on_threads
from robots.mechanism import mechanism
from robots.parameters import Rows
from robots.recipes import RECIPES, Options
from tests.require import needs
from twin.kernel import module_of

CAPABILITIES = [(9, 0), (10, 0), (12, 0)]

IN_SIMULATOR = """
import sys
import numpy as np, robots
from robots import dynamics, kinematics, stepping, tracking
from robots.chains import branches

robot, rng = robots.load("iiwa"), np.random.default_rng(0)
q, qd, u = rng.uniform(-1, 1, (3, 5, 7))
both = {"cpu": {"path": "compiled"}, "cuda": {"device": "cuda"}}

def worst(values):
    a, b = (np.asarray(values[d], dtype=float) for d in ("cpu", "cuda"))
    return float(np.abs(a - b).max() / max(1.0, np.abs(a).max()))

found = {}
found["forward dynamics"] = worst({d: dynamics.forward_dynamics(robot, q, qd, u, **o) for d, o in both.items()})
found["inverse dynamics"] = worst({d: dynamics.inverse_dynamics(robot, q, qd, u, **o) for d, o in both.items()})
found["jacobian"] = worst({d: kinematics.jacobian(robot, q, "tool", **o) for d, o in both.items()})
for dtype in ("float64", "float32"):
    for scheme in ("euler", "rk4"):
        runs = {d: stepping.run(robot, q, qd, dt=1e-3, steps=4, every=2, tau=u, scheme=scheme, dtype=dtype, device=d) for d in both}
        for part in ("q", "qd", "history_q", "torque"):
            found[f"{scheme} {dtype} {part}"] = worst({d: getattr(run, part) for d, run in runs.items()})
arm = branches(robots.reduce(robot))[0].robot
knots = np.linspace(0.0, 0.02, 4)[:, None, None] * rng.uniform(-1, 1, (1, 7, 5))
steady = {"gravity": np.tile([0.0, 0.0, -9.81], (5, 1)), "bandwidth": np.full(5, 60.0), "dt": 1e-3, "steps": 3}
runs = {d: tracking.track(arm, knots, 0 * knots, device=d, **steady) for d in both}
for part in ("q", "qd", "torque", "peak", "energy"):
    found[f"tracking {part}"] = worst({d: getattr(run, part) for d, run in runs.items()})
print(found)
sys.exit(max(v for k, v in found.items() if "float32" not in k) > 1e-12 or max(found.values()) > 1e-5)
"""


@pytest.fixture(autouse=True)
def installed() -> None:
    needs("cudasim", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")


def test_the_simulator_equals_the_lanes() -> None:
    """Chosen before numba is imported, hence a process of its own."""
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, "-c", IN_SIMULATOR], env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_gpu_equals_the_lanes() -> None:
    """Where there is one; its fused sums round otherwise, by a few units in the last place."""
    if not Path("/proc/driver/nvidia/version").exists():
        pytest.skip("no NVIDIA GPU in this machine")
    done = subprocess.run([sys.executable, "-c", IN_SIMULATOR], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_gpu_the_error_says_so() -> None:
    code = "import numpy as np, robots; r = robots.load('iiwa'); robots.dynamics.forward_dynamics(r, r.home, r.home, r.home, device='cuda')"
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert "EngineMissing" in done.stderr
    assert "NVIDIA driver" in done.stderr


def pure(run, *kinds) -> None:
    """No float64 and no calls for any capability."""
    needs("ptx", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")
    from numba import types

    from twin.kernel.cuda import ptx

    for capability in CAPABILITIES:
        text = ptx(run.py_func, types.void(*kinds), capability)
        assert re.findall(r"\.f32", text)
        assert re.findall(r"\.f64", text) == []
        assert re.findall(r"\bcall\b", text) == []


def maps(name: str, algorithm: str, **options) -> None:
    from numba import types

    robot = robots.load(name)
    links = (next(iter(robot.arms.values())).tool,) if algorithm in ("frames", "jacobian") else ()
    text = kernel_text(mechanism(robot), algorithm, Options(links=links, **options), "float32")
    arrays = [types.float32[:, ::1]] * (len(text.inputs) + len(text.outputs))
    pure(on_threads(text), *arrays, types.int64)


def marches(plan: march.Plan, title: str) -> None:
    from numba import types

    _, source = march.sources(plan, title, "float32")
    flat, deep = types.float32[:, ::1], types.float32[:, :, ::1]
    written = len(plan.kept) + len(plan.records)
    arrays = [*[flat] * len(plan.fixed), *[deep] * len(plan.knots), *[flat] * len(plan.state), *[deep] * written]
    pure(module_of(f"{title}_ptx", source).run, *arrays, types.float32, types.int64, types.int64, types.int64)


def test_forward_dynamics_is_pure() -> None:
    maps("iiwa", "forward_dynamics")


def test_tracking_is_pure() -> None:
    marches(tracking.plan(branches(robots.reduce(robots.load("iiwa")))[0].robot, ("tool",)), "track")


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", sorted(set(RECIPES) - {"forward_dynamics"}))
def test_every_algorithm_is_pure(algorithm: str) -> None:
    maps("iiwa", algorithm)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "algorithm"), [("panda", "forward_dynamics"), ("h10w", "inverse_dynamics"), ("h10w", "frames")])
def test_mimics_and_branches_are_pure(name: str, algorithm: str) -> None:
    maps(name, algorithm)


@pytest.mark.slow
def test_rows_losses_and_any_gravity_are_pure() -> None:
    rows = Rows(mass=True, damping=True, friction=True, armature=True, payload=("tool",))
    maps("iiwa", "forward_dynamics", losses=True, gravity=None, rows=rows)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_stepping_is_pure(scheme: str) -> None:
    choice = stepping.Choice(scheme, control=True, limits=True, losses=True, rows=Rows())  # type: ignore[arg-type]
    marches(stepping.plan(robots.load("iiwa"), choice), f"step_{scheme}")


CELL = """\
twin: 1
kind: cell
name: small_step
engine: rigid
time_step: 4 ms
robots: {arm: {model: iiwa}}
program:
  arm:
    robot: arm
    steps:
      - {name: go, move_joint: {joints: {lbr_iiwa_joint_2: 0.6}}}
      - {name: line, move_linear: {by: [0, 0, -20 mm]}}
"""


@pytest.mark.slow
def test_a_cell_on_cuda_is_the_cell_on_the_cpu(twin, write) -> None:
    file = write(CELL)
    there, here = (twin("run", file, "--json", *target, NUMBA_ENABLE_CUDASIM="1") for target in (("--target", "cuda"), ()))
    assert there.returncode == here.returncode == 0, there.stderr
    on_cuda, on_cpu = json.loads(there.stdout), json.loads(here.stdout)
    assert (on_cuda["stats"]["device"], on_cpu["stats"]["device"]) == ("cuda", "cpu")
    assert on_cuda["id"] != on_cpu["id"]
    for name, scalar in on_cuda["scalars"].items():
        assert scalar["value"] == pytest.approx(on_cpu["scalars"][name]["value"], rel=1e-12, abs=1e-12)
