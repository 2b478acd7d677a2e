"""Robots: compiled batches beside pinocchio, mujoco and pybullet; inverse kinematics beside pinocchio and TRAC-IK.

Ours takes arrays whose columns are contiguous, pinocchio's batches arrays (nq, n) arm by arm: each side its own layout, and
a row shows what another one costs. Before the clock runs, both sides must give the same numbers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import robots_cells, robots_ik, robots_stepping
from benchmarks.robots_case import Case, made, same
from benchmarks.robots_models import dense, through_urdf
from benchmarks.robots_native import NotBuilt, frame_jacobians
from benchmarks.robots_peers import Pinocchio
from benchmarks.table import required
from robots import load
from robots.compile import Kernel, compiled
from robots.dynamics import forward_dynamics, inverse_dynamics
from robots.model import Robot
from robots.recipes import Options
from twin.errors import EngineMissing

__all__ = ["rows"]

ARMS = 4096
CPP_RATE = 2.2e6  # pinocchio's poses and Jacobians a second from C++, -march=native, one Zen 4 core, iiwa
LAYOUT = "columns contiguous; pinocchio (nq, n) arm by arm"
FLAT = "rows contiguous, turned on every call; pinocchio (nq, n) arm by arm"
COMPARED = 64  # rows that go through the peers' Python before the clock runs

Dynamics = Callable[..., np.ndarray]


def rows(
    n: int = ARMS,
    repeats: int = 15,
    seconds: float = 0.05,
    targets: int = 10_000,
    peer_targets: int = 300,
    ik_repeats: int = 5,
    cells: int = 4096,
) -> list[dict[str, Any]]:
    """All cases.

    Args:
        n: robots in a batch; repeats: turns of each side, of `seconds` each.
        targets, peer_targets: poses for our inverse kinematics, and how many of them the peers get; ik_repeats: turns.
        cells: of the batch that goes through the dispatcher.
    """
    robots = _installed()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        cases: list[Case] = []
        if "iiwa" in robots:
            cases += _dynamics(robots["iiwa"], folder, n, extras=True)
        cases += _dynamics(dense(), folder, n)
        if "iiwa" in robots:
            cases += robots_stepping.cases(robots["iiwa"], folder, n, stack)
        table = [found for case in cases for found in case.rows(repeats, seconds)]
        table += robots_ik.rows(robots, folder, repeats=ik_repeats, targets=targets, peer_targets=peer_targets)
        return table + (robots_cells.rows(cells) if "iiwa" in robots else [])


def _installed() -> dict[str, Robot]:
    robots = {}
    for name in ("iiwa", "panda", "h10w"):
        with suppress(EngineMissing):
            robots[name] = load(name)
    return robots


def _dynamics(robot: Robot, folder: Path, n: int, *, extras: bool = False) -> Iterator[Case]:
    """ABA, RNEA, pose and Jacobian of one robot; the extras are ABA of other layouts and types."""
    robot, urdf = through_urdf(robot, folder)
    rng = np.random.default_rng(0)
    arrays = [rng.uniform(-size, size, (n, robot.nq)) for size in (1.5, 1.0, 20.0)]
    peer = Pinocchio(urdf) if required("pinocchio") else None
    kinds: tuple[tuple[str, str, Dynamics], ...] = (
        ("aba", "forward_dynamics", forward_dynamics),
        ("rnea", "inverse_dynamics", inverse_dynamics),
    )
    for name, algorithm, function in kinds:
        kernel = compiled(robot, algorithm, Options(), "float64")
        case = Case(f"{name} {robot.name} f64", "arms/s", _onto(kernel, arrays), n, f"{LAYOUT}; {made(kernel)}")
        if peer:
            work, out = (peer.aba if name == "aba" else peer.rnea)(*arrays)
            work()
            same(case.name, case.ours(), out)
            case.peers["pinocchio"] = (work, n)
        yield case
        if extras:
            columns = [np.asfortranarray(x) for x in arrays]
            public = partial(function, robot, *columns, path="compiled")
            yield Case(f"{case.name}, checked", "arms/s", public, n, f"through robots.dynamics.{algorithm}", peers=case.peers)
        if extras and name == "aba":
            flat = partial(function, robot, *arrays, path="compiled")
            yield Case(f"{case.name}, C-ordered input", "arms/s", flat, n, FLAT, peers=case.peers)
            yield _narrow(robot, arrays, case)
    yield _frame_jacobian(robot, arrays[0], peer)


def _onto(kernel: Kernel, arrays: Sequence[np.ndarray]) -> Callable[[], np.ndarray]:
    """A call of the kernel as a peer's batch is called: arrays as it likes them, results into memory that is there already."""
    groups = {name: np.asfortranarray(x, dtype=kernel.dtype) for name, x in zip(kernel.text.inputs, arrays, strict=True)}
    n = len(arrays[0])
    (name, out), *_ = kernel(groups, n).items()

    def call() -> np.ndarray:
        return kernel(groups, n, out={name: out})[name]

    return call


def _narrow(robot: Robot, arrays: list[np.ndarray], wide: Case) -> Case:
    """ABA in float32 beside float64."""
    kernel = compiled(robot, "forward_dynamics", Options(), "float32")
    ours, note = _onto(kernel, arrays), made(kernel)
    same(wide.name, ours(), wide.ours(), 1e-3)
    return Case(f"aba {robot.name} f32 over f64", "arms/s", ours, wide.per, note, "float32", peers={"ours f64": (wide.ours, wide.per)})


def _frame_jacobian(robot: Robot, q: np.ndarray, peer: Pinocchio | None) -> Case:
    n, columns, tool = len(q), np.asfortranarray(q), next(iter(robot.arms.values())).tool

    kernel = compiled(robot, "jacobian", Options((tool,)), "float64")
    out = kernel({"q": columns}, n)

    def ours() -> Mapping[str, np.ndarray]:
        return kernel({"q": columns}, n, out=out)

    note = f"pose (4, 4) and Jacobian (6, {robot.nv}) of the tool from one kernel; {made(kernel)}"
    case = Case(f"fk+jacobian {robot.name} f64", "arms/s", ours, n, note)
    if peer is None:
        return case
    T, J = ours()["T"].reshape(n, 4, 4), ours()["J"].reshape(n, 6, robot.nv)
    work, one = peer.frame_jacobian(tool, q)
    poses, jacobians = map(np.array, zip(*(one(row) for row in q[:COMPARED]), strict=True))
    same(case.name, T[:COMPARED], poses)
    same(case.name, J[:COMPARED], jacobians)
    case.peers["pinocchio"] = (work, n)
    case.remarks["pinocchio"] = "from Python, one by one: computeFrameJacobian LOCAL_WORLD_ALIGNED, updateFramePlacement"
    try:
        native, poses, jacobians = frame_jacobians(peer.model, tool, q)
    except NotBuilt as error:
        case.references["pinocchio c++"] = CPP_RATE
        case.remarks["pinocchio c++"] = f"the peer's is a reference rate from another run, of the iiwa: {error}"
        return case
    native()
    same(case.name, T, poses)
    same(case.name, J, jacobians)
    case.peers["pinocchio c++"] = (native, n)
    case.remarks["pinocchio c++"] = "its headers in a C++ loop, -O3 -march=native"
    return case
