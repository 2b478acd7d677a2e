"""Straight lines against the faces of a surface."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from twin.geometry.surface import Surface
from twin.geometry.tree import DEEPEST, Tree
from twin.kernel import loop, routine, scalar

__all__ = ["first_exits", "pierced"]

EDGE = 1e-9  # what ends nearer than this part of a segment or a face to its border only touches


def first_exits(
    tree: Tree, starts: NDArray[np.float64], ways: NDArray[np.float64], own: NDArray[np.integer], part: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Distance [m] from each start along its unit vector to the first face that is met from behind, inf for none, shape (n,).

    Args:
        own: the face on which a ray starts, which it does not meet, shape (n,).
        part: of each face of the surface, shape (m,): faces of other parts that lie on the start are taken for parts that touch.
    """
    places = np.empty(len(tree.order), np.int64)
    places[tree.order] = np.arange(len(tree.order))
    bounds = (tree.first, tree.last, tree.child, tree.centre, tree.radius)
    return np.asarray(_exits(tree.corners, *bounds, starts, ways, places[own], part[tree.order].astype(np.int64)))


def pierced(tree: Tree, surface: Surface, edges: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which edges, two vertices each, shape (n, 2), go through a face of the surface that has neither of the two.

    Its inside through the face's inside: touching does not count, nor what runs along the face's plane.
    """
    bounds = (tree.first, tree.last, tree.child, tree.centre, tree.radius)
    return np.asarray(_pierced(tree.corners, *bounds, surface.faces[tree.order], surface.vertices, edges))


@scalar
def meeting(px, py, pz, dx, dy, dz, ax, ay, az, bx, by, bz, cx, cy, cz):  # type: ignore[no-untyped-def]
    """Where the line p + s d meets the plane of a b c (Moeller & Trumbore 1997): s, the coordinates u and v of b and c, and the
    determinant, above 0 where the line comes from in front; s is NaN or infinite along the plane."""
    ex, ey, ez = bx - ax, by - ay, bz - az
    fx, fy, fz = cx - ax, cy - ay, cz - az
    hx, hy, hz = dy * fz - dz * fy, dz * fx - dx * fz, dx * fy - dy * fx
    determinant = ex * hx + ey * hy + ez * hz
    tx, ty, tz = px - ax, py - ay, pz - az
    qx, qy, qz = ty * ez - tz * ey, tz * ex - tx * ez, tx * ey - ty * ex
    s = (fx * qx + fy * qy + fz * qz) / determinant
    u = (tx * hx + ty * hy + tz * hz) / determinant
    v = (dx * qx + dy * qy + dz * qz) / determinant
    return s, u, v, determinant


@scalar
def apart(cx, cy, cz, px, py, pz, dx, dy, dz, most):  # type: ignore[no-untyped-def]
    """Square of the distance from c to the line p + s d, 0 <= s <= most."""
    x, y, z = cx - px, cy - py, cz - pz
    s = min(max((x * dx + y * dy + z * dz) / (dx * dx + dy * dy + dz * dz), 0.0), most)
    x, y, z = x - s * dx, y - s * dy, z - s * dz
    return x * x + y * y + z * z


@routine
def _meets(corners, f, p, d):  # type: ignore[no-untyped-def]
    return meeting(
        p[0], p[1], p[2], d[0], d[1], d[2],
        corners[f, 0, 0], corners[f, 0, 1], corners[f, 0, 2],
        corners[f, 1, 0], corners[f, 1, 1], corners[f, 1, 2],
        corners[f, 2, 0], corners[f, 2, 1], corners[f, 2, 2],
    )  # fmt: skip


@loop
def _exits(corners, first, last, child, centre, radius, starts, ways, own, part):  # type: ignore[no-untyped-def]
    nearest = np.full(starts.shape[0], np.inf)
    stack = np.empty(DEEPEST, np.int32)
    slack = EDGE * radius[0]  # a face that lies on the start's own is met at once
    for i in range(starts.shape[0]):
        p, d = starts[i], ways[i]
        stack[0], depth = 0, 1
        while depth > 0:
            depth -= 1
            n = stack[depth]
            bound = radius[n] + slack
            if apart(centre[n, 0], centre[n, 1], centre[n, 2], p[0], p[1], p[2], d[0], d[1], d[2], nearest[i]) > bound * bound:
                continue
            if child[n] >= 0:
                stack[depth], stack[depth + 1] = child[n], child[n] + 1
                depth += 2
                continue
            for f in range(first[n], last[n]):
                s, u, v, determinant = _meets(corners, f, p, d)
                if determinant >= 0 or u < 0 or v < 0 or u + v > 1 or f == own[i]:
                    continue
                if s > slack or (s >= -slack and part[f] == part[own[i]]):
                    nearest[i] = min(nearest[i], max(s, 0.0))
    return nearest


@loop
def _pierced(corners, first, last, child, centre, radius, faces, vertices, edges):  # type: ignore[no-untyped-def]
    through = np.zeros(edges.shape[0], np.bool_)
    stack = np.empty(DEEPEST, np.int32)
    for i in range(edges.shape[0]):
        a, b = edges[i, 0], edges[i, 1]
        p, d = vertices[a], vertices[b] - vertices[a]
        length = sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2)
        stack[0], depth = 0, 1
        while depth > 0 and not through[i] and length > 0:
            depth -= 1
            n = stack[depth]
            if apart(centre[n, 0], centre[n, 1], centre[n, 2], p[0], p[1], p[2], d[0], d[1], d[2], 1.0) > radius[n] * radius[n]:
                continue
            if child[n] >= 0:
                stack[depth], stack[depth + 1] = child[n], child[n] + 1
                depth += 2
                continue
            for f in range(first[n], last[n]):
                if _has(faces, f, a) or _has(faces, f, b):
                    continue
                s, u, v, determinant = _meets(corners, f, p, d)
                along = abs(determinant) <= EDGE * length * radius[n] ** 2
                if not along and EDGE < s < 1 - EDGE and u > EDGE and v > EDGE and u + v < 1 - EDGE:
                    through[i] = True
    return through


@routine
def _has(faces, f, vertex):  # type: ignore[no-untyped-def]
    return faces[f, 0] == vertex or faces[f, 1] == vertex or faces[f, 2] == vertex
