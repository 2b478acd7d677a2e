"""Forces, accelerations, inertia and energy of any number of robots: arrays of shape (n, nv) in, (n, ...) out.

All functions take the keywords of `robots.batch.compute`: gravity (3,) in root axes [m/s^2] (turn it when the robot does
not stand upright), `parameters` that differ from robot to robot, `dtype`, `threads`, and `path`. A NaN in one row spoils
that row alone. Results come with contiguous columns; so do inputs that are not to be copied (`numpy.asfortranarray`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from robots.arrays import bodies, tree
from robots.batch import alike, checked, compute, generic_loops, vector, watch
from robots.dynamics_loops import newton_euler
from robots.kinematics import all_links
from robots.mechanism import mechanism
from robots.model import Robot
from robots.parameters import Parameters
from robots.recipes import GRAVITY
from twin.errors import BadInput

__all__ = [
    "GRAVITY", "Energy", "bias_force", "centre_of_mass", "energy", "forward_dynamics", "gravity_torque", "inertia_matrix",
    "inverse_dynamics",
]  # fmt: skip


LEAST_INERTIA = 1e-15  # [kg m^2 or kg]; less is a mistake of the description, and forces on it have no finite answer
LEAST_SHARE = 1e-13  # of the inertia that joints have by themselves: what they have together in some motion


class Energy(NamedTuple):
    """Kinetic and potential energy [J], each (n,); the potential is zero at the root's origin."""

    kinetic: np.ndarray
    potential: np.ndarray


def inverse_dynamics(
    robot: Robot,
    q: np.ndarray,
    qd: np.ndarray,
    qdd: np.ndarray,
    *,
    gravity: Sequence[float] = GRAVITY,
    losses: bool = False,
    parameters: Parameters | None = None,
    **options: Any,
) -> np.ndarray:
    """Torques [N m] and forces [N] that the joints must give, shape (n, nv): recursive Newton-Euler.

    Joints that others mimic carry their followers' share, times the multiplier. Rotor inertia (`Joint.armature`) counts.

    Args:
        q: positions, shape (n, nq) or (nq,).
        qd, qdd: speeds and accelerations, (n, nv) or (nv,).
        losses: add what overcomes damping and friction of the joints.

    Raises:
        BadInput: an array of another shape.
    """
    rows = _rows(robot, q, qd=qd, qdd=qdd)
    count = len(rows["q"])
    plain = parameters is None and not losses and not mechanism(robot).rotors
    if plain and generic_loops(robot, count, options):
        still = {name: np.ascontiguousarray(values, dtype=float) for name, values in rows.items()}
        tau = np.empty((count, robot.nv))
        down = vector("gravity", gravity)
        newton_euler(tree(robot), bodies(robot), all_links(robot, still["q"]), still["qd"], still["qdd"], down, tau)
        watch(robot, rows, {"tau": tau})
        return tau
    return compute(robot, "inverse_dynamics", rows, gravity=gravity, losses=losses, parameters=parameters, **options)["tau"]


def forward_dynamics(
    robot: Robot,
    q: np.ndarray,
    qd: np.ndarray,
    tau: np.ndarray,
    *,
    losses: bool = False,
    parameters: Parameters | None = None,
    **options: Any,
) -> np.ndarray:
    """Accelerations [rad/s^2, m/s^2] under torques and forces, shape (n, nv): articulated bodies.

    Where joints mimic others the inertia matrix is factored instead.

    Args:
        q: positions, (n, nq) or (nq,); qd, tau: speeds and forces, (n, nv) or (nv,).
        losses: damping and friction of the joints hold back.

    Raises:
        BadInput: an array of another shape, or a joint that moves nothing that has mass.
    """
    require_mass(robot, parameters)
    return compute(robot, "forward_dynamics", _rows(robot, q, qd=qd, tau=tau), losses=losses, parameters=parameters, **options)["qdd"]


def inertia_matrix(robot: Robot, q: np.ndarray, **options: Any) -> np.ndarray:
    """Joint-space inertia [kg m^2, kg m, kg], symmetric, shape (n, nv, nv): composite rigid bodies, rotors on the diagonal."""
    M = compute(robot, "inertia_matrix", _rows(robot, q), **options)["M"]
    return _shaped(M, robot.nv, robot.nv)


def bias_force(robot: Robot, q: np.ndarray, qd: np.ndarray, **options: Any) -> np.ndarray:
    """Coriolis, centrifugal and gravity forces, shape (n, nv): what inverse dynamics asks for without acceleration."""
    return compute(robot, "bias", _rows(robot, q, qd=qd), **options)["tau"]


def gravity_torque(robot: Robot, q: np.ndarray, *, gravity: Sequence[float] = GRAVITY, **options: Any) -> np.ndarray:
    """Torques [N m] and forces [N] that hold the robot still at q, shape (n, nv)."""
    rows = _rows(robot, q)
    if not options.get("parameters") and generic_loops(robot, len(rows["q"]), options):
        still = np.zeros((1, robot.nv))
        return inverse_dynamics(robot, q, still, still, gravity=gravity, path="generic")
    return compute(robot, "gravity", rows, gravity=gravity, **options)["tau"]


def energy(robot: Robot, q: np.ndarray, qd: np.ndarray, **options: Any) -> Energy:
    """Kinetic and potential energy of all moving bodies [J], rotors included."""
    found = compute(robot, "energies", _rows(robot, q, qd=qd), **options)["energy"]
    return Energy(found[:, 0], found[:, 1])


def centre_of_mass(robot: Robot, q: np.ndarray, **options: Any) -> np.ndarray:
    """Centre of mass of all moving bodies in root axes [m], shape (n, 3).

    Raises:
        BadInput: none of them has mass.
    """
    if not any(body.mass for body in mechanism(robot).bodies) and not options.get("parameters"):
        raise BadInput(f"robot {robot.name}", "no moving body with mass", "at least one")
    return compute(robot, "centre_of_mass", _rows(robot, q), **options)["com"]


def require_mass(robot: Robot, parameters: Parameters | None = None) -> None:
    """Every motion of the joints must move something that has inertia.

    Raises:
        BadInput: the joint that moves most where nothing has inertia; forces on it have no finite answer.
    """
    given = parameters or Parameters()
    as_described = given.mass is None and given.armature is None and not given.payload
    idle = _idle_joint(robot) if as_described else _idle_under(robot, given)
    if idle:
        joint, links = idle
        raise BadInput(
            f"robot {robot.name}, joint {joint}", f"nothing with inertia that it moves ({links})",
            "mass or inertia on the link or beyond it", "Give the link an <inertial>, or the joint an armature.",
        )  # fmt: skip


@lru_cache(maxsize=64)
def _idle_joint(robot: Robot) -> tuple[str, str] | None:
    return _idle_under(robot, None)


def _idle_under(robot: Robot, parameters: Parameters | None) -> tuple[str, str] | None:
    """A joint that moves nothing with inertia, and its links; at a position that no symmetry singles out."""
    moving = mechanism(robot)
    if not moving.nv:
        return None
    first = None if parameters is None else parameters.first()
    q = robot.home + np.random.default_rng(7).uniform(0.1, 0.5, robot.nq)
    M = compute(robot, "inertia_matrix", {"q": q[None]}, path="generic", parameters=first)["M"].reshape(robot.nv, robot.nv)
    own = M.diagonal()
    worst = int(np.argmin(own))
    if own[worst] > LEAST_INERTIA:
        scale = 1.0 / np.sqrt(own)
        values, motions = np.linalg.eigh(M * np.outer(scale, scale))
        if values[0] > LEAST_SHARE:
            return None
        worst = int(np.argmax(np.abs(motions[:, 0])))
    body = next(body for body in moving.bodies if body.speed <= worst < body.speed + (6 if body.kind == "floating" else 1))
    return body.name, ", ".join(body.links)


def _rows(robot: Robot, q: np.ndarray, **speeds: np.ndarray) -> dict[str, np.ndarray]:
    return alike(robot, q=checked(robot, "q", q, speeds=False), **{name: checked(robot, name, rows) for name, rows in speeds.items()})


def _shaped(rows: np.ndarray, *shape: int) -> np.ndarray:
    """(n, a*b) with contiguous columns -> (n, a, b), without a copy."""
    return rows.T.reshape(*shape, len(rows)).transpose(len(shape), *range(len(shape)))
