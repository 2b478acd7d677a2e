"""Cross-sections: what one side of a cut puts on the other, as force and moment.

A cut goes between nodes: some are behind it, the rest ahead. Elements with nodes on both sides carry all that passes through; what they
put on the nodes behind is what passes. Elements whose nodes are all on one side put nothing on them together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from twin.errors import BadInput
from twin.physics.crash.blocks import Order
from twin.physics.crash.case import Case
from twin.physics.crash.section_loops import add_up
from twin.physics.crash.spec import Place, SectionSpec
from twin.physics.crash.state import Blocks, Nodes

__all__ = ["Sections", "cuts", "sectioned", "sections_of"]

EDGES = np.array([(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)])
TET_EDGES = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])


class Cut(NamedTuple):
    """One section of a case.

    Attributes:
        elements: with nodes on both sides (m,); behind: which of their nodes are behind the cut (m, 8).
        nodes, weights: of these nodes' places, so weighted, the section's centre is the sum (k,).
    """

    elements: np.ndarray
    behind: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray


class Sections(NamedTuple):
    """Arrays of all sections, one after the other.

    Attributes:
        first: first element of each section, and one more; block, lane: where the elements stand; behind: which of their nodes count
            (m, 8).
        start: first node of each centre, and one more; nodes, weights: of the centres.
    """

    first: np.ndarray
    block: np.ndarray
    lane: np.ndarray
    behind: np.ndarray
    start: np.ndarray
    nodes: np.ndarray
    weights: np.ndarray


def cuts(case: Case) -> list[Cut]:
    """The sections of a case, at the start.

    Raises:
        BadInput: a plane that cuts nothing, a rigid body, a body that is missing, a set that is none.
    """
    return [_cut(case, section, f"sections.{name}") for name, section in case.spec.sections.items()]


def sections_of(case: Case, order: Order) -> Sections:
    """The sections' elements where they stand in their blocks; raises as `cuts`."""
    found = cuts(case)
    elements = np.concatenate([np.zeros(0, np.int64), *(cut.elements for cut in found)]).astype(np.int64)
    return Sections(
        np.cumsum([0, *(len(cut.elements) for cut in found)]),
        order.block[elements],
        order.lane[elements],
        np.concatenate([np.zeros((0, 8), bool), *(cut.behind for cut in found)]),
        np.cumsum([0, *(len(cut.nodes) for cut in found)]),
        np.concatenate([np.zeros(0, np.int64), *(cut.nodes for cut in found)]).astype(np.int64),
        np.concatenate([np.zeros(0), *(cut.weights for cut in found)]),
    )


def sectioned(sections: Sections, nodes: Nodes, blocks: Blocks) -> np.ndarray:
    """Force [N] and moment about the section's centre [N m] of what is ahead on what is behind, as of the last step, (sections, 6)."""
    found = np.zeros((len(sections.first) - 1, 6))
    if len(found):
        add_up(nodes, blocks, sections, found)
    return found


def _cut(case: Case, section: SectionSpec, where: str) -> Cut:
    if section.part is None and len(case.names) > 1:
        raise BadInput(f"{where}.part", "nothing", ", ".join(case.names), "With several bodies a section needs the name of its body.")
    name = section.part if section.part is not None else case.names[0]
    if section.set is not None:
        return _at_a_set(case, name, case.place(Place(part=name, set=section.set), where), where)
    case.place(Place(part=name, near=section.point), where)  # is there such a body?
    return _by_a_plane(case, name, section, where)


def _elements(case: Case, name: str, behind: np.ndarray, where: str) -> np.ndarray:
    """Elements of a body with nodes on both sides."""
    if case.materials[name].rigid:
        raise BadInput(f"{where}.part", name, "a body that deforms", "In a rigid body no forces are computed.")
    mine = np.flatnonzero(case.part == case.names.index(name))
    sides = behind[case.connect[mine]]
    found: np.ndarray = mine[sides.any(axis=1) & ~sides.all(axis=1)]
    return found


def _at_a_set(case: Case, name: str, nodes: np.ndarray, where: str) -> Cut:
    behind = np.zeros(len(case.x), bool)
    behind[nodes] = True
    elements = _elements(case, name, behind, where)
    return Cut(elements, _of_their_own(case, elements, behind), nodes, np.full(len(nodes), 1 / len(nodes)))


def _by_a_plane(case: Case, name: str, section: SectionSpec, where: str) -> Cut:
    normal = np.array(section.normal) / np.linalg.norm(section.normal)
    height = (case.x - np.array(section.point)) @ normal
    behind = height < 0
    elements = _elements(case, name, behind, where)
    if not len(elements):
        mine = height[case.nodes_of(name)]
        given = f"a plane that {name} reaches from {1e3 * mine.min():.4g} to {1e3 * mine.max():.4g} mm of"
        raise BadInput(f"{where}.point", given, "a plane through the body", "Points are those of the scenario, bodies placed and turned.")
    share = np.zeros(len(case.x))
    for element in elements.tolist():
        for area, corners in _triangles(case, element, height, normal):
            for a, b, s in corners:
                share[a] += area * (1 - s) / 3
                share[b] += area * s / 3
    nodes = np.flatnonzero(share)
    return Cut(elements, _of_their_own(case, elements, behind), nodes, share[nodes] / share.sum())


def _of_their_own(case: Case, elements: np.ndarray, behind: np.ndarray) -> np.ndarray:
    """Which nodes of the elements count; of a tetrahedron only its four."""
    own = np.ones((len(elements), 8), bool)
    own[case.tet[elements], 4:] = False
    count: np.ndarray = behind[case.connect[elements]] & own
    return count


Corner = tuple[int, int, float]  # so much of the way from a node to another


def _triangles(case: Case, element: int, height: np.ndarray, normal: np.ndarray) -> Iterator[tuple[float, tuple[Corner, ...]]]:
    """The cut through an element in triangles: area [m^2], corners."""
    pairs = case.connect[element][TET_EDGES if case.tet[element] else EDGES]
    crossed = pairs[(height[pairs[:, 0]] < 0) != (height[pairs[:, 1]] < 0)]
    ways = height[crossed[:, 0]] / (height[crossed[:, 0]] - height[crossed[:, 1]])
    points = case.x[crossed[:, 0]] + ways[:, None] * (case.x[crossed[:, 1]] - case.x[crossed[:, 0]])
    across = points - points.mean(axis=0)
    one = across[int(np.argmax((across**2).sum(axis=1)))]
    around = np.argsort(np.arctan2(across @ np.cross(normal, one), across @ one), kind="stable").tolist()
    corners: list[Corner] = [(int(a), int(b), float(s)) for (a, b), s in zip(crossed.tolist(), ways, strict=True)]
    for i, j in pairwise(around[1:]):
        area = float(np.linalg.norm(np.cross(points[i] - points[around[0]], points[j] - points[around[0]]))) / 2
        yield area, (corners[around[0]], corners[i], corners[j])
