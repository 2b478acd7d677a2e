"""Random trees: recursions on floats, on columns, and the generated source, with and without the compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from robot_reference import answers, by_floats, has_mass, largest_error, motions, rich_tree

from robots import dynamics, stepping
from robots.mechanism import mechanism
from robots.model import Joint, Link, Robot
from robots.recipes import GRAVITY, Options
from twin.errors import BadInput

TREES = range(320)
ROWS = 2
INTERPRETED = """
import sys
import numpy as np
from robot_reference import answers, motions, rich_tree

found = {}
for seed in range(320):
    robot = rich_tree(seed)
    found |= {f"{seed} {name}": x for name, x in answers(robot, motions(robot, 2, seed), path="compiled").items()}
np.savez(sys.argv[1], **found)
"""


@pytest.fixture(scope="module")
def interpreted(tmp_path_factory) -> dict[str, np.ndarray]:
    """What the generated source of every tree says when Python runs it."""
    folder = tmp_path_factory.mktemp("interpreted")
    path = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, sys.path)])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "TWIN_CACHE": str(folder), "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", INTERPRETED, str(folder / "found.npz")], env=environment, check=True, timeout=300)
    with np.load(folder / "found.npz") as found:
        return dict(found)


def slowly(robot: Robot, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`answers`, from recursions on plain floats."""
    link, losses = (robot.links[-1].name,), Options(losses=True)
    q, qd, qdd, tau = ({name: rows[name]} for name in ("q", "qd", "qdd", "tau"))
    found = {
        "frames": by_floats(robot, "frames", Options(link), **q)["T"],
        "jacobian": by_floats(robot, "jacobian", Options(link), **q)["J"],
        "local": by_floats(robot, "jacobian", Options(link, local=True), **q)["J"],
        "inverse_dynamics": by_floats(robot, "inverse_dynamics", losses, **q, **qd, **qdd)["tau"],
        "bias": by_floats(robot, "bias", **q, **qd)["tau"],
        "gravity": by_floats(robot, "gravity", **q)["tau"],
        "inertia_matrix": by_floats(robot, "inertia_matrix", **q)["M"],
        "energies": by_floats(robot, "energies", **q, **qd)["energy"],
        "centre_of_mass": by_floats(robot, "centre_of_mass", **q)["com"],
    }
    if has_mass(robot):
        found["forward_dynamics"] = by_floats(robot, "forward_dynamics", losses, **q, **qd, **tau)["qdd"]
    return found


def every_tree() -> Iterator[tuple[Robot, dict[str, np.ndarray]]]:
    for seed in TREES:
        robot = rich_tree(seed)
        yield robot, motions(robot, ROWS, seed)


def test_every_kind_of_robot_is_among_the_trees() -> None:
    trees = [rich_tree(seed) for seed in TREES]
    kinds = {joint.kind for robot in trees for joint in robot.joints}
    assert kinds == {"revolute", "continuous", "prismatic", "fixed", "floating"}
    assert sum(robot.nq != robot.nv for robot in trees) > 40
    assert sum(mechanism(robot).mimics for robot in trees) > 40
    assert sum(not has_mass(robot) for robot in trees) > 10
    assert sum(any(joint.armature and joint.friction for joint in robot.joints) for robot in trees) > 20


def test_columns_equal_floats() -> None:
    for robot, rows in every_tree():
        slow = slowly(robot, rows)
        fast = answers(robot, rows, path="generic")
        assert fast.keys() == slow.keys()
        for name in slow:
            assert largest_error(fast[name], slow[name]) <= 1e-10, (robot.name, name)


def test_the_generated_source_equals_columns(interpreted) -> None:
    seeds = {int(name.split()[0]) for name in interpreted}
    assert len(seeds) >= 200
    for seed in seeds:
        robot = rich_tree(seed)
        for name, values in answers(robot, motions(robot, ROWS, seed), path="generic").items():
            assert largest_error(interpreted[f"{seed} {name}"], values) <= 1e-10, (robot.name, name)


@pytest.mark.parametrize("seed", [1, 5, 7, 20, 21, 24, 37])
def test_the_compiled_source_equals_the_interpreted_one(seed: int, interpreted) -> None:
    robot = rich_tree(seed)
    rows = motions(robot, ROWS, seed)
    losses = {"losses": True, "path": "compiled"}
    tau = dynamics.inverse_dynamics(robot, rows["q"], rows["qd"], rows["qdd"], **losses)
    assert largest_error(tau, interpreted[f"{seed} inverse_dynamics"]) <= 1e-10
    qdd = dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"], **losses)
    assert largest_error(qdd, interpreted[f"{seed} forward_dynamics"]) <= 1e-10


def test_newton_euler_in_root_axes_equals_the_generated_source_in_body_axes() -> None:
    """Two formulations that share no line: the first knows no floating joints and no rotors."""
    compared = 0
    for robot, rows in every_tree():
        if robot.nq == robot.nv and not any(joint.armature for joint in robot.joints):
            motion = rows["q"], rows["qd"], rows["qdd"]
            tau = dynamics.inverse_dynamics(robot, *motion, path="generic")
            names = ("q", "qd", "qdd")
            assert largest_error(tau, by_floats(robot, "inverse_dynamics", **dict(zip(names, motion, strict=True)))["tau"]) <= 1e-10
            compared += 1
    assert compared > 50


def test_forces_are_inertia_times_acceleration_and_bias() -> None:
    for robot, rows in every_tree():
        q, qd, qdd = rows["q"], rows["qd"], rows["qdd"]
        M, bias = dynamics.inertia_matrix(robot, q, path="generic"), dynamics.bias_force(robot, q, qd, path="generic")
        tau = np.einsum("nij,nj->ni", M, qdd) + bias
        assert largest_error(dynamics.inverse_dynamics(robot, q, qd, qdd, path="generic"), tau) <= 1e-10, robot.name
        kinetic = 0.5 * np.einsum("ni,nij,nj->n", qd, M, qd)
        assert largest_error(dynamics.energy(robot, q, qd, path="generic").kinetic, kinetic) <= 1e-12, robot.name


def test_inverse_dynamics_takes_forward_dynamics_back() -> None:
    for robot, rows in every_tree():
        if has_mass(robot):
            q, qd, tau = rows["q"], rows["qd"], rows["tau"]
            qdd = dynamics.forward_dynamics(robot, q, qd, tau, losses=True, path="generic")
            back = dynamics.inverse_dynamics(robot, q, qd, qdd, losses=True, path="generic")
            assert largest_error(back, tau) <= 1e-8, robot.name


def test_power_is_the_rate_of_energy() -> None:
    """Coordinates of a floating base do not move as its speeds do: `rates` says how."""
    h = 1e-5
    for robot, rows in every_tree():
        q, qd, qdd = (rows[name][0] for name in ("q", "qd", "qdd"))
        steady = np.array(stepping.rates(mechanism(robot), q.tolist(), qd.tolist()), dtype=float)
        turn = (np.array(stepping.rates(mechanism(robot), (q + h * steady).tolist(), (qd + h * qdd).tolist()), dtype=float) - steady) / h
        times = h * np.array([[1.0], [-1.0]])
        ahead, behind = np.sum(dynamics.energy(robot, q + times * steady + 0.5 * times**2 * turn, qd + times * qdd, path="generic"), axis=0)
        power = dynamics.inverse_dynamics(robot, q, qd, qdd, path="generic")[0] @ qd
        scale = max(1.0, abs(ahead), abs(power))
        assert abs((ahead - behind) / (2 * h) - power) <= 1e-5 * scale, robot.name


def test_a_joint_that_moves_nothing_heavy_is_named() -> None:
    for robot, rows in every_tree():
        if not has_mass(robot):
            with pytest.raises(BadInput, match=r"joint joint\d+: .*nothing with inertia.*armature"):
                dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"])


def test_a_rotor_makes_up_for_a_missing_mass() -> None:
    def turning(armature: float) -> Robot:
        joint = Joint("idle", "continuous", "root", "frame", armature=armature)
        return Robot("frame", (Link("root"), Link("frame")), (joint,))

    with pytest.raises(BadInput, match="joint idle"):
        dynamics.forward_dynamics(turning(0.0), [0.0], [0.0], [1.0])
    assert dynamics.forward_dynamics(turning(0.5), [0.0], [0.0], [1.0]) == pytest.approx(2.0)


def test_a_free_body_falls() -> None:
    robot = next(robot for robot, _ in every_tree() if robot.nq != robot.nv and has_mass(robot) and not mechanism(robot).mimics)
    still = np.zeros(robot.nv)
    qdd = dynamics.forward_dynamics(robot, robot.home, still, still)[0]
    floating = robot.independent[0]
    falling = floating.origin[:3, :3].T @ np.array(GRAVITY)
    np.testing.assert_allclose(qdd, [*falling, *np.zeros(robot.nv - 3)], atol=1e-10)
