"""The bodies of a scenario as surfaces, where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from twin.errors import BadInput
from twin.geometry.load import load_surface
from twin.geometry.surface import Surface
from twin.physics.wind.spec import BodySpec, WindSpec
from twin.scenario.paths import resolve
from twin.scenario.schema import Pose

__all__ = ["bounds", "placed"]


def placed(spec: WindSpec, folder: Path) -> dict[str, Surface]:
    """Name -> triangles in the tunnel's frame [m]: x along the wind, z up, the ground at 0.

    Raises:
        BadInput: a mesh that cannot be read; `where` is its path in the scenario.
    """
    found = {name: _turned(body, _surface(name, body, folder)) for name, body in spec.bodies.items()}
    if spec.ground is None or spec.ground.clearance is None:
        return found
    lift = np.eye(4)
    lift[2, 3] = spec.ground.clearance - bounds(found)[0, 2]
    return {name: surface.moved(lift) for name, surface in found.items()}


def bounds(surfaces: Mapping[str, Surface]) -> np.ndarray:
    """Lowest and highest corner of all bodies together, (2, 3) [m]."""
    corners = np.array([surface.bounds for surface in surfaces.values()])
    return np.array([corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)])


def _surface(name: str, body: BodySpec, folder: Path) -> Surface:
    if body.shape is not None:
        return body.shape.surface()
    try:
        return load_surface(resolve(str(body.mesh), folder), scale=body.scale)
    except BadInput as error:
        raise BadInput(f"bodies.{name}.mesh", error.given, error.allowed, error.remedy) from error


def _turned(body: BodySpec, surface: Surface) -> Surface:
    pose = Pose(position=body.position, roll=body.roll, pitch=body.pitch, yaw=body.yaw)
    return surface.moved(pose.matrix())
