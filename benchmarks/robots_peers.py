"""The peers, each with its arrays in the layout that it prefers, set up before the clock runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from twin.contact.silence import silence

__all__ = ["Bullet", "Mujoco", "Pinocchio"]

Work = Callable[[], Any]
BULLET_STEPS = 500  # between two looks at the clock


class Pinocchio:
    """Batches in C++ on one thread (arrays (nq, n), arm by arm), frames one by one from Python."""

    def __init__(self, urdf: Path) -> None:
        import pinocchio

        self.pin, self.model = pinocchio, pinocchio.buildModelFromUrdf(str(urdf))
        self.data, self.pool = self.model.createData(), pinocchio.ModelPool(self.model, 1)

    def aba(self, q: np.ndarray, qd: np.ndarray, tau: np.ndarray) -> tuple[Work, np.ndarray]:
        return self._batch(self.pin.abaInParallel, q, qd, tau)

    def rnea(self, q: np.ndarray, qd: np.ndarray, qdd: np.ndarray) -> tuple[Work, np.ndarray]:
        return self._batch(self.pin.rneaInParallel, q, qd, qdd)

    def frame_jacobian(self, frame: str, q: np.ndarray) -> tuple[Work, Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]]:
        """A loop over all rows, and a function for one row's pose and Jacobian."""
        pin, model, data, tool = self.pin, self.model, self.data, self.model.getFrameId(frame)
        axes, rows = pin.ReferenceFrame.LOCAL_WORLD_ALIGNED, list(np.ascontiguousarray(q))

        def run() -> None:
            for row in rows:
                pin.computeFrameJacobian(model, data, row, tool, axes)
                pin.updateFramePlacement(model, data, tool)

        def one(row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            J = pin.computeFrameJacobian(model, data, row, tool, axes)
            return pin.updateFramePlacement(model, data, tool).homogeneous, J

        return run, one

    def _batch(self, function: Callable[..., Any], *arrays: np.ndarray) -> tuple[Work, np.ndarray]:
        """A call on all rows, and the array (n, nv) that it fills."""
        columns = [np.asfortranarray(array.T) for array in arrays]
        out = np.zeros_like(columns[0], order="F")
        return (lambda: function(1, self.pool, *columns, out)), out.T


class Mujoco:
    """`mujoco.rollout`, semi-implicit Euler, everything switched off that falling arms do not have."""

    def __init__(self, urdf: Path, dt: float) -> None:
        import mujoco

        self.mujoco, self.model = mujoco, mujoco.MjModel.from_xml_path(str(urdf))
        self.model.opt.timestep, self.model.opt.integrator = dt, mujoco.mjtIntegrator.mjINT_EULER
        off = ("CONSTRAINT", "CONTACT", "LIMIT", "FRICTIONLOSS", "EQUALITY", "EULERDAMP", "SPRING", "DAMPER", "ACTUATION", "SENSOR")
        for name in off:
            flag = getattr(mujoco.mjtDisableBit, f"mjDSBL_{name}", None)  # some versions have fewer
            self.model.opt.disableflags |= 0 if flag is None else int(flag)

    @contextmanager
    def rollout(self, q: np.ndarray, qd: np.ndarray, steps: int, threads: int) -> Any:
        """A call that advances all rows, and the states (n, steps, 1 + 2 nv) that it fills: time, positions, speeds."""
        from mujoco import rollout

        start = np.zeros((len(q), self.mujoco.mj_stateSize(self.model, self.mujoco.mjtState.mjSTATE_FULLPHYSICS)))
        start[:, 1 : 1 + q.shape[1] + qd.shape[1]] = np.hstack([q, qd])
        states = np.zeros((len(q), steps, start.shape[1]))
        data = [self.mujoco.MjData(self.model) for _ in range(threads)]
        with rollout.Rollout(nthread=threads if threads > 1 else 0) as pool:
            yield (lambda: pool.rollout(self.model, data, start, nstep=steps, state=states)), states


class Bullet:
    """One arm in a world of its own, `stepSimulation` again and again."""

    def __init__(self, urdf: Path, dt: float) -> None:
        with silence():  # it tells its build time on standard output, where only results may stand
            import pybullet

        self.p, self.client = pybullet, pybullet.connect(pybullet.DIRECT)
        pybullet.setGravity(0.0, 0.0, -9.81, physicsClientId=self.client)
        pybullet.setTimeStep(dt, physicsClientId=self.client)
        flags = pybullet.URDF_USE_INERTIA_FROM_FILE
        self.body = pybullet.loadURDF(str(urdf), useFixedBase=True, flags=flags, physicsClientId=self.client)
        every = range(pybullet.getNumJoints(self.body, physicsClientId=self.client))
        self.joints = [j for j in every if pybullet.getJointInfo(self.body, j, physicsClientId=self.client)[2] != pybullet.JOINT_FIXED]
        for joint in self.joints:
            pybullet.setJointMotorControl2(self.body, joint, pybullet.VELOCITY_CONTROL, force=0.0, physicsClientId=self.client)
        still = {"linearDamping": 0.0, "angularDamping": 0.0, "jointDamping": 0.0}
        for link in [-1, *every]:
            pybullet.changeDynamics(self.body, link, **still, physicsClientId=self.client)

    def state(self) -> np.ndarray:
        return np.array([s[0] for s in self.p.getJointStates(self.body, self.joints, physicsClientId=self.client)])

    def steps(self, q: np.ndarray, qd: np.ndarray, count: int = BULLET_STEPS) -> Work:
        """A call that advances the arm from q, qd (nv,)."""

        def run() -> None:
            for joint, position, speed in zip(self.joints, q, qd, strict=True):
                self.p.resetJointState(self.body, joint, position, speed, physicsClientId=self.client)
            for _ in range(count):
                self.p.stepSimulation(physicsClientId=self.client)

        return run

    def close(self) -> None:
        self.p.disconnect(self.client)
