"""Batches that cannot be computed, and batches with rows that cannot: told by name and index, and never a neighbour's harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from robot_reference import largest_error, long_chain, motions

import robots
from robots import dynamics, kinematics, stepping
from robots.compile import LARGEST, too_large
from robots.model import Joint, Link, Robot
from twin.errors import BadInput, UnknownName

Call = Callable[..., np.ndarray]
COUNT, SPOILT = 21, [3, 17]

CALLS: dict[str, tuple[tuple[str, ...], Call]] = {
    "forward": (("q",), lambda robot, q, **options: kinematics.forward(robot, q, ["tool"], **options)),
    "jacobian": (("q",), lambda robot, q, **options: kinematics.jacobian(robot, q, "tool", **options)),
    "inverse dynamics": (("q", "qd", "qdd"), dynamics.inverse_dynamics),
    "forward dynamics": (("q", "qd", "tau"), dynamics.forward_dynamics),
    "inertia matrix": (("q",), dynamics.inertia_matrix),
    "bias": (("q", "qd"), dynamics.bias_force),
    "gravity": (("q",), dynamics.gravity_torque),
    "energy": (("q", "qd"), lambda *given, **options: np.transpose(dynamics.energy(*given, **options))),
    "centre of mass": (("q",), dynamics.centre_of_mass),
}
SPOILABLE = [(name, array) for name, (arrays, _) in CALLS.items() for array in arrays]


@pytest.fixture(scope="module")
def iiwa() -> Robot:
    return robots.load("iiwa")


@pytest.fixture(scope="module")
def eel() -> Robot:
    return long_chain("eel", 60)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("path", ["compiled", "generic"])
@pytest.mark.parametrize(("name", "array"), SPOILABLE)
def test_a_row_that_is_not_finite_is_told_and_spoils_no_other(name: str, array: str, path: Any, iiwa, caplog) -> None:
    arrays, call = CALLS[name]
    rows = motions(iiwa, COUNT)
    spoilt = {key: values.copy() for key, values in rows.items()}
    spoilt[array][SPOILT, 3] = [np.nan, np.inf]
    found = call(iiwa, *(spoilt[key] for key in arrays), path=path)
    told = {(record.name, record.levelname, record.getMessage()) for record in caplog.records}
    assert told == {("twin", "WARNING", f"{array} of robot iiwa: rows 3, 17 are not finite; their results are NaN")}
    others = np.delete(np.arange(COUNT), SPOILT)
    assert (found[others] == call(iiwa, *(rows[key][others] for key in arrays), path=path)).all()
    assert all(not np.isfinite(found[row]).all() for row in SPOILT)


def test_many_spoilt_rows_are_counted(iiwa, caplog) -> None:
    q = motions(iiwa, 50)["q"]
    q[::2] = np.nan
    dynamics.bias_force(iiwa, q, np.zeros(7))
    assert "rows 0, 2, 4, 6, 8, 10, 12, 14, 16, 18 and 15 more are not finite" in caplog.text


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_large_numbers_are_no_fault(iiwa, caplog) -> None:
    dynamics.bias_force(iiwa, np.full((4, 7), 1e308), np.zeros(7))
    assert not caplog.records


SHAPES = {
    "too few joints": (np.zeros(6), np.zeros(7), ["q of robot iiwa", "(6,)", "(n, 7)", "lbr_iiwa_joint_1"]),
    "too many joints": (np.zeros((5, 7)), np.zeros((5, 8)), ["qd of robot iiwa", "(5, 8)", "(n, 7)"]),
    "too deep": (np.zeros((1, 5, 7)), np.zeros(7), ["q of robot iiwa", "(1, 5, 7)"]),
    "one number": (0.0, np.zeros(7), ["q of robot iiwa", "()"]),
    "two lengths": (np.zeros((4, 7)), np.zeros((5, 7)), ["robot iiwa", "q: 4", "qd: 5"]),
}


@pytest.mark.parametrize("path", ["compiled", "generic"])
@pytest.mark.parametrize("case", SHAPES)
def test_arrays_that_do_not_fit_are_told(case: str, path: Any, iiwa) -> None:
    q, qd, words = SHAPES[case]
    for call in (dynamics.bias_force, lambda *given, **options: dynamics.forward_dynamics(*given, np.zeros(7), **options)):
        with pytest.raises(BadInput) as caught:
            call(iiwa, q, qd, path=path)
        assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "fast"}, ["path", "fast", "auto, compiled, generic, ready"]),
        ({"dtype": "float16"}, ["dtype", "float16", "float32, float64"]),
        ({"path": "Compiled"}, ["Did you mean compiled"]),
    ],
)
@pytest.mark.parametrize("name", CALLS)
def test_unknown_words_are_told(name: str, options: dict[str, Any], words: list[str], iiwa) -> None:
    arrays, call = CALLS[name]
    with pytest.raises(UnknownName) as caught:
        call(iiwa, *(motions(iiwa, 2)[key] for key in arrays), **options)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_unknown_axes_and_links_are_told(iiwa) -> None:
    with pytest.raises(UnknownName, match="local, root"):
        kinematics.jacobian(iiwa, np.zeros(7), "tool", axes="world")
    with pytest.raises(UnknownName, match="Did you mean tool"):
        kinematics.jacobian(iiwa, np.zeros(7), "tol", path="compiled")
    with pytest.raises(UnknownName, match="lbr_iiwa_link_7"):
        kinematics.forward(iiwa, np.zeros(7), ["tool", "lbr_iiwa_link_8"], path="compiled")


@pytest.mark.parametrize("gravity", [(0.0, 0.0), (0.0, 0.0, np.nan), (0.0, 0.0, -9.81, 0.0)])
def test_gravity_that_cannot_be_is_told(gravity: Any, iiwa) -> None:
    with pytest.raises(BadInput, match="gravity"):
        dynamics.bias_force(iiwa, np.zeros(7), np.zeros(7), gravity=gravity)


def test_a_tree_of_sixty_joints_takes_the_generic_path_and_says_so(caplog) -> None:
    robot = long_chain("long eel", 60)
    rows = motions(robot, 300)
    with caplog.at_level(logging.INFO, "twin"):
        qdd = dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"])
        dynamics.forward_dynamics(robot, rows["q"], rows["qd"], rows["tau"])
    notes = [record for record in caplog.records if "long eel" in record.getMessage()]
    assert [(note.levelname, "60 moving bodies" in note.getMessage()) for note in notes] == [("INFO", True)]
    assert largest_error(dynamics.inverse_dynamics(robot, rows["q"], rows["qd"], qdd), rows["tau"]) <= 1e-8


def test_a_tree_of_sixty_joints_is_not_compiled(eel) -> None:
    rows = motions(eel, 2)
    for call in (dynamics.bias_force, lambda *given, **options: dynamics.forward_dynamics(*given, rows["tau"], **options)):
        with pytest.raises(BadInput, match=rf"robot eel: moving bodies: 60.*at most {LARGEST}.*generic path"):
            call(eel, rows["q"], rows["qd"], path="compiled")
    with pytest.raises(BadInput, match=f"at most {LARGEST}"):
        kinematics.jacobian(eel, rows["q"], "link60", path="compiled")


def test_the_limit_is_counted_in_moving_bodies() -> None:
    assert not too_large(long_chain("eel", LARGEST))
    assert too_large(long_chain("eel", LARGEST + 1))


def test_results_that_never_vary_are_compiled_too(iiwa) -> None:
    """The pose of the root link: nothing is left to compute."""
    T = kinematics.forward(iiwa, np.zeros((300, 7)), ["lbr_iiwa_link_0"], path="compiled")
    assert (np.eye(4) == T).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r, q: dynamics.inverse_dynamics(r, q, q, q, gravity=(0, 0)), "three finite numbers"),
        (lambda r, q: dynamics.inverse_dynamics(r, q, q, q, gravity=(0, 0, np.nan)), "three finite numbers"),
        (lambda r, q: dynamics.inertia_matrix(r, "seven joints"), "numbers, all rows of one length"),
        (lambda r, q: dynamics.inertia_matrix(r, [[0.0] * 7, [0.0] * 6]), "numbers, all rows of one length"),
        (lambda r, q: dynamics.bias_force(r, np.zeros((0, 7)), np.zeros((0, 7))), "at least one"),
        (lambda r, q: stepping.run(r, q, q, dt=1e-3, steps=10.0), "whole numbers"),
        (lambda r, q: stepping.run(r, q, q, dt=1e-3, steps=10, every=0), "whole numbers"),
        (lambda r, q: stepping.run(r, q, q, dt="1 ms", steps=10), "a time > 0"),
        (lambda r, q: stepping.run(r, q, q, dt=1e-3, steps=1, device="tpu"), "tpu"),
        (lambda r, q: stepping.run(r, q, q, dt=1e-3, steps=1, dtype="float16"), "float16"),
    ],
)
def test_what_is_no_number_is_told(iiwa, call, words: str) -> None:
    with pytest.raises((BadInput, UnknownName), match=words):
        call(iiwa, np.zeros((2, 7)))


def test_unknown_keywords_are_no_options(iiwa) -> None:
    with pytest.raises(TypeError, match="pth"):
        dynamics.gravity_torque(iiwa, np.zeros(7), pth="compiled")


def test_a_nan_passes_the_limits_of_a_step(iiwa) -> None:
    q = np.zeros((3, 7))
    q[1, 2] = np.nan
    run = stepping.run(iiwa, q, np.zeros((3, 7)), dt=1e-3, steps=5)
    assert np.isnan(run.q[1]).any()
    assert np.isfinite(run.q[[0, 2]]).all()


def test_motions_that_move_no_mass_together_are_told() -> None:
    """Two joints about one axis with nothing in between: each moves a mass, but not one against the other."""
    links = (Link("root"), Link("ring"), Link("arm", 1.0, np.array([0.1, 0.0, 0.0]), 0.01 * np.eye(3)))
    robot = Robot("coaxial", links, (Joint("first", "continuous", "root", "ring"), Joint("second", "continuous", "ring", "arm")))
    still = np.zeros(2)
    with pytest.raises(BadInput, match="nothing with inertia"):
        dynamics.forward_dynamics(robot, still, still, still)


def test_a_robot_without_mass_has_energy_none_and_no_centre() -> None:
    robot = Robot("frames", (Link("root"), Link("tip")), (Joint("turn", "continuous", "root", "tip"),))
    assert dynamics.energy(robot, np.ones(1), np.ones(1)).kinetic[0] == 0.0
    with pytest.raises(BadInput, match="no moving body with mass"):
        dynamics.centre_of_mass(robot, np.ones(1))
