"""What stands in a contact simulation, as plain data that any engine can build from. SI, Z up, quaternions wxyz."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robots.model import Geometry, Robot

__all__ = ["GRAVITY", "Body", "Installed", "World"]

GRAVITY = 9.80665  # standard gravity [m/s^2], exact by definition


@dataclass(frozen=True)
class Body:
    """A part (mass > 0, moves freely) or a fixture (mass 0, never moves).

    Attributes:
        geometries: convex pieces; each `origin` is its pose in the body's frame. Meshes count as their convex hull.
        T_world: pose of the body's frame at the start, shape (4, 4).
        mass: [kg]; 0 for a fixture.
        com: centre of mass in the body's frame [m], shape (3,).
        inertia: about the centre of mass in the body's axes [kg m^2], shape (3, 3).
        friction: Coulomb coefficient; two bodies meet with the geometric mean of theirs.
        restitution: of a normal impact, 0..1; two bodies meet with the geometric mean of theirs.
    """

    name: str
    geometries: tuple[Geometry, ...]
    T_world: np.ndarray
    mass: float = 0.0
    com: tuple[float, float, float] = (0.0, 0.0, 0.0)
    inertia: np.ndarray | None = None
    friction: float = 0.5
    restitution: float = 0.0


@dataclass(frozen=True)
class Installed:
    """A robot bolted to the floor at T_world_base, starting at rest at q0, shape (nq,). Its joints are free: torques drive them."""

    name: str
    robot: Robot
    T_world_base: np.ndarray
    q0: np.ndarray
    friction: float = 0.5
    apart: tuple[tuple[str, str], ...] = ()  # pairs of its own links that must not pass through each other


@dataclass(frozen=True)
class World:
    """Everything an engine is built from. `dt` is the physics step [s]."""

    dt: float
    bodies: tuple[Body, ...]
    robots: tuple[Installed, ...] = ()
    gravity: tuple[float, float, float] = (0.0, 0.0, -GRAVITY)
