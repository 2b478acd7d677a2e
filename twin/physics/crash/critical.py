"""Sizes of elements as they stand: what a time step, a mass and a preflight need before anything moves."""

from __future__ import annotations

import numpy as np

__all__ = ["edges_and_volumes", "reaches"]

CORNERS = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]], float)


def edges_and_volumes(x: np.ndarray, connect: np.ndarray, tet: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Characteristic lengths [m] and volumes [m^3] of elements, shape (m,) each.

    Of a hexahedron both from its middle, as its one integration point sees it (`hex8.length`, `hex8.volume`); of a tetrahedron the
    smallest height, and the volume. Inside-out elements have negative ones.
    """
    lengths, volumes = np.empty(len(connect)), np.empty(len(connect))
    hexes, tets = x[connect[~tet]], x[connect[tet, :4]]
    jacobian = np.einsum("nk,mni->mki", CORNERS, hexes) / 8
    areas = np.stack([np.linalg.norm(np.cross(jacobian[:, a], jacobian[:, b]), axis=1) for a, b in ((1, 2), (2, 0), (0, 1))])
    determinants = np.linalg.det(jacobian)
    with np.errstate(divide="ignore", invalid="ignore"):
        lengths[~tet], volumes[~tet] = 2 * determinants / areas.max(axis=0, initial=0.0), 8 * determinants
        edges = tets[:, 1:] - tets[:, :1]
        volumes[tet] = np.linalg.det(edges) / 6
        faces = [(1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2)]
        sizes = [np.linalg.norm(np.cross(tets[:, b] - tets[:, a], tets[:, c] - tets[:, a]), axis=1) / 2 for a, b, c in faces]
        lengths[tet] = 3 * volumes[tet] / np.max(sizes, axis=0, initial=0.0)
    return lengths, volumes


def reaches(x: np.ndarray, connect: np.ndarray, tet: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Lengths that sound must not pass in a step [m], shape (m,): `hex8.shortest`, `tet4.tet_shortest`.

    Args:
        part: 2 mu / (lambda + 2 mu) of each element, shape (m,).
    """
    lengths, volumes = edges_and_volumes(x, connect, tet)
    hexes, tets = x[connect[~tet]], x[connect[tet, :4]]
    jacobian = np.einsum("nk,mni->mki", CORNERS, hexes) / 8
    areas2 = sum((np.cross(jacobian[:, a], jacobian[:, b]) ** 2).sum(axis=1) for a, b in ((1, 2), (2, 0), (0, 1)))
    faces = [(1, 2, 3), (0, 2, 3), (0, 1, 3), (0, 1, 2)]
    squares = sum((np.cross(tets[:, b] - tets[:, a], tets[:, c] - tets[:, a]) ** 2).sum(axis=1) for a, b, c in faces)
    found = lengths.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        largest2 = (volumes[~tet] / (4 * lengths[~tet])) ** 2
        found[~tet] = lengths[~tet] / np.sqrt(part[~tet] + (1 - part[~tet]) * areas2 / largest2)
        found[tet] = 6 * volumes[tet] / np.sqrt(squares)
    return found
