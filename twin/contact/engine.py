"""The small protocol that a contact engine answers to, so that a cell does not know which one it runs on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from twin.contact.world import World
from twin.errors import EngineMissing, UnknownName

__all__ = ["ENGINES", "Contact", "Distance", "Engine", "Item", "default_engine", "make_engine"]

ENGINES = ("pybullet", "mujoco")
Triple = tuple[float, float, float]


class Item(NamedTuple):
    """A body (link empty) or one link of a robot."""

    owner: str
    link: str = ""

    def __str__(self) -> str:
        return f"{self.owner}/{self.link}" if self.link else self.owner


class Contact(NamedTuple):
    """One contact point in the last step.

    Attributes:
        position: where, world frame [m].
        force: what `b` does to `a` [N]: normal and friction together.
        normal: unit normal from `b` to `a`.
        depth: how deep the two overlap [m]; negative while a gap is left.
    """

    a: Item
    b: Item
    position: Triple
    force: Triple
    normal: Triple
    depth: float


class Distance(NamedTuple):
    """Shortest distance [m] between two items (negative: they overlap) and where it is, world frame, each (3,)."""

    a: Item
    b: Item
    distance: float
    point_a: np.ndarray
    point_b: np.ndarray


class Engine(Protocol):
    """One world, advanced step by step. A fresh one for every run: nothing is shared between two."""

    name: str

    def joints(self, robot: str) -> tuple[np.ndarray, np.ndarray]:
        """Positions q [rad, m] and speeds qd of the robot's joints, each of shape (nq,)."""

    def drive(self, robot: str, torque: np.ndarray) -> None:
        """Joint torques [N m, N] for the next step, shape (nq,)."""

    def step(self) -> None:
        """Advance by the world's dt."""

    def pose(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """Position (3,) [m] and rotation (4,) wxyz of the body's frame in the world."""

    def velocity(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """Speed of the centre of mass (3,) [m/s] and angular speed (3,) [rad/s], world axes."""

    def push(self, body: str, velocity: Sequence[float], spin: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        """Set the speed of a body's centre of mass [m/s] and its angular speed [rad/s], world axes."""

    def attach(self, grip: str, robot: str, link: str, T_link_pivot: np.ndarray, body: str) -> None:
        """Hold `body` fast to a link as they stand now; forces are reported at the pivot."""

    def detach(self, grip: str) -> None:
        """Let go."""

    def wrench(self, grip: str) -> tuple[np.ndarray, np.ndarray]:
        """Force (3,) [N] and moment (3,) [N m] at the pivot that the grip puts on its body, world axes."""

    def pass_through(self, a: Item, b: Item, ignore: bool) -> None:
        """Switch contact between two items off (`ignore`) or on again."""

    def contacts(self) -> list[Contact]:
        """Contact points of the last step."""

    def distances(self, pairs: Sequence[tuple[Item, Item]], within: float) -> list[Distance]:
        """Shortest distance of each pair that is nearer than `within` [m]; a robot without a link means all its links."""

    def close(self) -> None:
        """Free what the engine holds; safe to call twice."""


def default_engine() -> str:
    """pybullet where it has a wheel (CPython up to 3.11), mujoco elsewhere."""
    return "pybullet" if sys.version_info < (3, 12) else "mujoco"


def make_engine(name: str, world: World) -> Engine:
    """Build `world` in the engine of that name.

    Raises:
        UnknownName: no such engine.
        EngineMissing: its package is not installed here.
    """
    try:
        if name == "pybullet":
            from twin.contact.engine_pybullet import PybulletEngine

            return PybulletEngine(world)
        if name == "mujoco":
            from twin.contact.engine_mujoco import MujocoEngine

            return MujocoEngine(world)
    except ImportError as error:
        raise EngineMissing(
            "engine",
            name,
            ", ".join(ENGINES),
            f"It is not installed here ({error}); pybullet has wheels up to CPython 3.11 only: write `engine: mujoco`.",
        ) from error
    raise UnknownName("engine", name, ENGINES)
