"""What makes a solid mesh unfit to be computed with, element by element, node by node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.geometry.solid_elements import hex_quality, hex_volumes, tet_quality, tet_volumes

__all__ = ["Problem", "find_problems"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]
Kind = Literal["not finite", "out of range", "repeated node", "inverted", "flat", "folded", "duplicate nodes", "unused node"]

FLAT = 1e-6  # volume over the longest edge cubed below which an element holds nothing
POINT = 1e-9  # an edge shorter than this part of the mesh is none: its ends are two nodes in one place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong.

    Attributes:
        kind: what it is, in two words.
        text: the same as a sentence with its numbers.
        element: the number of the element, tetrahedra after hexahedra; None of nodes.
        nodes: the nodes that it is about.
        volume: of the element [m^3], where it has one.
        centre: mean of the element's corners, or the node [m]; None where a coordinate is missing.
    """

    kind: Kind
    text: str
    element: int | None = None
    nodes: tuple[int, ...] = ()
    volume: float | None = None
    centre: tuple[float, float, float] | None = None

    def __str__(self) -> str:
        return self.text


def find_problems(nodes: Floats, hexes: Ints, tets: Ints, *, tolerance: float, most: int) -> list[Problem]:
    """See `twin.geometry.solid_mesh.problems`."""
    finite: Mask = np.asarray(np.isfinite(nodes).all(axis=1))
    found = list(islice(_not_finite(nodes, finite), most))
    sound: list[Ints] = []
    for elements, first in ((hexes, 0), (tets, len(hexes))):
        inside: Mask = np.asarray(((elements >= 0) & (elements < len(nodes))).all(axis=1))
        found += islice(_out_of_range(elements, first, inside, len(nodes)), most)
        inside[inside] = finite[elements[inside]].all(axis=1)
        whole = _distinct(elements)
        found += islice(_repeated(elements, first, nodes, inside & ~whole), most)
        found += islice(_misshapen(elements, first, nodes, inside & whole), most)
        sound.append(elements[inside])
    found += islice(_duplicates(nodes, finite, sound, tolerance), most)
    found += islice(_unused(nodes, finite, hexes, tets), most)
    return found


def _not_finite(nodes: Floats, finite: Mask) -> Iterator[Problem]:
    for node in np.flatnonzero(~finite):
        yield Problem("not finite", f"node {node} is at {_place(nodes[node])}: not a number", nodes=(int(node),))


def _out_of_range(elements: Ints, first: int, inside: Mask, count: int) -> Iterator[Problem]:
    for row in np.flatnonzero(~inside):
        wrong = [int(node) for node in elements[row] if not 0 <= node < count]
        text = f"element {first + row} names node {wrong[0]}; there are nodes 0 to {count - 1}"
        yield Problem("out of range", text, first + int(row), tuple(wrong))


def _distinct(elements: Ints) -> Mask:
    ordered = np.sort(elements, axis=1)
    return np.asarray((ordered[:, 1:] != ordered[:, :-1]).all(axis=1))


def _repeated(elements: Ints, first: int, nodes: Floats, chosen: Mask) -> Iterator[Problem]:
    for row in np.flatnonzero(chosen):
        named, times = np.unique(elements[row], return_counts=True)
        twice = tuple(int(node) for node in named[times > 1])
        text = f"element {first + row} names node {twice[0]} more than once"
        yield Problem("repeated node", text, first + int(row), twice, centre=_mean(nodes[elements[row]]))


def _misshapen(elements: Ints, first: int, nodes: Floats, chosen: Mask) -> Iterator[Problem]:
    rows = np.flatnonzero(chosen)
    solid = elements[rows]
    six_sided = elements.shape[1] == 8
    volumes = (hex_volumes if six_sided else tet_volumes)(nodes, solid)
    quality = (hex_quality if six_sided else tet_quality)(nodes, solid)
    small = FLAT * _sizes(nodes, solid) ** 3
    for i in np.flatnonzero((volumes <= small) | (quality <= 0)):
        row, volume, centre = int(rows[i]), float(volumes[i]), _mean(nodes[solid[i]])
        kind: Kind = "folded"
        says = "has a corner that is flat or turned inside out"
        if abs(volume) <= small[i]:
            kind, says = "flat", f"has next to no volume ({volume:.3g} m^3)"
        elif volume < 0:
            kind, says = "inverted", f"is inside out: its volume is {volume:.3g} m^3"
        text = f"element {first + row} at {_place(centre)} {says}"
        yield Problem(kind, text, first + row, tuple(map(int, solid[i])), volume, centre)


def _sizes(nodes: Floats, elements: Ints) -> Floats:
    """Diagonal of each element's bounding box [m]."""
    low, high = nodes[elements[:, 0]], nodes[elements[:, 0]]
    for corner in elements.T[1:]:
        low, high = np.minimum(low, nodes[corner]), np.maximum(high, nodes[corner])
    return np.asarray(np.linalg.norm(high - low, axis=1))


def _duplicates(nodes: Floats, finite: Mask, sound: list[Ints], tolerance: float) -> Iterator[Problem]:
    where = np.flatnonzero(finite)
    if len(where) < 2:
        return
    near = tolerance * _smallest_edge(nodes, sound, float(np.ptp(nodes[where], axis=0).max()))
    for a, b in np.sort(where[cKDTree(nodes[where]).query_pairs(near, output_type="ndarray")], axis=1):
        text = f"nodes {a} and {b} are both at {_place(nodes[a])}: elements that should hang together do not"
        yield Problem("duplicate nodes", text, nodes=(int(a), int(b)), centre=_mean(nodes[[a, b]]))


def _smallest_edge(nodes: Floats, sound: list[Ints], extent: float) -> float:
    """Shortest side of an element [m]; sides that are none do not count."""
    least = extent
    for elements in sound:
        for a, b in _SIDES[elements.shape[1]]:
            lengths = np.linalg.norm(nodes[elements[:, a]] - nodes[elements[:, b]], axis=1)
            least = min(least, float(lengths[lengths > POINT * extent].min(initial=np.inf)))
    return least


_SIDES = {
    8: ((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)),
    4: ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
}


def _unused(nodes: Floats, finite: Mask, hexes: Ints, tets: Ints) -> Iterator[Problem]:
    named = np.concatenate([hexes.ravel(), tets.ravel()])
    used = np.zeros(len(nodes), np.bool_)
    used[named[(named >= 0) & (named < len(nodes))]] = True
    for node in np.flatnonzero(~used & finite):
        text = f"node {node} at {_place(nodes[node])} belongs to no element: it has no mass"
        yield Problem("unused node", text, nodes=(int(node),), centre=_mean(nodes[node : node + 1]))


def _mean(points: Floats) -> tuple[float, float, float]:
    x, y, z = points.mean(axis=0).tolist()
    return x, y, z


def _place(point: Floats | tuple[float, float, float]) -> str:
    return "(" + ", ".join(f"{value:.4g}" for value in point) + ") m"
