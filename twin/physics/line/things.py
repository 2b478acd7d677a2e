"""What stands in the line's hall, for pictures: surfaces in space, outlines from above, the box around each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.geometry import shapes
from twin.scenario import Site
from twin.scenario.site_shape import pieces

if TYPE_CHECKING:
    from robots.model import Geometry

__all__ = ["Thing", "things_of"]

Color = tuple[float, float, float, float]
COLORS: dict[str, Color] = {
    "stations": (0.74, 0.78, 0.83, 1.0), "buffers": (0.86, 0.78, 0.62, 1.0), "conveyors": (0.70, 0.78, 0.74, 1.0),
    "storage": (0.80, 0.74, 0.68, 1.0), "equipment": (0.78, 0.79, 0.81, 1.0), "columns": (0.62, 0.63, 0.66, 1.0),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that stands in the hall.

    Attributes:
        group: stations, buffers, conveyors, storage, equipment or columns.
        solids: vertices in its own frame [m], shape (n, 3), and faces of each.
        T_world: its frame, shape (4, 4).
    """

    name: str
    group: str
    solids: tuple[tuple[np.ndarray, np.ndarray], ...]
    T_world: np.ndarray
    color: Color

    @cached_property
    def box(self) -> np.ndarray:
        """Least and largest corner in its own frame [m], shape (2, 3)."""
        vertices = np.concatenate([vertices for vertices, _ in self.solids])
        return np.array([vertices.min(axis=0), vertices.max(axis=0)])

    @cached_property
    def bounds(self) -> np.ndarray:
        """Least and largest corner in the world [m], shape (2, 3)."""
        vertices = np.concatenate([self._placed(vertices) for vertices, _ in self.solids])
        return np.array([vertices.min(axis=0), vertices.max(axis=0)])

    @cached_property
    def footprint(self) -> Any:
        """All of it seen from above, a shapely geometry."""
        import shapely

        return shapely.union_all([shapely.MultiPoint(self._placed(vertices)[:, :2]).convex_hull for vertices, _ in self.solids])

    def _placed(self, vertices: np.ndarray) -> np.ndarray:
        there: np.ndarray = vertices @ self.T_world[:3, :3].T + self.T_world[:3, 3]
        return there


def things_of(site: Site) -> list[Thing]:
    """Everything with a shape, columns included, robots left out.

    Raises:
        BadInput: a mesh that cannot be read.
    """
    found = []
    for group, name, thing in site.things():
        color = (*thing.shape.color, 1.0) if thing.shape.color else COLORS[group]
        found.append(Thing(name, group, tuple(_solid(g) for g in pieces(thing.shape, color)), site.T_world(name), color))
    for name, column in (site.hall.columns if site.hall else {}).items():
        T = np.eye(4)
        T[:3, 3] = *column.at, site.hall.height / 2  # type: ignore[union-attr]
        box = shapes.box((*column.size, site.hall.height))  # type: ignore[union-attr]
        found.append(Thing(name, "columns", ((box.vertices, box.faces),), T, COLORS["columns"]))
    return found


def _solid(geometry: Geometry) -> tuple[np.ndarray, np.ndarray]:
    from robots import meshes

    if geometry.kind == "box":
        surface = shapes.box(geometry.size)
        vertices, faces = surface.vertices, surface.faces
    elif geometry.kind == "cylinder":
        surface = shapes.cylinder(2 * geometry.size[0], geometry.size[1], axis="z", sections=48)
        vertices, faces = surface.vertices, surface.faces
    else:
        vertices, faces = meshes.load(geometry)
    return vertices @ geometry.origin[:3, :3].T + geometry.origin[:3, 3], np.asarray(faces)
