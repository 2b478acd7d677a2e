"""CUDA without a GPU: the simulator gives the CPU's flow, and PTX of float32 kernels holds no float64 and no call."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.require import needs

CAPABILITIES = [(9, 0), (10, 0), (12, 0)]

BOTH = """
import sys
import numpy as np
from tests.unit.wind.test_solver import PLANE, SPACE, case, sides_of
from twin.kinds import Target
from twin.physics.wind.boundaries import connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.state import Flow, smagorinsky_factor

worst = {}
for lattice, shape in (PLANE, SPACE):
    for dtype in (np.float64, np.float32):
        for sides, eddies in (("tunnel", 0.1), ("cavity", 0.0)):
            bodies, excess, start = case(lattice, shape)
            grid = Grid(lattice, shape)
            boundary = connect(grid, bodies, sides_of(sides, lattice.plane), None, dtype)
            arms = np.random.default_rng(0).normal(size=(len(boundary.q), 3))
            found = []
            for device in ("cpu", "cuda"):
                flow = Flow.at_rest(grid, boundary, excess, smagorinsky=smagorinsky_factor(eddies), dtype=dtype, target=Target(device))
                flow.start(*start)
                flow.advance(np.linspace(0.5, 1, 3))
                fluid = bodies == 0
                found.append((*(field[fluid] for field in flow.fields()), flow.loads(arms)[1]))
            worst[lattice.name, dtype.__name__, sides] = max(float(np.abs(a - b).max()) for a, b in zip(*found))
print(worst)
sys.exit(max(v for k, v in worst.items() if "float64" in k) > 1e-13 or max(worst.values()) > 1e-5)
"""


@pytest.fixture(autouse=True)
def installed() -> None:
    needs("cudasim", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")


def test_the_simulator_equals_the_cpu() -> None:
    """Chosen before numba is imported, hence a process of its own."""
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, "-c", BOTH], env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_benchmark_compares_before_it_times() -> None:
    """In the simulator, whose times mean nothing."""
    small = "from benchmarks.wind_gpu import rows; print(len(rows(((8, 6, 6),), steps=1, rounds=1, copied=64, compared=2)))"
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", small], env=environment, cwd=root, capture_output=True, text=True, timeout=400)
    assert (done.returncode, done.stdout.split()) == (0, ["1"]), done.stderr


def test_a_gpu_equals_the_cpu() -> None:
    """Where there is one."""
    if not Path("/proc/driver/nvidia/version").exists():
        pytest.skip("no NVIDIA GPU in this machine")
    done = subprocess.run([sys.executable, "-c", BOTH], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize(
    "name",
    [
        "sweep_cell_of_plane",
        "sweep_cell_of_space",
        "reflect_link",
        "interpolate_cell",
        "outflow_cell",
        "partial_sum",
        "outlet_level",
        "macros_of_plane",
        "macros_of_space",
        "picked",
    ],
)
def test_float32_kernels_are_pure(name: str, capability: tuple[int, int]) -> None:
    needs("ptx", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")
    from numba import float32, int64, types, uint8

    from twin.kernel.cuda import ptx
    from twin.physics.wind import loops_cuda

    f, i, pair, whole = float32[::1], int64[::1], int64[:, ::1], int64
    kinds = {
        "sweep_cell": (f, uint8[::1], pair, float32[:, ::1], float32, whole, whole, whole, whole),
        "reflect_link": (f, pair, pair, f, float32, whole),
        "interpolate_cell": (f, pair, pair, pair, f, f, f, i, i, float32, whole),
        "outflow_cell": (f, i, i, pair, float32[:, ::1], f, whole, f, f),
        "partial_sum": (f, f),
        "outlet_level": (f, float32, f, float32, f),
        "macros": (f, pair, whole, whole, whole, float32, float32[:, :, ::1]),
        "picked": (f, i, f),
    }
    signature = next(kinds[k] for k in kinds if name.startswith(k))
    text = ptx(getattr(loops_cuda, name), types.void(*signature), capability)
    assert name == "picked" or re.findall(r"\.f32", text)  # it only moves numbers
    assert re.findall(r"\.f64", text) == []
    assert re.findall(r"\bcall\b", text) == []
