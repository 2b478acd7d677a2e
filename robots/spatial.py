"""Spatial vectors as pairs of 3-vectors, for numbers and expressions alike (Featherstone, Rigid Body Dynamics Algorithms, 2008).

A motion is (angular, linear), a force (moment, force), both at the origin of a body's frame and in its axes. An inertia
is three 3x3 blocks (I, H, M) of the symmetric 6x6 matrix [[I, H], [H^T, M]]; for a rigid body H = [m c]x, M = m 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from robots.algebra import constants, sine_cosine
from robots.mechanism import Moving

__all__ = ["Inertia", "Place", "add", "cross", "cross_force", "dot", "place", "rigid", "skew", "times", "vector"]

Vector = Any  # (3,) of numbers or expressions
Matrix = Any  # (3, 3) of numbers or expressions
Pair = tuple[Vector, Vector]


def vector(*entries: Any) -> Vector:
    """Numbers or expressions side by side."""
    return np.array(entries, dtype=object)


ZERO = constants([0.0, 0.0, 0.0])
UNIT = constants(np.eye(3))


def cross(a: Vector, b: Vector) -> Vector:
    """a x b."""
    return vector(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def dot(a: Vector, b: Vector) -> Any:
    """a . b."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def skew(a: Vector) -> Matrix:
    """[a]x, so that [a]x b = a x b."""
    x, y, z = a
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]], dtype=object)


def add(a: Pair, b: Pair) -> Pair:
    """Sum of two motions or of two forces."""
    return a[0] + b[0], a[1] + b[1]


def cross_force(v: Pair, f: Pair) -> Pair:
    """v x* f, the rate of a force that moves with v (2.33)."""
    return cross(v[0], f[0]) + cross(v[1], f[1]), cross(v[0], f[1])


@dataclass(frozen=True, eq=False)
class Inertia:
    """Blocks I and M are symmetric."""

    I: Matrix  # noqa: E741 - the symbol of the books
    H: Matrix
    M: Matrix

    def __add__(self, other: Inertia) -> Inertia:
        return Inertia(self.I + other.I, self.H + other.H, self.M + other.M)


def rigid(mass: Any, moment: Vector, inertia: Matrix) -> Inertia:
    """Inertia of a rigid body: mass, m c, and moments about the frame's origin."""
    return Inertia(inertia, skew(moment), mass * UNIT)


def times(mass: Any, moment: Vector, inertia: Matrix, v: Pair) -> Pair:
    """A rigid body's momentum: its inertia times the motion v."""
    return inertia @ v[0] + cross(moment, v[1]), mass * v[1] + cross(v[0], moment)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a body's frame stands in its parent's: first the constant R, p, then the joint about or along z.

    Attributes:
        turn: cosine and sine of the joint's angle, or None.
        R, p: (3, 3), (3,) of the joint's frame; a sliding joint adds its way to p.
        free: rotation (3, 3) of a floating body, or None.
    """

    R: Matrix
    p: Vector
    turn: tuple[Any, Any] | None = None
    free: Matrix | None = None

    def motion_in(self, v: Pair) -> Pair:
        """A motion of the parent, seen from here (2.24)."""
        return self._in(v[0]), self._in(v[1] + cross(v[0], self.p))

    def force_out(self, f: Pair) -> Pair:
        """A force that acts here, seen from the parent (2.25)."""
        force = self._out(f[1])
        return self._out(f[0]) + cross(self.p, force), force

    def inertia_out(self, inertia: Inertia) -> Inertia:
        """An inertia that moves with this body, seen from the parent (2.66)."""
        A, H, M = self._turned(inertia.I, True), self._turned(inertia.H, False), self._turned(inertia.M, True)
        P = skew(self.p)
        moved = H + P @ M
        return Inertia(_symmetric(A - H @ P + P @ moved.T), moved, M)

    def pose(self, R: Matrix, p: Vector) -> tuple[Matrix, Vector]:
        """This frame in root axes, when the parent's is R, p."""
        return self._behind(R @ self.R), p + R @ self.p

    def _in(self, a: Vector) -> Vector:
        a = self.R.T @ a
        if self.free is not None:
            return self.free.T @ a
        if self.turn is None:
            return a
        c, s = self.turn
        return vector(c * a[0] + s * a[1], c * a[1] - s * a[0], a[2])

    def _out(self, a: Vector) -> Vector:
        if self.free is not None:
            a = self.free @ a
        elif self.turn is not None:
            c, s = self.turn
            a = vector(c * a[0] - s * a[1], s * a[0] + c * a[1], a[2])
        return self.R @ a

    def _behind(self, R: Matrix) -> Matrix:
        """R times this joint's rotation."""
        if self.free is not None:
            return R @ self.free
        if self.turn is None:
            return R
        c, s = self.turn
        return np.array([[r[0] * c + r[1] * s, r[1] * c - r[0] * s, r[2]] for r in R], dtype=object)

    def _turned(self, A: Matrix, symmetric: bool) -> Matrix:
        """R Q A Q^T R^T with the joint's rotation Q."""
        A = self._similar(self._joint(), A, symmetric) if self.turn is not None or self.free is not None else A
        return self._similar(self.R, A, symmetric)

    def _joint(self) -> Matrix:
        if self.free is not None or self.turn is None:
            return self.free
        c, s = self.turn
        return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], dtype=object)

    @staticmethod
    def _similar(Q: Matrix, A: Matrix, symmetric: bool) -> Matrix:
        B = Q @ A
        if not symmetric:
            return B @ Q.T
        return _mirrored([[dot(B[i], Q[j]) if j >= i else None for j in range(3)] for i in range(3)])


def place(body: Moving, q: list[Any]) -> Place:
    """Where the body stands for the coordinates q."""
    R, p = constants(body.rotation), constants(body.position)
    if body.kind == "floating":
        x, y, z, *quaternion = q[body.drive : body.drive + 7]
        return Place(R, p + R @ vector(x, y, z), free=from_quaternion(quaternion))
    value = body.factor * q[body.drive] + body.shift
    if body.kind == "prismatic":
        return Place(R, p + R @ vector(0.0, 0.0, value))
    sine, cosine = sine_cosine(value)
    return Place(R, p, turn=(cosine, sine))


def from_quaternion(quaternion: list[Any]) -> Matrix:
    """Rotation matrix of a quaternion wxyz, which need not have length 1."""
    w, x, y, z = quaternion
    twice = 2.0 / (w * w + x * x + y * y + z * z)
    xx, yy, zz, xy, xz, yz = twice * x * x, twice * y * y, twice * z * z, twice * x * y, twice * x * z, twice * y * z
    wx, wy, wz = twice * w * x, twice * w * y, twice * w * z
    return np.array([[1.0 - yy - zz, xy - wz, xz + wy], [xy + wz, 1.0 - xx - zz, yz - wx], [xz - wy, yz + wx, 1.0 - xx - yy]], dtype=object)


def _symmetric(A: Matrix) -> Matrix:
    """A with its upper triangle mirrored, so that the lower one need not be computed."""
    return _mirrored(A)


def _mirrored(A: Any) -> Matrix:
    return np.array([[A[min(i, j)][max(i, j)] for j in range(3)] for i in range(3)], dtype=object)
