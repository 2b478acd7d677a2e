"""The run as a scene: every link, part and fixture over time, tool trails, contacts, curves under the time cursor."""

from __future__ import annotations

import math

import numpy as np

from robots import kinematics, meshes
from robots.model import Geometry
from twin.contact.rotation import transform, wxyz_from_matrix
from twin.kinds import Context
from twin.physics.cell.shapes import geometries
from twin.physics.cell.state import Cell, RobotRun
from twin.result import Series
from twin.scenario.paths import resolve
from twin.scene import Marker, Mesh, Node, Scene, Trail

__all__ = ["draw"]

TRAIL_COLORS = ((0.95, 0.45, 0.10, 1.0), (0.10, 0.55, 0.95, 1.0), (0.20, 0.70, 0.35, 1.0), (0.75, 0.30, 0.80, 1.0))
MARKER_SPACING = 0.25  # [s] between two force arrows of one pair of bodies


def draw(cell: Cell, series: Series, context: Context) -> Scene:
    """The scene of everything recorded so far."""
    t = np.array(cell.record.frames or [0.0])
    meshes_by_key: dict[str, Mesh] = {}
    nodes: list[Node] = []
    trails: list[Trail] = []
    for run in cell.robots.values():
        q = _full_joints(cell, run, t)
        nodes += _robot_nodes(run, q, meshes_by_key)
    for k, (name, arm) in enumerate(cell.arms.items()):
        q = _full_joints(cell, arm.robot, t)
        tool = arm.robot.T_world_base @ kinematics.forward(arm.robot.full, q, [arm.arm.tool], path="generic")[:, 0]
        trails.append(Trail(f"{name} tool", tool[:, :3, 3], TRAIL_COLORS[k % len(TRAIL_COLORS)]))
    for name, fixture in cell.spec.fixtures.items():
        pieces = geometries(fixture.shape, lambda path: resolve(path, context.folder))
        nodes += _body_nodes(name, pieces, cell.frames.world(fixture.pose)[None], "fixtures", meshes_by_key)
    for name, part in cell.spec.parts.items():
        pieces = geometries(part.shape, lambda path: resolve(path, context.folder))
        poses = np.array(cell.record.parts[name]) if cell.record.parts[name] else None
        T = transform(poses[:, :3], poses[:, 3:]) if poses is not None else (cell.frames.T_world(name) @ part.offset.matrix())[None]
        nodes += _body_nodes(name, pieces, T, "parts", meshes_by_key)
    curves, units = _curves(series, t)
    captions = tuple((s["start"], f"{s['track']}: {s['name'].replace('_', ' ')}") for s in cell.record.steps)
    failures = tuple((e["t"], f"{e['detail']}") for e in cell.record.events if e["what"] == "failure")
    return Scene(t, meshes_by_key, tuple(nodes), tuple(trails), tuple(_markers(cell)), curves, units, captions + failures)


def _full_joints(cell: Cell, run: RobotRun, t: np.ndarray) -> np.ndarray:
    """Joint values of the whole robot at the frames, (frames, full.nq): what moves from the record, the rest as it stood."""
    rows = cell.record.joints[run.name]
    q = np.tile(run.posture, (len(t), 1))
    if rows:
        at = np.clip(np.round(t / cell.spec.time_step).astype(int), 0, len(rows) - 1)
        for name in run.full.joint_names:
            if name in run.robot.joint_names:
                i = run.robot.index(name)
                q[:, run.full.index(name)] = [rows[k][0, i] for k in at]
    return q


def _robot_nodes(run: RobotRun, q: np.ndarray, known: dict[str, Mesh]) -> list[Node]:
    T_world_link = run.T_world_base @ kinematics.all_links(run.full, q)
    nodes = []
    for i, link in enumerate(run.full.links):
        moving = bool(np.ptp(T_world_link[:, i], axis=0).max() > 1e-9)
        for k, geometry in enumerate(link.visuals or link.collisions):
            T = T_world_link[:, i] @ geometry.origin
            nodes.append(_node(f"{run.name}/{link.name}{'' if k == 0 else f':{k}'}", geometry, T if moving else T[:1], run.name, known))
    return nodes


def _body_nodes(name: str, pieces: tuple[Geometry, ...], T: np.ndarray, group: str, known: dict[str, Mesh]) -> list[Node]:
    return [_node(f"{name}{'' if k == 0 else f':{k}'}", g, T @ g.origin, group, known) for k, g in enumerate(pieces)]


def _node(name: str, geometry: Geometry, T: np.ndarray, group: str, known: dict[str, Mesh]) -> Node:
    key = f"{geometry.kind} {geometry.size} {geometry.path} {geometry.scale} {geometry.color}"
    if key not in known:
        vertices, faces = meshes.load(geometry)
        known[key] = Mesh(np.asarray(vertices, np.float32), np.asarray(faces, np.uint32), geometry.color)
    position, rotation = T[:, :3, 3], wxyz_from_matrix(T[:, :3, :3])
    if len(T) == 1:
        position, rotation = position[0], rotation[0]
    return Node(name, key, position, rotation, group)


def _curves(series: Series, t: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Joint positions, filtered forces and clearance on the frames' axis."""
    if len(series.t) < 2:
        return {}, {}
    wanted = [n for n in series.columns if n.endswith((".position", ".force")) or n.startswith(("insert_force", "clearance"))]
    return {n: np.interp(t, series.t, series.columns[n]) for n in wanted}, {n: series.units[n] for n in wanted}


def _markers(cell: Cell) -> list[Marker]:
    """Collisions where they were deepest, and a force arrow for each touching pair every now and then."""
    found = [
        Marker(c.start, f"{c.a} hits {c.b}, {c.depth * 1e3:.1f} mm deep", c.position, duration=max(c.end - c.start, 0.5))
        for c in cell.record.collisions
    ]
    for (part, other), touches in cell.record.touches.items():
        last = -np.inf
        for step, fx, fy, fz, x, y, z in touches:
            t, size = step * cell.spec.time_step, math.hypot(fx, fy, fz)
            if t - last >= MARKER_SPACING and part in cell.spec.parts and size > 1.0:
                found.append(Marker(t, f"{other} on {part}: {size:.0f} N", (x, y, z), (fx, fy, fz), MARKER_SPACING))
                last = t
    return found
