"""The joint controller of the simulated robots: computed torque with the payload that the robot knows it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from robots.arrays import bodies, tree
from robots.control_loops import computed_torque
from robots.dynamics import inverse_dynamics
from robots.inertia import Body, combined, moved
from robots.model import Link, Robot
from robots.transforms import placed

__all__ = ["ComputedTorque", "with_payload"]


class ComputedTorque:
    """Inverse dynamics in the loop: critically damped with one bandwidth for all joints (Siciliano et al., Robotics, 2009, 8.5.2).

    Args:
        gravity: (3,) in the robot's root axes [m/s^2].
        bandwidth: w [rad/s]; stable on a step dt as long as w dt is well below 1.
    """

    def __init__(self, robot: Robot, gravity: np.ndarray, bandwidth: float) -> None:
        self._gravity, self._bandwidth = np.asarray(gravity, dtype=float), float(bandwidth)
        self._effort = np.where(np.isfinite(robot.effort), robot.effort, 1e9)
        self._wanted, self._T = np.empty((1, robot.nq)), np.empty((1, len(robot.links), 4, 4))
        self.carry(robot)

    def carry(self, robot: Robot) -> None:
        """Take the masses of `robot` (the same tree, with or without a payload) from now on."""
        self._robot = robot
        self._tree, self._bodies = tree(robot), bodies(robot)

    def needed(self, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray) -> np.ndarray:
        """Torques [N m, N] that a motion asks for before it is driven, with the payload of now; all (n, nq)."""
        return inverse_dynamics(self._robot, q, qd, qdd, gravity=self._gravity.tolist(), path="generic")

    def torque(self, reference: np.ndarray, q: np.ndarray, qd: np.ndarray) -> np.ndarray:
        """Joint torques [N m, N], (nq,), for positions, speeds and accelerations to follow, (3, nq), at q, qd (nq,)."""
        tau = np.empty((1, len(q)))
        computed_torque(
            self._tree,
            self._bodies,
            reference,
            q.reshape(1, -1),
            qd.reshape(1, -1),
            self._bandwidth,
            self._gravity,
            self._effort,
            self._wanted,
            self._T,
            tau,
        )
        out: np.ndarray = tau[0]
        return out


def with_payload(robot: Robot, link: str, mass: float, com: Sequence[float] | np.ndarray, inertia: np.ndarray) -> Robot:
    """The robot with a rigid load on one of its links.

    Args:
        mass: [kg].
        com: of the load in the link's frame [m], shape (3,).
        inertia: of the load about its own centre of mass in the link's axes [kg m^2], shape (3, 3).
    """
    return replace(robot, links=tuple(_loaded(one, mass, com, inertia) if one.name == link else one for one in robot.links))


def _loaded(link: Link, mass: float, com: Sequence[float] | np.ndarray, inertia: np.ndarray) -> Link:
    load = moved(Body(mass, np.zeros(3), inertia), placed(np.asarray(com)))
    both = combined([Body(link.mass, np.asarray(link.com), link.inertia), load])
    return replace(link, mass=both.mass, com=both.com, inertia=both.inertia)
