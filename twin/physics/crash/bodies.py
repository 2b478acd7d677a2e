"""The bodies of a scenario as meshes, where they stand before the impact."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from twin.errors import BadInput
from twin.geometry.hexmesh_voxels import from_surface
from twin.geometry.load import load_surface
from twin.geometry.msh import read_msh
from twin.geometry.solid_mesh import SolidMesh, transformed
from twin.physics.crash.shapes import mesh_of
from twin.physics.crash.spec import CrashSpec, PartSpec
from twin.scenario.paths import resolve
from twin.scenario.schema import Pose

__all__ = ["bounds", "placed"]


def placed(spec: CrashSpec, folder: Path) -> dict[str, SolidMesh]:
    """Name -> elements [m]: each body turned and moved, then all turned together about the middle of their bounds.

    Raises:
        BadInput: a mesh that cannot be read; `where` is its path in the scenario.
    """
    head = "" if spec.model is not None else "parts."
    found = {name: _turned(part, _mesh(f"{head}{name}.mesh", part, folder)) for name, part in spec.bodies.items()}
    turn = Pose(roll=spec.orientation.roll, pitch=spec.orientation.pitch, yaw=spec.orientation.yaw).matrix()[:3, :3]
    if np.array_equal(turn, np.eye(3)):
        return found
    middle = bounds(found).mean(axis=0)
    return {name: transformed(mesh, turn, middle - turn @ middle) for name, mesh in found.items()}


def bounds(meshes: Mapping[str, SolidMesh]) -> np.ndarray:
    """Lowest and highest corner of all bodies together, (2, 3) [m]."""
    corners = np.array([mesh.bounds for mesh in meshes.values()])
    return np.array([corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)])


def _mesh(where: str, part: PartSpec, folder: Path) -> SolidMesh:
    if part.shape is not None:
        return mesh_of(part.shape)
    try:
        path = resolve(str(part.mesh), folder)
        if path.suffix.lower() == ".msh":
            return read_msh(path, scale=part.scale)
        if part.cell is None:
            raise BadInput(where, part.mesh, "a .msh file, or a surface together with `cell`, the edge of the cubes that fill it")
        return from_surface(load_surface(path, scale=part.scale), part.cell)
    except BadInput as error:
        raise BadInput(where, error.given, error.allowed, error.remedy) from error


def _turned(part: PartSpec, mesh: SolidMesh) -> SolidMesh:
    pose = Pose(position=part.position, roll=part.roll, pitch=part.pitch, yaw=part.yaw).matrix()
    return transformed(mesh, pose[:3, :3], pose[:3, 3])
