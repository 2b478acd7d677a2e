"""Compiled dynamics of real robots: equal to the slow recursions, lawful, and the same bits however a batch is cut."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from robot_reference import by_floats, largest_error, motions

import robots
from robots import dynamics, kinematics
from robots.compile import compiled
from robots.dynamics import GRAVITY
from robots.model import Robot
from robots.recipes import RECIPES, Options
from robots.transforms import from_rpy, placed

ROBOTS = ("iiwa", "panda", "h10w")
QUICK = ("frames", "jacobian", "inverse_dynamics", "forward_dynamics", "inertia_matrix")
SINGLE = [
    pytest.param(name, algorithm, marks=() if name == "iiwa" and algorithm in QUICK else pytest.mark.slow)
    for name in ROBOTS
    for algorithm in RECIPES
]
COMPILED: dict[str, Any] = {"path": "compiled"}
MEMBERS = ("inverse_dynamics", "forward_dynamics", "inertia_matrix", "jacobian")

Rows = dict[str, np.ndarray]


@pytest.fixture(params=["iiwa", "panda", pytest.param("h10w", marks=pytest.mark.slow)], scope="module")
def robot(request) -> Robot:
    return robots.load(request.param)


@pytest.fixture(scope="module")
def rows(robot) -> Rows:
    return motions(robot, 20)


def tool(robot: Robot) -> str:
    return next(iter(robot.arms.values())).tool


def chosen(robot: Robot, algorithm: str) -> Options:
    return Options((tool(robot),) if algorithm in ("frames", "jacobian") else ())


def computed(robot: Robot, algorithm: str, rows: Rows, dtype: Any = "float64", **options: Any) -> Rows:
    kernel = compiled(robot, algorithm, chosen(robot, algorithm), dtype)
    return kernel({name: rows[name] for name in kernel.text.inputs}, len(rows["q"]), **options)


def slowly(robot: Robot, algorithm: str, rows: Rows) -> Rows:
    inputs = compiled(robot, algorithm, chosen(robot, algorithm)).text.inputs
    return by_floats(robot, algorithm, chosen(robot, algorithm), **{name: rows[name] for name in inputs})


@pytest.mark.parametrize("algorithm", RECIPES)
def test_compiled_equals_the_recursion_on_floats(robot, rows, algorithm: str) -> None:
    ours = computed(robot, algorithm, rows)
    for name, values in slowly(robot, algorithm, rows).items():
        assert largest_error(ours[name], values) <= 1e-10


@pytest.mark.parametrize(("name", "algorithm"), SINGLE)
def test_single_precision_is_near(name: str, algorithm: str) -> None:
    robot = robots.load(name)
    rows = motions(robot, 20)
    ours = computed(robot, algorithm, rows, "float32")
    for group, values in slowly(robot, algorithm, rows).items():
        assert ours[group].dtype == np.float32
        assert largest_error(ours[group], values) <= 1e-5


def test_both_paths_agree(robot, rows) -> None:
    """Poses, Jacobians and torques of the generic path are other texts: Rodrigues, and Newton-Euler in root axes."""

    def said(path: Any) -> list[np.ndarray]:
        q, qd, qdd, tau = rows.values()
        return [
            kinematics.forward(robot, q, robot.link_names[-3:], path=path),
            kinematics.jacobian(robot, q, tool(robot), path=path),
            dynamics.inverse_dynamics(robot, q, qd, qdd, path=path),
            dynamics.forward_dynamics(robot, q, qd, tau, path=path),
            dynamics.inertia_matrix(robot, q, path=path),
            dynamics.bias_force(robot, q, qd, path=path),
            dynamics.gravity_torque(robot, q, path=path),
            np.array(dynamics.energy(robot, q, qd, path=path)),
            dynamics.centre_of_mass(robot, q, path=path),
        ]

    for ours, theirs in zip(said("compiled"), said("generic"), strict=True):
        assert ours.shape == theirs.shape
        assert largest_error(ours, theirs) <= 1e-10


def test_inverse_dynamics_takes_forward_dynamics_back(robot, rows) -> None:
    q, qd, tau = rows["q"], rows["qd"], rows["tau"]
    qdd = dynamics.forward_dynamics(robot, q, qd, tau, **COMPILED)
    assert largest_error(dynamics.inverse_dynamics(robot, q, qd, qdd, **COMPILED), tau) <= 1e-10


def test_inertia_is_symmetric_and_positive(robot, rows) -> None:
    M = dynamics.inertia_matrix(robot, rows["q"], **COMPILED)
    assert np.array_equal(M, np.swapaxes(M, 1, 2))
    assert (np.linalg.eigvalsh(M) > 0).all()


def test_forces_are_inertia_times_acceleration_and_bias(robot, rows) -> None:
    q, qd, qdd = rows["q"], rows["qd"], rows["qdd"]
    M, bias = dynamics.inertia_matrix(robot, q, **COMPILED), dynamics.bias_force(robot, q, qd, **COMPILED)
    tau = np.einsum("nij,nj->ni", M, qdd) + bias
    assert largest_error(dynamics.inverse_dynamics(robot, q, qd, qdd, **COMPILED), tau) <= 1e-12


def test_rate_of_inertia_less_twice_coriolis_is_skew(robot, rows) -> None:
    """Coriolis forces c(v) = C(v) v with Christoffel's symbols: C(v) w = (c(v + w) - c(v) - c(w)) / 2."""
    q, v, h, unit = rows["q"][0], rows["qd"][0], 1e-6, np.eye(robot.nv)

    def coriolis(speeds: np.ndarray) -> np.ndarray:
        return dynamics.bias_force(robot, q, speeds, **COMPILED) - dynamics.gravity_torque(robot, q, **COMPILED)

    C = (coriolis(v + unit) - coriolis(v) - coriolis(unit)).T / 2
    ahead, behind = dynamics.inertia_matrix(robot, np.array([q + h * v, q - h * v]), **COMPILED)
    S = (ahead - behind) / (2 * h) - 2 * C
    assert np.abs(S + S.T).max() <= 1e-7 * np.abs(C).max()


def test_kinetic_energy_is_half_of_speeds_times_momenta(robot, rows) -> None:
    M, qd = dynamics.inertia_matrix(robot, rows["q"], **COMPILED), rows["qd"]
    kinetic = 0.5 * np.einsum("ni,nij,nj->n", qd, M, qd)
    assert largest_error(dynamics.energy(robot, rows["q"], qd, **COMPILED).kinetic, kinetic) <= 1e-12


def around(rows: Rows, nq: int, h: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions a step before and behind along each coordinate."""
    steps = h * np.eye(nq)
    return (rows["q"][:, None] + steps).reshape(-1, nq), (rows["q"][:, None] - steps).reshape(-1, nq)


def test_weight_is_the_slope_of_potential_energy_and_that_of_the_lifted_centre_of_mass(robot, rows) -> None:
    h, nv = 1e-5, robot.nv
    ahead, behind = around(rows, robot.nq, h)
    weight = dynamics.gravity_torque(robot, rows["q"], **COMPILED)
    still, mass = np.zeros(nv), sum(part.mass for part in dynamics.mechanism(robot).bodies)
    potentials = [dynamics.energy(robot, q, still, **COMPILED).potential for q in (ahead, behind)]
    lifts = [-mass * dynamics.centre_of_mass(robot, q, **COMPILED) @ GRAVITY for q in (ahead, behind)]
    for up, down in (potentials, lifts):
        assert np.abs((up - down).reshape(-1, nv) / (2 * h) - weight).max() <= 1e-8 * np.abs(np.concatenate([up, weight.ravel()])).max()


def test_jacobian_is_the_derivative(robot, rows) -> None:
    h, frame = 1e-6, tool(robot)
    J, T = (
        function(robot, rows["q"], *of, **COMPILED) for function, of in ((kinematics.jacobian, [frame]), (kinematics.forward, [[frame]]))
    )
    ahead, behind = (kinematics.forward(robot, q, [frame], **COMPILED)[:, 0].reshape(20, robot.nq, 4, 4) for q in around(rows, robot.nq, h))
    slope = (ahead - behind) / (2 * h)
    assert np.abs(np.swapaxes(slope[..., :3, 3], 1, 2) - J[:, :3]).max() <= 1e-8
    spin = slope[..., :3, :3] @ np.swapaxes(T[:, :, :3, :3], -1, -2)
    turning = np.stack([spin[..., 2, 1], spin[..., 0, 2], spin[..., 1, 0]], axis=1)
    assert np.abs(turning - J[:, 3:]).max() <= 1e-8


def test_the_local_jacobian_is_the_root_one_in_the_links_axes() -> None:
    robot = robots.load("iiwa")
    q, frame = motions(robot, 20)["q"], tool(robot)
    R = kinematics.forward(robot, q, [frame], **COMPILED)[:, 0, :3, :3]
    root, local = (kinematics.jacobian(robot, q, frame, axes=axes, **COMPILED) for axes in ("root", "local"))
    for part in (slice(0, 3), slice(3, 6)):
        assert largest_error(R @ local[:, part], root[:, part]) <= 1e-14


def turned(robot: Robot, R: np.ndarray) -> Robot:
    """The same robot, its root's axes chosen otherwise."""
    first, T = robot.links[0].name, placed(rotation=R)
    return replace(robot, joints=tuple(replace(j, origin=T @ j.origin) if j.parent == first else j for j in robot.joints))


@pytest.mark.parametrize("path", ["compiled", "generic"])
def test_forces_do_not_depend_on_the_axes_of_the_root(path: Any) -> None:
    robot, R = robots.load("iiwa"), from_rpy(0.4, -1.1, 2.0)
    rows = motions(robot, 20)
    motion = rows["q"], rows["qd"], rows["qdd"]
    upright = dynamics.inverse_dynamics(robot, *motion, path=path)
    other = dynamics.inverse_dynamics(turned(robot, R), *motion, gravity=R @ GRAVITY, path=path)
    assert largest_error(other, upright) <= 1e-12


def equal(ours: Rows, theirs: Rows, rows: Any = slice(None)) -> bool:
    return all((ours[name][rows] == theirs[name]).all() for name in ours)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("algorithm", MEMBERS)
def test_the_bits_do_not_depend_on_how_a_batch_is_cut(algorithm: str, dtype: Any) -> None:
    robot = robots.load("iiwa")
    rows = motions(robot, 65)
    whole = computed(robot, algorithm, rows, dtype)
    for count in (1, 7, 8, 9, 64):
        first, last = ({name: x[part] for name, x in rows.items()} for part in (slice(count), slice(65 - count, 65)))
        assert equal(whole, computed(robot, algorithm, first, dtype), slice(count))
        assert equal(whole, computed(robot, algorithm, last, dtype), slice(65 - count, 65))
    for i in (0, 30, 64):
        assert equal(whole, computed(robot, algorithm, {name: x[i : i + 1] for name, x in rows.items()}, dtype), slice(i, i + 1))


@pytest.mark.parametrize("algorithm", MEMBERS)
def test_the_bits_do_not_depend_on_threads_or_memory_order(algorithm: str) -> None:
    robot = robots.load("iiwa")
    rows = motions(robot, 1001)
    alone = computed(robot, algorithm, rows)
    for threads in (2, 3, 8, 500):
        assert equal(computed(robot, algorithm, rows, threads=threads), alone)
    by_column, sliced = (
        {name: make(x) for name, x in rows.items()} for make in (np.asfortranarray, lambda x: np.repeat(x, 2, axis=1)[:, ::2])
    )
    assert equal(computed(robot, algorithm, by_column), alone)
    assert equal(computed(robot, algorithm, sliced), alone)


def test_inputs_are_left_as_they_are() -> None:
    robot = robots.load("iiwa")
    rows = motions(robot, 9)
    before = {name: x.copy() for name, x in rows.items()}
    dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"], **COMPILED)
    assert equal(rows, before)


def test_a_single_row_stands_for_all() -> None:
    robot = robots.load("iiwa")
    rows = motions(robot, 9)
    once = dynamics.forward_dynamics(robot, rows["q"], rows["qd"][0], rows["tau"][:1], **COMPILED)
    repeated = (np.tile(rows[name][0], (9, 1)) for name in ("qd", "tau"))
    assert (once == dynamics.forward_dynamics(robot, rows["q"], *repeated, **COMPILED)).all()


def test_large_batches_are_compiled_and_small_ones_are_not() -> None:
    robot = robots.load("iiwa")

    def bias(count: int, path: Any) -> np.ndarray:
        rows = motions(robot, count)
        return dynamics.bias_force(robot, rows["q"], rows["qd"], path=path)

    assert (bias(256, "compiled") != bias(256, "generic")).any(), "the last bits tell them apart"
    assert (bias(256, "auto") == bias(256, "compiled")).all()
    assert (bias(255, "auto") == bias(255, "generic")).all()


def test_what_is_not_ready_takes_the_generic_path_meanwhile() -> None:
    robot = replace(robots.load("iiwa"), name="iiwa, asked for the first time")
    q = motions(robot, 3)["q"]
    first = dynamics.gravity_torque(robot, q, path="ready")
    for thread in threading.enumerate():
        if thread.name == "compile gravity":
            thread.join(60)
    later = dynamics.gravity_torque(robot, q, path="ready")
    assert (later == dynamics.gravity_torque(robot, q, **COMPILED)).all()
    assert largest_error(first, later) <= 1e-12
