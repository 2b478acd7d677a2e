"""The Engine protocol on MuJoCo, built from the same plain data as the Bullet one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any

import mujoco
import numpy as np

from robots.model import Geometry, Joint, Link
from twin.contact.engine import Contact, Distance, Item
from twin.contact.rotation import matrix_from_wxyz, wxyz_from_matrix
from twin.contact.world import Body, Installed, World

__all__ = ["MujocoEngine"]

CONTACT_STEPS = 2.0  # time constant of a contact in steps: as stiff as MuJoCo recommends (solref >= 2 dt)
BOUNCE_STEPS = 40.0  # an elastic impact is resolved over this many steps: its restitution is right within 5 %
IMPEDANCE = (0.95, 0.999, 1e-4, 0.5, 2.0)  # solimp: nearly hard within 0.1 mm
ELASTIC_IMPEDANCE = (0.9999, 0.9999, 1e-4, 0.5, 2.0)  # solimp of a bounce: the spring and damper of `_reference` alone act
FRICTION_IMPEDANCE = 10.0  # impratio: friction holds ten times stiffer than it would by default


class MujocoEngine:
    """One MuJoCo model and its data."""

    name = "mujoco"

    def __init__(self, world: World) -> None:
        spec = mujoco.MjSpec()
        spec.compiler.degree = False
        spec.option.timestep = world.dt
        spec.option.gravity = list(world.gravity)
        spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
        spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
        spec.option.impratio = FRICTION_IMPEDANCE
        spec.option.tolerance = 1e-10
        self._dt = world.dt
        self._geoms: dict[str, list[tuple[Item, str]]] = {}
        self._meshes = 0
        for body in world.bodies:
            self._add_body(spec, body)
        for robot in world.robots:
            self._add_robot(spec, robot)
        self._add_pairs(spec, world)
        self._reserve_grips(spec, world)
        self._model = spec.compile()
        self._data = mujoco.MjData(self._model)
        self._look_up(world)
        for robot in world.robots:
            self._data.qpos[self._qpos[robot.name]] = robot.q0
        self._base_types = self._model.geom_contype.copy(), self._model.geom_conaffinity.copy()
        self._passing: set[frozenset[Item]] = set()
        self._grips: dict[str, tuple[int, np.ndarray]] = {}
        mujoco.mj_forward(self._model, self._data)

    # --- building -----------------------------------------------------------------------------------------------

    def _add_body(self, spec: Any, body: Body) -> None:
        T = body.T_world
        made = spec.worldbody.add_body(name=body.name, pos=T[:3, 3], quat=wxyz_from_matrix(T[:3, :3]))
        if body.mass > 0:
            made.add_freejoint(name=f"{body.name}/free")
            _give_mass(made, body.mass, np.asarray(body.com), np.zeros((3, 3)) if body.inertia is None else body.inertia)
        self._geoms[body.name] = [
            (Item(body.name), self._add_geometry(spec, made, g, f"{body.name}:{k}", body.friction)) for k, g in enumerate(body.geometries)
        ]

    def _add_geometry(self, spec: Any, body: Any, geometry: Geometry, name: str, friction: float) -> str:
        """Collision geometry; whether it collides by default is settled by `_add_pairs`."""
        kinds = {
            "box": mujoco.mjtGeom.mjGEOM_BOX,
            "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
            "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
            "capsule": mujoco.mjtGeom.mjGEOM_CAPSULE,
            "mesh": mujoco.mjtGeom.mjGEOM_MESH,
        }
        options: dict[str, Any] = {"size": _half_sizes(geometry)}
        if geometry.kind == "mesh":
            self._meshes += 1
            mesh = f"mesh{self._meshes}"
            spec.add_mesh(name=mesh, file=str(geometry.path), scale=list(geometry.scale))
            options = {"meshname": mesh}
        body.add_geom(
            name=name,
            type=kinds[geometry.kind],
            pos=geometry.origin[:3, 3],
            quat=wxyz_from_matrix(geometry.origin[:3, :3]),
            friction=[friction, 0.0, 0.0],
            mass=0.0,
            contype=0,
            conaffinity=0,
            **options,
        )
        return name

    def _add_robot(self, spec: Any, installed: Installed) -> None:
        robot = installed.robot
        children: dict[str, list[Joint]] = {}
        for joint in robot.joints:
            children.setdefault(joint.parent, []).append(joint)
        has_parent = {joint.child for joint in robot.joints}
        root = next(link for link in robot.links if link.name not in has_parent)
        self._geoms[installed.name] = []
        self._add_link(spec, spec.worldbody, installed, root, installed.T_world_base, None, children)

    def _add_link(
        self, spec: Any, parent: Any, installed: Installed, link: Link, T: np.ndarray, joint: Joint | None, children: Any
    ) -> None:
        name = f"{installed.name}/{link.name}"
        body = parent.add_body(name=name, pos=T[:3, 3], quat=wxyz_from_matrix(T[:3, :3]))
        if joint is not None and joint.kind != "fixed":
            kind = mujoco.mjtJoint.mjJNT_SLIDE if joint.kind == "prismatic" else mujoco.mjtJoint.mjJNT_HINGE
            body.add_joint(name=f"{installed.name}/{joint.name}", type=kind, axis=list(joint.axis))
        if link.mass > 0:
            _give_mass(body, link.mass, link.com, link.inertia)
        for k, geometry in enumerate(link.collisions):
            geom = self._add_geometry(spec, body, geometry, f"{name}:{k}", installed.friction)
            self._geoms[installed.name].append((Item(installed.name, link.name), geom))
        for child in children.get(link.name, ()):
            self._add_link(spec, body, installed, installed.robot.link(child.child), child.origin, child, children)

    def _add_pairs(self, spec: Any, world: World) -> None:
        """Every pair that can touch, spelled out: MuJoCo would take the larger friction, the house rule is the geometric mean."""
        owners: list[Body | Installed] = [*world.bodies, *world.robots]
        for a, b in itertools.combinations(owners, 2):
            if _moves(a) or _moves(b):
                for (_, x), (_, y) in itertools.product(self._geoms[a.name], self._geoms[b.name]):
                    self._add_pair(spec, x, y, a, b)
        for robot in world.robots:
            for one, other in robot.apart:
                for (i, x), (j, y) in itertools.product(self._geoms[robot.name], repeat=2):
                    if i.link == one and j.link == other:
                        self._add_pair(spec, x, y, robot, robot)

    def _add_pair(self, spec: Any, x: str, y: str, a: Body | Installed, b: Body | Installed) -> None:
        friction = math.sqrt(a.friction * b.friction)
        restitution = math.sqrt(getattr(a, "restitution", 0.0) * getattr(b, "restitution", 0.0))
        spec.add_pair(
            name=f"{x}|{y}",
            geomname1=x,
            geomname2=y,
            condim=3,
            friction=[friction, friction, 0.0, 0.0, 0.0],
            solref=_reference(restitution, self._dt),
            solimp=list(ELASTIC_IMPEDANCE if restitution > 0.0 else IMPEDANCE),
        )

    def _reserve_grips(self, spec: Any, world: World) -> None:
        """MuJoCo's constraints are fixed when the model is compiled: one sleeping weld for each (arm tool, part) is reserved."""
        for robot in world.robots:
            for arm in robot.robot.arms.values():
                for body in world.bodies:
                    if body.mass > 0:
                        weld = spec.add_equality(
                            type=mujoco.mjtEq.mjEQ_WELD,
                            name=_weld(robot.name, arm.tool, body.name),
                            objtype=mujoco.mjtObj.mjOBJ_BODY,
                            name1=f"{robot.name}/{arm.tool}",
                            name2=body.name,
                            active=False,
                            solref=[CONTACT_STEPS * self._dt, 1.0],
                            solimp=list(IMPEDANCE),
                        )
                        weld.data[10] = 1.0  # torque scale

    def _look_up(self, world: World) -> None:
        model = self._model
        self._item_of_geom = {}
        self._geom_ids: dict[Item, list[int]] = {}
        for owner, geoms in self._geoms.items():
            for item, name in geoms:
                index = model.geom(name).id
                self._item_of_geom[index] = item
                self._geom_ids.setdefault(item, []).append(index)
                if item.link:
                    self._geom_ids.setdefault(Item(owner), []).append(index)
        self._qpos: dict[str, np.ndarray] = {}
        self._dofs: dict[str, np.ndarray] = {}
        for robot in world.robots:
            joints = [model.joint(f"{robot.name}/{name}") for name in robot.robot.joint_names]
            self._qpos[robot.name] = np.array([j.qposadr[0] for j in joints], dtype=int)
            self._dofs[robot.name] = np.array([j.dofadr[0] for j in joints], dtype=int)
        self._bodies = {body.name: model.body(body.name).id for body in world.bodies}
        self._free = {body.name: int(model.joint(f"{body.name}/free").dofadr[0]) for body in world.bodies if body.mass > 0}

    # --- running ------------------------------------------------------------------------------------------------

    def joints(self, robot: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine."""
        return self._data.qpos[self._qpos[robot]], self._data.qvel[self._dofs[robot]]

    def drive(self, robot: str, torque: np.ndarray) -> None:
        """See Engine."""
        self._data.qfrc_applied[self._dofs[robot]] = torque

    def step(self) -> None:
        """See Engine."""
        mujoco.mj_step(self._model, self._data)

    def pose(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine. Taken from qpos: xpos lags one step behind."""
        if body in self._free:
            at = int(self._model.joint(f"{body}/free").qposadr[0])
            return self._data.qpos[at : at + 3].copy(), self._data.qpos[at + 3 : at + 7].copy()
        index = self._bodies[body]
        return self._data.xpos[index].copy(), self._data.xquat[index].copy()

    def velocity(self, body: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine. Taken from qvel: MuJoCo's body velocities lag one step behind."""
        at = self._free.get(body)
        if at is None:
            return np.zeros(3), np.zeros(3)
        R = matrix_from_wxyz(self.pose(body)[1])
        spin = R @ self._data.qvel[at + 3 : at + 6]
        arm = R @ self._model.body_ipos[self._bodies[body]]
        return self._data.qvel[at : at + 3] + np.cross(spin, arm), spin

    def push(self, body: str, velocity: Sequence[float], spin: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        """See Engine. qvel of a free body: speed of its frame's origin in world axes, spin in its own axes."""
        at, index = self._free[body], self._bodies[body]
        R = self._data.xmat[index].reshape(3, 3)
        arm = self._data.xipos[index] - self._data.xpos[index]
        self._data.qvel[at : at + 3] = np.asarray(velocity) - np.cross(spin, arm)
        self._data.qvel[at + 3 : at + 6] = R.T @ np.asarray(spin)
        mujoco.mj_forward(self._model, self._data)

    def attach(self, grip: str, robot: str, link: str, T_link_pivot: np.ndarray, body: str) -> None:
        """See Engine. Wakes the reserved weld with the relative pose of now."""
        mujoco.mj_kinematics(self._model, self._data)
        weld = self._model.equality(_weld(robot, link, body)).id
        parent, child = self._model.body(f"{robot}/{link}").id, self._bodies[body]
        R_parent, R_child = (self._data.xmat[i].reshape(3, 3) for i in (parent, child))
        pivot = self._data.xpos[parent] + R_parent @ T_link_pivot[:3, 3]
        data = self._model.eq_data[weld]
        data[0:3] = R_child.T @ (pivot - self._data.xpos[child])  # the anchor in the second body
        data[3:6] = T_link_pivot[:3, 3]  # and where the first body holds it
        data[6:10] = wxyz_from_matrix(R_parent.T @ R_child)
        self._data.eq_active[weld] = 1
        self._grips[grip] = (weld, T_link_pivot[:3, 3].copy())

    def detach(self, grip: str) -> None:
        """See Engine."""
        self._data.eq_active[self._grips.pop(grip)[0]] = 0

    def wrench(self, grip: str) -> tuple[np.ndarray, np.ndarray]:
        """See Engine. From the weld's constraint forces, mapped to its body by the constraint Jacobian."""
        weld, _ = self._grips[grip]
        data, model = self._data, self._model
        rows = np.nonzero((data.efc_id[: data.nefc] == weld) & (data.efc_type[: data.nefc] == mujoco.mjtConstraint.mjCNSTR_EQUALITY))[0]
        if len(rows) != 6:
            return np.zeros(3), np.zeros(3)
        multiplied = np.zeros(data.nefc)
        multiplied[rows] = data.efc_force[rows]
        generalised = np.zeros(model.nv)
        mujoco.mj_mulJacTVec(model, data, generalised, multiplied)
        child = int(model.eq_obj2id[weld])
        at = int(model.body_dofadr[child])
        R = data.xmat[child].reshape(3, 3)
        force = generalised[at : at + 3]
        moment = R @ generalised[at + 3 : at + 6]  # about the body's frame
        anchor = R @ model.eq_data[weld][0:3]
        return force.copy(), moment - np.cross(anchor, force)

    def pass_through(self, a: Item, b: Item, ignore: bool) -> None:
        """See Engine. A pair that passes through keeps its name and loses its reach (a margin far below zero)."""
        (self._passing.add if ignore else self._passing.discard)(frozenset((a, b)))
        for x, y in itertools.product(self._names(a), self._names(b)):
            for name in (f"{x}|{y}", f"{y}|{x}"):
                index = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_PAIR, name)
                if index >= 0:
                    self._model.pair_margin[index] = -1e3 if ignore else 0.0

    def _names(self, item: Item) -> Iterable[str]:
        return [name for other, name in self._geoms[item.owner] if other == item or not item.link]

    def contacts(self) -> list[Contact]:
        """See Engine. MuJoCo's contact frame: first row is the normal, from the first geom to the second."""
        found = []
        wrench = np.zeros(6)
        for k in range(self._data.ncon):
            c = self._data.contact[k]
            one, other = self._item_of_geom[int(c.geom[0])], self._item_of_geom[int(c.geom[1])]
            if frozenset((one, other)) in self._passing:
                continue
            mujoco.mj_contactForce(self._model, self._data, k, wrench)
            if wrench[0] <= 0.0 and c.dist > 0.0:
                continue
            frame = c.frame.reshape(3, 3)
            found.append(
                Contact(
                    one,
                    other,
                    tuple(c.pos.tolist()),
                    tuple((-frame.T @ wrench[:3]).tolist()),
                    tuple((-frame[0]).tolist()),
                    -float(c.dist),
                )
            )
        return found

    def distances(self, pairs: Sequence[tuple[Item, Item]], within: float) -> list[Distance]:
        """See Engine. Bounding spheres first, then the exact distance of what is left."""
        found = []
        for a, b in pairs:
            first, second = np.array(self._geom_ids[a]), np.array(self._geom_ids[b])
            gap = np.linalg.norm(self._data.geom_xpos[first][:, None] - self._data.geom_xpos[second][None], axis=-1)
            gap -= self._model.geom_rbound[first][:, None] + self._model.geom_rbound[second][None]
            best: Distance | None = None
            reach = within
            order = np.argsort(gap, axis=None)
            for flat in order:
                i, j = divmod(int(flat), len(second))
                if gap[i, j] > reach:
                    break
                segment = np.zeros(6)
                distance = mujoco.mj_geomDistance(self._model, self._data, int(first[i]), int(second[j]), reach, segment)
                if distance < reach:
                    one, other = self._item_of_geom[int(first[i])], self._item_of_geom[int(second[j])]
                    best, reach = Distance(one, other, float(distance), segment[:3].copy(), segment[3:].copy()), distance
            if best is not None:
                found.append(best)
        return found

    def close(self) -> None:
        """See Engine. MuJoCo's memory goes with the object."""


def _moves(owner: Body | Installed) -> bool:
    return isinstance(owner, Installed) or owner.mass > 0


def _weld(robot: str, tool: str, body: str) -> str:
    return f"{robot}/{tool} holds {body}"


def _give_mass(body: Any, mass: float, com: np.ndarray, inertia: np.ndarray) -> None:
    body.mass, body.ipos, body.explicitinertial = mass, com, True
    body.fullinertia = [inertia[0, 0], inertia[1, 1], inertia[2, 2], inertia[0, 1], inertia[0, 2], inertia[1, 2]]


def _half_sizes(geometry: Geometry) -> list[float]:
    """MuJoCo's size of a primitive: half extents; radius; radius and half length."""
    if geometry.kind == "box":
        return [s / 2 for s in geometry.size]
    if geometry.kind in ("cylinder", "capsule"):
        return [geometry.size[0], geometry.size[1] / 2, 0.0]
    return [geometry.size[0] if geometry.size else 0.0, 0.0, 0.0]


def _reference(restitution: float, dt: float) -> list[float]:
    """solref of a contact. Positive: time constant and damping ratio. Negative: stiffness and damping per unit mass.

    An impact on a spring and damper with damping ratio z leaves with e = exp(-z / sqrt(1 - z^2) (pi - phi)) of its speed,
    phi = atan(2 z sqrt(1 - z^2) / (1 - 2 z^2)) less than pi because the contact cannot pull: the bodies part when the
    force, not the overlap, is zero (Schwager and Poeschel, Granular Matter 9, 465-469, 2007).
    """
    if restitution <= 0.0:
        return [CONTACT_STEPS * dt, 1.0]
    ratio = _damping_ratio(restitution)
    omega = math.pi / (BOUNCE_STEPS * dt)
    return [-(omega**2), -2.0 * ratio * omega]


def _damping_ratio(restitution: float) -> float:
    """The damping ratio in 0..1 that gives this restitution, by bisection: e falls with the ratio."""
    low, high = 0.0, 1.0 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        root = math.sqrt(1.0 - middle**2)
        # the force k x + c v vanishes at omega_d t = pi - phi with tan(phi) = 2 z sqrt(1 - z^2) / (1 - 2 z^2) taken in 0..pi
        phi = math.atan2(2.0 * middle * root, 1.0 - 2.0 * middle**2)
        if math.exp(-middle / root * (math.pi - phi)) > restitution:
            low = middle
        else:
            high = middle
    return (low + high) / 2
