"""Triangles of a link's shapes."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import numpy as np

from robots.model import Geometry
from twin.errors import BadInput

__all__ = ["load"]

CREASE = math.radians(35)  # edges sharper than this stay sharp: their vertices are not shared


def load(geometry: Geometry) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (n, 3) [m] and faces (m, 3) in the frame of the geometry: `geometry.origin` is not applied yet.

    Vertices are shared across soft edges only, so that normals averaged at vertices show round things round and
    edges sharp. Read-only and cached: the same arrays for the same shape.

    Raises:
        BadInput: a mesh file that trimesh cannot read or that holds no triangles.
    """
    if geometry.kind == "mesh":
        path = Path(geometry.path or "")
        return _file(path, path.stat().st_mtime_ns if path.is_file() else 0, geometry.scale)
    return _primitive(geometry.kind, geometry.size)


@lru_cache(maxsize=512)
def _file(path: Path, changed: int, scale: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    import trimesh

    try:
        mesh = trimesh.load(path, force="mesh", skip_materials=True, process=False)
    except Exception as error:  # each of trimesh's readers fails in its own way
        raise BadInput("mesh file", str(path), "a file that trimesh can read: STL, OBJ, PLY, GLB", f"({error}.)") from error
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
        raise BadInput("mesh file", str(path), "a mesh with triangles")
    mesh = trimesh.Trimesh(mesh.vertices * np.array(scale), mesh.faces, process=False)
    if np.prod(scale) < 0:
        mesh.invert()
    return _creased(mesh)


@lru_cache(maxsize=512)
def _primitive(kind: str, size: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    import trimesh

    match kind:
        case "box":
            mesh = trimesh.creation.box(extents=size)
        case "cylinder":
            mesh = trimesh.creation.cylinder(radius=size[0], height=size[1], sections=40)
        case "capsule":
            mesh = trimesh.creation.capsule(radius=size[0], height=size[1], count=[24, 24])
            mesh.apply_translation([0.0, 0.0, -mesh.bounds.mean(axis=0)[2]])
        case _:
            mesh = trimesh.creation.icosphere(subdivisions=3, radius=size[0])
    return _creased(mesh)


def _creased(mesh) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]  # trimesh is imported late
    import trimesh

    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    smooth = trimesh.graph.smooth_shade(mesh, angle=CREASE)
    vertices, faces = np.array(smooth.vertices, dtype=float), np.array(smooth.faces, dtype=np.int64)
    vertices.flags.writeable = faces.flags.writeable = False
    return vertices, faces
