"""The PUMA 560, as ground truth: kinematics and inertias that half of the literature computes with.

Corke and Armstrong-Helouvry (1994), "A search for consensus among model parameters reported for the PUMA 560 robot",
Proc. IEEE ICRA, 1608-1613, in the form of the Robotics Toolbox for Python (models/DH/Puma560.py): standard
Denavit-Hartenberg frames; link 1 has no mass, and of its inertia only the moment about the joint counts.
"""

from __future__ import annotations

import math

import numpy as np

from robots.model import Joint, Link, Robot
from robots.transforms import from_rpy, placed

__all__ = ["NOMINAL", "ROTORS", "puma560"]

# d [m], a [m], alpha [rad]
DENAVIT_HARTENBERG = (
    (0.672, 0.0, math.pi / 2),
    (0.0, 0.4318, 0.0),
    (0.15005, 0.0203, -math.pi / 2),
    (0.4318, 0.0, math.pi / 2),
    (0.0, 0.0, -math.pi / 2),
    (0.0, 0.0, 0.0),
)
# mass [kg], centre of mass [m], principal moments about it [kg m^2], in the link's Denavit-Hartenberg frame
BODIES = (
    (0.0, (0.0, 0.0, 0.0), (0.0, 0.35, 0.0)),
    (17.4, (-0.3638, 0.006, 0.2275), (0.13, 0.524, 0.539)),
    (4.8, (-0.0203, -0.0141, 0.070), (0.066, 0.086, 0.0125)),
    (0.82, (0.0, 0.019, 0.0), (1.8e-3, 1.3e-3, 1.8e-3)),
    (0.34, (0.0, 0.0, 0.0), (0.3e-3, 0.4e-3, 0.3e-3)),
    (0.09, (0.0, 0.0, 0.032), (0.15e-3, 0.15e-3, 0.04e-3)),
)
MOTORS = ((200e-6, -62.6111), (200e-6, 107.815), (200e-6, -53.7063), (33e-6, 76.0364), (33e-6, 71.923), (33e-6, 76.686))

ROTORS = np.array([gear**2 * inertia for inertia, gear in MOTORS])
"""Inertia of each motor's rotor as seen from its joint [kg m^2]: torque ROTORS * qdd on top of the links'."""
NOMINAL = np.array([0.0, math.pi / 4, math.pi, 0.0, math.pi / 4, 0.0])
"""The toolbox's nominal position qn [rad]."""


def puma560() -> Robot:
    """Links named link0 .. link6, whose frames lie on the joints' axes, and the last Denavit-Hartenberg frame, `tool`."""
    links, joints, T = [Link("link0")], [], np.eye(4)
    for i, ((d, a, alpha), (mass, com, moments)) in enumerate(zip(DENAVIT_HARTENBERG, BODIES, strict=True), start=1):
        joints.append(Joint(f"joint{i}", "revolute", f"link{i - 1}", f"link{i}", T, lower=-math.tau, upper=math.tau))
        T = placed((a, 0.0, d), from_rpy(alpha, 0.0, 0.0))  # Rz(q) commutes with the shift along z
        R = T[:3, :3]
        links.append(Link(f"link{i}", mass, R @ np.array(com) + T[:3, 3], R @ np.diag(moments) @ R.T))
    return Robot("puma560", (*links, Link("tool")), (*joints, Joint("tool_joint", "fixed", "link6", "tool", T)))
