"""Arms that fall freely: semi-implicit Euler on every side, no contacts, limits or losses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.robots_case import Case, made, same
from benchmarks.robots_models import falling, through_urdf
from benchmarks.robots_peers import BULLET_STEPS, Bullet, Mujoco
from benchmarks.table import required
from robots import stepping
from robots.compile import Dtype
from robots.march import march
from robots.model import Robot
from robots.parameters import Parameters

__all__ = ["cases"]

STEPS, DT = 100, 1e-3


def cases(robot: Robot, folder: Path, n: int, stack: ExitStack) -> Iterator[Case]:
    """float64, float32, and two threads; `stack` closes the peers' worlds."""
    free, urdf = through_urdf(falling(robot), folder)
    rng = np.random.default_rng(1)
    q, qd = rng.uniform(-1.5, 1.5, (n, free.nq)), rng.uniform(-1.0, 1.0, (n, free.nq))
    run = partial(_run, free, q, qd)
    one, narrow, two = (_case(robot, free, run, n, *kind) for kind in (("float64", 1), ("float32", 1), ("float64", 2)))
    two.peers["one thread"] = (one.ours, one.per)
    if required("mujoco"):
        for threads, its in ((1, (one, narrow)), (2, (two,))):
            work, states = stack.enter_context(Mujoco(urdf, DT).rollout(q, qd, STEPS, threads))
            work()
            ends = one.ours()
            same(one.name, np.hstack([ends.q, ends.qd]), states[:, -1, 1:])
            for case in its:
                case.peers["mujoco"] = (work, case.per)
                case.remarks["mujoco"] = "rollout, float64, semi-implicit Euler, constraints and passive forces off"
    if required("pybullet"):
        world = Bullet(urdf, DT)
        stack.callback(world.close)
        world.steps(q[0], qd[0], STEPS)()
        same(one.name, one.ours().q[0], world.state())
        for case in (one, narrow):
            case.peers["pybullet"] = (world.steps(q[0], qd[0]), BULLET_STEPS)
            case.remarks["pybullet"] = "stepSimulation, float64, one arm in its world"
    yield from (one, narrow, two)


def _case(robot: Robot, free: Robot, run: Any, n: int, dtype: Dtype, threads: int) -> Case:
    name = f"contact-free step {robot.name} f{dtype[-2:]}" + (f", {threads} threads" if threads > 1 else "")
    note = f"{STEPS} steps of {DT * 1e3:g} ms"
    if threads == 1:
        choice = stepping.Choice("euler", control=False, limits=False, losses=False, rows=Parameters().rows())
        note += f"; {made(march(stepping.plan(free, choice), f'step_euler_{free.name}', dtype))}"  # `run` finds it again
    return Case(name, "steps/s", run(dtype, threads), n * STEPS, note, dtype, threads)


def _run(free: Robot, q: np.ndarray, qd: np.ndarray, dtype: Dtype, threads: int) -> Any:
    """A call that advances all arms from the same start."""
    columns = [np.asfortranarray(x, dtype=dtype) for x in (q, qd)]
    settings: dict[str, Any] = {"dt": DT, "steps": STEPS, "limits": False, "losses": False, "dtype": dtype, "threads": threads}
    return lambda: stepping.run(free, *columns, **settings)
