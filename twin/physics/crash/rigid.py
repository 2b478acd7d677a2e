"""Rigid bodies: parts whose nodes keep their distances."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.physics.crash.case import Case

__all__ = ["Rigid", "kinetic", "rigid_bodies"]


class Rigid(NamedTuple):
    """Arrays of the rigid bodies, `b` of them.

    Attributes:
        first, members: nodes of each body; offset: of each member from the centre, in the body's frame (k, 3) [m]; stiffness: of the
            penalty that keeps it out of rigid walls (k,) [N/m].
        place, velocity: of the centres (b, 3) [m, m/s]; turn: rotation from the body's frame, row by row (b, 9).
        spin: angular momentum about the centre (b, 3) [kg m^2/s]; mass: (b,) [kg].
        looseness: inverse inertia in the body's frame (b, 9).
        free: 1 where the centre may move (b, 3); turning: 1 where the body may turn (b,).
        driven: curve of the centre's velocity, or -1 (b, 3).
    """

    first: np.ndarray
    members: np.ndarray
    offset: np.ndarray
    stiffness: np.ndarray
    place: np.ndarray
    velocity: np.ndarray
    turn: np.ndarray
    spin: np.ndarray
    mass: np.ndarray
    looseness: np.ndarray
    free: np.ndarray
    turning: np.ndarray
    driven: np.ndarray


def rigid_bodies(case: Case, v: np.ndarray, driven: np.ndarray, stiffness: np.ndarray) -> Rigid:
    """The parts that are rigid, at the start.

    Args:
        stiffness: against walls, of all nodes [N/m], (n,).
        v: velocities of all nodes [m/s]; driven: curves of prescribed velocities of all nodes, or of none (0, 3).
    """
    names = [name for name, m in case.materials.items() if m.rigid]
    count = len(names)
    members = [np.arange(case.nodes_of(name).start, case.nodes_of(name).stop, dtype=np.int32) for name in names]
    first = np.r_[0, np.cumsum([len(nodes) for nodes in members])].astype(np.int64)
    place, velocity, spin, looseness = (np.zeros((count, n)) for n in (3, 3, 3, 9))
    free, turning, curves = np.ones((count, 3)), np.ones(count), np.full((count, 3), -1, np.int32)
    offsets, masses = [np.zeros((0, 3))], np.zeros(count)
    for b, (name, nodes) in enumerate(zip(names, members, strict=True)):
        m = case.node_mass[nodes]
        masses[b] = m.sum()
        place[b], velocity[b] = m @ case.x[nodes] / masses[b], m @ v[nodes] / masses[b]
        r = case.x[nodes] - place[b]
        offsets.append(r)
        spin[b] = (m[:, None] * np.cross(r, v[nodes] - velocity[b])).sum(axis=0)
        inertia = np.eye(3) * (m @ (r**2).sum(axis=1)) - (m[:, None] * r).T @ r
        looseness[b] = np.linalg.inv(inertia).reshape(-1)
        for axes in case.spec.bodies[name].hold.values():
            free[b, ["xyz".index(axis) for axis in axes]], turning[b] = 0.0, 0.0
        if len(driven) and (driven[nodes] >= 0).any():
            curves[b], turning[b] = driven[nodes].max(axis=0), 0.0
    turn = np.tile(np.eye(3).reshape(-1), (count, 1))
    velocity *= free
    spin *= turning[:, None]
    of_all = np.concatenate([np.zeros(0, np.int32), *members])
    return Rigid(
        first, of_all, np.concatenate(offsets), stiffness[of_all], place, velocity, turn, spin, masses, looseness, free, turning, curves,
    )  # fmt: skip


def kinetic(bodies: Rigid, f: np.ndarray, x: np.ndarray, gravity: np.ndarray, dt: float) -> float:
    """Kinetic energy, that of central differences as with nodes [J].

    Args:
        f, x: forces and places of all nodes; dt: last step [s].
    """
    total = 0.0
    for b in range(len(bodies.mass)):
        nodes = bodies.members[bodies.first[b] : bodies.first[b + 1]]
        force = f[nodes].sum(axis=0) / bodies.mass[b] + gravity
        torque = np.cross(x[nodes] - bodies.place[b], f[nodes]).sum(axis=0)
        v, turn = bodies.velocity[b], bodies.turn[b].reshape(3, 3)
        omega = turn @ bodies.looseness[b].reshape(3, 3) @ turn.T @ bodies.spin[b]
        total += bodies.mass[b] * v @ (v + dt * force * bodies.free[b]) / 2
        total += omega @ (bodies.spin[b] + dt * torque * bodies.turning[b]) / 2
    return float(total)
