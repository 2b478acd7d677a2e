"""The robot on its way, the touching point's path coloured by the speeds that are allowed there, and where it is worst."""

from __future__ import annotations

from functools import cache

import numpy as np

from robots import kinematics, meshes
from robots.model import Geometry, Robot
from twin.contact.rotation import wxyz_from_matrix
from twin.physics.crash.human_verdict import Assessment
from twin.scene import ColorBar, Lines, Marker, Mesh, Node, Scene

__all__ = ["human_scene", "speed_bars"]

FRAMES = 120  # of a path
STILL = 1e-9  # [m] of a link that does not move
ABOVE = np.array([0.0, 0.0, 0.03])  # [m] of the second line over the first
BALL = 0.02  # [m] radius of the mark at the touching point
GOOD, BAD = (0.13, 0.59, 0.33, 1.0), (0.84, 0.15, 0.16, 1.0)
NARROWEST = 1e-3  # [m/s] that a colour bar spans


def human_scene(found: Assessment) -> Scene:
    """The robot in its pose or along its path, base frame; a ball at the place with the smallest margin: green within, red beyond."""
    places, spec = found.places, found.spec
    frames = np.unique(np.linspace(0, len(places.t) - 1, FRAMES).round().astype(int))
    known: dict[str, Mesh] = {"touch": Mesh(*_ball(), GOOD if found.within else BAD)}
    nodes = _robot(found.who.robot, places.q[frames], known)
    nodes.append(Node("touch", "touch", places.point[found.worst], np.array([1.0, 0.0, 0.0, 0.0]), "touch"))
    lines, bars = _map(found)
    columns = {"speed": places.speed, "allowed_speed": places.allowed, "allowed_speed_operational": places.allowed_operational}
    curves = {name: column[frames] for name, column in columns.items() if spec.blow} if len(frames) > 1 else {}
    return Scene(
        t=places.t[frames],
        meshes=known,
        nodes=tuple(nodes),
        markers=(_marker(found),),
        curves=curves,
        units=dict.fromkeys(curves, "m/s"),
        captions=((float(places.t[0]), found.sentence),),
        lines=lines,
        bars=bars,
    )


def speed_bars(used: np.ndarray, allowed: np.ndarray) -> tuple[ColorBar, ColorBar]:
    """Of the share of the allowed speed that the motion uses, and of speeds that the mass at each pose would allow [m/s]."""
    low, high = float(allowed.min()), float(allowed.max())
    return (
        ColorBar("speed over allowed speed", "1", 0.0, max(1.0, float(used.max()))),
        ColorBar("allowed by the mass at the pose (not the standard's)", "m/s", low, max(high, low + NARROWEST)),
    )


def _map(found: Assessment) -> tuple[tuple[Lines, ...], tuple[ColorBar, ...]]:
    """The path twice: by the share of the standard's allowed speed, and a little above by the speed for the mass at each pose."""
    places = found.places
    if found.spec.path is None:
        return (), ()
    if not found.spec.blow or not found.region.permissible:
        return (Lines("path", [places.point], GOOD if found.within else BAD),), ()
    used = places.speed / places.allowed
    share, by_mass = speed_bars(used, places.allowed_operational)
    return (
        Lines("speed map", [places.point], colors=[share.paint(used)]),
        Lines("mass map", [places.point + ABOVE], colors=[by_mass.paint(places.allowed_operational)]),
    ), (share, by_mass)


def _marker(found: Assessment) -> Marker:
    """The blow where it is worst, its force as an arrow; for a clamp alone the clamping force."""
    places, worst, spec = found.places, found.worst, found.spec
    force, limit = (places.force[worst], found.blow.force) if spec.blow else (spec.clamping_force or 0.0, found.clamp.force)
    label = f"{found.verdict}: {force:.0f} N on the {found.region.words}, {limit:.0f} N allowed"
    x, y, z = (float(value) for value in places.point[worst])
    fx, fy, fz = (float(force * value) for value in places.direction[worst])
    return Marker(float(places.t[worst]), label, (x, y, z), (fx, fy, fz), duration=1.0)


def _robot(robot: Robot, q: np.ndarray, known: dict[str, Mesh]) -> list[Node]:
    """Every shape of every link over the frames; meshes are put into `known`."""
    T_base_link = kinematics.all_links(robot, q)
    nodes = []
    for i, link in enumerate(robot.links):
        moves = bool(np.ptp(T_base_link[:, i], axis=0).max() > STILL)
        for k, shape in enumerate(link.visuals or link.collisions):
            T = T_base_link[:, i] @ shape.origin
            position, rotation = T[:, :3, 3], wxyz_from_matrix(T[:, :3, :3])
            if not moves:
                position, rotation = position[0], rotation[0]
            nodes.append(Node(f"robot/{link.name}{'' if k == 0 else f':{k}'}", _mesh(shape, known), position, rotation, "robot"))
    return nodes


def _mesh(shape: Geometry, known: dict[str, Mesh]) -> str:
    key = f"{shape.kind} {shape.size} {shape.path} {shape.scale} {shape.color}"
    if key not in known:
        vertices, faces = meshes.load(shape)
        known[key] = Mesh(np.asarray(vertices, np.float32), np.asarray(faces, np.uint32), shape.color)
    return key


@cache
def _ball() -> tuple[np.ndarray, np.ndarray]:
    vertices, faces = meshes.load(Geometry("sphere", (BALL,)))
    return np.asarray(vertices, np.float32), np.asarray(faces, np.uint32)
