"""From a case to the arrays of its run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.physics.crash.blocks import VOID, Order, laid
from twin.physics.crash.case import Case
from twin.physics.crash.contact import against_walls
from twin.physics.crash.critical import CORNERS
from twin.physics.crash.glue import Springs, Ties, springs_of, tied
from twin.physics.crash.loops_nodes import CHUNK
from twin.physics.crash.rigid import Rigid, rigid_bodies
from twin.physics.crash.spec import Impact, WallSpec
from twin.physics.crash.state import Blocks, Clock, Motions, Nodes, Walls
from twin.physics.crash.swings import springy
from twin.physics.crash.walls import KINDS

__all__ = ["GROWTH", "Arrays", "started"]

GROWTH = 1.05
"""Of a time step, at most."""


@dataclass(frozen=True, eq=False)
class Arrays:
    """All that the loops work on."""

    nodes: Nodes
    blocks: Blocks
    order: Order
    walls: Walls
    motions: Motions
    clock: Clock
    bodies: Rigid
    ties: Ties
    springs: Springs


def started(case: Case, quads: np.ndarray, owners: np.ndarray) -> Arrays:
    """At time 0.

    Args:
        quads, owners: skins of all bodies and the elements behind (`run.skin_of`), which ties look at.

    Raises:
        BadInput: ties or springs that cannot be.
    """
    spec, count = case.spec, len(case.x)
    blocks, order = laid(case.connect, case.tet, count, case.part, case.laws, case.constants, case.masses, case.room)
    free = _free(case)
    v = _velocities(case) * free[:count]
    cube = (CORNERS + 1) / 2 * VOID
    cube[3, 2] = VOID / 2  # its first four nodes make a tetrahedron
    chunks = -(-count // CHUNK)
    ties, motions = tied(case, quads, owners), _motions(case)
    bodies = rigid_bodies(case, _velocities(case), motions.driven, against_walls(case, quads, owners))
    inverse = _inverse_masses(case, ties, bodies)
    free[:count][inverse == 0] = 0.0
    nodes = Nodes(
        np.concatenate([case.x, cube]),
        np.concatenate([v, np.zeros((8, 3))]),
        np.zeros((count + 8, 3)),
        np.concatenate([inverse, np.zeros(8)]),
        free,
        np.zeros((chunks, 2)),
    )
    with np.errstate(divide="ignore"):  # rigid bodies ask for no step
        steps = case.reaches / np.sqrt(case.constants[case.part, 2] * case.volumes / case.masses)
    q = spec.viscosity.linear
    blocks.step[:] = min(steps.min() / (q + np.sqrt(q * q + 1)), float(spec.until or 1.0))
    clock = Clock(np.zeros(2), np.zeros(1, np.int64), np.array([spec.timing.safety, GROWTH, 0.0, 0.0]))
    springs = springs_of(case)
    clock.limits[2:] = springy(springs, inverse, ties, bodies)
    _pushed(nodes, motions)
    return Arrays(nodes, blocks, order, _walls(case, chunks), motions, clock, bodies, ties, springs)


def _inverse_masses(case: Case, ties: Ties, bodies: Rigid) -> np.ndarray:
    """[1/kg]; 0 of nodes that others take along: glued ones, whose masses their faces get, and those of rigid bodies."""
    mass = case.node_mass
    for k in range(4):
        np.add.at(mass, ties.corners[:, k], ties.share[:, k] * mass[ties.nodes])
    inverse = 1 / mass
    inverse[ties.nodes] = mass[ties.nodes] = 0.0
    inverse[bodies.members] = 0.0
    return inverse


def _pushed(nodes: Nodes, motions: Motions) -> None:
    """Forces from outside as they are at the start."""
    for k, n in enumerate(motions.pushed):
        corners = slice(motions.first[motions.by[k]], motions.first[motions.by[k] + 1])
        nodes.f[n] += np.interp(0.0, motions.t[corners], motions.value[corners]) * motions.push[k]


def _free(case: Case) -> np.ndarray:
    """1 where a node may move; symmetry planes and clamps hold it."""
    free = np.ones((len(case.x) + 8, 3))
    for name, part in case.spec.bodies.items():
        for wanted, axes in part.hold.items():
            held = case.nodes_of(name).start + case.set_of(name, wanted, f"{name}.hold")
            for axis in axes:
                free[held, "xyz".index(axis)] = 0.0
    return free


def _velocities(case: Case) -> np.ndarray:
    v = np.zeros_like(case.x)
    for name, part in case.spec.bodies.items():
        nodes = case.nodes_of(name)
        mass = case.node_mass[nodes, None]
        centre = (mass * case.x[nodes]).sum(axis=0) / mass.sum()
        v[nodes] = np.array(part.velocity) + np.cross(np.array(part.spin), case.x[nodes] - centre)
    if case.spec.impact is not None:
        v += case.spec.impact.speed * _unit(case.spec.impact.direction)
    return v


def _unit(vector: tuple[float, float, float]) -> np.ndarray:
    given = np.array(vector, float)
    unit: np.ndarray = given / np.linalg.norm(given)
    return unit


def _walls(case: Case, chunks: int) -> Walls:
    walls = list(case.spec.walls.values())
    if case.spec.impact is not None:
        walls.insert(0, _struck(case.spec.impact, case.x))
    count = len(walls)
    place = np.array([[*wall.position, *_unit(wall.normal), wall.radius or 0.0] for wall in walls]).reshape(count, 7)
    return Walls(
        np.array([KINDS[wall.shape] for wall in walls], np.int32),
        place,
        np.array([wall.velocity for wall in walls], float).reshape(count, 3),
        np.array([0.0 if wall.mass is None else 1 / wall.mass for wall in walls], float),
        np.array([wall.friction for wall in walls], float),
        np.zeros((chunks, count, 3)),
        np.zeros((count, 3)),
    )


def _struck(impact: Impact, x: np.ndarray) -> WallSpec:
    """The wall of an impact: ahead of the bodies, just touching them; a round one ahead of their middle."""
    ahead = _unit(impact.direction)
    middle = (x.min(axis=0) + x.max(axis=0)) / 2
    if impact.wall == "plane":
        at = middle + ahead * ((x - middle) @ ahead).max()
        return WallSpec(position=tuple(at), normal=tuple(-ahead), mass=impact.mass, friction=impact.friction)
    radius = float(impact.radius or 0.0)
    axis = _unit(impact.axis) if impact.wall == "cylinder" else np.zeros(3)
    across = x - middle - np.outer((x - middle) @ axis, axis)
    along = across @ ahead
    off2 = np.maximum((across**2).sum(axis=1) - along**2, 0.0)
    # the centre s ahead of the middle touches a node where s - along = sqrt(r^2 - off^2)
    near = off2 < radius**2
    reach = along[near] + np.sqrt(radius**2 - off2[near])
    at = middle + ahead * (reach.max() if len(reach) else along.max() + radius)
    normal = tuple(axis) if impact.wall == "cylinder" else (0.0, 0.0, 1.0)
    return WallSpec(shape=impact.wall, position=tuple(at), normal=normal, radius=radius, mass=impact.mass, friction=impact.friction)


def _motions(case: Case) -> Motions:
    spec, count = case.spec, len(case.x)
    curves: list[tuple[tuple[float, float], ...]] = []
    driven = np.full((count + 8 if spec.motions else 0, 3), -1, np.int32)
    for name, motion in spec.motions.items():
        nodes = case.place(motion.of, f"motions.{name}.of")
        driven[nodes, "xyz".index(motion.axis)] = len(curves)
        curves.append(motion.velocity if isinstance(motion.velocity, tuple) else ((0.0, motion.velocity),))
    pushed, push, by = [np.zeros(0, np.int32)], [np.zeros((0, 3))], [np.zeros(0, np.int32)]
    for name, force in spec.forces.items():
        nodes = case.place(force.on, f"forces.{name}.on")
        pushed.append(nodes.astype(np.int32))
        push.append(np.tile(np.array(force.vector) / len(nodes), (len(nodes), 1)))
        by.append(np.full(len(nodes), len(curves), np.int32))
        curves.append(force.curve or ((0.0, 1.0),))
    corners = np.array([corner for curve in curves for corner in curve], float).reshape(-1, 2)
    first = np.r_[0, np.cumsum([len(curve) for curve in curves])].astype(np.int64)
    t, value = np.ascontiguousarray(corners[:, 0]), np.ascontiguousarray(corners[:, 1])
    gravity = np.array(spec.gravity, float)
    return Motions(first, t, value, driven, np.concatenate(pushed), np.concatenate(push), np.concatenate(by), gravity)
