"""A triangulated surface as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput

__all__ = ["Surface", "joined", "welded"]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Triangles in space; of a closed body the corners run anticlockwise seen from outside.

    Attributes:
        vertices: positions [m], shape (n, 3), float64.
        faces: three indices of vertices a triangle, shape (m, 3), int32.

    Raises:
        BadInput: another shape, no triangles, an index that no vertex has, a position that is not finite.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "vertices", np.ascontiguousarray(self.vertices, dtype=np.float64))
        object.__setattr__(self, "faces", np.ascontiguousarray(self.faces, dtype=np.int32))
        _check(self.vertices, self.faces)

    @property
    def bounds(self) -> NDArray[np.float64]:
        """Lowest and highest corner [m], shape (2, 3), of the vertices that triangles use."""
        corners = self.vertices[np.unique(self.faces)]
        return np.stack((corners.min(axis=0), corners.max(axis=0)))

    @property
    def extents(self) -> NDArray[np.float64]:
        """Length along x, y and z [m], shape (3,)."""
        low, high = self.bounds
        return np.asarray(high - low)

    @property
    def corners(self) -> NDArray[np.float64]:
        """The three corners of every triangle [m], shape (m, 3, 3): triangle, corner, xyz."""
        return self.vertices[self.faces]

    @property
    def area_vectors(self) -> NDArray[np.float64]:
        """Half the cross product of two edges [m^2], shape (m, 3): along the normal, as long as the area."""
        a, b, c = self.corners.transpose(1, 0, 2)
        return np.asarray(0.5 * np.cross(b - a, c - a))

    def moved(self, T: ArrayLike) -> Surface:
        """Under a homogeneous transform T, shape (4, 4); a mirroring one turns the triangles, so that outside stays outside."""
        T = np.asarray(T, dtype=np.float64)
        if T.shape != (4, 4) or not np.isfinite(T).all():
            raise BadInput("moved", T.tolist(), "a homogeneous transform, 4 x 4 finite numbers")
        turned = np.linalg.det(T[:3, :3]) < 0
        return Surface(self.vertices @ T[:3, :3].T + T[:3, 3], self.faces[:, ::-1] if turned else self.faces)

    def scaled(self, k: float) -> Surface:
        """With every length multiplied by `k` > 0, about the origin."""
        if not (np.isfinite(k) and k > 0):
            raise BadInput("scaled", k, "a finite number above 0")
        return Surface(self.vertices * k, self.faces)


def joined(*parts: Surface) -> Surface:
    """Several surfaces as one; nothing is merged."""
    starts = np.cumsum([0, *(len(part.vertices) for part in parts[:-1])])
    faces = [part.faces + start for part, start in zip(parts, starts, strict=True)]
    return Surface(np.concatenate([part.vertices for part in parts]), np.concatenate(faces).astype(np.int32))


def welded(surface: Surface) -> Surface:
    """The same triangles; vertices at equal positions are one, those that no triangle uses are gone."""
    used, where = np.unique(surface.faces, return_inverse=True)
    positions = surface.vertices[used] + 0.0  # -0.0 becomes 0.0
    order = np.lexsort(positions.T)
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (positions[order[1:]] != positions[order[:-1]]).any(axis=1)
    number = np.empty(len(order), np.int32)
    number[order] = np.cumsum(fresh) - 1
    return Surface(positions[order[fresh]], number[where.reshape(-1, 3)])


def _check(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> None:
    if vertices.ndim != 2 or vertices.shape[1] != 3:
        raise BadInput("surface", f"vertices of shape {vertices.shape}", "shape (n, 3)")
    if faces.ndim != 2 or faces.shape[1] != 3 or not len(faces):
        raise BadInput("surface", f"faces of shape {faces.shape}", "shape (m, 3) with at least one triangle")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise BadInput("surface", f"faces with indices {faces.min()} to {faces.max()}", f"indices from 0 to {len(vertices) - 1}")
    if not np.isfinite(vertices).all():
        count = int((~np.isfinite(vertices)).any(axis=1).sum())
        raise BadInput("surface", f"{count} vertices that are not finite", "finite positions", "Export the mesh again.")
