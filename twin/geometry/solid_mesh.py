"""A body of hexahedra and tetrahedra as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput
from twin.geometry.solid_elements import hex_quality, hex_volumes, outer_faces, tet_quality, tet_volumes
from twin.geometry.solid_problems import Problem, find_problems

__all__ = ["Exterior", "Problem", "SolidMesh", "exterior", "joined", "problems", "quality", "transformed", "volumes"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class SolidMesh:
    """Elements that fill a body. Elements are numbered from 0, tetrahedra after hexahedra.

    Only shapes are checked here; what else may be wrong with a mesh is what `problems` finds.

    Attributes:
        nodes: positions [m], shape (n, 3), float64.
        hexes: eight nodes an element, shape (m, 8), int32: 0-3 the bottom, anticlockwise seen from above, 4-7 above them.
        tets: four nodes an element, shape (k, 4), int32: 0-2 anticlockwise seen from 3. Often empty.
        sets: name -> numbers of nodes, rising, int32.
        parts: name -> numbers of elements, rising, int32; often empty.

    Raises:
        BadInput: arrays of another shape.
    """

    nodes: Floats
    hexes: Ints
    tets: Ints = field(default_factory=lambda: np.zeros((0, 4), np.int32))
    sets: Mapping[str, Ints] = field(default_factory=dict)
    parts: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, width, kind in (("nodes", 3, np.float64), ("hexes", 8, np.int32), ("tets", 4, np.int32)):
            array = np.ascontiguousarray(getattr(self, name), dtype=kind)
            if array.ndim != 2 or array.shape[1] != width:
                raise BadInput("solid mesh", f"{name} of shape {array.shape}", f"shape (any, {width})")
            object.__setattr__(self, name, array)
        for name in ("sets", "parts"):
            numbers = {key: np.unique(np.asarray(value, dtype=np.int32)) for key, value in getattr(self, name).items()}
            object.__setattr__(self, name, numbers)

    @property
    def element_count(self) -> int:
        """Hexahedra and tetrahedra together."""
        return len(self.hexes) + len(self.tets)

    @property
    def bounds(self) -> Floats:
        """Lowest and highest corner [m], shape (2, 3), of all nodes."""
        return np.stack((self.nodes.min(axis=0), self.nodes.max(axis=0)))


class Exterior(NamedTuple):
    """The skin of a mesh.

    Attributes:
        quads: nodes of its faces, shape (q, 4), int32, anticlockwise seen from outside; of a triangle the last node repeats.
        owners: the element behind each face, shape (q,), int32.
    """

    quads: Ints
    owners: Ints


def volumes(mesh: SolidMesh) -> Floats:
    """Volume of every element [m^3], shape (m + k,); exact for trilinear hexahedra (bilinear faces), negative if inside out."""
    return np.concatenate([hex_volumes(mesh.nodes, mesh.hexes), tet_volumes(mesh.nodes, mesh.tets)])


def quality(mesh: SolidMesh) -> Floats:
    """Scaled Jacobian of every element, shape (m + k,): 1 at best, 0 or less where a corner is flat or inside out."""
    return np.concatenate([hex_quality(mesh.nodes, mesh.hexes), tet_quality(mesh.nodes, mesh.tets)])


def exterior(mesh: SolidMesh) -> Exterior:
    """The faces that belong to one element only, looking outward, and whose they are."""
    return Exterior(*outer_faces(mesh.hexes, mesh.tets))


def transformed(mesh: SolidMesh, rotation: ArrayLike, translation: ArrayLike = (0.0, 0.0, 0.0)) -> SolidMesh:
    """Turned about the origin, then moved: x becomes R x + t.

    Args:
        rotation: R, shape (3, 3), orthonormal and not mirroring.
        translation: t [m], shape (3,).

    Raises:
        BadInput: a matrix that is no rotation, a translation that is not three finite numbers.
    """
    R, t = np.asarray(rotation, dtype=np.float64), np.asarray(translation, dtype=np.float64)
    if R.shape != (3, 3) or not np.allclose(R @ R.T, np.eye(3), atol=1e-9) or np.linalg.det(R) < 0:
        raise BadInput("rotation", R.tolist(), "a rotation matrix, 3 x 3, orthonormal with determinant 1")
    if t.shape != (3,) or not np.isfinite(t).all():
        raise BadInput("translation", t.tolist(), "three finite lengths in metres")
    return SolidMesh(mesh.nodes @ R.T + t, mesh.hexes, mesh.tets, mesh.sets, mesh.parts)


def joined(meshes: Sequence[SolidMesh]) -> SolidMesh:
    """Several meshes as one; nothing is merged, sets and parts of one name are united.

    The nodes of the i-th mesh start at the sum of the node counts before it; all hexahedra come before all tetrahedra.

    Raises:
        BadInput: no mesh at all.
    """
    if not meshes:
        raise BadInput("joined", "no mesh", "at least one mesh")
    first_node = _starts([len(mesh.nodes) for mesh in meshes])
    first_hex, first_tet = _starts([len(mesh.hexes) for mesh in meshes]), _starts([len(mesh.tets) for mesh in meshes])
    hex_count = sum(len(mesh.hexes) for mesh in meshes)
    sets: dict[str, list[Ints]] = {}
    parts: dict[str, list[Ints]] = {}
    for i, mesh in enumerate(meshes):
        for name, numbers in mesh.sets.items():
            sets.setdefault(name, []).append(numbers + first_node[i])
        for name, numbers in mesh.parts.items():
            split = np.searchsorted(numbers, len(mesh.hexes))
            tets = numbers[split:] - len(mesh.hexes) + hex_count + first_tet[i]
            parts.setdefault(name, []).extend((numbers[:split] + first_hex[i], tets))
    return SolidMesh(
        np.concatenate([mesh.nodes for mesh in meshes]),
        np.concatenate([mesh.hexes + start for mesh, start in zip(meshes, first_node, strict=True)]),
        np.concatenate([mesh.tets + start for mesh, start in zip(meshes, first_node, strict=True)]),
        {name: np.concatenate(numbers) for name, numbers in sets.items()},
        {name: np.concatenate(numbers) for name, numbers in parts.items()},
    )


def problems(mesh: SolidMesh, *, tolerance: float = 1e-3, most: int = 100) -> list[Problem]:
    """What is wrong with a mesh; nothing for a sound one.

    Coordinates that are not finite; elements that name nodes that are not there, or one twice; that are inverted, flat, or have a corner
    turned inside out (`folded`: the volume alone does not show it); nodes in one place; nodes of no element.
    Bodies that touch have nodes in one place by right: ask before they are joined.

    Args:
        tolerance: nodes closer than this part of the shortest edge are in one place.
        most: of each kind, of hexahedra and of tetrahedra, that are listed.
    """
    return find_problems(mesh.nodes, mesh.hexes, mesh.tets, tolerance=tolerance, most=most)


def _starts(counts: Sequence[int]) -> Ints:
    return np.cumsum([0, *counts[:-1]]).astype(np.int32)
