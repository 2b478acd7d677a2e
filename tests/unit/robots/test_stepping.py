"""Robots through time: orders of convergence, what is conserved, what limits and friction do, and bad input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from robot_reference import largest_error, long_chain, motions
from scipy.integrate import solve_ivp

import robots
from robots import dynamics, kinematics, stepping
from robots.dynamics import GRAVITY
from robots.inertia import box
from robots.model import Joint, Link, Robot
from robots.recursions import BREAKAWAY
from robots.stepping import Controller
from robots.transforms import from_rpy, placed
from robots.validate import double_pendulum
from twin.errors import BadInput, UnknownName

FREE: dict[str, Any] = {"limits": False, "losses": False}
DT = 1e-3
Y = np.array([0.0, 1.0, 0.0])


@pytest.fixture(scope="module")
def iiwa() -> Robot:
    return robots.load("iiwa")


def slider(**figures: Any) -> Robot:
    """1 kg on a vertical rail."""
    return Robot("slider", (Link("rail"), Link("weight", 1.0)), (Joint("rise", "prismatic", "rail", "weight", **figures),))


def bar(**figures: Any) -> Robot:
    """A bar of 2 kg that turns about the vertical axis through its end."""
    body = box(2.0, (1.0, 0.1, 0.1), placed((0.5, 0.0, 0.0)))
    links = (Link("post"), Link("bar", body.mass, body.com, body.inertia))
    return Robot("bar", links, (Joint("hinge", "revolute", "post", "bar", **figures),))


@pytest.fixture(scope="module", params=["two rods", pytest.param("iiwa", marks=pytest.mark.slow)])
def arm(request) -> Robot:
    """A robot with limits of every kind."""
    if request.param == "iiwa":
        return robots.load("iiwa")
    limits = {"kind": "revolute", "lower": -2.0, "upper": 2.0, "velocity": 3.0, "effort": 60.0, "damping": 0.5, "friction": 0.1}
    rods = double_pendulum((0.7, 0.45), (3.0, 1.7))
    return replace(rods, name="two rods", joints=tuple(replace(joint, **limits) for joint in rods.joints))


def acrobat() -> Robot:
    """A body that flies free, with a limb on a hinge."""
    trunk, limb = box(5.0, (0.3, 0.2, 0.6), placed((0.1, 0.0, 0.05))), box(2.0, (0.1, 0.1, 0.7), placed((0.0, 0.1, -0.35)))
    links = (Link("world"), *(Link(name, b.mass, b.com, b.inertia) for name, b in (("trunk", trunk), ("limb", limb))))
    joints = (
        Joint("flight", "floating", "world", "trunk", placed((0.0, 0.0, 1.0), from_rpy(0.3, 0.2, -0.5))),
        Joint("shoulder", "continuous", "trunk", "limb", placed((0.0, 0.1, 0.25)), Y),
    )
    return Robot("acrobat", links, joints)


def orders(errors: list[float]) -> np.ndarray:
    """From errors at steps that halve each time."""
    return np.log2(np.array(errors[:-1]) / errors[1:])


def test_energy_of_a_falling_arm_drifts_with_the_fourth_order(iiwa) -> None:
    q, qd = motions(iiwa, 8)["q"], np.zeros((8, 7))
    before, drift = sum(dynamics.energy(iiwa, q, qd)), []
    for steps in (100, 200, 400):
        fallen = stepping.run(iiwa, q, qd, dt=0.5 / steps, steps=steps, scheme="rk4", **FREE)
        drift.append(np.abs(sum(dynamics.energy(iiwa, fallen.q, fallen.qd)) - before).max())
    assert (orders(drift) >= 3.8).all()


def swinging(start: np.ndarray, t: float) -> np.ndarray:
    """The double pendulum by Lagrange's equations and an integrator of eighth order."""
    (l1, l2), (m1, m2), g = (0.7, 0.45), (3.0, 1.7), -GRAVITY[2]

    def slope(_: float, x: np.ndarray) -> list[float]:
        a, b, ad, bd = x
        c, h = np.cos(b), m2 * l1 * l2 * np.sin(b)
        M = [[(m1 + m2) * l1**2 + m2 * (l2**2 + 2 * l1 * l2 * c), m2 * (l2**2 + l1 * l2 * c)], [m2 * (l2**2 + l1 * l2 * c), m2 * l2**2]]
        second = m2 * g * l2 * np.sin(a + b)
        return [ad, bd, *np.linalg.solve(M, [h * bd * (2 * ad + bd) - (m1 + m2) * g * l1 * np.sin(a) - second, -h * ad**2 - second])]

    return solve_ivp(slope, (0.0, t), start, method="DOP853", rtol=1e-12, atol=1e-12).y[:, -1]


@pytest.mark.parametrize(("scheme", "order"), [("euler", 1.0), ("rk4", 4.0)])
def test_a_double_pendulum_converges_to_the_closed_form(scheme: Any, order: float) -> None:
    robot, start = double_pendulum((0.7, 0.45), (3.0, 1.7)), np.array([1.2, -0.7, 0.5, 2.0])
    wanted, errors = swinging(start, 1.0), []
    for steps in (400, 800, 1600):
        done = stepping.run(robot, start[:2], start[2:], dt=1.0 / steps, steps=steps, scheme=scheme, **FREE)
        errors.append(np.abs(np.concatenate([done.q[0], done.qd[0]]) - wanted).max())
    assert np.abs(orders(errors) - order).max() <= 0.2


def momenta(robot: Robot, q: np.ndarray, qd: np.ndarray) -> np.ndarray:
    """Angular momentum about the common centre of mass in root axes, summed link by link, (n, 3)."""
    centre = dynamics.centre_of_mass(robot, q)
    parts, T = [], kinematics.all_links(robot, q)
    for i, link in enumerate(robot.links):
        speed, spin = np.split(np.einsum("nij,nj->ni", kinematics.jacobian(robot, q, link.name), qd), 2, axis=1)
        R = T[:, i, :3, :3]
        arm = np.einsum("nij,j->ni", R, link.com)
        I_spin = np.einsum("nij,jk,nlk,nl->ni", R, link.inertia, R, spin)
        parts.append(I_spin + link.mass * np.cross(T[:, i, :3, 3] + arm - centre, speed + np.cross(spin, arm)))
    return np.sum(parts, axis=0)


@pytest.fixture(scope="module")
def flight() -> tuple[Robot, np.ndarray, np.ndarray, stepping.Run]:
    """A tumbling acrobat whose shoulder pushes."""
    robot = acrobat()
    rows = motions(robot, 4)
    push = np.zeros(robot.nv)
    push[-1] = 0.3
    return (
        robot,
        rows["q"],
        rows["qd"],
        stepping.run(robot, rows["q"], rows["qd"], tau=push, dt=DT, steps=500, every=50, scheme="rk4", **FREE),
    )


def test_the_centre_of_mass_flies_a_parabola(flight) -> None:
    robot, q, qd, run = flight
    h = 1e-6
    start = dynamics.centre_of_mass(robot, q)
    step = h * np.array(
        [np.array(stepping.rates(dynamics.mechanism(robot), *pair), dtype=float) for pair in zip(q.tolist(), qd.tolist(), strict=True)]
    )
    speed = (dynamics.centre_of_mass(robot, q + step) - dynamics.centre_of_mass(robot, q - step)) / (2 * h)
    for t, then in zip(run.t, run.history_q, strict=True):
        np.testing.assert_allclose(dynamics.centre_of_mass(robot, then), start + t * speed + 0.5 * t**2 * np.array(GRAVITY), atol=1e-8)


def test_angular_momentum_of_free_flight_stays(flight) -> None:
    robot, q, qd, run = flight
    before = momenta(robot, q, qd)
    for then, speeds in zip(run.history_q, run.history_qd, strict=True):
        np.testing.assert_allclose(momenta(robot, then, speeds), before, atol=1e-9)


def test_quaternions_keep_their_length(flight) -> None:
    run = flight[-1]
    for rows in (run.q, *run.history_q):
        np.testing.assert_allclose(np.linalg.norm(rows[:, 3:7], axis=1), 1.0, atol=1e-14)


def test_a_body_turns_about_its_axis_of_symmetry_for_ever() -> None:
    """Half-implicit steps turn a quaternion by Cayley's map: 2 atan(w dt / 2) in place of w dt, without drift of its length."""
    robot = Robot(
        "top", (Link("world"), Link("top", 1.0, inertia=np.diag([1.0, 1.0, 2.0]))), (Joint("flight", "floating", "world", "top"),)
    )
    spin = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 3.0])
    run = stepping.run(robot, robot.home, spin, dt=DT, steps=1000, every=1000, **FREE)
    angle = 1000 * np.arctan(3.0 * DT / 2)
    np.testing.assert_allclose(run.q[0, 3:], [np.cos(angle), 0.0, 0.0, np.sin(angle)], atol=1e-12)
    np.testing.assert_allclose(run.qd[0, 3:], spin[3:], atol=1e-14)


def controller_of(robot: Robot, target: np.ndarray, bandwidth: float) -> Controller:
    """Critically damped with the inertia that each joint feels, and firm against what it rubs."""
    inertia = np.diag(dynamics.inertia_matrix(robot, robot.home)[0])
    return Controller(target, stiffness=20.0 + bandwidth**2 * inertia, damping=2 * bandwidth * inertia)


def test_a_controlled_arm_reaches_its_targets(arm) -> None:
    targets = motions(arm, 5)["q"]
    done = stepping.run(arm, np.zeros((5, arm.nv)), np.zeros(arm.nv), controller=controller_of(arm, targets, 10.0), dt=DT, steps=6000)
    assert np.abs(done.q - targets).max() <= 1e-3
    assert np.abs(done.qd).max() <= 1e-3


def test_what_a_controller_asks_for_is_cut_off_at_the_effort_limits(arm) -> None:
    targets = motions(arm, 5)["q"]
    run = stepping.run(
        arm, np.zeros((5, arm.nv)), np.zeros(arm.nv), controller=controller_of(arm, targets, 200.0), dt=DT, steps=200, every=1
    )
    assert (np.abs(run.torque) <= arm.effort).all()
    assert (np.abs(run.torque) == arm.effort).any()


def test_a_constant_push_adds_to_the_controller() -> None:
    done = stepping.run(bar(), [0.0], [0.0], tau=np.array([5.0]), controller=Controller(np.array([0.5]), 100.0, 20.0), dt=DT, steps=5000)
    assert done.q[0, 0] == pytest.approx(0.55, abs=1e-6)


def test_speeds_stay_within_their_limits(arm) -> None:
    rows = motions(arm, 5)
    run = stepping.run(arm, rows["q"], rows["qd"], controller=controller_of(arm, -rows["q"], 50.0), dt=DT, steps=400, every=1)
    assert (np.abs(run.history_qd) <= arm.velocity).all()
    assert (np.abs(run.history_qd) == arm.velocity).any()
    assert ((run.history_q >= arm.lower) & (run.history_q <= arm.upper)).all()


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_joint_that_is_driven_into_a_stop_halts_there(sign: float) -> None:
    robot = bar(lower=-0.5, upper=0.5)
    run = stepping.run(robot, [0.0], [0.0], tau=np.array([sign * 3.0]), dt=DT, steps=2000, every=1)
    assert run.q[0, 0] == sign * 0.5
    assert run.qd[0, 0] == 0.0
    assert (np.diff(sign * run.history_q[:, 0, 0]) >= 0.0).all()
    away = stepping.run(robot, run.q, run.qd, tau=np.array([-sign * 3.0]), dt=DT, steps=100)
    assert sign * away.q[0, 0] < 0.5


def test_without_limits_there_is_no_stop() -> None:
    run = stepping.run(bar(lower=-0.5, upper=0.5), [0.0], [0.0], tau=np.array([3.0]), dt=DT, steps=2000, limits=False)
    assert run.q[0, 0] > 1.0


def test_friction_holds_what_is_lighter() -> None:
    load, friction = -GRAVITY[2], 20.0
    run = stepping.run(slider(friction=friction), [0.0], [0.0], dt=DT, steps=1000, every=1)
    assert run.qd[0, 0] == pytest.approx(-BREAKAWAY * load / friction, rel=1e-9)
    assert (np.abs(run.history_qd) < BREAKAWAY).all()


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_friction_brakes_what_is_heavier(scheme: Any) -> None:
    run = stepping.run(slider(friction=5.0), [0.0], [0.0], dt=DT / 10, steps=10_000, scheme=scheme)
    assert run.qd[0, 0] == pytest.approx(-(9.81 - 5.0), rel=1e-3)


def test_damping_is_taken_implicitly() -> None:
    run = stepping.run(bar(damping=1e6), [0.0], [1.0], dt=0.01, steps=50, every=1)
    speeds = np.array([1.0, *run.history_qd[:, 0, 0]])
    assert (speeds >= 0.0).all()
    assert (speeds[1:] <= 1e-4 * speeds[:-1]).all()


def test_a_damped_joint_slows_down_as_the_exponential() -> None:
    inertia = dynamics.inertia_matrix(bar(), [0.0])[0, 0, 0]
    exact = np.exp(-1.5 / inertia)
    errors = [abs(stepping.run(bar(damping=1.5), [0.0], [1.0], dt=1 / n, steps=n).qd[0, 0] - exact) for n in (200, 400, 800)]
    assert np.abs(orders(errors) - 1.0).max() <= 0.1


def test_the_history_is_that_of_separate_runs_to_the_bit(arm) -> None:
    rows = motions(arm, 9)
    options: dict[str, Any] = {"controller": controller_of(arm, -rows["q"], 20.0), "dt": DT}
    whole = stepping.run(arm, rows["q"], rows["qd"], steps=60, every=20, **options)
    np.testing.assert_allclose(whole.t, [0.02, 0.04, 0.06], rtol=1e-15)
    q, qd = rows["q"], rows["qd"]
    for k in range(3):
        part = stepping.run(arm, q, qd, steps=20, **options)
        q, qd = part.q, part.qd
        assert (whole.history_q[k] == q).all()
        assert (whole.history_qd[k] == qd).all()
        assert (whole.torque[k] == part.torque[0]).all()
    assert (whole.q == q).all()
    assert (whole.qd == qd).all()


def test_the_bits_do_not_depend_on_threads_or_the_batch(arm) -> None:
    rows = motions(arm, 65)

    def ran(part: slice, threads: int = 1) -> np.ndarray:
        q, qd = rows["q"][part], rows["qd"][part]
        done = stepping.run(arm, q, qd, controller=controller_of(arm, -q, 20.0), dt=DT, steps=50, threads=threads)
        return np.hstack([done.q, done.qd])

    alone = ran(slice(None))
    assert (ran(slice(None), threads=2) == alone).all()
    for count in (1, 7, 8, 9):
        assert (ran(slice(count)) == alone[:count]).all()
        assert (ran(slice(65 - count, 65)) == alone[65 - count :]).all()


def test_single_precision_is_near() -> None:
    robot = double_pendulum((0.7, 0.45), (3.0, 1.7))
    rows = motions(robot, 8)
    single, double = (
        stepping.run(robot, rows["q"], rows["qd"], dt=DT, steps=500, every=100, dtype=dtype, **FREE) for dtype in ("float32", "float64")
    )
    assert single.q.dtype == single.history_qd.dtype == np.float32
    assert largest_error(single.history_q, double.history_q) <= 1e-4
    assert largest_error(single.history_qd, double.history_qd) <= 1e-4


def test_inputs_are_left_as_they_are() -> None:
    q, qd = np.zeros((3, 1)), np.ones((3, 1))
    stepping.run(bar(), q, qd, dt=DT, steps=10)
    assert (q == 0.0).all()
    assert (qd == 1.0).all()


FAULTS: dict[str, tuple[dict[str, Any], type[Exception], list[str]]] = {
    "no step": ({"dt": 0.0}, BadInput, ["dt", "> 0"]),
    "backwards": ({"dt": -DT}, BadInput, ["dt", "> 0"]),
    "no number": ({"dt": float("nan")}, BadInput, ["dt", "nan"]),
    "endless": ({"dt": float("inf")}, BadInput, ["dt", "inf"]),
    "no steps": ({"steps": 0}, BadInput, ["steps", "whole numbers > 0"]),
    "fewer than none": ({"steps": -5}, BadInput, ["steps"]),
    "uneven history": ({"steps": 10, "every": 3}, BadInput, ["every", "multiple"]),
    "unknown scheme": ({"scheme": "heun"}, UnknownName, ["scheme", "euler, rk4"]),
    "short q": ({"q": np.zeros(3)}, BadInput, ["q of robot iiwa", "(n, 7)", "lbr_iiwa_joint_1"]),
    "long qd": ({"qd": np.zeros((2, 8))}, BadInput, ["qd of robot iiwa", "(n, 7)"]),
    "deep tau": ({"tau": np.zeros((2, 2, 7))}, BadInput, ["tau of robot iiwa"]),
    "two lengths": ({"q": np.zeros((3, 7)), "qd": np.zeros((2, 7))}, BadInput, ["robot iiwa", "q: 3", "qd: 2"]),
    "short target": ({"controller": Controller(np.zeros(6), 1.0, 1.0)}, BadInput, ["target of robot iiwa"]),
    "short gains": ({"controller": Controller(np.zeros(7), np.ones(6), 1.0)}, BadInput, ["stiffness of robot iiwa"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_bad_input_is_told(case: str, iiwa) -> None:
    given, error, words = FAULTS[case]
    options = {"q": np.zeros(7), "qd": np.zeros(7), "dt": DT, "steps": 10, **given}
    with pytest.raises(error) as caught:
        stepping.run(iiwa, options.pop("q"), options.pop("qd"), **options)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_a_tree_too_large_to_compile_is_refused() -> None:
    with pytest.raises(BadInput, match=r"robot eel.*60 moving bodies"):
        stepping.run(long_chain("eel", 60), np.zeros(60), np.zeros(60), dt=DT, steps=1)


def test_a_joint_without_inertia_is_refused() -> None:
    robot = Robot("frame", (Link("root"), Link("tip")), (Joint("idle", "continuous", "root", "tip"),))
    with pytest.raises(BadInput, match="joint idle"):
        stepping.run(robot, [0.0], [0.0], dt=DT, steps=1)


def test_a_floating_base_has_no_joint_controller() -> None:
    with pytest.raises(BadInput, match="floating base"):
        stepping.run(acrobat(), acrobat().home, np.zeros(7), dt=DT, steps=1, controller=Controller(np.zeros(7), 1.0, 1.0))


@pytest.mark.parametrize("options", [{}, FREE], ids=["limits", "free"])
def test_a_row_that_is_not_finite_spoils_no_other(options: dict[str, Any], arm, caplog) -> None:
    """Also limits, which compare, let it through."""
    rows = motions(arm, 9)
    q = rows["q"].copy()
    q[3, 1] = np.nan
    spoilt, sound = (stepping.run(arm, start, rows["qd"], dt=DT, steps=20, every=5, **options) for start in (q, rows["q"]))
    assert f"q of robot {arm.name}: rows 3 are not finite" in caplog.text
    others = np.arange(9) != 3
    assert (spoilt.q[others] == sound.q[others]).all()
    assert (spoilt.history_qd[:, others] == sound.history_qd[:, others]).all()
    assert np.isnan(spoilt.q[3]).all()


@pytest.mark.parametrize("scheme", ["euler", "rk4"])
def test_the_history_is_the_state_at_its_times(scheme) -> None:
    robot = double_pendulum((0.7, 0.45), (3.0, 1.7))
    q, qd = np.random.default_rng(4).normal(size=(2, 5, 2))
    whole = stepping.run(robot, q, qd, dt=0.02, steps=12, every=4, scheme=scheme, limits=False)
    assert (whole.history_q[-1] == whole.q).all()
    assert (whole.history_qd[-1] == whole.qd).all()
    part = stepping.run(robot, q, qd, dt=0.02, steps=8, scheme=scheme, limits=False)
    assert (whole.history_q[1] == part.q).all()
    np.testing.assert_allclose(whole.t, [0.08, 0.16, 0.24])
