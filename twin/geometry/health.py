"""Is a surface fit to be computed with, and if not, why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.geometry.edges import Edges, edges_of
from twin.geometry.orientation import Patches, oriented, patches_of
from twin.geometry.rays import first_exits, pierced
from twin.geometry.surface import Surface, welded
from twin.geometry.tree import Tree, tree_of

__all__ = ["Health", "health"]

PROBES = 2000  # faces that are asked how thick the wall behind them is
TESTED = 200_000  # edges that are held against all faces
FLAT = 0.3  # an open patch whose area vectors add up to more than this part of its area closes next to nothing
VOID = 1e-9  # volume over area^1.5 below which a closed patch holds nothing


@dataclass(frozen=True, slots=True)
class Health:
    """What was found; equal positions count as one vertex.

    Attributes:
        watertight: every edge has exactly two faces.
        open_edges, non_manifold_edges: edges with one face; with more than two.
        inverted: closed, and looks inward (its signed volume is negative).
        inconsistent_faces: faces that run against their neighbours.
        degenerate_faces: without area, or with two equal corners.
        duplicate_faces: with the same three corners as an earlier face, whichever way round.
        self_intersections: edges whose inside goes through the inside of a face. Parts that touch or overlap in one plane are not
            seen. Of more than 200,000 edges only that many, evenly spread, are tried: the count is then "at least"
            (`all_edges_tried` is False).
        sheets: pieces without thickness: open ones that close next to nothing, closed ones without volume.
        components: parts that share no vertex.
        volume: of all parts, turned outward; overlaps count twice [m^3]; None unless watertight.
        area: of all faces [m^2].
        thinnest: thinnest wall [m], from rays inward from the centres of at most 2000 faces, evenly spread; 0 where two faces lie on
            each other; None where no ray meets the far side. A thin spot between those faces is not seen.
    """

    watertight: bool
    open_edges: int
    non_manifold_edges: int
    inverted: bool
    inconsistent_faces: int
    degenerate_faces: int
    duplicate_faces: int
    self_intersections: int
    all_edges_tried: bool
    sheets: int
    components: int
    volume: float | None
    area: float
    thinnest: float | None

    def faults(self) -> tuple[str, ...]:
        """What is wrong, in plain words; nothing for a sound closed body."""
        least = "" if self.all_edges_tried else "at least "
        said = [
            (self.sheets, f"{self.sheets} piece(s) without thickness: they block what meets them, but have no inside"),
            (self.open_edges, f"{self.open_edges} open edges: the surface has holes or ends in the air"),
            (self.non_manifold_edges, f"{self.non_manifold_edges} edges with more than two faces"),
            (self.inverted, "the surface is inside out: its faces look inward"),
            (self.inconsistent_faces, f"{self.inconsistent_faces} faces run against their neighbours"),
            (self.degenerate_faces, f"{self.degenerate_faces} faces without area"),
            (self.duplicate_faces, f"{self.duplicate_faces} faces lie on another with the same corners"),
            (self.self_intersections, f"{least}{self.self_intersections} edges go through faces: parts overlap or cross themselves"),
        ]
        return tuple(text for wrong, text in said if wrong)


def health(surface: Surface) -> Health:
    """Look a surface over: topology, orientation, self-intersections, thinnest wall. A second or two for 100,000 triangles."""
    surface = welded(surface)
    areas = np.linalg.norm(surface.area_vectors, axis=1)
    collapsed = (surface.faces == np.roll(surface.faces, 1, axis=1)).any(axis=1)
    degenerate = int((collapsed | (areas <= 1e-14 * areas.max())).sum())
    if collapsed.all():
        return _nothing(degenerate)
    solid = Surface(surface.vertices, surface.faces[~collapsed])
    edges = edges_of(solid)
    patches = patches_of(solid, edges)
    outward, _ = oriented(solid, edges)
    tree = tree_of(outward)
    part = _parts(solid, edges)
    watertight = bool((edges.uses == 2).all())
    crossings, all_tried = _self_intersections(tree, solid, edges)
    return Health(
        watertight=watertight,
        open_edges=int((edges.uses == 1).sum()),
        non_manifold_edges=int((edges.uses > 2).sum()),
        inverted=watertight and _volume(solid) < 0,
        inconsistent_faces=int(patches.odd.sum()),
        degenerate_faces=degenerate,
        duplicate_faces=len(solid.faces) - len(np.unique(np.sort(solid.faces, axis=1), axis=0)),
        self_intersections=crossings,
        all_edges_tried=all_tried,
        sheets=_sheets(solid, edges, patches),
        components=int(part.max()) + 1,
        volume=_volume(outward) if watertight else None,
        area=float(areas.sum()),
        thinnest=_thinnest(tree, outward, part),
    )


def _nothing(degenerate: int) -> Health:
    """Only points and lines."""
    blank: dict[str, Any] = dict.fromkeys(Health.__slots__, 0)
    return Health(
        **blank | {"watertight": False, "inverted": False, "degenerate_faces": degenerate, "all_edges_tried": True}
        | {"volume": None, "thinnest": None}
    )  # fmt: skip


def _volume(surface: Surface) -> float:
    """Signed volume [m^3], of tetrahedra with a corner at the surface's middle."""
    a, b, c = (surface.corners - surface.bounds.mean(axis=0)).transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def _self_intersections(tree: Tree, surface: Surface, edges: Edges) -> tuple[int, bool]:
    stride = -(-len(edges.ends) // TESTED)
    return int(pierced(tree, surface, np.ascontiguousarray(edges.ends[::stride])).sum()), stride == 1


def _thinnest(tree: Tree, surface: Surface, part: NDArray[np.int32]) -> float | None:
    vectors = surface.area_vectors
    lengths = np.linalg.norm(vectors, axis=1)
    probes = np.flatnonzero(lengths > 1e-14 * lengths.max())
    probes = probes[:: -(-len(probes) // PROBES)]
    inward = -vectors[probes] / lengths[probes, None]
    distance = first_exits(tree, surface.corners[probes].mean(axis=1), inward, probes, part)
    least = float(distance.min(initial=np.inf))
    return least if np.isfinite(least) else None


def _sheets(surface: Surface, edges: Edges, patches: Patches) -> int:
    count = len(patches.volume)
    vectors = np.where(patches.odd[:, None], -surface.area_vectors, surface.area_vectors)
    area = np.bincount(patches.of_face, np.linalg.norm(vectors, axis=1), count)
    flat = np.linalg.norm(np.stack([np.bincount(patches.of_face, v, count) for v in vectors.T]), axis=0) > FLAT * area
    void = np.abs(patches.volume) <= VOID * area**1.5
    ends = np.bincount(patches.of_face, (edges.uses[edges.of_face] == 1).any(axis=1), count) > 0
    return int(np.where(ends, flat, void).sum())


def _parts(surface: Surface, edges: Edges) -> NDArray[np.int32]:
    """Number of the part of every face, shape (m,): parts share no vertex."""
    count = len(surface.vertices)
    p, q = edges.ends.T
    joins = coo_array((np.ones(len(p), np.int8), (p, q)), shape=(count, count))
    _, label = connected_components(joins, directed=False)
    return np.unique(label[surface.faces[:, 0]], return_inverse=True)[1].astype(np.int32)
