"""Bodies of hexahedra by their dimensions; except the cantilever they stand on z = 0, in the middle of x and y."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.errors import BadInput
from twin.geometry.hexgrid import checked_counts, checked_length, filled, plane_sets, where
from twin.geometry.hexmesh_round import cylinder, sphere, taylor_bar
from twin.geometry.hexmesh_sled import sled
from twin.geometry.hexmesh_voxels import from_surface
from twin.geometry.solid_mesh import SolidMesh, transformed

__all__ = ["bar", "block", "box", "cantilever", "cylinder", "fork_tip", "from_surface", "plate", "sled", "sphere", "taylor_bar"]

NEAR = 1e-9  # of the shortest side: what counts as lying on a plane


def box(size: ArrayLike, counts: Sequence[int]) -> SolidMesh:
    """A cuboid on z = 0, the origin in the middle of its bottom.

    Node sets: `x_low`, `x_high`, `y_low`, `y_high`, `z_low`, `z_high`, its faces.

    Args:
        size: along x, y, z [m], shape (3,).
        counts: elements along x, y, z.

    Raises:
        BadInput: a size that is not positive, a count below 1.
    """
    x, y, z = _size("box size", size)
    if len(counts) != 3:
        raise BadInput("elements of the box", list(counts), "three counts, along x, y and z")
    checked_counts("elements of the box", *counts)
    lines = [np.linspace(low, high, n + 1) for (low, high), n in zip(((-x / 2, x / 2), (-y / 2, y / 2), (0.0, z)), counts, strict=True)]
    mesh = filled(*lines)
    return SolidMesh(mesh.nodes, mesh.hexes, sets=plane_sets(mesh.nodes, NEAR * min(x, y, z)))


def block(size: ArrayLike, counts: Sequence[int]) -> SolidMesh:
    """Another name of `box`."""
    return box(size, counts)


def plate(length: float, width: float, thickness: float, counts: Sequence[int]) -> SolidMesh:
    """A flat `box`: `length` along x, `width` along y, `thickness` along z [m]."""
    return box((length, width, thickness), counts)


def bar(length: float, width: float, depth: float, counts: Sequence[int]) -> SolidMesh:
    """A square-cut bar on z = 0, its axis along z through the origin: `width` along x, `depth` along y [m].

    Node sets: those of `box`, `foot` (z = 0), `tip` (z = length), and `axis` where nodes lie on it: with even counts along x and y.
    """
    mesh = box((width, depth, length), counts)
    sets = {**mesh.sets, "foot": mesh.sets["z_low"], "tip": mesh.sets["z_high"]}
    axis = where(np.abs(mesh.nodes[:, :2]).max(axis=1) < NEAR * min(width, depth))
    return SolidMesh(mesh.nodes, mesh.hexes, sets=sets | ({"axis": axis} if len(axis) else {}))


def cantilever(length: float, width: float, height: float, counts: Sequence[int]) -> SolidMesh:
    """A beam from x = 0 to `length`, its axis on the x axis: `width` along y, `height` along z [m].

    Node sets: those of `box`, `clamp` (x = 0) and `tip` (x = length).
    """
    mesh = box((length, width, height), counts)
    moved = transformed(mesh, np.eye(3), (length / 2, 0.0, -height / 2))
    return SolidMesh(moved.nodes, moved.hexes, sets={**mesh.sets, "clamp": mesh.sets["x_low"], "tip": mesh.sets["x_high"]})


def fork_tip(length: float, width: float, thickness: float, tip_thickness: float, counts: Sequence[int]) -> SolidMesh:
    """The end of a forklift's tine, from its heel at x = 0 to its blunt tip at x = `length`.

    The top, at z = `thickness`, is level; the underside rises evenly from z = 0 to the tip.

    Node sets: `heel` (x = 0), `tip` (x = length), `top`, `underside`, `y_low`, `y_high`.

    Args:
        length, width, thickness: [m]; the thickness at the heel.
        tip_thickness: at the tip, at most `thickness` [m].
        counts: elements along x, y, z.

    Raises:
        BadInput: a length that is not positive, a tip thicker than the heel, a count below 1.
    """
    mesh = box((length, width, thickness), counts)
    checked_length("tip_thickness", tip_thickness)
    if tip_thickness > thickness:
        raise BadInput("tip_thickness", tip_thickness, f"at most the thickness of the heel, {thickness:g} m")
    nodes = mesh.nodes + np.array((length / 2, 0.0, 0.0))
    taper = 1 - (1 - tip_thickness / thickness) * nodes[:, 0] / length
    nodes[:, 2] = thickness - (thickness - nodes[:, 2]) * taper
    named = {"heel": "x_low", "tip": "x_high", "top": "z_high", "underside": "z_low", "y_low": "y_low", "y_high": "y_high"}
    return SolidMesh(nodes, mesh.hexes, sets={name: mesh.sets[face] for name, face in named.items()})


def _size(what: str, size: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(size, dtype=np.float64)
    if found.shape != (3,):
        raise BadInput(what, found.tolist(), "three lengths in metres")
    for length in found:
        checked_length(what, float(length))
    return found
