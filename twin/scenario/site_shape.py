"""What stands in a hall, as far as clearance and pictures need it: boxes, cylinders, meshes, and several of them in one body."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from twin.scenario.schema import Pose, Spec
from twin.units import Length

if TYPE_CHECKING:
    from robots.model import Geometry

__all__ = ["SiteShape", "mesh_paths", "pieces", "with_mesh_paths"]

Extent = Annotated[Length, Field(gt=0, le=1e3)]


class SiteBox(Spec):
    """A box that stands on its frame: the frame is in the middle of its underside."""

    size: tuple[Extent, Extent, Extent] = Field(description="full length along x, y, z [m]")


class SiteCylinder(Spec):
    """A cylinder along z that stands on its frame."""

    radius: Extent = Field(description="[m]")
    length: Extent = Field(description="along z [m]")


class SiteMesh(Spec):
    """A mesh file, in its own frame."""

    path: str = Field(description="STL, OBJ, PLY or GLB file, relative to the site's file or bundled")
    scale: float = Field(1.0, gt=0, description="length of the file's unit [m]; 0.001 for millimetres")


class SitePlaced(Spec):
    """A shape somewhere in a compound."""

    shape: SiteShape
    pose: Pose = Pose()


class SiteShape(Spec):
    """Exactly one of the known shapes."""

    box: SiteBox | None = None
    cylinder: SiteCylinder | None = None
    mesh: SiteMesh | None = None
    compound: tuple[SitePlaced, ...] | None = Field(None, min_length=1, description="several shapes in one body")
    color: tuple[float, float, float] | None = Field(None, description="red, green, blue in 0..1; by default that of its group")

    @model_validator(mode="after")
    def _one(self) -> SiteShape:
        names = ("box", "cylinder", "mesh", "compound")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a shape is exactly one of {', '.join(names)}; this one has {', '.join(given) or 'none'}")
        return self


def mesh_paths(shape: SiteShape, keys: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every mesh of the shape: where its path is written, below `keys`, and the path."""
    if shape.mesh:
        yield (*keys, "mesh", "path"), shape.mesh.path
    for i, placed in enumerate(shape.compound or ()):
        yield from mesh_paths(placed.shape, (*keys, "compound", i, "shape"))


def with_mesh_paths(shape: SiteShape, found: dict[str, Path]) -> SiteShape:
    """The shape with each mesh's path replaced by the file that was found for it."""
    if shape.mesh:
        file = found.get(shape.mesh.path)
        return shape.model_copy(update={"mesh": shape.mesh.model_copy(update={"path": str(file)})}) if file else shape
    if shape.compound:
        inner = tuple(placed.model_copy(update={"shape": with_mesh_paths(placed.shape, found)}) for placed in shape.compound)
        return shape.model_copy(update={"compound": inner})
    return shape


def pieces(shape: SiteShape, color: tuple[float, float, float, float] = (0.7, 0.7, 0.72, 1.0)) -> tuple[Geometry, ...]:
    """The solids of a shape in the body's frame; each convex, but a mesh."""
    from robots.model import Geometry

    color = (*shape.color, 1.0) if shape.color else color
    if shape.box:
        up = Pose(position=(0.0, 0.0, shape.box.size[2] / 2)).matrix()
        return (Geometry("box", shape.box.size, origin=up, color=color),)
    if shape.cylinder:
        up = Pose(position=(0.0, 0.0, shape.cylinder.length / 2)).matrix()
        return (Geometry("cylinder", (shape.cylinder.radius, shape.cylinder.length), origin=up, color=color),)
    if shape.mesh:
        return (Geometry("mesh", (), Path(shape.mesh.path), (shape.mesh.scale,) * 3, color=color),)
    found = list[Geometry]()
    for placed in shape.compound or ():
        T = placed.pose.matrix()
        found += [Geometry(g.kind, g.size, g.path, g.scale, T @ g.origin, g.color) for g in pieces(placed.shape, color)]
    return tuple(found)
