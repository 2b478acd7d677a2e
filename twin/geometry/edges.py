"""The edges of a surface, each once, with the faces on it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.geometry.surface import Surface
from twin.kernel import loop

__all__ = ["Edges", "edges_of"]


class Edges(NamedTuple):
    """Every edge once.

    Attributes:
        ends: two vertices an edge, the lower index first, shape (k, 2), int32.
        of_face: the edges from corner 0 to 1, 1 to 2 and 2 to 0 of every face, shape (m, 3), int32.
        uses: how often faces use an edge, shape (k,), int32; 2 everywhere on a closed manifold.
        sides: the first two faces on it, -1 for none, shape (k, 2), int32.
    """

    ends: NDArray[np.int32]
    of_face: NDArray[np.int32]
    uses: NDArray[np.int32]
    sides: NDArray[np.int32]


def edges_of(surface: Surface) -> Edges:
    """Number the edges in the order in which the faces name them."""
    return Edges(*_number(surface.faces, len(surface.vertices)))


@loop
def _number(faces, vertex_count):  # type: ignore[no-untyped-def]
    """Every vertex keeps a chain of the edges of which it is the lower end."""
    most = 3 * faces.shape[0]
    ends, uses, sides = np.empty((most, 2), np.int32), np.zeros(most, np.int32), np.full((most, 2), -1, np.int32)
    first, following = np.full(vertex_count, -1, np.int32), np.empty(most, np.int32)
    of_face = np.empty((faces.shape[0], 3), np.int32)
    count = 0
    for f in range(faces.shape[0]):
        for k in range(3):
            p, q = faces[f, k], faces[f, (k + 1) % 3]
            low, high = min(p, q), max(p, q)
            e = first[low]
            while e >= 0 and ends[e, 1] != high:
                e = following[e]
            if e < 0:
                e = count
                ends[e, 0], ends[e, 1] = low, high
                following[e], first[low] = first[low], e
                count += 1
            if uses[e] < 2:
                sides[e, uses[e]] = f
            uses[e] += 1
            of_face[f, k] = e
    return ends[:count].copy(), of_face, uses[:count].copy(), sides[:count].copy()
