"""The Engine protocol on Bullet (pybullet), headless. Its xyzw quaternions and inertial frames stop in this file."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from robots.model import Geometry
from robots.urdf import write as write_urdf
from twin.contact.engine import Contact, Distance, Item
from twin.contact.rotation import matrix_from_wxyz, transform, wxyz_from_matrix, wxyz_from_xyzw, xyzw_from_wxyz
from twin.contact.silence import silence
from twin.contact.world import Body, Installed, World

with silence():  # Bullet tells its build time on standard output, where only results may stand
    import pybullet as bullet

__all__ = ["PybulletEngine"]

SOLVER_ITERATIONS = 100  # of the sequential-impulse solver; 50 (the default) lets a wedged box creep
RESIDUAL = 1e-7  # the solver may stop earlier when it has converged this far
GRIP_LIMIT = 1e5  # [N] Bullet's own limit of a grip constraint: out of the way, the cell breaks grips itself
SPECK = 1e-6  # [kg] mass of a link that has none: Bullet would give it 1 kg
BOUNCE_THRESHOLD = 1e-2  # [m/s] slower impacts do not bounce


class PybulletEngine:
    """One Bullet world in a client of its own."""

    name = "pybullet"

    def __init__(self, world: World) -> None:
        self._client = bullet.connect(bullet.DIRECT)
        self._gravity = world.gravity
        bullet.setGravity(*world.gravity, physicsClientId=self._client)
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=world.dt,
            numSolverIterations=SOLVER_ITERATIONS,
            solverResidualThreshold=RESIDUAL,
            deterministicOverlappingPairs=1,
            restitutionVelocityThreshold=BOUNCE_THRESHOLD,
            physicsClientId=self._client,
        )
        self._ids: dict[str, int] = {}
        self._items: dict[tuple[int, int], Item] = {}
        self._links: dict[str, dict[str, int]] = {}
        self._driven: dict[str, list[int]] = {}
        self._T_body_inertial: dict[str, np.ndarray] = {}
        self._centred: set[str] = set()
        self._grips: dict[str, int] = {}
        for body in world.bodies:
            self._add_body(body)
        for robot in world.robots:
            self._add_robot(robot)

    def _add_body(self, body: Body) -> None:
        T_inertial, moments = _principal(body)
        position, wxyz = T_inertial[:3, 3], wxyz_from_matrix(T_inertial[:3, :3])
        start = body.T_world @ T_inertial
        handle = bullet.createMultiBody(
            baseMass=body.mass,
            baseCollisionShapeIndex=self._shape(body.geometries, np.linalg.inv(T_inertial)),
            basePosition=start[:3, 3].tolist(),
            baseOrientation=xyzw_from_wxyz(wxyz_from_matrix(start[:3, :3])).tolist(),
            physicsClientId=self._client,
        )
        self._ids[body.name] = handle
        self._items[handle, -1] = Item(body.name)
        self._T_body_inertial[body.name] = transform(position, wxyz)
        if np.array_equal(T_inertial, np.eye(4)):
            self._centred.add(body.name)
        options = {"localInertiaDiagonal": moments.tolist()} if body.mass > 0 else {}
        self._settle(handle, -1, body.friction, body.restitution, **options)

    def _settle(self, handle: int, link: int, friction: float, restitution: float, **options: object) -> None:
        """No hidden damping, no sleeping; Bullet multiplies two coefficients, hence the roots (a geometric mean)."""
        bullet.changeDynamics(
            handle,
            link,
            lateralFriction=friction**0.5,
            restitution=restitution**0.5,
            linearDamping=0.0,
            angularDamping=0.0,
            jointDamping=0.0,
            maxJointVelocity=1e3,
            contactProcessingThreshold=0.0,
            activationState=bullet.ACTIVATION_STATE_DISABLE_SLEEPING,
            physicsClientId=self._client,
            **options,
        )

    def _shape(self, geometries: Sequence[Geometry], T_inertial_body: np.ndarray) -> int:
        """One compound collision shape; Bullet wants it in the inertial frame."""
        kinds = {
            "box": bullet.GEOM_BOX,
            "sphere": bullet.GEOM_SPHERE,
            "cylinder": bullet.GEOM_CYLINDER,
            "capsule": bullet.GEOM_CAPSULE,
            "mesh": bullet.GEOM_MESH,
        }
        places = [T_inertial_body @ g.origin for g in geometries]
        shape: int = bullet.createCollisionShapeArray(
            shapeTypes=[kinds[g.kind] for g in geometries],
            halfExtents=[[s / 2 for s in g.size] if g.kind == "box" else [0.0, 0.0, 0.0] for g in geometries],
            radii=[g.size[0] if g.kind in ("sphere", "cylinder", "capsule") else 0.0 for g in geometries],
            lengths=[g.size[1] if g.kind in ("cylinder", "capsule") else 0.0 for g in geometries],
            fileNames=[str(g.path) if g.kind == "mesh" else "" for g in geometries],
            meshScales=[list(g.scale) for g in geometries],
            collisionFramePositions=[T[:3, 3].tolist() for T in places],
            collisionFrameOrientations=[xyzw_from_wxyz(wxyz_from_matrix(T[:3, :3])).tolist() for T in places],
            physicsClientId=self._client,
        )
        return shape

    def _add_robot(self, installed: Installed) -> None:
        robot = installed.robot
        links = tuple(link if link.mass > 0 else replace(link, mass=SPECK, inertia=SPECK * 1e-4 * np.eye(3)) for link in robot.links)
        with tempfile.TemporaryDirectory() as folder, silence():
            path = Path(folder) / "robot.urdf"
            write_urdf(replace(robot, links=links), path)
            T = installed.T_world_base
            handle = bullet.loadURDF(
                str(path),
                basePosition=T[:3, 3].tolist(),
                baseOrientation=xyzw_from_wxyz(wxyz_from_matrix(T[:3, :3])).tolist(),
                useFixedBase=True,
                flags=bullet.URDF_USE_INERTIA_FROM_FILE | bullet.URDF_USE_SELF_COLLISION,
                physicsClientId=self._client,
            )
        self._ids[installed.name] = handle
        base = bullet.getBodyInfo(handle, physicsClientId=self._client)[0].decode()
        indices, joints = {base: -1}, {}
        for index in range(bullet.getNumJoints(handle, physicsClientId=self._client)):
            info = bullet.getJointInfo(handle, index, physicsClientId=self._client)
            indices[info[12].decode()], joints[info[1].decode()] = index, index
        self._links[installed.name] = indices
        self._driven[installed.name] = [joints[name] for name in robot.joint_names]
        for name, index in indices.items():
            self._items[handle, index] = Item(installed.name, name)
            self._settle(handle, index, installed.friction, 0.0)
        self._free_joints(installed, handle)
        apart = {frozenset(pair) for pair in installed.apart}
        for a, b in itertools.combinations(indices, 2):
            if frozenset((a, b)) not in apart:
                bullet.setCollisionFilterPair(handle, handle, indices[a], indices[b], 0, physicsClientId=self._client)

    def _free_joints(self, installed: Installed, handle: int) -> None:
        """Bullet gives every joint a velocity motor; ours are driven by torques alone."""
        driven = self._driven[installed.name]
        zeros = [0.0] * len(driven)
        bullet.setJointMotorControlArray(handle, driven, bullet.VELOCITY_CONTROL, forces=zeros, physicsClientId=self._client)
        for index, q in zip(driven, installed.q0, strict=True):
            bullet.resetJointState(handle, index, float(q), 0.0, physicsClientId=self._client)

    def joints(self, robot: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine."""
        states = bullet.getJointStates(self._ids[robot], self._driven[robot], physicsClientId=self._client)
        return np.array([s[0] for s in states]), np.array([s[1] for s in states])

    def drive(self, robot: str, torque: np.ndarray) -> None:
        """See Engine."""
        bullet.setJointMotorControlArray(
            self._ids[robot], self._driven[robot], bullet.TORQUE_CONTROL, forces=torque.tolist(), physicsClientId=self._client
        )

    def step(self) -> None:
        """See Engine."""
        bullet.stepSimulation(physicsClientId=self._client)

    def pose(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine. Most bodies have their inertial frame in their own: nothing to turn."""
        if body in self._centred:
            position, (x, y, z, w) = bullet.getBasePositionAndOrientation(self._ids[body], physicsClientId=self._client)
            return np.array(position), np.array((w, x, y, z))
        T = self._T_world_inertial(self._ids[body], -1) @ np.linalg.inv(self._T_body_inertial[body])
        return T[:3, 3].copy(), wxyz_from_matrix(T[:3, :3])

    def velocity(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine."""
        linear, angular = bullet.getBaseVelocity(self._ids[body], physicsClientId=self._client)
        return np.array(linear), np.array(angular)

    def push(self, body: str, velocity: Sequence[float], spin: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        """See Engine."""
        bullet.resetBaseVelocity(self._ids[body], list(velocity), list(spin), physicsClientId=self._client)

    def _T_world_inertial(self, handle: int, link: int) -> np.ndarray:
        if link == -1:
            position, xyzw = bullet.getBasePositionAndOrientation(handle, physicsClientId=self._client)
        else:
            position, xyzw = bullet.getLinkState(handle, link, computeForwardKinematics=1, physicsClientId=self._client)[:2]
        return transform(np.array(position), wxyz_from_xyzw(np.array(xyzw)))

    def attach(self, grip: str, robot: str, link: str, T_link_pivot: np.ndarray, body: str) -> None:
        """See Engine. A fixed constraint between the inertial frames, as they stand now."""
        parent, index, child = self._ids[robot], self._links[robot][link], self._ids[body]
        info = bullet.getDynamicsInfo(parent, index, physicsClientId=self._client)
        T_link_inertial = transform(np.array(info[3]), wxyz_from_xyzw(np.array(info[4])))
        T_parent_pivot = np.linalg.inv(T_link_inertial) @ T_link_pivot
        T_world_pivot = self._T_world_inertial(parent, index) @ T_parent_pivot
        T_child_pivot = np.linalg.inv(self._T_world_inertial(child, -1)) @ T_world_pivot
        constraint = bullet.createConstraint(
            parent,
            index,
            child,
            -1,
            bullet.JOINT_FIXED,
            [0, 0, 0],
            T_parent_pivot[:3, 3].tolist(),
            T_child_pivot[:3, 3].tolist(),
            xyzw_from_wxyz(wxyz_from_matrix(T_parent_pivot[:3, :3])).tolist(),
            xyzw_from_wxyz(wxyz_from_matrix(T_child_pivot[:3, :3])).tolist(),
            physicsClientId=self._client,
        )
        bullet.changeConstraint(constraint, maxForce=GRIP_LIMIT, physicsClientId=self._client)
        self._grips[grip] = constraint

    def detach(self, grip: str) -> None:
        """See Engine."""
        bullet.removeConstraint(self._grips.pop(grip), physicsClientId=self._client)

    def wrench(self, grip: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine. Bullet reports what the child does to the parent."""
        state = np.array(bullet.getConstraintState(self._grips[grip], physicsClientId=self._client))
        return -state[:3], -state[3:6]

    def pass_through(self, a: Item, b: Item, ignore: bool) -> None:
        """See Engine."""
        bullet.setCollisionFilterPair(
            self._ids[a.owner], self._ids[b.owner], self._link(a), self._link(b), 0 if ignore else 1, physicsClientId=self._client
        )

    def _link(self, item: Item) -> int:
        return self._links[item.owner][item.link] if item.link else -1

    def contacts(self) -> list[Contact]:
        """See Engine. Points that carry no force and leave a gap are speculative and left out."""
        found = []
        for p in bullet.getContactPoints(physicsClientId=self._client):
            if p[8] > 0.0 and p[9] <= 0.0:
                continue
            n, f, u, g, v, h = p[7], p[9], p[11], p[10], p[13], p[12]
            force = (f * n[0] + g * u[0] + h * v[0], f * n[1] + g * u[1] + h * v[1], f * n[2] + g * u[2] + h * v[2])
            found.append(Contact(self._items[p[1], p[3]], self._items[p[2], p[4]], p[6], force, n, -p[8]))
        return found

    def distances(self, pairs: Sequence[tuple[Item, Item]], within: float) -> list[Distance]:
        """See Engine."""
        found = []
        for a, b in pairs:
            links = {}
            if a.owner in self._links and a.link:
                links["linkIndexA"] = self._link(a)
            if b.owner in self._links and b.link:
                links["linkIndexB"] = self._link(b)
            points = bullet.getClosestPoints(self._ids[a.owner], self._ids[b.owner], within, physicsClientId=self._client, **links)
            if points:
                p = min(points, key=lambda point: point[8])
                found.append(Distance(self._items[p[1], p[3]], self._items[p[2], p[4]], p[8], np.array(p[5]), np.array(p[6])))
        return found

    def close(self) -> None:
        """See Engine."""
        if self._client >= 0:
            bullet.disconnect(self._client)
            self._client = -1


def _principal(body: Body) -> tuple[np.ndarray, np.ndarray]:
    """T_body_inertial (4, 4) at the centre of mass along the principal axes, and the principal moments (3,)."""
    T = np.eye(4)
    T[:3, 3] = body.com
    inertia = np.zeros((3, 3)) if body.inertia is None else body.inertia
    moments = np.diag(inertia).copy()
    if np.abs(inertia - np.diag(moments)).max() > 1e-9 * max(moments.max(), 1e-12):
        moments, axes = np.linalg.eigh(inertia)
        axes[:, 2] *= np.sign(np.linalg.det(axes))
        T[:3, :3] = matrix_from_wxyz(wxyz_from_matrix(axes))
    return T, moments
