"""The joint controller: computed torque with the payload that the robot knows it holds.

tau = M(q) (qdd_ref + 2 w (qd_ref - qd) + w^2 (q_ref - q)) + bias(q, qd), cut off at the joints' effort limits: critically
damped with bandwidth w (Siciliano et al., Robotics, 2009, section 8.5.2). M and bias come out of one call of inverse
dynamics, so the same controller runs on every engine.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from robots.model import Link, Robot

__all__ = ["acceleration", "with_payload"]


def acceleration(reference: np.ndarray, q: np.ndarray, qd: np.ndarray, stiffness: float) -> np.ndarray:
    """Joint acceleration that the controller asks for [rad/s^2], shape (nq,).

    Args:
        reference: positions, speeds and accelerations to follow, shape (3, nq).
        stiffness: bandwidth w [rad/s].
    """
    wanted: np.ndarray = reference[2] + 2 * stiffness * (reference[1] - qd) + stiffness**2 * (reference[0] - q)
    return wanted


def with_payload(robot: Robot, link: str, mass: float, com: np.ndarray, inertia: np.ndarray) -> Robot:
    """The robot with a rigid load on one of its links.

    Args:
        mass: [kg].
        com: of the load in the link's frame [m], shape (3,).
        inertia: of the load about its own centre of mass in the link's axes [kg m^2], shape (3, 3).
    """
    links = tuple(_loaded(one, mass, com, inertia) if one.name == link else one for one in robot.links)
    return replace(robot, links=links)


def _loaded(link: Link, mass: float, com: np.ndarray, inertia: np.ndarray) -> Link:
    total = link.mass + mass
    middle = (link.mass * np.asarray(link.com) + mass * com) / total
    both = _about(link.inertia, link.mass, np.asarray(link.com) - middle) + _about(inertia, mass, com - middle)
    return replace(link, mass=total, com=middle, inertia=both)


def _about(inertia: np.ndarray, mass: float, shift: np.ndarray) -> np.ndarray:
    """Parallel axes (Steiner)."""
    moved: np.ndarray = np.asarray(inertia) + mass * (shift @ shift * np.eye(3) - np.outer(shift, shift))
    return moved
