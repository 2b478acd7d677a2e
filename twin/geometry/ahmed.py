"""The Ahmed body: the reference car of vehicle aerodynamics."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadInput
from twin.geometry.surface import Surface, joined

__all__ = ["ahmed"]

LENGTH, WIDTH, HEIGHT, CLEARANCE = 1.044, 0.389, 0.288, 0.050
NOSE, SLANT = 0.100, 0.222
STILT, STILTS_X, STILTS_Y = 0.030, (0.202, 0.672), (-0.1635, 0.1635)
ARC, RIM = 32, 64  # facets of the nose's quarter circle; of a stilt


def ahmed(slant: float, *, stilts: bool = True) -> Surface:
    """The body of Ahmed, Ramm & Faltin (1984, SAE 840300) with a slant of `slant` [rad], 0 to 40 degrees.

    1044 x 389 x 288 mm, 50 mm above the ground, the slant 222 mm long along its surface whatever its angle. The origin is
    under the nose, on the centre plane, on the ground: x from 0 to 1.044 m downstream, z = 0 the ground.

    The nose is the usual simplification: all four edges of the front face are rounded with 100 mm, and where two roundings
    meet they are mitred, so that every cross section is a rectangle; the original blends these corners. The four stilts of
    30 mm reach from the ground to the body and touch it: closed parts of their own. They stand 202 and 672 mm behind the nose
    and 163.5 mm beside the centre plane, as commonly given (so in the OpenFOAM case of GabiBarajas/of-cases, Ahmed.py).

    Raises:
        BadInput: a slant outside 0 to 40 degrees.
    """
    if not 0 <= slant <= radians(40) + 1e-12:
        raise BadInput("slant", slant, "0 to 0.698 rad (40 degrees)", "Angles are in radians.")
    body = _body(slant)
    if not stilts:
        return body
    return joined(body, *(_stilt(x, y) for x in STILTS_X for y in STILTS_Y))


def _body(slant: float) -> Surface:
    """Rectangles along x, from the front face over the rounding and the slant's upper edge to the base."""
    turn = np.linspace(0, pi / 2, ARC + 1)
    x = [*(NOSE * (1 - np.cos(turn))), LENGTH - SLANT * cos(slant), LENGTH]
    inset = [*(NOSE * (1 - np.sin(turn))), 0.0, 0.0]
    drop = [0.0] * (ARC + 2) + [SLANT * sin(slant)]
    rings = [_rectangle(*ring) for ring in zip(x, inset, drop, strict=True)]
    return Surface(np.concatenate(rings), _hull(len(rings), 4))


def _rectangle(x: float, inset: float, drop: float) -> NDArray[np.float64]:
    """Four corners [m], shape (4, 3), anticlockwise seen from behind, that is from +x."""
    y, low, high = WIDTH / 2 - inset, CLEARANCE + inset, CLEARANCE + HEIGHT - inset - drop
    return np.array([(x, -y, low), (x, y, low), (x, y, high), (x, -y, high)])


def _stilt(x: float, y: float) -> Surface:
    angle = 2 * pi * np.arange(RIM) / RIM
    rim = np.column_stack((x + STILT / 2 * np.cos(angle), y + STILT / 2 * np.sin(angle), np.zeros(RIM)))
    return Surface(np.concatenate((rim, rim + np.array((0, 0, CLEARANCE)))), _hull(2, RIM))


def _hull(rings: int, n: int) -> NDArray[np.int32]:
    """Triangles of a stack of convex rings of `n` corners, each anticlockwise seen from the last, both ends closed."""
    here = (np.arange(rings - 1)[:, None] * n + np.arange(n)).ravel()
    there = (np.arange(rings - 1)[:, None] * n + (np.arange(n) + 1) % n).ravel()
    fan = np.column_stack((np.zeros(n - 2, int), np.arange(1, n - 1), np.arange(2, n)))
    sides = [np.column_stack((here, there, there + n)), np.column_stack((here, there + n, here + n))]
    return np.concatenate([*sides, fan[:, ::-1], fan + (rings - 1) * n]).astype(np.int32)
