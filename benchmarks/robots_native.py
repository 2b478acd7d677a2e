"""Pinocchio's C++ rate: `frame_jacobian.cpp` compiled for this processor, once, where compiler and headers are at hand."""

from __future__ import annotations

import ctypes
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from sysconfig import get_path
from typing import Any

import numpy as np

from twin.kernel.cache import folder
from twin.scenario.identity import cpu_features

__all__ = ["NotBuilt", "frame_jacobians"]

SOURCE = Path(__file__).with_name("frame_jacobian.cpp")
FLAGS = (
    "-std=c++17", "-O3", "-march=native", "-DNDEBUG", "-w", "-shared", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique",
    "-DBOOST_MPL_LIMIT_LIST_SIZE=30", "-DBOOST_MPL_LIMIT_VECTOR_SIZE=30", "-DBOOST_MPL_CFG_NO_PREPROCESSED_HEADERS",
)  # fmt: skip
TAKES_LONGER = 900.0  # seconds after which the compiler is given up


class NotBuilt(Exception):
    """Why there is no measured rate."""


def frame_jacobians(model: Any, frame: str, q: np.ndarray) -> tuple[Any, np.ndarray, np.ndarray]:
    """A function that computes pinocchio's poses and Jacobians of all rows of q (n, joints), and the two arrays it fills:
    (n, 4, 4) and (n, 6, joints).

    Raises:
        NotBuilt: no compiler, no Eigen, a compiler's error, or joints that do not turn about z.
    """
    joints = model.joints.tolist()[1:]
    if {joint.shortname() for joint in joints} != {"JointModelRZ"} or model.frames[model.getFrameId(frame)].parentJoint != len(joints):
        raise NotBuilt("the loop knows chains of joints about z only")
    library = ctypes.CDLL(str(_built()))
    library.chain.restype = ctypes.c_void_p
    placements = np.ascontiguousarray([placed.homogeneous for placed in model.jointPlacements.tolist()[1:]])
    tool = np.ascontiguousarray(model.frames[model.getFrameId(frame)].placement.homogeneous)
    handle = ctypes.c_void_p(library.chain(len(joints), _pointer(placements), _pointer(tool)))
    rows = np.ascontiguousarray(q)
    T, J = np.zeros((len(q), 4, 4)), np.zeros((len(q), len(joints), 6))

    def run() -> None:
        library.frame_jacobians(handle, len(rows), _pointer(rows), _pointer(T), _pointer(J))

    return run, T.transpose(0, 2, 1), J.transpose(0, 2, 1)


def _pointer(array: np.ndarray) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def _built() -> Path:
    """The shared library, in the cache folder under a hash of everything that it is made of."""
    import pinocchio

    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise NotBuilt("no C++ compiler")
    include = [_headers(pinocchio), _eigen()]
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout
    made_of = [SOURCE.read_text(), pinocchio.__version__, version, *FLAGS, *map(str, include), *sorted(cpu_features())]
    target = folder().parent / "benchmarks" / f"frame_jacobian_{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}.so"
    if not target.exists():
        print("compiling pinocchio's loop (once, about a minute)", file=sys.stderr)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(".part")
        command = [compiler, *FLAGS, *(f"-I{path}" for path in include), str(SOURCE), "-o", str(aside)]
        try:
            subprocess.run(command, capture_output=True, text=True, check=True, timeout=TAKES_LONGER)
        except subprocess.CalledProcessError as error:
            first = next((line for line in error.stderr.splitlines() if "error" in line), "no message")
            raise NotBuilt(f"the compiler failed: {first}") from error
        except subprocess.TimeoutExpired as error:
            raise NotBuilt(f"the compiler took more than {TAKES_LONGER:.0f} s") from error
        aside.replace(target)
    return target


def _headers(pinocchio: Any) -> Path:
    """Where the wheel keeps its headers: PREFIX/include beside PREFIX/lib/pythonX.Y/site-packages/pinocchio."""
    include = Path(pinocchio.__file__).parents[4] / "include"
    if not (include / "pinocchio" / "algorithm" / "frames.hpp").is_file():
        raise NotBuilt("pinocchio's headers are not installed")
    return include


def _eigen() -> Path:
    prefixes = [Path(get_path("purelib")) / "cmeel.prefix", Path(sys.prefix), Path("/usr"), Path("/usr/local")]
    places = [prefix / "include" / "eigen3" for prefix in prefixes]
    found = next((place for place in places if (place / "Eigen" / "Core").is_file()), None)
    if found is None:
        raise NotBuilt("Eigen's headers are not installed (pip install cmeel-eigen)")
    return found
