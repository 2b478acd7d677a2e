"""A robot in pinocchio, and its answers in our coordinates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from robots.model import Robot
from robots.urdf import write

__all__ = ["Peer"]


class Peer:
    """Every movable joint for itself, angles of unlimited ones as cosine and sine, a floating base as its root joint."""

    def __init__(self, pinocchio: Any, robot: Robot, path: Path) -> None:
        self.pin, self.robot = pinocchio, robot
        self.floating = robot.joints[0].kind == "floating"
        if self.floating:
            assert np.array_equal(robot.joints[0].origin, np.eye(4))
            write(replace(robot, links=robot.links[1:], joints=robot.joints[1:]), path)
            self.model = pinocchio.buildModelFromUrdf(str(path), pinocchio.JointModelFreeFlyer())
        else:
            write(robot, path)
            self.model = pinocchio.buildModelFromUrdf(str(path))
        self.data = self.model.createData()
        self.spread = np.zeros((self.model.nv, robot.nv))  # d(pinocchio's v)/d(our qd): mimics follow their leader
        self.driven: list[tuple[int, int, float, float]] = []
        if self.floating:
            self.spread[:6, :6] = np.eye(6)
        for joint in robot.joints:
            if joint.moves and joint.kind != "floating":
                leader, factor, shift = joint.mimic or (joint.name, 1.0, 0.0)
                row = self.model.joints[self.model.getJointId(joint.name)].idx_v
                self.spread[row, robot.speed(leader)] = factor
                self.model.armature[row] = joint.armature
                self.driven.append((row, robot.coordinate(leader), factor, shift))

    def q(self, ours: np.ndarray) -> np.ndarray:
        way = np.zeros(self.model.nv)
        for row, drive, factor, shift in self.driven:
            way[row] = factor * ours[drive] + shift
        q: np.ndarray = self.pin.integrate(self.model, self.pin.neutral(self.model), way)
        if self.floating:
            w, x, y, z = ours[3:7]
            q[:7] = [*ours[:3], x, y, z, w]
        return q

    def poses(self, ours: np.ndarray) -> np.ndarray:
        self.pin.framesForwardKinematics(self.model, self.data, self.q(ours))
        return np.array([self.data.oMf[self.model.getFrameId(name)].homogeneous for name in self.robot.link_names])

    def jacobian(self, ours: np.ndarray, frame: str, axes: str = "LOCAL_WORLD_ALIGNED") -> np.ndarray:
        frame_id, axes = self.model.getFrameId(frame), getattr(self.pin.ReferenceFrame, axes)
        return self.pin.computeFrameJacobian(self.model, self.data, self.q(ours), frame_id, axes) @ self.spread

    def rnea(self, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray) -> np.ndarray:
        return self.spread.T @ self.pin.rnea(self.model, self.data, self.q(q), self.spread @ qd, self.spread @ qdd)

    def crba(self, q: np.ndarray) -> np.ndarray:
        M = self.pin.crba(self.model, self.data, self.q(q))
        return self.spread.T @ (np.triu(M) + np.triu(M, 1).T) @ self.spread

    def aba(self, q: np.ndarray, qd: np.ndarray, tau: np.ndarray) -> np.ndarray:
        """Theirs where no joint follows another; else from their inertia and bias."""
        if len(self.driven) == self.robot.nv - 6 * self.floating:
            return self.spread.T @ self.pin.aba(self.model, self.data, self.q(q), self.spread @ qd, self.spread @ tau)
        return np.linalg.solve(self.crba(q), tau - self.rnea(q, qd, np.zeros(self.robot.nv)))

    def com(self, q: np.ndarray) -> np.ndarray:
        return np.array(self.pin.centerOfMass(self.model, self.data, self.q(q)))

    def energies(self, q: np.ndarray, qd: np.ndarray) -> np.ndarray:
        """Kinetic energy from their inertia: their own leaves rotors on oblique axes out (pinocchio 4.1)."""
        potential = self.pin.computePotentialEnergy(self.model, self.data, self.q(q))
        return np.array([0.5 * qd @ self.crba(q) @ qd, potential])
