"""Parametric bodies and their elements: `shape: {sled: {length: 500 mm, width: 220 mm, height: 41 mm, wall: 3 mm}}`."""

from __future__ import annotations

from math import prod
from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.errors import BadInput
from twin.geometry import hexmesh
from twin.geometry.hexmesh_round import round_count, sphere_count
from twin.geometry.hexmesh_sled import sled_counts
from twin.geometry.solid_mesh import SolidMesh
from twin.scenario.schema import Spec
from twin.units import Length

__all__ = ["MOST_ELEMENTS", "SHAPES", "Shape", "mesh_of"]

MOST_ELEMENTS = 5_000_000

Extent = Annotated[Length, Field(ge=1e-6, le=1e3)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Counts = tuple[Count, Count, Count]


class Meshed(Spec):
    """Base of the shapes: a body that knows how many elements it will have before it has them."""

    @model_validator(mode="after")
    def _fits(self) -> Meshed:
        try:
            count = self.count()
        except BadInput as error:
            raise ValueError(f"{error.where} {error.given:g}: {error.allowed}") from error
        if count > MOST_ELEMENTS:
            raise ValueError(f"at most {MOST_ELEMENTS:,} elements; these would be {count:,}: a larger cell or smaller counts")
        return self

    def count(self) -> int:
        """Elements."""
        raise NotImplementedError

    def mesh(self) -> SolidMesh:
        """Elements in the body's own frame [m]."""
        raise NotImplementedError


class Cuboid(Meshed):
    """Base of what is made of a box: its elements by their edge or by their counts."""

    cell: Extent | None = Field(None, description="edge of an element, about [m]; a quarter of the shortest side if left out")
    counts: Counts | None = Field(None, description="instead of `cell`: elements along x, y, z")

    @model_validator(mode="after")
    def _one_fineness(self) -> Cuboid:
        if self.cell is not None and self.counts is not None:
            raise ValueError("only one of `cell` and `counts`")
        return self

    def sides(self) -> tuple[float, float, float]:
        """Along x, y, z [m]."""
        raise NotImplementedError

    def elements(self) -> Counts:
        """Along x, y, z."""
        sides = self.sides()
        if self.counts is not None:
            return self.counts
        x, y, z = _along(sides, min(sides) / 4 if self.cell is None else self.cell)
        return x, y, z

    def count(self) -> int:
        """Elements."""
        return prod(self.elements())


class Box(Cuboid):
    """A cuboid on z = 0, the origin in the middle of its bottom; node sets x_low, x_high, y_low, y_high, z_low, z_high."""

    size: tuple[Extent, Extent, Extent] = Field(description="full length along x, y, z [m]")

    def sides(self) -> tuple[float, float, float]:
        """Along x, y, z [m]."""
        return self.size

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.box(self.size, self.elements())


class Bar(Cuboid):
    """A bar on z = 0, its axis along z through the origin; node sets of a box, foot (z = 0), tip, axis (if counts across are even)."""

    length: Extent = Field(description="along z [m]")
    width: Extent = Field(description="along x [m]")
    depth: Extent | None = Field(None, description="along y [m]; the width if left out")

    def sides(self) -> tuple[float, float, float]:
        """Along x, y, z [m]."""
        return self.width, self.width if self.depth is None else self.depth, self.length

    def mesh(self) -> SolidMesh:
        """Elements."""
        width, depth, length = self.sides()
        return hexmesh.bar(length, width, depth, self.elements())


class Cantilever(Cuboid):
    """A beam from x = 0, its axis the x axis; node sets of a box, clamp (x = 0), tip."""

    length: Extent = Field(description="along x [m]")
    width: Extent = Field(description="along y [m]")
    height: Extent = Field(description="along z [m]")

    def sides(self) -> tuple[float, float, float]:
        """Along x, y, z [m]."""
        return self.length, self.width, self.height

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.cantilever(*self.sides(), self.elements())


class ForkTip(Cuboid):
    """The end of a forklift's tine from its heel, x = 0; level above, rising below; node sets heel, tip, top, underside, y_low, y_high."""

    length: Extent = Field(description="along x, from heel to tip [m]")
    width: Extent = Field(description="along y [m]")
    thickness: Extent = Field(description="at the heel [m]")
    tip_thickness: Extent = Field(description="at the blunt tip [m]")

    @model_validator(mode="after")
    def _tapers(self) -> ForkTip:
        if self.tip_thickness > self.thickness:
            raise ValueError(f"tip_thickness {self.tip_thickness:g}: at most the thickness of the heel, {self.thickness:g} m")
        return self

    def sides(self) -> tuple[float, float, float]:
        """Along x, y, z [m]."""
        return self.length, self.width, self.thickness

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.fork_tip(*self.sides(), self.tip_thickness, self.elements())


class Plate(Meshed):
    """A flat box on z = 0, the origin in the middle of its underside; node sets of a box."""

    length: Extent = Field(description="along x [m]")
    width: Extent = Field(description="along y [m]")
    thickness: Extent = Field(description="along z [m]")
    layers: int = Field(3, ge=1, le=1000, description="elements through the thickness; three show bending")
    cell: Extent | None = Field(None, description="edge of an element in the plane, about [m]; a twentieth of the shorter side if left out")

    def elements(self) -> Counts:
        """Along x, y, z."""
        sides = (self.length, self.width)
        x, y = _along(sides, min(sides) / 20 if self.cell is None else self.cell)
        return x, y, self.layers

    def count(self) -> int:
        """Elements."""
        return prod(self.elements())

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.plate(self.length, self.width, self.thickness, self.elements())


class Cylinder(Meshed):
    """A solid round bar on z = 0, its axis along z through the origin; node sets foot (z = 0), tip, rim (edge of the foot), skin, axis."""

    length: Extent = Field(description="along z [m]")
    radius: Extent = Field(description="[m]")
    cells_across: int = Field(
        6, ge=1, le=200, description="elements along a quarter's edge of the core; 1.7 times as many from axis to skin"
    )
    cells_along: Count | None = Field(None, description="elements along the axis; left out, about as long as radius / cells_across")
    grading: float = Field(1.0, ge=0.01, le=100, description="length of the last element, at the tip, over that of the first")

    def along(self) -> int:
        """Elements along the axis."""
        return self.cells_along or max(1, round(self.length * self.cells_across / self.radius))

    def count(self) -> int:
        """Elements."""
        return round_count(self.cells_across, self.along(), quarter=False)

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.cylinder(self.radius, self.length, self.cells_across, self.along(), grading=self.grading)


class TaylorBar(Cylinder):
    """A round bar as of the Taylor test; of its quarter x, y >= 0 also x_low and y_low, the symmetry planes."""

    quarter: bool = Field(True, description="a quarter of the bar, or the whole")

    def count(self) -> int:
        """Elements."""
        return round_count(self.cells_across, self.along(), quarter=self.quarter)

    def mesh(self) -> SolidMesh:
        """Elements."""
        size = (self.radius, self.length, self.cells_across, self.along())
        return hexmesh.taylor_bar(*size, grading=self.grading, quarter=self.quarter)


class Sphere(Meshed):
    """A ball on z = 0, its bottom pole at the origin; node sets surface, bottom, top, axis; of a part also its symmetry planes."""

    diameter: Extent = Field(description="[m]")
    cells: int = Field(16, ge=4, le=400, multiple_of=2, description="elements across the diameter, even")
    part: Literal["whole", "half", "quarter"] = Field(
        "whole", description="half: x >= 0, with x_low on its symmetry plane; quarter: x, y >= 0, with x_low and y_low"
    )
    refine: float = Field(1.0, ge=1, le=16, description="how many times smaller elements at the bottom pole are, for a contact there")

    def count(self) -> int:
        """Elements."""
        return sphere_count(self.cells, self.part)

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.sphere(self.diameter, self.cells, part=self.part, refine=self.refine)


class Sled(Meshed):
    """A tray, open above, on z = 0; node sets floor, rim, inside, x_low, x_high, y_low, y_high, corner_x_low_y_low and so on."""

    length: Extent = Field(description="outside, along x [m]")
    width: Extent = Field(description="outside, along y [m]")
    height: Extent = Field(description="outside, along z [m]")
    wall: Extent = Field(description="thickness of walls and floor [m]")
    layers: int = Field(3, ge=1, le=100, description="elements through walls and floor; three show bending")
    cell: Extent | None = Field(None, description="edge of elements along walls and floor, about [m]; twice the wall if left out")

    def _edge(self) -> float:
        return 2 * self.wall if self.cell is None else self.cell

    def count(self) -> int:
        """Elements."""
        nx, ny, nz = sled_counts(self.length, self.width, self.height, self.wall, self.layers, self._edge())
        if self.cell is not None:
            _along((self.length - 2 * self.wall, self.width - 2 * self.wall), self.cell)
        outer = (nx + 2 * self.layers) * (ny + 2 * self.layers)
        return outer * self.layers + (outer - nx * ny) * nz

    def mesh(self) -> SolidMesh:
        """Elements."""
        return hexmesh.sled(self.length, self.width, self.height, self.wall, self.layers, self._edge())


class Shape(Spec):
    """Exactly one of the shapes."""

    box: Box | None = None
    block: Box | None = Field(None, description="another name of box")
    bar: Bar | None = None
    plate: Plate | None = None
    cantilever: Cantilever | None = None
    taylor_bar: TaylorBar | None = None
    cylinder: Cylinder | None = None
    sphere: Sphere | None = None
    fork_tip: ForkTip | None = None
    sled: Sled | None = None

    @model_validator(mode="after")
    def _one(self) -> Shape:
        if len(self._chosen()) != 1:
            raise ValueError("exactly one of " + ", ".join(SHAPES))
        return self

    def _chosen(self) -> list[Meshed]:
        return [shape for name in SHAPES if (shape := getattr(self, name)) is not None]

    def count(self) -> int:
        """How many elements it has, without making them."""
        return self._chosen()[0].count()


SHAPES = tuple(Shape.model_fields)
"""Names of the shapes."""


def mesh_of(shape: Shape) -> SolidMesh:
    """The elements of a shape and its node sets, in its own frame [m]."""
    return shape._chosen()[0].mesh()


def _along(sides: tuple[float, ...], cell: float) -> tuple[int, ...]:
    """Elements along sides [m]."""
    if cell > min(sides) * (1 + 1e-9):
        raise BadInput("cell", cell, f"at most the shortest side that it divides, {min(sides):g} m")
    return tuple(max(1, round(side / cell)) for side in sides)
