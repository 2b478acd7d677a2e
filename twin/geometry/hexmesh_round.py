"""Round bodies of hexahedra: a bulged core within layers that become round towards the skin (an O-grid)."""

from __future__ import annotations

from math import log, pi
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadInput
from twin.geometry.hexgrid import checked_counts, checked_length, graded, plane_sets, welded, where
from twin.geometry.solid_mesh import SolidMesh

__all__ = ["cylinder", "round_count", "sphere", "sphere_count", "taylor_bar"]

Floats = NDArray[np.float64]

CORE_DISC, BULGE_DISC = 0.60, 0.30  # radius of the core's corners; 0 a square core, 1 a round one: its corners near 120 degrees
CORE_BALL, BULGE_BALL = 0.70, 0.30
CAP = 0.20  # tangent of half the angle from the lower pole within which a ball is drawn together evenly: 23 degrees
WELD = 1e-7  # of the diameter


def taylor_bar(
    radius: float, length: float, across: int, along: int, *, layers: int | None = None, grading: float = 1.0, quarter: bool = True
) -> SolidMesh:
    """A solid round bar on z = 0, its axis along z through the origin.

    Node sets: `foot` (z = 0), `tip` (z = length), `rim` (the edge of the foot), `skin` (the round side), `axis`; of a quarter (x, y >= 0)
    also `x_low` and `y_low`, the symmetry planes x = 0 and y = 0.

    Args:
        radius, length: [m]
        across: elements along a quarter's edge of the core.
        along: elements along the axis.
        layers: elements from the core to the skin; left out, as many as make them about square.
        grading: length of the last element along the axis, at the tip, over that of the first.
        quarter: a quarter, or the whole.

    Raises:
        BadInput: a length or a grading that is not positive, a count below 1.
    """
    radius, length = checked_length("radius", radius), checked_length("length", length)
    layers = _layers(across) if layers is None else layers
    checked_counts("elements of the bar", across, along, layers)
    if not (np.isfinite(grading) and grading > 0):
        raise BadInput("grading", grading, "a finite number above 0")
    heights = graded(length, along, grading)
    blocks = [_raised(radius * plane, heights) for plane in _disc(across, layers, quarter)]
    mesh = welded(blocks, WELD * 2 * min(radius, length))
    return SolidMesh(mesh.nodes, mesh.hexes, sets=_bar_sets(mesh.nodes, radius, quarter))


def cylinder(radius: float, length: float, across: int, along: int, *, layers: int | None = None, grading: float = 1.0) -> SolidMesh:
    """A whole solid cylinder on z = 0: `taylor_bar` with `quarter=False`."""
    return taylor_bar(radius, length, across, along, layers=layers, grading=grading, quarter=False)


def sphere(diameter: float, cells: int, *, part: Literal["whole", "half", "quarter"] = "whole", refine: float = 1.0) -> SolidMesh:
    """A solid ball on z = 0: its bottom pole is the origin, its centre at z = diameter / 2.

    Node sets: `surface`, `bottom` and `top` (the poles), `axis`; of a half (x >= 0) also `x_low`, of a quarter (x, y >= 0) `x_low` and
    `y_low`: the symmetry planes.

    Elements can be drawn together for a contact at the bottom: at the pole, within 23 / `refine` degrees, they are `refine` times smaller
    than in an even ball; from the equator up as there. An element's edge at the pole is about 1.2 diameter / (cells refine).

    Args:
        diameter: [m]
        cells: elements across the diameter, even, at least 4.
        part: the whole ball, the half x >= 0 or the quarter x, y >= 0.
        refine: 1 (even) to 16.

    Raises:
        BadInput: a diameter that is not positive, an odd or small count, another part or refinement.
    """
    radius = checked_length("diameter", diameter) / 2
    checked_counts("elements across the ball", cells, least=4)
    if cells % 2:
        raise BadInput("elements across the ball", cells, "an even number")
    if part not in ("whole", "half", "quarter"):
        raise BadInput("part of the ball", part, "whole, half or quarter")
    if not 1 <= refine <= 16:
        raise BadInput("refine", refine, "1 (even) to 16")
    mesh = welded(_ball(cells // 2, part), WELD)
    surface = where(np.linalg.norm(mesh.nodes, axis=1) > 1 - WELD)
    nodes = radius * (_drawn_down(mesh.nodes, refine) + np.array((0.0, 0.0, 1.0)))
    planes = plane_sets(mesh.nodes, WELD)
    off_axis = np.linalg.norm(mesh.nodes[:, :2], axis=1)
    sets = {"surface": surface, "bottom": planes["z_low"], "top": planes["z_high"], "axis": where(off_axis < WELD)}
    symmetry = ("x_low", "y_low")[: ("whole", "half", "quarter").index(part)]
    return SolidMesh(nodes, mesh.hexes, sets=sets | {name: planes[name] for name in symmetry})


def round_count(across: int, along: int, *, quarter: bool) -> int:
    """Elements of a `taylor_bar` with as many layers as fit."""
    return (across**2 + 2 * across * _layers(across)) * along * (1 if quarter else 4)


def sphere_count(cells: int, part: str) -> int:
    """Elements of a `sphere`."""
    inner = _inner(cells // 2)
    return (8 * inner**3 + 24 * inner**2 * (cells // 2 - inner)) // {"whole": 1, "half": 2, "quarter": 4}[part]


def _layers(across: int) -> int:
    return max(1, round(0.7 * across))


def _inner(half: int) -> int:
    """Of the elements from a ball's centre to its skin, those in the core."""
    return max(1, round(0.6 * half))


def _bar_sets(nodes: Floats, radius: float, quarter: bool) -> dict[str, NDArray[np.int32]]:
    planes = plane_sets(nodes, WELD * radius)
    off_axis = np.linalg.norm(nodes[:, :2], axis=1)
    skin = where(off_axis > radius * (1 - WELD))
    foot = planes["z_low"]
    sets = {"foot": foot, "tip": planes["z_high"], "rim": foot[np.isin(foot, skin)], "skin": skin}
    sets["axis"] = where(off_axis < radius * WELD)
    return sets | ({name: planes[name] for name in ("x_low", "y_low")} if quarter else {})


def _raised(plane: Floats, heights: Floats) -> Floats:
    """A plane block, shape (nx + 1, ny + 1, 2), at every height, shape (nx + 1, ny + 1, nz + 1, 3)."""
    block = np.empty((*plane.shape[:2], len(heights), 3))
    block[..., :2] = plane[:, :, None]
    block[..., 2] = heights
    return block


def _disc(across: int, layers: int, quarter: bool) -> list[Floats]:
    """Plane blocks of the unit disc: the core and its sides, each a quarter turn on from the one before."""
    core = np.linspace(0, 1, across + 1) if quarter else np.linspace(-1, 1, 2 * across + 1)
    outward = np.linspace(0, 1, layers + 1)[:, None, None]
    blocks = [_core_disc(core[:, None], core[None, :])]
    for turn in range(2 if quarter else 4):
        along = core - 1 if quarter and turn else core  # the second side of a quarter ends where the first began, turned
        inner, outer = _core_disc(np.ones_like(along), along), np.stack((np.cos(along * pi / 4), np.sin(along * pi / 4)), axis=-1)
        side = inner + outward * (outer - inner)
        for _ in range(turn):
            side = np.stack((-side[..., 1], side[..., 0]), axis=-1)
        blocks.append(side)
    return blocks


def _core_disc(u: Floats, v: Floats) -> Floats:
    """The square -1..1 as a bulged square whose corners have the radius CORE_DISC."""
    u, v = np.broadcast_arrays(u, v)
    square = np.stack((u, v), axis=-1) / 2**0.5
    disc = np.stack((u * np.sqrt(1 - v**2 / 2), v * np.sqrt(1 - u**2 / 2)), axis=-1)
    return np.asarray(CORE_DISC * (square + BULGE_DISC * (disc - square)))


def _ball(half: int, part: str) -> list[Floats]:
    """Blocks of the unit ball: the core, and one out from each of its faces; `half` elements from the centre to the skin."""
    inner = _inner(half)
    whole, right = np.linspace(-1, 1, 2 * inner + 1), np.linspace(0, 1, inner + 1)
    lines = (whole if part == "whole" else right, right if part == "quarter" else whole, whole)
    outward = np.linspace(0, 1, half - inner + 1)[:, None, None, None]
    blocks = [_core_ball(np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1))]
    for axis in range(3):
        for side in (1.0, -1.0):
            if lines[axis][0] == 0 and side < 0:
                continue
            b, c = (axis + 1) % 3, (axis + 2) % 3
            if side < 0:
                b, c = c, b  # right-handed with the way out
            face = np.empty((len(lines[b]), len(lines[c]), 3))
            face[..., axis], face[..., b], face[..., c] = side, lines[b][:, None], lines[c][None, :]
            core = _core_ball(face)
            blocks.append(core + outward * (_round(face) - core))
    return blocks


def _core_ball(cube: Floats) -> Floats:
    square = cube / 3**0.5
    return np.asarray(CORE_BALL * (square + BULGE_BALL * (_round(cube) - square)))


def _round(cube: Floats) -> Floats:
    """The cube -1..1 onto the unit ball, its faces onto the sphere (Nowell 2005, mathproofs.blogspot.com: mapping a cube to a sphere)."""
    a = cube**2
    b, c = np.roll(a, -1, axis=-1), np.roll(a, -2, axis=-1)
    return np.asarray(cube * np.sqrt(1 - b / 2 - c / 2 + b * c / 3))


def _drawn_down(points: Floats, refine: float) -> Floats:
    """The unit ball with what is near its lower pole drawn `refine` times nearer, and the upper half left in its place.

    An inversion about the upper pole makes the ball a half-space with the lower pole at its origin. There, every point moves along its
    ray: near the pole by the factor 1 / refine, which is the ball's Moebius transformation and keeps all angles; from the equator
    outward not at all; in between the logarithm of the factor is linear in that of the distance, so that no element is sheared much.
    """
    if refine == 1:
        return points
    top = np.array((0.0, 0.0, 1.0))
    apart = points - top
    half_space = top + 2 * apart / _squared(apart)
    distance = np.linalg.norm(half_space, axis=-1, keepdims=True)
    share = np.clip(np.log(np.maximum(distance, 1e-300)) / log(CAP), 0.0, 1.0)
    apart = half_space * refine**-share - top
    return np.asarray(top + 2 * apart / _squared(apart))


def _squared(apart: Floats) -> Floats:
    """Squared lengths, shape (n, 1); 1 of the upper pole itself, which stays."""
    squares = (apart**2).sum(axis=-1, keepdims=True)
    return np.asarray(np.where(squares > 0, squares, 1.0))
