"""Which way round a face goes: one sense for all that hang together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.geometry.edges import Edges
from twin.geometry.surface import Surface
from twin.kernel import loop

__all__ = ["Patches", "oriented", "patches_of"]


class Patches(NamedTuple):
    """Faces that hang together over edges with exactly two faces.

    Attributes:
        of_face: number of the patch, shape (m,), int32.
        odd: the face runs against the greater area of its patch, shape (m,), bool.
        volume: signed volume of each patch with its odd faces turned [m^3], shape (p,); of an open one it depends on the origin.
        closed: no edge of the patch has another number of faces than two, shape (p,), bool.
    """

    of_face: NDArray[np.int32]
    odd: NDArray[np.bool_]
    volume: NDArray[np.float64]
    closed: NDArray[np.bool_]


def patches_of(surface: Surface, edges: Edges) -> Patches:
    """Walk over the surface from face to face; neighbours agree when they run along their edge in opposite ways."""
    patch, odd = _walk(surface.faces, edges.of_face, edges.uses, edges.sides)
    count = int(patch.max()) + 1
    areas = np.linalg.norm(surface.area_vectors, axis=1)
    lean = np.bincount(patch, np.where(odd, -areas, areas), count)
    odd ^= (lean < 0)[patch]
    a, b, c = surface.corners.transpose(1, 0, 2)
    volumes = np.einsum("ij,ij->i", a, np.cross(b, c)) / 6
    volume = np.bincount(patch, np.where(odd, -volumes, volumes), count).astype(np.float64)
    torn = (edges.uses[edges.of_face] != 2).any(axis=1)
    return Patches(patch, odd, volume, np.bincount(patch, torn, count) == 0)


def oriented(surface: Surface, edges: Edges) -> tuple[Surface, Edges]:
    """The same triangles and edges, all of a patch in one sense, closed patches outward.

    A closed patch of negative volume in the box of another is taken for a cavity: it follows that other one.
    """
    patches = patches_of(surface, edges)
    turned = patches.odd
    inward = patches.closed & (patches.volume < 0)
    if inward.any():
        turned = turned ^ _inverted(surface, patches)[patches.of_face]
    if not turned.any():
        return surface, edges
    faces = np.where(turned[:, None], surface.faces[:, ::-1], surface.faces)
    of_face = np.where(turned[:, None], edges.of_face[:, [1, 0, 2]], edges.of_face)
    return Surface(surface.vertices, faces), edges._replace(of_face=of_face)


def _inverted(surface: Surface, patches: Patches) -> NDArray[np.bool_]:
    """Which patches to turn, shape (p,): from the largest box to the smallest, each as the smallest box around it."""
    count = len(patches.volume)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, patches.of_face, surface.corners.min(axis=1))
    np.maximum.at(high, patches.of_face, surface.corners.max(axis=1))
    turn = np.zeros(count, bool)
    order = [p for p in np.argsort(-np.prod(high - low, axis=1), kind="stable") if patches.closed[p]]
    for i, p in enumerate(order):
        larger = np.array(order[:i], dtype=np.intp)
        around = larger[((low[larger] < low[p]) & (high[larger] > high[p])).all(axis=1)]
        turn[p] = turn[around[-1]] if len(around) else patches.volume[p] < 0
    return turn


@loop
def _walk(faces, of_face, uses, sides):  # type: ignore[no-untyped-def]
    count = faces.shape[0]
    patch, odd, waiting = np.full(count, -1, np.int32), np.zeros(count, np.bool_), np.empty(count, np.int32)
    patches = 0
    for seed in range(count):
        if patch[seed] >= 0:
            continue
        patch[seed], waiting[0], depth = patches, seed, 1
        while depth > 0:
            depth -= 1
            f = waiting[depth]
            for k in range(3):
                e = of_face[f, k]
                if uses[e] != 2:
                    continue
                g = sides[e, 0] + sides[e, 1] - f
                if patch[g] >= 0:
                    continue
                other = 0 if of_face[g, 0] == e else (1 if of_face[g, 1] == e else 2)
                same = (faces[f, k] < faces[f, (k + 1) % 3]) == (faces[g, other] < faces[g, (other + 1) % 3])
                patch[g], odd[g], waiting[depth] = patches, odd[f] != same, g
                depth += 1
        patches += 1
    return patch, odd
