"""CUDA without a GPU: the simulator gives the CPU's crash, and PTX of float32 kernels holds no float64 and no call."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.require import needs
from twin.errors import BadInput, EngineMissing
from twin.kinds import Context, Silent, Target
from twin.physics.crash import KIND
from twin.physics.crash.spec import CrashSpec

CAPABILITIES = [(9, 0), (10, 0), (12, 0)]
GROUPS = ["hexahedra", "tetrahedra", "walls", "contact", "whole"]
PROGRAM = str(Path(__file__).with_name("crash_on_both.py"))
STEEL = {"density": 7850, "young": 210e9}
BOX = {"shape": {"box": {"size": [0.003, 0.003, 0.003], "counts": [1, 1, 1]}}, "material": STEEL}
ELEMENTS = ["strain_linear", "strain_table", "strain_johnson_cook", "strain_linear_tet", "strain_table_tet", "strain_johnson_cook_tet"]
NODES = ["gather_node", "move_node", "push_node", "tick", "press_node", "spread_node", "pick_rows"]


def _ran(group: str, tolerance: float, **variables: str) -> None:
    environment = {**os.environ, **variables}
    done = subprocess.run([sys.executable, PROGRAM, group, str(tolerance)], env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_the_simulator_equals_the_cpu(group: str) -> None:
    """Chosen before numba is imported, hence a process of its own; uncompiled, for compiling the CPU's loops would take longer."""
    needs("cudasim", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")
    _ran(group, 1e-9 if group == "whole" else 1e-12, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")


@pytest.mark.parametrize("group", GROUPS)
def test_a_gpu_equals_the_cpu(group: str) -> None:
    """Where there is one; its fused sums round otherwise, and yielding and contact take the last digits apart."""
    if not Path("/proc/driver/nvidia/version").exists():
        pytest.skip("no NVIDIA GPU in this machine")
    _ran(group, 1e-8)


def _text(name: str, kind: Any, capability: tuple[int, int]) -> str:
    """PTX of a kernel for floats of a kind."""
    needs("ptx", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")
    from numba import int32, int64, types

    from twin.kernel.cuda import ptx
    from twin.physics.crash import contact_cuda, elements_cuda, nodes_cuda

    v, m, c, w = kind[::1], kind[:, ::1], kind[:, :, ::1], int64[::1]
    i, i2, i3 = int32[::1], int32[:, ::1], int32[:, :, ::1]
    signatures = {
        "strain": (w, i3, c, i, m, m, m, v, v, v, int64),
        "gather_node": (w, i, v, m, v),
        "move_node": (m, m, m, v, m, m, i, m, m, v, c, w, v, v, i2, v, v),
        "push_node": (i, w, w, i, m, w, v, v, m, m, m, v),
        "tick": (v, m, m, v, c, m, v, v, w, v, kind),
        "press_node": (i, w, i, i, i2, v, m, v, v, v, i, m, m, v, m, m, v, v, m, m, v),
        "spread_node": (i, w, i, i, i, i, m, m, m, v),
        "pick_rows": (c, w, c),
    }
    signature = next(signatures[k] for k in signatures if name.startswith(k))
    function = next(getattr(module, name) for module in (elements_cuda, nodes_cuda, contact_cuda) if hasattr(module, name))
    return ptx(function, types.void(*signature), capability)


@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize("name", [*ELEMENTS, *NODES])
def test_float32_kernels_are_pure(name: str, capability: tuple[int, int]) -> None:
    from numba import float32

    text = _text(name, float32, capability)
    assert name == "pick_rows" or re.findall(r"\.f32", text)  # it only moves numbers
    assert re.findall(r"\.f64", text) == []
    assert re.findall(r"\bcall\b", text) == []


@pytest.mark.parametrize("name", [*ELEMENTS, *NODES])
def test_float64_kernels_call_nothing_but_a_power(name: str) -> None:
    """Runs are in float64; the vendor's library keeps its exact power, which rates and Johnson and Cook's law need, in a routine."""
    from numba import float64

    text = _text(name, float64, CAPABILITIES[0])
    called = set(re.findall(r"\bcall\S*\s+\([^)]*\),\s*(\w+)", text))
    assert called == ({"__internal_accurate_pow"} if "table" in name or "johnson" in name else set())
    assert len(re.findall(r"\bcall\b", text)) == len(re.findall("call.uni .retval0., __internal_accurate_pow", re.sub(r"\s+", " ", text)))
    assert ".local" not in text  # all in registers


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"springs": {"a": {"between": [{"set": "x_low"}, {"set": "x_high"}], "stiffness": 1e3}}}, "springs"),
        ({"model": BOX | {"material": STEEL | {"rigid": True}}}, "rigid bodies"),
    ],
)
def test_what_has_no_loops_on_cuda_is_refused(given: dict[str, Any], what: str, tmp_path: Path) -> None:
    spec = CrashSpec.model_validate({"model": BOX, "impact": {"speed": 1}, "until": 1e-5} | given)
    with pytest.raises(BadInput, match=what) as caught:
        KIND.simulate(spec, Target("cuda"), Silent(), Context(tmp_path))
    assert (caught.value.where, caught.value.given) == ("--target", "cuda")


def test_a_machine_without_a_gpu_says_so(tmp_path: Path) -> None:
    needs("cudasim", find_spec("numba_cuda"), "numba-cuda is not installed (extra `cuda`)")
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("there is an NVIDIA GPU in this machine")
    spec = CrashSpec.model_validate({"model": BOX, "impact": {"speed": 1}, "until": 1e-5})
    with pytest.raises(EngineMissing, match="--target"):
        KIND.simulate(spec, Target("cuda"), Silent(), Context(tmp_path))
