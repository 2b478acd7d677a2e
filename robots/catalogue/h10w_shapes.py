"""What the H10-W-style stand-in looks like: housings lofted from rounded rings, in link frames, metres.

Everything is made of one operation, `loft`: rings of equal point count joined by triangles and closed at both ends.
Coordinates are rounded to a micrometre, so that the files are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robots.transforms import from_rpy, placed

__all__ = ["ACCENT", "DARK", "LIGHT", "RUBBER", "Part", "binary_stl", "block", "disc", "loft", "put", "tube"]

Color = tuple[float, float, float, float]
LIGHT: Color = (0.93, 0.94, 0.95, 1.0)
DARK: Color = (0.16, 0.17, 0.19, 1.0)
ACCENT: Color = (0.96, 0.42, 0.08, 1.0)
RUBBER: Color = (0.07, 0.07, 0.08, 1.0)

CORNER = 3  # segments of a rounded corner
FILLET = 3  # segments of a rounded edge
ROUND = 22  # points of a circle


@dataclass(frozen=True, eq=False)
class Part:
    """A coloured solid: triangles (n, 3, 3) [m]."""

    triangles: np.ndarray
    color: Color


def loft(rings: Sequence[np.ndarray], color: Color) -> Part:
    """The solid between rings (points, 3), given from bottom to top, each counter-clockwise seen from above."""
    stack = np.array(rings)
    after = np.roll(stack, -1, axis=1)
    low, low_next, high, high_next = stack[:-1], after[:-1], stack[1:], after[1:]
    sides = np.stack([np.stack([low, low_next, high_next], axis=2), np.stack([low, high_next, high], axis=2)])
    caps = [_cap(stack[0][::-1]), _cap(stack[-1])]
    triangles = np.concatenate([sides.reshape(-1, 3, 3), *caps])
    area = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    return Part(triangles[area > 1e-12], color)


def _cap(ring: np.ndarray) -> np.ndarray:
    middle = np.broadcast_to(ring.mean(axis=0), ring.shape)
    return np.stack([middle, ring, np.roll(ring, -1, axis=0)], axis=1)


def put(part: Part, x: float = 0.0, y: float = 0.0, z: float = 0.0, roll: float = 0.0, pitch: float = 0.0, yaw: float = 0.0) -> Part:
    """The part somewhere else."""
    T = placed((x, y, z), from_rpy(roll, pitch, yaw))
    return Part(part.triangles @ T[:3, :3].T + T[:3, 3], part.color)


def block(
    size: tuple[float, float, float],
    color: Color,
    *,
    corner: float = 0.02,
    edge: float = 0.008,
    top: tuple[float, float] = (1.0, 1.0),
    lean: tuple[float, float] = (0.0, 0.0),
) -> Part:
    """A box standing on z = 0 with rounded vertical corners and rounded edges.

    Args:
        size: full x, y, z [m]; corner, edge: radii [m].
        top: width of the top as a share of the bottom's, along x and y.
        lean: shift of the top along x and y [m].
    """
    turn = np.linspace(0.0, np.pi / 2, FILLET + 1)
    heights = np.concatenate([edge * (1 - np.cos(turn)), size[2] - edge * (1 - np.cos(turn[::-1]))])
    insets = np.concatenate([edge * (1 - np.sin(turn)), edge * (1 - np.sin(turn[::-1]))])
    rings = []
    for z, inset in zip(heights, insets, strict=True):
        share = z / size[2]
        half_x = size[0] / 2 * (1 + share * (top[0] - 1)) - inset
        half_y = size[1] / 2 * (1 + share * (top[1] - 1)) - inset
        ring = _rounded(half_x, half_y, max(min(corner, half_x, half_y) - inset * 0.5, 1e-3))
        rings.append(np.column_stack([ring + share * np.array(lean), np.full(len(ring), z)]))
    return loft(rings, color)


def _rounded(half_x: float, half_y: float, radius: float) -> np.ndarray:
    """A rectangle with rounded corners, counter-clockwise, (4 (CORNER + 1), 2)."""
    arc = np.linspace(0.0, np.pi / 2, CORNER + 1)
    centres = [(1, 1, 0.0), (-1, 1, np.pi / 2), (-1, -1, np.pi), (1, -1, 1.5 * np.pi)]
    return np.concatenate(
        [
            np.column_stack([sx * (half_x - radius) + radius * np.cos(arc + at), sy * (half_y - radius) + radius * np.sin(arc + at)])
            for sx, sy, at in centres
        ]
    )


def tube(profile: Sequence[tuple[float, float]], color: Color, *, points: int = ROUND) -> Part:
    """A solid of revolution about z; `profile` lists (z, radius) [m] from bottom to top."""
    angle = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    return loft([np.column_stack([r * np.cos(angle), r * np.sin(angle), np.full(points, z)]) for z, r in profile], color)


def disc(radius: float, length: float, color: Color, *, edge: float = 0.004, points: int = ROUND) -> Part:
    """A cylinder about z, centred, with rounded edges."""
    turn = np.linspace(0.0, np.pi / 2, FILLET + 1)
    rise = [(-length / 2 + edge * (1 - np.cos(a)), radius - edge * (1 - np.sin(a))) for a in turn]
    return tube([*rise, *((-z, r) for z, r in reversed(rise))], color, points=points)


def binary_stl(parts: Sequence[Part]) -> bytes:
    """The triangles of all parts as one binary STL, coordinates rounded to a micrometre."""
    triangles = np.round(np.concatenate([part.triangles for part in parts]), 6) + 0.0
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals = np.round(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30), 4) + 0.0
    record = np.zeros(len(triangles), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    record["normal"], record["corners"] = normals, triangles
    return b"H10-W-style stand-in".ljust(80, b"\0") + np.uint32(len(triangles)).tobytes() + record.tobytes()
