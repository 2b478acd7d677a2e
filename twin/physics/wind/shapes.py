"""Parametric bodies: `shape: {sphere: {diameter: 0.2 m}}`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.geometry import shapes
from twin.geometry.ahmed import ahmed
from twin.geometry.surface import Surface
from twin.scenario.schema import Spec
from twin.units import Angle, Length

__all__ = ["Shape"]

Extent = Annotated[Length, Field(gt=0, le=1e3)]


class Sphere(Spec):
    """A ball, its origin in the middle."""

    diameter: Extent = Field(description="[m]")

    def surface(self) -> Surface:
        """Triangles."""
        return shapes.sphere(self.diameter)


class Cylinder(Spec):
    """A round bar across the wind, its origin in the middle."""

    diameter: Extent = Field(description="[m]")
    length: Extent = Field(description="along its axis [m]; in plane cases any")
    axis: Literal["x", "y", "z"] = "y"

    def surface(self) -> Surface:
        """Triangles."""
        return shapes.cylinder(self.diameter, self.length, axis=self.axis, sections=512)


class Box(Spec):
    """A box, its origin in the middle."""

    size: tuple[Extent, Extent, Extent] = Field(description="full length along x, y, z [m]")

    def surface(self) -> Surface:
        """Triangles."""
        return shapes.box(self.size)


class Ahmed(Spec):
    """The Ahmed body, 1044 x 389 x 288 mm, its nose at the origin, 50 mm above z = 0 (`twin.geometry.ahmed`)."""

    slant: Angle = Field(0.4363323129985824, ge=0, le=0.6981317007977318, description="of the rear window [rad], 0 to 40 deg")
    stilts: bool = Field(True, description="the four stilts of 30 mm that it stood on")

    def surface(self) -> Surface:
        """Triangles."""
        return ahmed(self.slant, stilts=self.stilts)


class Shape(Spec):
    """Exactly one of the shapes."""

    sphere: Sphere | None = None
    cylinder: Cylinder | None = None
    box: Box | None = None
    ahmed: Ahmed | None = None

    @model_validator(mode="after")
    def _one(self) -> Shape:
        if len(self._chosen()) != 1:
            raise ValueError("exactly one of sphere, cylinder, box, ahmed")
        return self

    def _chosen(self) -> list[Sphere | Cylinder | Box | Ahmed]:
        return [shape for shape in (self.sphere, self.cylinder, self.box, self.ahmed) if shape is not None]

    def surface(self) -> Surface:
        """Its triangles, in its own frame."""
        return self._chosen()[0].surface()
