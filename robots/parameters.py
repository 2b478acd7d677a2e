"""Masses, frictions and payloads: constants of the robot, or given for each robot of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from robots.algebra import constants
from robots.mechanism import Mechanism, mechanism
from robots.model import Robot
from robots.recursions import Loads
from robots.spatial import vector
from twin.errors import BadInput, UnknownName

__all__ = ["Parameters", "Rows", "body_names", "loads"]

TINY = 1e-12  # [kg] what a body must weigh at least where masses are given

PAYLOAD = 10
"""Entries of a payload: mass [kg], m c (3,) [kg m], inertia about the link's origin xx, xy, xz, yy, yz, zz [kg m^2]."""


@dataclass(frozen=True)
class Rows:
    """Which parameters a kernel is given for each robot; `payload` names links that carry a load."""

    mass: bool = False
    damping: bool = False
    friction: bool = False
    armature: bool = False
    payload: tuple[str, ...] = ()

    def inputs(self, mechanism: Mechanism, symbols: Callable[[str, int], list[Any]]) -> dict[str, list[Any]]:
        """Groups of kernel inputs."""
        count = len(mechanism.bodies)
        groups = {name: symbols(name, count) for name in ("mass", "damping", "friction", "armature") if getattr(self, name)}
        return groups | {f"payload{k}": symbols(f"payload{k}_", PAYLOAD) for k in range(len(self.payload))}


@dataclass(frozen=True, eq=False)
class Parameters:
    """What differs from robot to robot in a batch of n; None: as the robot's description says.

    Attributes:
        mass: (n, bodies) [kg], of the moving bodies in the order of `body_names`; inertia grows with it, its centre stays.
        damping, friction, armature: (n, bodies), of the joint that carries each body [N m s, N m, kg m^2 or N s/m, N, kg];
            the first two count where losses do.
        payload: link -> (n, 10) what it carries: mass, m c (3,), inertia about the link's origin xx, xy, xz, yy, yz, zz.
    """

    mass: np.ndarray | None = None
    damping: np.ndarray | None = None
    friction: np.ndarray | None = None
    armature: np.ndarray | None = None
    payload: Mapping[str, np.ndarray] | None = None

    def rows(self) -> Rows:
        """Which of them are given."""
        given = {f.name: getattr(self, f.name) is not None for f in fields(self) if f.name != "payload"}
        return Rows(**given, payload=tuple(self.payload or ()))

    def first(self) -> Parameters:
        """Those of the first robot alone."""
        rows = {f.name: None if (v := getattr(self, f.name)) is None else np.atleast_2d(v)[:1] for f in fields(self) if f.name != "payload"}
        return Parameters(**rows, payload={link: np.atleast_2d(v)[:1] for link, v in (self.payload or {}).items()} or None)

    def groups(self, robot: Robot, count: int) -> dict[str, np.ndarray]:
        """The given ones as kernel inputs, each (count, k).

        Raises:
            BadInput: another shape, a negative value or NaN; UnknownName: a payload on a link that the robot does not have.
        """
        names = body_names(robot)
        found = {}
        for name in ("mass", "damping", "friction", "armature"):
            values = getattr(self, name)
            if values is not None:
                where = f"{name} of robot {robot.name}"
                found[name] = _checked(where, values, count, len(names), ", ".join(names), least=TINY if name == "mass" else 0.0)
        for k, (link, values) in enumerate((self.payload or {}).items()):
            if link not in robot.link_names:
                raise UnknownName(f"payload of robot {robot.name}, link", link, robot.link_names)
            found[f"payload{k}"] = _checked(
                f"payload on {link} of robot {robot.name}", values, count, PAYLOAD, "m, m c, inertia", least=None
            )
        return found


def body_names(robot: Robot) -> tuple[str, ...]:
    """Joints that carry the moving bodies, in the order of per-robot masses and frictions."""
    return tuple(body.name for body in mechanism(robot).bodies)


def loads(mechanism: Mechanism, rows: Rows, symbols: Callable[[str, int], list[Any]], *, losses: bool) -> Loads:
    """The bodies' loads, of constants and of what the rows give."""
    plain = Loads.of(mechanism, losses=losses)
    given = rows.inputs(mechanism, symbols)
    bodies = list(plain.bodies)
    for i, mass in enumerate(given.get("mass", ())):
        body = mechanism.bodies[i]
        share = body.mass if body.mass > 0.0 else 1.0  # a body without mass becomes a point at its frame's origin
        bodies[i] = (mass, mass * constants(body.moment / share), mass * constants(body.inertia / share))
    for k, link in enumerate(rows.payload):
        i, R, p = mechanism.frames[link]
        if i >= 0:
            bodies[i] = _carrying(bodies[i], given[f"payload{k}"], constants(R), constants(p))
    return Loads(
        bodies,
        given["damping"] if losses and "damping" in given else plain.damping,
        given["friction"] if losses and "friction" in given else plain.friction,
        given.get("armature", plain.armature),
    )


def _carrying(body: tuple[Any, Any, Any], payload: list[Any], R: Any, p: Any) -> tuple[Any, Any, Any]:
    """The body with a load that is given at a frame R, p of it (parallel axes, about the frames' origins)."""
    mass, moment, inertia = body
    m, h, (xx, xy, xz, yy, yz, zz) = payload[0], R @ vector(*payload[1:4]), payload[4:]
    turned = R @ np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], dtype=object) @ R.T
    hp, pp = h[0] * p[0] + h[1] * p[1] + h[2] * p[2], p[0] * p[0] + p[1] * p[1] + p[2] * p[2]
    steiner = np.array(
        [[(2.0 * hp + m * pp if i == j else 0.0) - h[i] * p[j] - p[i] * h[j] - m * (p[i] * p[j]) for j in range(3)] for i in range(3)],
        dtype=object,
    )
    return mass + m, moment + h + m * p, inertia + turned + steiner


def _checked(where: str, values: np.ndarray, count: int, width: int, meaning: str, *, least: float | None = 0.0) -> np.ndarray:
    rows = np.asarray(values, dtype=float)
    if rows.ndim == 1:
        rows = rows[None]
    if rows.ndim != 2 or rows.shape[1] != width or len(rows) not in (1, count):
        raise BadInput(where, np.shape(values), f"shape ({count}, {width}) or ({width},): {meaning}")
    if not np.isfinite(rows).all() or (least is not None and (rows < least).any()):
        allowed = "finite numbers" + ("" if least is None else " > 0" if least else " >= 0")
        raise BadInput(where, "NaN, infinite or too small values", allowed)
    return np.broadcast_to(rows, (count, width))
