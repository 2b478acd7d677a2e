"""Machine code of robot kernels: packed operations alone. `inspect_asm` wants an uncached compile: a process with its own cache."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

ALGORITHMS = ("forward_dynamics", "inverse_dynamics", "jacobian")
COMPILE = """
import sys
from pathlib import Path
import robots
from robots.compile import compiled
from robots.recipes import Options

folder, name, dtype, *algorithms = sys.argv[1:]
robot = robots.load(name)
link = next(iter(robot.arms.values())).tool
for algorithm in algorithms:
    kernel = compiled(robot, algorithm, Options((link,) if algorithm == "jacobian" else ()), dtype)
    assert not kernel.made.cached
    Path(folder, algorithm).write_text("".join(kernel.module.run.inspect_asm().values()))
"""
ARITHMETIC = r"(?:add|sub|mul|div|sqrt|fn?m(?:add|sub)(?:132|213|231))"
PACKED = re.compile(rf"\bv?{ARITHMETIC}p[sd]\b")
SCALAR = re.compile(rf"\bv?{ARITHMETIC}s[sd]\b.*")

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the names of instructions are those of x86-64")


@pytest.fixture(
    scope="module",
    params=[("iiwa", "float64"), ("iiwa", "float32"), ("panda", "float64"), pytest.param(("panda", "float32"), marks=pytest.mark.slow)],
    ids=" ".join,
)
def assembly(request, tmp_path_factory) -> dict[str, str]:
    """Algorithm -> machine code."""
    folder = tmp_path_factory.mktemp("assembly")
    environment = {**os.environ, "TWIN_CACHE": str(folder / "cache"), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([sys.executable, "-c", COMPILE, str(folder), *request.param, *ALGORITHMS], env=environment, check=True)
    return {algorithm: Path(folder, algorithm).read_text() for algorithm in ALGORITHMS}


def test_the_patterns_find_what_they_look_for() -> None:
    assert PACKED.search("\tvfmadd231pd\t%zmm1, %zmm2, %zmm3")
    assert SCALAR.search("\tvfnmsub213ss\t%xmm1, %xmm2, %xmm3")
    assert SCALAR.search("\tmulsd\t%xmm1, %xmm2")
    assert not SCALAR.search("\tvmulps\t%zmm1, %zmm2, %zmm3\n\tsubq\t$8, %rsp\n\tvmovsd\t(%rax), %xmm0")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_all_arithmetic_is_packed(algorithm: str, assembly) -> None:
    assert len(PACKED.findall(assembly[algorithm])) > 200
    assert SCALAR.findall(assembly[algorithm]) == []
