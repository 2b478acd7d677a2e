"""The recursive algorithms of rigid-body dynamics, for numbers and expressions alike.

Featherstone, Rigid Body Dynamics Algorithms (Springer 2008): RNEA table 5.1, CRBA table 6.2, ABA table 7.1. Run on floats
they are the slow reference; run on expressions they write the source of the compiled kernels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robots.algebra import constants, maximum
from robots.mechanism import Mechanism, Moving
from robots.spatial import UNIT, ZERO, Inertia, Pair, Place, add, cross, cross_force, dot, place, rigid, times, vector

__all__ = [
    "AT_REST", "Loads", "Motion", "accelerations", "centre_of_mass", "energies", "frame_pose", "inertia_matrix", "jacobian", "less_losses",
    "motion", "poses", "solve_symmetric", "torques", "with_losses",
]  # fmt: skip

BREAKAWAY = 1e-3
"""Speed [rad/s or m/s] up to which Coulomb friction grows: below it a joint sticks and creeps (Karnopp's band, as a slope)."""

AT_REST: Pair = (ZERO, ZERO)
"""The velocity of a body that stands still."""

Note = Any


@dataclass(frozen=True, eq=False)
class Loads:
    """What a body weighs and how its joint rubs: constants of the mechanism, or inputs of the kernel.

    Attributes:
        bodies: mass, m c (3,), inertia about the origin (3, 3) of each body.
        damping, friction, armature: of each body's joint.
    """

    bodies: Sequence[tuple[Any, Any, Any]]
    damping: Sequence[Any]
    friction: Sequence[Any]
    armature: Sequence[Any]

    @classmethod
    def of(cls, mechanism: Mechanism, *, losses: bool = False) -> Loads:
        """Those of the mechanism; without `losses` its joints turn freely."""
        bodies = mechanism.bodies
        free = [0.0] * len(bodies)
        return cls(
            [(b.mass, constants(b.moment), constants(b.inertia)) for b in bodies],
            [b.damping for b in bodies] if losses else free,
            [b.friction for b in bodies] if losses else free,
            [b.armature for b in bodies],
        )

    def resistance(self, i: int, speed: Any) -> Any:
        """Force per speed that holds joint i back: damping, and Coulomb friction over the speed."""
        rubbing: Any = 0.0
        if not is_zero(self.friction[i]):
            rubbing = self.friction[i] / maximum(maximum(speed, -speed), BREAKAWAY)
        return self.damping[i] + rubbing


@dataclass(frozen=True, eq=False)
class Motion:
    """Places and spatial velocities of all bodies, and the speed of each joint."""

    places: list[Place]
    velocities: list[Pair]
    speeds: list[Any]


def motion(mechanism: Mechanism, q: list[Any], qd: list[Any], note: Note = str) -> Motion:
    """Forward pass: where everything is and how it moves."""
    places: list[Place] = []
    velocities: list[Pair] = []
    speeds: list[Any] = []
    for body in mechanism.bodies:
        note(f"{_called(body)}: place and velocity")
        at = place(body, q)
        speed = qd[body.speed : body.speed + 6] if body.kind == "floating" else body.factor * qd[body.speed]
        v = at.motion_in(velocities[body.parent]) if body.parent >= 0 else (ZERO, ZERO)
        places.append(at)
        velocities.append(add(v, _along(body, speed)))
        speeds.append(speed)
    return Motion(places, velocities, speeds)


def torques(mechanism: Mechanism, loads: Loads, moves: Motion, qdd: list[Any], gravity: Sequence[Any], note: Note = str) -> list[Any]:
    """Generalised forces (nv,) of a motion: recursive Newton-Euler, with rotors and without losses."""
    forces: list[Pair] = []
    accelerations: list[Pair] = []
    for i, body in enumerate(mechanism.bodies):
        note(f"{_called(body)}: acceleration and force")
        qdd_i = qdd[body.speed : body.speed + 6] if body.kind == "floating" else body.factor * qdd[body.speed]
        v = moves.velocities[i]
        base = accelerations[body.parent] if body.parent >= 0 else (ZERO, -vector(*gravity))
        a = add(moves.places[i].motion_in(base), add(_along(body, qdd_i), _swept(body, v, moves.speeds[i])))
        accelerations.append(a)
        mass, moment, inertia = loads.bodies[i]
        forces.append(add(times(mass, moment, inertia, a), cross_force(v, times(mass, moment, inertia, v))))
    tau: list[Any] = [0.0] * mechanism.nv
    for i in reversed(range(len(forces))):
        body = mechanism.bodies[i]
        note(f"{_called(body)}: torque")
        if body.kind == "floating":
            tau[body.speed : body.speed + 6] = [*forces[i][1], *forces[i][0]]
        else:
            rotor = loads.armature[i] * (body.factor * qdd[body.speed])
            tau[body.speed] = tau[body.speed] + body.factor * (_component(body, forces[i]) + rotor)
        if body.parent >= 0:
            forces[body.parent] = add(forces[body.parent], moves.places[i].force_out(forces[i]))
    return tau


def inertia_matrix(mechanism: Mechanism, loads: Loads, places: list[Place], extra: Sequence[Any] = (), note: Note = str) -> np.ndarray:
    """Joint-space inertia (nv, nv), symmetric: composite rigid bodies. `extra` is added to each joint's own inertia."""
    composite = [rigid(*load) for load in loads.bodies]
    M = np.full((mechanism.nv, mechanism.nv), 0.0, dtype=object)
    for i in reversed(range(len(composite))):
        body = mechanism.bodies[i]
        note(f"{_called(body)}: composite body")
        own = loads.armature[i] + (extra[i] if extra else 0.0)
        for k, axis in enumerate(_axes(body)):
            force = _push(composite[i], axis)
            j = i
            while True:
                other = mechanism.bodies[j]
                for m, other_axis in enumerate(_axes(other)):
                    row, column = body.speed + k, other.speed + m
                    entry = body.factor * other.factor * _shared(other_axis, force)
                    if j == i and body.kind != "floating":
                        entry = entry + body.factor * body.factor * own
                    if row == column and j != i:
                        entry = 2.0 * entry  # leader and follower on one path: the pair counts in both orders
                    M[row, column] = M[row, column] + entry
                    if row != column and j != i:
                        M[column, row] = M[column, row] + entry
                if other.parent < 0:
                    break
                force = places[j].force_out(force)
                j = other.parent
        if body.parent >= 0:
            composite[body.parent] = composite[body.parent] + places[i].inertia_out(composite[i])
    return M


def accelerations(
    mechanism: Mechanism,
    loads: Loads,
    moves: Motion,
    tau: list[Any],
    gravity: Sequence[Any],
    *,
    held: Sequence[Any] = (),
    note: Note = str,
) -> list[Any]:
    """Accelerations (nv,) under generalised forces: articulated bodies.

    Where a joint mimics another one that does not hang on the same body, the inertia matrix is factored instead.

    `held` is added to each joint's own inertia: what an implicit step makes of its resistance.
    """
    if not mechanism.siblings:
        still: list[Any] = [0.0] * mechanism.nv
        bias = torques(mechanism, loads, moves, still, gravity, note)
        M = inertia_matrix(mechanism, loads, moves.places, held, note)
        note("accelerations from the factors of the inertia matrix")
        return solve_symmetric(M, [t - b for t, b in zip(tau, bias, strict=True)])
    return _articulated(mechanism, loads, moves, tau, gravity, held, note)


def _articulated(
    mechanism: Mechanism, loads: Loads, moves: Motion, tau: list[Any], gravity: Sequence[Any], held: Sequence[Any], note: Note
) -> list[Any]:
    bodies = mechanism.bodies
    inertias = [rigid(*load) for load in loads.bodies]
    bias = [cross_force(v, times(*load, v)) for load, v in zip(loads.bodies, moves.velocities, strict=True)]
    swept = [_swept(body, v, speed) for body, v, speed in zip(bodies, moves.velocities, moves.speeds, strict=True)]
    groups = {i: group for group in mechanism.pairs.values() for i in group}
    factors: dict[int, tuple[list[Pair], Any, Any]] = {}
    for i in reversed(range(len(bodies))):
        body, group = bodies[i], groups.get(i, (i,))
        note(f"{_called(body)}: articulated body")
        if body.kind == "floating" or i != group[0]:  # who shares a coordinate is taken together with the first
            continue
        own = [loads.armature[k] + (held[k] if held else 0.0) for k in group]
        U = [_push(inertias[k], _axes(bodies[k])[0]) for k in group]
        u, D = tau[body.speed], 0.0
        for k, push, extra in zip(group, U, own, strict=True):
            f = bodies[k].factor
            u, D = u - f * _component(bodies[k], bias[k]), D + f * f * (_component(bodies[k], push) + extra)
        D_inverse = 1.0 / D
        factors[i] = (U, D_inverse, u)
        if body.parent < 0:
            continue
        if len(group) == 1 and body.factor == 1.0:
            left = _without(inertias[i], U[0], D_inverse, body, rotorless=is_zero(own[0]))
            force = add(add(bias[i], _apply(left, swept[i])), ((u * D_inverse) * U[0][0], (u * D_inverse) * U[0][1]))
            inertias[body.parent] = inertias[body.parent] + moves.places[i].inertia_out(left)
            bias[body.parent] = add(bias[body.parent], moves.places[i].force_out(force))
            continue
        joint: Pair = (ZERO, ZERO)  # what the shared coordinate pushes its bodies with, at the parent
        rest = u
        for k, push in zip(group, U, strict=True):
            f, at = bodies[k].factor, moves.places[k]
            joint = add(joint, at.force_out((f * push[0], f * push[1])))
            rest = rest - f * _shared(swept[k], push)
            inertias[body.parent] = inertias[body.parent] + at.inertia_out(inertias[k])
            bias[body.parent] = add(bias[body.parent], at.force_out(add(bias[k], _apply(inertias[k], swept[k]))))
        inertias[body.parent] = _without_push(inertias[body.parent], joint, D_inverse)
        bias[body.parent] = add(bias[body.parent], ((rest * D_inverse) * joint[0], (rest * D_inverse) * joint[1]))
    found: list[Any] = [0.0] * mechanism.nv
    motions: list[Pair] = []
    for i, body in enumerate(bodies):
        note(f"{_called(body)}: acceleration")
        base = motions[body.parent] if body.parent >= 0 else (ZERO, -vector(*gravity))
        a = add(moves.places[i].motion_in(base), swept[i])
        if body.kind == "floating":
            given = tau[body.speed : body.speed + 6]
            wrench = [*given[3:], *given[:3]]
            known = [w - p - r for w, p, r in zip(wrench, [*bias[i][0], *bias[i][1]], [*_flat(_apply(inertias[i], a))], strict=True)]
            angular_linear = solve_symmetric(_whole(inertias[i]), known)
            qdd: Any = [*angular_linear[3:], *angular_linear[:3]]
            found[body.speed : body.speed + 6] = qdd
        else:
            if i in factors:
                U, D_inverse, u = factors[i]
                for k, push in zip(groups.get(i, (i,)), U, strict=True):
                    u = u - bodies[k].factor * _shared(add(moves.places[k].motion_in(base), swept[k]), push)
                found[body.speed] = u * D_inverse
            qdd = body.factor * found[body.speed]
        motions.append(add(a, _along(body, qdd)))
    return found


def poses(mechanism: Mechanism, places: list[Place], note: Note = str) -> list[tuple[Any, Any]]:
    """Rotation and position of every body in root axes."""
    found: list[tuple[Any, Any]] = []
    for body, at in zip(mechanism.bodies, places, strict=True):
        note(f"{_called(body)}: pose")
        R, p = found[body.parent] if body.parent >= 0 else (UNIT, ZERO)
        found.append(at.pose(R, p))
    return found


def frame_pose(mechanism: Mechanism, bodies: list[tuple[Any, Any]], link: str) -> tuple[Any, Any]:
    """Rotation and position of a link in root axes, from those of the bodies."""
    body, rotation, position = mechanism.frames[link]
    R, p = bodies[body] if body >= 0 else (UNIT, ZERO)
    return R @ constants(rotation), p + R @ constants(position)


def jacobian(mechanism: Mechanism, bodies: list[tuple[Any, Any]], link: str, point: Any) -> np.ndarray:
    """d(velocity of `point`, angular velocity)/d(qd) of a link, in root axes, (6, nv)."""
    J = np.full((6, mechanism.nv), 0.0, dtype=object)
    for i in mechanism.path(mechanism.frames[link][0]):
        body = mechanism.bodies[i]
        R, p = bodies[i]
        lever = point - p
        for k, (angular, linear) in enumerate(_axes(body)):
            w, v = R @ angular, R @ linear
            column = np.concatenate([v + cross(w, lever), w])
            J[:, body.speed + k] = J[:, body.speed + k] + body.factor * column
    return J


def centre_of_mass(loads: Loads, bodies: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Mass of all moving bodies, and their common centre in root axes."""
    mass = sum((load[0] for load in loads.bodies), 0.0)
    return mass, _moment(loads, bodies) * (1.0 / mass)


def _moment(loads: Loads, bodies: list[tuple[Any, Any]]) -> Any:
    """Mass times the centre of mass."""
    return sum((load[0] * p + R @ load[1] for load, (R, p) in zip(loads.bodies, bodies, strict=True)), ZERO)


def energies(loads: Loads, moves: Motion, bodies: list[tuple[Any, Any]], gravity: Sequence[Any]) -> tuple[Any, Any]:
    """Kinetic energy (with rotors) and potential energy, zero at the root's origin."""
    kinetic: Any = 0.0
    for i, v in enumerate(moves.velocities):
        momentum = times(*loads.bodies[i], v)
        kinetic = kinetic + 0.5 * (dot(v[0], momentum[0]) + dot(v[1], momentum[1]))
        if not isinstance(moves.speeds[i], list):
            kinetic = kinetic + 0.5 * (loads.armature[i] * (moves.speeds[i] * moves.speeds[i]))
    return kinetic, -dot(vector(*gravity), _moment(loads, bodies))


def solve_symmetric(A: Any, b: list[Any]) -> list[Any]:
    """x with A x = b for a symmetric positive definite A: L^T D L from the last row up, so that branches stay apart.

    Featherstone 2008, section 6.5: no fill-in where one joint is not above the other.
    """
    n = len(b)
    L, D_inverse, x = [list(row) for row in A], [None] * n, list(b)
    for k in reversed(range(n)):
        D_inverse[k] = 1.0 / L[k][k]
        for i in reversed(range(k)):
            factor = L[k][i] * D_inverse[k]
            for j in range(i + 1):
                L[i][j] = L[i][j] - factor * L[k][j]
            x[i] = x[i] - factor * x[k]
            L[k][i] = factor
    for k in range(n):
        x[k] = x[k] * D_inverse[k]
        for i in range(k):
            x[k] = x[k] - L[k][i] * x[i]
    return x


def is_zero(x: Any) -> bool:
    """Whether this is the number 0, and no expression or column."""
    return isinstance(x, float) and x == 0.0


def _called(body: Moving) -> str:
    return f"{body.name} ({', '.join(body.links)})" if body.links else body.name


def _axes(body: Moving) -> list[Pair]:
    """Directions in which the joint lets the body move: of a floating one linear first, as its speeds are."""
    z = UNIT[2]
    if body.kind == "floating":
        return [*((ZERO, axis) for axis in UNIT), *((axis, ZERO) for axis in UNIT)]
    return [(z, ZERO)] if body.kind == "revolute" else [(ZERO, z)]


def _along(body: Moving, speed: Any) -> Pair:
    """The joint's own motion."""
    if body.kind == "floating":
        return vector(*speed[3:]), vector(*speed[:3])
    along = vector(0.0, 0.0, speed)
    return (along, ZERO) if body.kind == "revolute" else (ZERO, along)


def _swept(body: Moving, v: Pair, speed: Any) -> Pair:
    """v x (S qd): how the axis itself moves. A floating body's axes are its own: nothing."""
    if body.kind == "floating":
        return ZERO, ZERO
    if body.kind == "revolute":
        return _about_z(v[0], speed), _about_z(v[1], speed)
    return ZERO, _about_z(v[0], speed)


def _about_z(a: Any, speed: Any) -> Any:
    return vector(a[1] * speed, -(a[0] * speed), 0.0)


def _component(body: Moving, force: Pair) -> Any:
    return force[0][2] if body.kind == "revolute" else force[1][2]


def _push(inertia: Inertia, axis: Pair) -> Pair:
    """The inertia times a direction of unit length."""
    return inertia.I @ axis[0] + inertia.H @ axis[1], inertia.H.T @ axis[0] + inertia.M @ axis[1]


def _apply(inertia: Inertia, a: Pair) -> Pair:
    return inertia.I @ a[0] + inertia.H @ a[1], inertia.H.T @ a[0] + inertia.M @ a[1]


def _shared(axis: Pair, force: Pair) -> Any:
    return dot(axis[0], force[0]) + dot(axis[1], force[1])


def _flat(pair: Pair) -> list[Any]:
    return [*pair[0], *pair[1]]


def _whole(inertia: Inertia) -> np.ndarray:
    return np.block([[inertia.I, inertia.H], [inertia.H.T, inertia.M]])


def _without(inertia: Inertia, U: Pair, D_inverse: Any, body: Moving, *, rotorless: bool) -> Inertia:
    """What the parent feels of an articulated body: I - U D^-1 U^T. Without a rotor nothing along the joint's axis."""
    Ua, Ul = D_inverse * U[0], D_inverse * U[1]
    I = _less(inertia.I, Ua, U[0], symmetric=True)  # noqa: E741 - the symbol of the books
    H = _less(inertia.H, Ua, U[1], symmetric=False)
    M = _less(inertia.M, Ul, U[1], symmetric=True)
    if rotorless and body.kind == "revolute":
        I[2, :], I[:, 2], H[2, :] = 0.0, 0.0, 0.0
    elif rotorless:
        H[:, 2], M[2, :], M[:, 2] = 0.0, 0.0, 0.0
    return Inertia(I, H, M)


def _without_push(inertia: Inertia, U: Pair, D_inverse: Any) -> Inertia:
    """I - U D^-1 U^T."""
    Ua, Ul = D_inverse * U[0], D_inverse * U[1]
    A, H = _less(inertia.I, Ua, U[0], symmetric=True), _less(inertia.H, Ua, U[1], symmetric=False)
    return Inertia(A, H, _less(inertia.M, Ul, U[1], symmetric=True))


def _less(A: Any, a: Any, b: Any, *, symmetric: bool) -> Any:
    """A - a b^T."""
    rows = [[(A[i][j] - a[i] * b[j]) if j >= i or not symmetric else None for j in range(3)] for i in range(3)]
    return np.array([[rows[min(i, j)][max(i, j)] if symmetric else rows[i][j] for j in range(3)] for i in range(3)], dtype=object)


def with_losses(mechanism: Mechanism, loads: Loads, moves: Motion, tau: list[Any]) -> list[Any]:
    """Forces that overcome damping and friction as well."""
    return _resisted(mechanism, loads, moves, tau, 1.0)


def less_losses(mechanism: Mechanism, loads: Loads, moves: Motion, tau: list[Any]) -> list[Any]:
    """What damping and friction leave of the forces."""
    return _resisted(mechanism, loads, moves, tau, -1.0)


def _resisted(mechanism: Mechanism, loads: Loads, moves: Motion, tau: list[Any], sign: float) -> list[Any]:
    out = list(tau)
    for i, body in enumerate(mechanism.bodies):
        if body.kind != "floating":
            lost = loads.resistance(i, moves.speeds[i]) * moves.speeds[i]
            out[body.speed] = out[body.speed] + (sign * body.factor) * lost
    return out
