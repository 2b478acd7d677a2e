"""Masses, losses, rotors and payloads given for each robot of a batch: each row is a robot that was built so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from robot_reference import largest_error, motions, rich_tree

import robots
from robots import dynamics
from robots.control import with_payload
from robots.inertia import Body, box, moved
from robots.mechanism import mechanism
from robots.model import Robot
from robots.parameters import Parameters, body_names
from robots.transforms import from_rpy, placed
from twin.errors import BadInput, UnknownName

COUNT = 3
JOINT_FIGURES = ("damping", "friction", "armature")


@pytest.fixture(scope="module")
def iiwa() -> Robot:
    return robots.load("iiwa")


@pytest.fixture(scope="module")
def panda() -> Robot:
    return robots.load("panda")


def given(robot: Robot, seed: int, *names: str) -> dict[str, np.ndarray]:
    """Random rows; masses are those of the robot times something."""
    rng, bodies = np.random.default_rng(seed), mechanism(robot).bodies
    rows = {name: rng.uniform(0.1, 2.0, (COUNT, len(bodies))) for name in names}
    return {name: values * [body.mass for body in bodies] if name == "mass" else values for name, values in rows.items()}


def built(robot: Robot, row: dict[str, np.ndarray]) -> Robot:
    """The robot with other figures in its description."""
    figures = {name: dict(zip(body_names(robot), values, strict=True)) for name, values in row.items()}
    joints = [replace(j, **{name: of[j.name] for name, of in figures.items() if name != "mass" and j.name in of}) for j in robot.joints]
    factors = {
        link: figures["mass"][body.name] / body.mass if "mass" in figures else 1.0
        for body in mechanism(robot).bodies
        for link in body.links
    }
    links = [replace(ln, mass=factors.get(ln.name, 1.0) * ln.mass, inertia=factors.get(ln.name, 1.0) * ln.inertia) for ln in robot.links]
    return replace(robot, joints=tuple(joints), links=tuple(links))


Said = Callable[..., np.ndarray]

FORCES: list[Said] = [
    lambda robot, q, qd, qdd, tau, **options: dynamics.inverse_dynamics(robot, q, qd, qdd, losses=True, **options),
    lambda robot, q, qd, qdd, tau, **options: dynamics.forward_dynamics(robot, q, qd, tau, losses=True, **options),
]
EVERYTHING: list[Said] = [
    *FORCES,
    lambda robot, q, qd, qdd, tau, **options: dynamics.inertia_matrix(robot, q, **options),
    lambda robot, q, qd, qdd, tau, **options: np.transpose(dynamics.energy(robot, q, qd, **options)),
    lambda robot, q, qd, qdd, tau, **options: dynamics.centre_of_mass(robot, q, **options),
]


def compare(robot: Robot, parameters: Parameters, each: list[Robot], said: list[Said] = EVERYTHING, path: Any = "generic") -> None:
    rows = motions(robot, COUNT).values()
    for says in said:
        ours = says(robot, *rows, parameters=parameters, path=path)
        for i, other in enumerate(each):
            assert largest_error(ours[i : i + 1], says(other, *(values[i] for values in rows), path="generic")) <= 1e-10


@pytest.mark.parametrize("name", ["mass", *JOINT_FIGURES])
def test_a_row_is_a_robot_that_was_built_so(name: str, panda) -> None:
    """The panda: two fingers on one coordinate, several links in one body."""
    rows = given(panda, 1, name)
    compare(panda, Parameters(**rows), [built(panda, {name: rows[name][i]}) for i in range(COUNT)])


def test_everything_at_once_through_a_compiled_kernel() -> None:
    robot = rich_tree(38)
    rows = given(robot, 2, "mass", *JOINT_FIGURES)
    link = robot.links[-1].name
    loads, each = payloads([built(robot, {name: values[i] for name, values in rows.items()}) for i in range(COUNT)], link)
    compare(robot, Parameters(**rows, payload={link: loads}), each, FORCES, "compiled")


def payloads(each: list[Robot], link: str) -> tuple[np.ndarray, list[Robot]]:
    """Boxes on a link: the rows of a batch, and the robots that carry them in their description."""
    rng, rows, carrying = np.random.default_rng(3), [], []
    for robot in each:
        size, com, turn = rng.uniform(0.05, 0.3, 3), rng.normal(size=3) * 0.1, placed(rotation=from_rpy(*rng.normal(size=3)))
        load = moved(box(rng.uniform(0.5, 5.0), size, np.eye(4)), turn)
        rows.append(payload_row(Body(load.mass, com, load.inertia)))
        carrying.append(with_payload(robot, link, load.mass, com, load.inertia))
    return np.array(rows), carrying


def payload_row(load: Body) -> list[float]:
    c, m = load.com, load.mass
    about_origin = load.inertia + m * (c @ c * np.eye(3) - np.outer(c, c))
    return [m, *(m * c), *about_origin[np.triu_indices(3)]]


@pytest.mark.parametrize("link", ["panda_hand", "panda_grasptarget", "panda_link4", "panda_leftfinger"])
def test_a_payload_on_any_link_is_a_robot_that_carries_it(link: str, panda) -> None:
    loads, each = payloads([panda] * COUNT, link)
    compare(panda, Parameters(payload={link: loads}), each)


def test_payloads_add_up(panda) -> None:
    first, each = payloads([panda] * COUNT, "panda_hand")
    second, each = payloads(each, "panda_link5")
    compare(panda, Parameters(payload={"panda_hand": first, "panda_link5": second}), each)


def test_a_payload_on_the_root_weighs_on_no_joint(panda) -> None:
    loads, _ = payloads([panda] * COUNT, "panda_hand")
    compare(panda, Parameters(payload={"panda_link0": loads}), [panda] * COUNT)


def test_one_row_stands_for_all(iiwa) -> None:
    friction = np.linspace(1.0, 2.0, 7)
    compare(iiwa, Parameters(friction=friction), [built(iiwa, {"friction": friction})] * COUNT)


def test_the_robots_own_figures_change_nothing(panda) -> None:
    own = {name: np.array([getattr(body, name) for body in mechanism(panda).bodies]) for name in ("mass", *JOINT_FIGURES)}
    compare(panda, Parameters(**own), [panda] * COUNT)


BAD = {
    "another width": ({"mass": np.ones((COUNT, 5))}, BadInput, ["mass of robot iiwa", "(3, 5)", "(3, 7)", "lbr_iiwa_joint_1"]),
    "another length": ({"friction": np.ones((2, 7))}, BadInput, ["friction of robot iiwa", "(2, 7)"]),
    "another depth": ({"damping": np.ones((1, COUNT, 7))}, BadInput, ["damping of robot iiwa"]),
    "negative": ({"armature": np.full(7, -0.1)}, BadInput, ["armature of robot iiwa", ">= 0"]),
    "NaN": ({"mass": np.full(7, np.nan)}, BadInput, ["mass of robot iiwa", "finite"]),
    "infinite": ({"friction": np.full(7, np.inf)}, BadInput, ["friction of robot iiwa", "finite"]),
    "payload of five entries": ({"payload": {"tool": np.ones(5)}}, BadInput, ["payload on tool of robot iiwa", "m, m c, inertia"]),
    "NaN in a payload": ({"payload": {"tool": np.full(10, np.nan)}}, BadInput, ["payload on tool of robot iiwa"]),
    "payload on no link": ({"payload": {"lbr_iiwa_link_8": np.ones(10)}}, UnknownName, ["payload of robot iiwa", "lbr_iiwa_link_7"]),
}


@pytest.mark.parametrize("case", BAD)
def test_figures_that_cannot_be_are_told(case: str, iiwa) -> None:
    figures, error, words = BAD[case]
    rows = motions(iiwa, COUNT)
    with pytest.raises(error) as caught:
        dynamics.inverse_dynamics(iiwa, rows["q"], rows["qd"], rows["qdd"], parameters=Parameters(**figures))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_losses_that_are_given_count_where_losses_do() -> None:
    robot = robots.load("iiwa")
    q, qd, tau = np.random.default_rng(3).normal(size=(3, 4, 7))
    rubbing = Parameters(damping=np.full(7, 2.0), friction=np.ones(7))
    free = dynamics.forward_dynamics(robot, q, qd, tau)
    assert (dynamics.forward_dynamics(robot, q, qd, tau, parameters=rubbing, path="generic") == free).all()
    assert (dynamics.forward_dynamics(robot, q, qd, tau, parameters=rubbing, losses=True) != free).any()
