"""Slow, obvious ways to what compiled kernels compute, and random robots of every kind to try them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from robots import dynamics, kinematics
from robots.inertia import box
from robots.mechanism import mechanism
from robots.model import Joint, Link, Robot
from robots.recipes import RECIPES, Desk, Options
from robots.transforms import from_rpy, placed
from robots.tree import ordered, resolved
from twin.errors import BadInput

__all__ = ["answers", "by_floats", "has_mass", "largest_error", "long_chain", "motions", "rich_tree"]

INPUTS = {"q": "q", "v": "qd", "a": "qdd", "u": "tau", "g": "gravity"}


class Floats(Desk):
    """A desk whose symbols are one robot's numbers."""

    def __init__(self, robot: Robot, options: Options, given: Mapping[str, np.ndarray]) -> None:
        super().__init__(Silent(), mechanism(robot), options)  # type: ignore[arg-type]
        object.__setattr__(self, "given", given)

    def symbols(self, letter: str, count: int) -> list[float]:
        values = self.given[INPUTS.get(letter, letter.rstrip("_"))]
        assert len(values) == count
        return np.asarray(values, dtype=float).tolist()


class Silent:
    def note(self, text: str) -> None:
        """Numbers leave no text."""


def by_floats(robot: Robot, algorithm: str, options: Options = Options(), **rows: np.ndarray) -> dict[str, np.ndarray]:
    """The recursion on plain floats, row by row; output group -> (n, k)."""
    found = [
        RECIPES[algorithm](Floats(robot, options, dict(zip(rows, row, strict=True)))).outputs for row in zip(*rows.values(), strict=True)
    ]
    return {name: np.array([[float(x) for x in outputs[name]] for outputs in found]) for name in found[0]}


def answers(robot: Robot, rows: Mapping[str, np.ndarray], **options: Any) -> dict[str, np.ndarray]:
    """Everything that dynamics and kinematics say of motions, each (n, k); accelerations where every joint moves a mass."""
    q, qd, qdd, tau = (rows[name] for name in ("q", "qd", "qdd", "tau"))
    link, count = robot.links[-1].name, len(rows["q"])
    found = {
        "frames": kinematics.forward(robot, q, [link], **options),
        "jacobian": kinematics.jacobian(robot, q, link, **options),
        "local": kinematics.jacobian(robot, q, link, axes="local", **options),
        "inverse_dynamics": dynamics.inverse_dynamics(robot, q, qd, qdd, losses=True, **options),
        "bias": dynamics.bias_force(robot, q, qd, **options),
        "gravity": dynamics.gravity_torque(robot, q, **options),
        "inertia_matrix": dynamics.inertia_matrix(robot, q, **options),
        "energies": np.transpose(dynamics.energy(robot, q, qd, **options)),
        "centre_of_mass": dynamics.centre_of_mass(robot, q, **options),
    }
    if has_mass(robot):
        found["forward_dynamics"] = dynamics.forward_dynamics(robot, q, qd, tau, losses=True, **options)
    return {name: np.asarray(values).reshape(count, -1) for name, values in found.items()}


def has_mass(robot: Robot) -> bool:
    """Whether forces on every joint have a finite answer."""
    try:
        dynamics.require_mass(robot)
    except BadInput:
        return False
    return True


def largest_error(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference, relative to the largest entry."""
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape
    assert np.isfinite(theirs).all()
    return float(np.abs(ours - theirs).max(initial=0.0) / max(np.abs(theirs).max(initial=0.0), 1e-30))


def motions(robot: Robot, count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Random positions (quaternions of length 1), speeds, accelerations and forces."""
    rng = np.random.default_rng(seed)
    q = rng.uniform(-1.5, 1.5, (count, robot.nq))
    for joint in robot.independent:
        if joint.kind == "floating":
            turn = slice(robot.coordinate(joint.name) + 3, robot.coordinate(joint.name) + 7)
            q[:, turn] /= np.linalg.norm(q[:, turn], axis=1, keepdims=True)
    qd, qdd, tau = rng.normal(size=(3, count, robot.nv))
    return {"q": q, "qd": qd, "qdd": qdd, "tau": 10.0 * tau}


def rich_tree(seed: int) -> Robot:
    """Branches, every kind of joint, mimics of mimics; some on a floating base, with rotors, losses, or links without mass."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 9 if seed % 4 == 1 else 6))
    floating, rubbing, rotors, hollow = seed % 3 == 0, seed % 2 == 0, seed % 5 < 2, seed % 4 == 0
    links, joints = [Link("link0")], []
    for i in range(1, count + 1):
        first = i == 1 and floating
        kind = "floating" if first else str(rng.choice(["revolute", "continuous", "prismatic", "fixed"], p=[0.45, 0.15, 0.25, 0.15]))
        axis = rng.normal(size=3) if rng.random() < 0.7 else np.eye(3)[rng.integers(3)] * rng.choice([-1.0, 1.0])
        leaders = [joint.name for joint in joints if joint.kind not in ("fixed", "floating")]
        mimic = None
        if kind != "fixed" and leaders and rng.random() < 0.15:
            mimic = (str(rng.choice(leaders)), float(rng.normal()), float(rng.normal()))
        body = box(float(rng.uniform(0.1, 5)), rng.uniform(0.05, 0.5, 3), placed(rng.normal(size=3) * 0.2, from_rpy(*rng.normal(size=3))))
        parent = "link0" if first else f"link{rng.integers(floating, i)}"
        origin = placed(rng.normal(size=3) * 0.3, from_rpy(*rng.uniform(-3, 3, 3)))
        damping, friction, armature = np.array([rubbing, rubbing, 0.1 * rotors]) * rng.uniform(0, 1, 3)
        figures = {"damping": damping, "friction": friction, "armature": armature}
        if kind in ("revolute", "prismatic"):
            figures |= {"lower": -2.0, "upper": 2.0, "velocity": 1.0, "effort": 10.0}
        joints.append(Joint(f"joint{i}", kind, parent, f"link{i}", origin, axis / np.linalg.norm(axis), mimic=mimic, **figures))
        massless = hollow and not first and rng.random() < 0.3
        links.append(Link(f"link{i}") if massless else Link(f"link{i}", body.mass, body.com, body.inertia))
    in_order, chain = ordered("random", [links[i] for i in rng.permutation(count + 1)], [joints[i] for i in rng.permutation(count)])
    robot = Robot(f"tree{seed}", in_order, resolved(chain))
    return robot if any(body.mass for body in mechanism(robot).bodies) else rich_tree(seed + 10_000)


def long_chain(name: str, count: int) -> Robot:
    """As many hinges in a row."""
    links = [Link("link0"), *(Link(f"link{i}", 1.0, np.array([0.0, 0.0, 0.1]), np.eye(3)) for i in range(1, count + 1))]
    up = placed((0.0, 0.0, 0.2))
    axes = np.eye(3)
    joints = [Joint(f"joint{i}", "continuous", f"link{i - 1}", f"link{i}", up, axes[i % 3]) for i in range(1, count + 1)]
    return Robot(name, tuple(links), tuple(joints))
