"""Mesh files in, one surface out."""

from __future__ import annotations

import io
import logging
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import BadInput
from twin.geometry.surface import Surface, welded

__all__ = ["SUFFIXES", "load_surface"]

SUFFIXES = (".glb", ".gltf", ".obj", ".ply", ".stl")


def load_surface(path: str | Path, *, scale: float = 1.0) -> Surface:
    """The triangles of a mesh file, all parts of a scene in their places, vertices at equal positions merged.

    Args:
        path: STL (binary or text), OBJ, PLY, GLB or glTF.
        scale: metres for one unit of the file: 0.001 for a file in millimetres. Axes stay as they are: glTF means Y up.

    Raises:
        BadInput: no such file, another suffix, a file that cannot be read or holds no triangles or positions that are not finite.
    """
    path = Path(path)
    if not (np.isfinite(scale) and scale > 0):
        raise BadInput("scale", scale, "a finite number above 0, metres for one unit of the file")
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput("mesh file", str(path), ", ".join(SUFFIXES), "Export the mesh in one of these formats.")
    if not path.is_file():
        raise BadInput("mesh file", str(path), "a file that exists", "Look at the path; it is taken from the working directory.")
    vertices, faces = _triangles(path)
    return welded(Surface(vertices * scale, faces))


def _triangles(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Vertices and faces of all meshes of the file; whatever the reader stumbles over becomes a message."""
    try:
        if path.stat().st_size == 0:
            raise ValueError("the file is empty")
        parts = _parts(path)
    except BadInput:
        raise
    except Exception as error:  # readers of foreign formats raise whatever they meet first
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise BadInput("mesh file", str(path), f"a readable {path.suffix[1:].upper()} file", f"The reader says: {reason}") from None
    if not parts:
        raise BadInput("mesh file", str(path), "a mesh with triangles", "It holds points, lines or nothing at all.")
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in parts[:-1])])
    faces = np.concatenate([faces + start for (_, faces), start in zip(parts, starts, strict=True)])
    vertices = np.concatenate([vertices for vertices, _ in parts])
    bad = int((~np.isfinite(vertices[np.unique(faces)])).any(axis=1).sum())
    if bad:
        raise BadInput("mesh file", str(path), "finite vertices", f"{bad} vertices are not finite; export the mesh again.")
    return vertices, faces.astype(np.int32)


def _parts(path: Path) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """(vertices, faces) of every mesh that has triangles, placed by the scene's transforms."""
    import trimesh  # takes a while, and only files need it

    logger = logging.getLogger("trimesh")
    before, logger.disabled = logger.disabled, True
    try:
        with redirect_stderr(io.StringIO()):
            scene: Any = trimesh.load_scene(str(path), process=False)
    finally:
        logger.disabled = before
    meshes = [mesh for mesh in scene.dump() if len(getattr(mesh, "faces", ()))]
    parts = [(np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int64)) for mesh in meshes]
    if any(faces.min() < 0 or faces.max() >= len(vertices) for vertices, faces in parts):
        raise ValueError("a face names a vertex that is not there")
    return parts
