"""What each compiled kernel takes and gives: an algorithm run on the symbols of one robot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from robots import recursions
from robots.algebra import Sheet, constants
from robots.mechanism import Mechanism
from robots.parameters import Rows, loads
from robots.recursions import Motion

__all__ = ["GRAVITY", "RECIPES", "Options", "Recipe"]

GRAVITY = (0.0, 0.0, -9.81)
"""In root axes [m/s^2]; 9.81 as pybullet, pinocchio and mujoco have it by default or by habit."""


@dataclass(frozen=True)
class Options:
    """What a kernel is specialised on, beside the robot.

    Attributes:
        links: whose poses, or the one whose Jacobian.
        local: Jacobian in the link's own axes instead of the root's.
        gravity: constant vector [m/s^2], or None: given for each robot.
        losses: damping and Coulomb friction of the joints count.
        rows: which parameters are given for each robot.
    """

    links: tuple[str, ...] = ()
    local: bool = False
    gravity: tuple[float, float, float] | None = GRAVITY
    losses: bool = False
    rows: Rows = field(default_factory=Rows)


@dataclass(frozen=True, eq=False)
class Recipe:
    """Named groups of inputs and outputs, each a list of expressions or numbers."""

    inputs: Mapping[str, Sequence[Any]]
    outputs: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, eq=False)
class Desk:
    """A sheet with one robot's symbols on it."""

    sheet: Sheet
    mechanism: Mechanism
    options: Options

    def symbols(self, letter: str, count: int) -> list[Any]:
        return [self.sheet.input(f"{letter}{i}") for i in range(count)]

    @property
    def q(self) -> list[Any]:
        return self.symbols("q", self.mechanism.nq)

    @property
    def qd(self) -> list[Any]:
        return self.symbols("v", self.mechanism.nv)

    @property
    def gravity(self) -> Sequence[Any]:
        return self.options.gravity or self.symbols("g", 3)

    def parameters(self) -> Any:
        return loads(self.mechanism, self.options.rows, self.symbols, losses=self.options.losses)

    def motion(self, *, moving: bool = True) -> Motion:
        still: list[Any] = [0.0] * self.mechanism.nv
        return recursions.motion(self.mechanism, self.q, self.qd if moving else still, self.sheet.note)

    def recipe(self, names: Sequence[str], outputs: Mapping[str, Sequence[Any]]) -> Recipe:
        """With the inputs of these names, and those that the options ask for."""
        m = self.mechanism
        sizes = {"q": ("q", m.nq), "qd": ("v", m.nv), "qdd": ("a", m.nv), "tau": ("u", m.nv)}
        inputs = {name: self.symbols(*sizes[name]) for name in names}
        if self.options.gravity is None:
            inputs["gravity"] = self.symbols("g", 3)
        inputs |= self.options.rows.inputs(m, self.symbols)
        return Recipe(inputs, outputs)


def frames(desk: Desk) -> Recipe:
    """Poses of links, each (4, 4), row by row."""
    bodies = recursions.poses(desk.mechanism, desk.motion(moving=False).places, desk.sheet.note)
    return desk.recipe(["q"], {"T": [x for link in desk.options.links for x in _pose(desk, bodies, link)]})


def jacobian(desk: Desk) -> Recipe:
    """Pose (4, 4) and Jacobian (6, nv) of one link."""
    bodies = recursions.poses(desk.mechanism, desk.motion(moving=False).places, desk.sheet.note)
    (link,) = desk.options.links
    R, p = recursions.frame_pose(desk.mechanism, bodies, link)
    desk.sheet.note(f"Jacobian of {link}")
    J = recursions.jacobian(desk.mechanism, bodies, link, p)
    if desk.options.local:
        J = np.concatenate([R.T @ J[:3], R.T @ J[3:]])
    return desk.recipe(["q"], {"T": _pose(desk, bodies, link), "J": list(J.ravel())})


def inverse_dynamics(desk: Desk) -> Recipe:
    """Forces of a motion; with losses, those that overcome them too."""
    load, moves = desk.parameters(), desk.motion()
    tau = recursions.torques(desk.mechanism, load, moves, desk.symbols("a", desk.mechanism.nv), desk.gravity, desk.sheet.note)
    return desk.recipe(["q", "qd", "qdd"], {"tau": recursions.with_losses(desk.mechanism, load, moves, tau)})


def bias(desk: Desk) -> Recipe:
    """Coriolis, centrifugal and gravity forces."""
    still: list[Any] = [0.0] * desk.mechanism.nv
    tau = recursions.torques(desk.mechanism, desk.parameters(), desk.motion(), still, desk.gravity, desk.sheet.note)
    return desk.recipe(["q", "qd"], {"tau": tau})


def gravity(desk: Desk) -> Recipe:
    """Gravity forces."""
    still: list[Any] = [0.0] * desk.mechanism.nv
    moves = desk.motion(moving=False)
    return desk.recipe(["q"], {"tau": recursions.torques(desk.mechanism, desk.parameters(), moves, still, desk.gravity, desk.sheet.note)})


def forward_dynamics(desk: Desk) -> Recipe:
    """Accelerations under forces."""
    load, moves = desk.parameters(), desk.motion()
    tau = recursions.less_losses(desk.mechanism, load, moves, desk.symbols("u", desk.mechanism.nv))
    qdd = recursions.accelerations(desk.mechanism, load, moves, tau, desk.gravity, note=desk.sheet.note)
    return desk.recipe(["q", "qd", "tau"], {"qdd": qdd})


def inertia_matrix(desk: Desk) -> Recipe:
    """Joint-space inertia (nv, nv)."""
    M = recursions.inertia_matrix(desk.mechanism, desk.parameters(), desk.motion(moving=False).places, note=desk.sheet.note)
    return desk.recipe(["q"], {"M": list(M.ravel())})


def energies(desk: Desk) -> Recipe:
    """Kinetic and potential energy."""
    load, moves = desk.parameters(), desk.motion()
    bodies = recursions.poses(desk.mechanism, moves.places, desk.sheet.note)
    return desk.recipe(["q", "qd"], {"energy": recursions.energies(load, moves, bodies, desk.gravity)})


def centre_of_mass(desk: Desk) -> Recipe:
    """Centre of mass of all moving bodies."""
    bodies = recursions.poses(desk.mechanism, desk.motion(moving=False).places, desk.sheet.note)
    return desk.recipe(["q"], {"com": recursions.centre_of_mass(desk.parameters(), bodies)[1]})


def _pose(desk: Desk, bodies: Any, link: str) -> list[Any]:
    R, p = recursions.frame_pose(desk.mechanism, bodies, link)
    return [*np.concatenate([R, np.asarray(p).reshape(3, 1)], axis=1).ravel(), *constants([0.0, 0.0, 0.0, 1.0])]


RECIPES = {
    recipe.__name__: recipe
    for recipe in (frames, jacobian, inverse_dynamics, forward_dynamics, inertia_matrix, bias, gravity, energies, centre_of_mass)
}
"""Algorithm by name."""
