"""What a user writes about a wind tunnel: bodies, air, ground, tunnel, how fine, how long."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from twin.physics.wind.shapes import Shape
from twin.scenario.schema import Spec
from twin.units import Angle, Area, Bytes, Density, Fraction, Length, Speed, Viscosity

__all__ = ["Air", "BodySpec", "Ground", "Reference", "Resolution", "Tunnel", "Until", "WindSpec"]

Extent = Annotated[Length, Field(gt=0, le=1e4)]


class BodySpec(Spec):
    """What stands in the wind, which blows along +x; z is up. Turned about its own origin, then moved."""

    mesh: str | None = Field(None, description="STL, OBJ, GLB or PLY file, relative to the scenario or bundled")
    scale: float = Field(1.0, gt=0, le=1e6, description="with `mesh`: length of the file's unit [m]; 0.001 for millimetres")
    shape: Shape | None = Field(None, description="instead of `mesh`: sphere, cylinder, box, ahmed")
    roll: Angle = Field(0.0, description="about x [rad]")
    pitch: Angle = Field(0.0, description="about y [rad]")
    yaw: Angle = Field(0.0, description="about z [rad]")
    position: tuple[Length, Length, Length] = Field((0.0, 0.0, 0.0), description="of its origin [m]")

    @model_validator(mode="after")
    def _one_source(self) -> BodySpec:
        if (self.mesh is None) == (self.shape is None):
            raise ValueError("a body needs exactly one of `mesh` (a path) and `shape` (sphere, cylinder, box, ahmed)")
        return self


class Air(Spec):
    """What flows: by default the standard atmosphere at 20 deg C."""

    speed: Speed = Field(gt=0, le=340, description="far ahead of the bodies; the mean over the inlet [m/s]")
    density: Density = Field(1.204, gt=0, le=2e4, description="[kg/m^3]")
    viscosity: Viscosity = Field(1.81e-5, gt=0, le=1e3, description="dynamic [Pa s]")


class Ground(Spec):
    """The floor, at z = 0."""

    clearance: Length | None = Field(
        None, ge=0, description="between the floor and the lowest point of the bodies; as they stand if left out [m]"
    )
    moving: bool = Field(False, description="a rolling road: the floor moves with the wind")


class Tunnel(Spec):
    """The room that is computed."""

    size: Literal["auto"] | tuple[Extent, Extent, Extent] = Field("auto", description="length, width, height [m]; auto: from the bodies")
    origin: tuple[Length, Length, Length] | None = Field(
        None, description="with sizes: its corner at low x, y, z [m]; around the bodies if left out"
    )
    walls: Literal["slip", "no_slip", "periodic"] = Field("slip", description="sides and ceiling")
    inlet: Literal["uniform", "parabolic"] | tuple[tuple[Length, Speed], ...] = Field(
        "uniform", description="parabolic between no-slip walls, or a profile: pairs of height above the floor [m] and speed [m/s]"
    )
    ramp: Fraction = Field(0.1, ge=0, le=1, description="the wind rises from rest during this part of a flow-through")
    gust: Fraction = Field(
        0.05, ge=0, le=0.5, description="of the wind's speed: a gust across it at the start, which wakes symmetric wakes"
    )
    sponge: Fraction = Field(0.1, ge=0, le=0.5, description="part of the length, ahead of the outlet, where eddies and sound are damped")
    plane: bool = Field(False, description="two-dimensional, in the x-z plane through y = 0; widths do not count")

    @model_validator(mode="after")
    def _profile(self) -> Tunnel:
        if not isinstance(self.inlet, str):
            heights = [height for height, _ in self.inlet]
            if len(heights) < 2 or any(b <= a for a, b in pairwise(heights)) or any(u < 0 for _, u in self.inlet):
                raise ValueError("a profile has at least two pairs [height, speed], heights rising, speeds not negative")
        if self.inlet == "parabolic" and self.walls != "no_slip":
            raise ValueError("a parabolic inlet wants `walls: no_slip`: it is 0 at the walls")
        if self.origin is not None and self.size == "auto":
            raise ValueError("an origin wants sizes: `size: [length, width, height]`")
        return self


class Resolution(Spec):
    """How fine; exactly one of cells_across, cell and memory."""

    cells_across: float | None = Field(None, ge=4, le=4096, description="cells across the smaller of the bodies' width and height")
    cell: Extent | None = Field(None, description="edge of a cell [m]")
    memory: Bytes | None = Field(None, gt=0, description="as fine as fits [B]")
    lattice_speed: float = Field(
        0.05, ge=1e-3, le=0.2, description="cells that the wind passes in a step; its Mach number is 1.73 times that"
    )
    precision: Literal["float32", "float64"] = Field("float32", description="of the populations")

    @model_validator(mode="after")
    def _one(self) -> Resolution:
        if sum(value is not None for value in (self.cells_across, self.cell, self.memory)) > 1:
            raise ValueError("only one of `cells_across`, `cell` and `memory`")
        return self


class Until(Spec):
    """When a run has measured enough."""

    drag_ci95: Fraction = Field(0.01, gt=0, le=1, description="half width of the drag's 95 % interval, relative to the drag")
    max_flow_throughs: float = Field(30.0, gt=0, le=1e4, description="tunnel lengths that the wind passes at most")
    min_flow_throughs: float = Field(2.0, ge=0, le=1e4, description="and at least")


class Reference(Spec):
    """What coefficients are made with; measured on the bodies where left out."""

    area: Area | None = Field(None, gt=0, description="[m^2]; by default the silhouette of all bodies seen along the wind")
    length: Extent | None = Field(None, description="of moments, Reynolds and Strouhal number [m]; by default the bodies' height")
    centre: tuple[Length, Length, Length] | None = Field(
        None, description="that moments are about [m]; by default the middle of the bodies"
    )


class WindSpec(Spec):
    """Bodies in the wind."""

    bodies: dict[str, BodySpec] = Field(min_length=1, max_length=100, description="name -> body")
    air: Air = Field(description="speed, density and viscosity of what flows")
    ground: Ground | None = Field(None, description="a floor; without it the bodies hang in free air")
    tunnel: Tunnel = Field(Tunnel(), description="size, walls, inlet; around the bodies if left out")
    resolution: Resolution = Field(Resolution(), description="how fine; 32 cells across the bodies if left out")
    eddies: Literal["auto", "none"] | Annotated[float, Field(gt=0, le=0.3)] = Field(
        "auto", description="Smagorinsky's constant; auto: 0.1 where cells are too coarse for the viscosity, else none"
    )
    until: Until = Field(Until(), description="how well the drag has to be known, and how long that may take")
    reference: Reference = Field(Reference(), description="area, length and centre of the coefficients; from the bodies if left out")
    grid: Literal[1, 3] = Field(1, description="3: three grids, each 1.5 times finer, and the grid convergence index")
    pictures: bool = Field(True, description="slices, surface pressure, streamlines and force history as PNG")
    vtk: bool = Field(False, description="fields for ParaView: flow.vti, bodies.vtp, flow.pvd")

    @field_validator("bodies")
    @classmethod
    def _plain_names(cls, given: dict[str, BodySpec]) -> dict[str, BodySpec]:
        """Names of bodies become names of scalars and files."""
        for name in given:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
                raise ValueError(f"names of letters, digits, _ and -; {name!r} is none")
        return given

    @field_validator("eddies", mode="before")
    @classmethod
    def _known_eddies(cls, given: Any) -> Any:
        """One sentence for the whole choice."""
        number = isinstance(given, (int, float)) and not isinstance(given, bool)
        if given not in ("auto", "none") and not (number and 0 < given <= 0.3):
            raise ValueError("auto, none, or Smagorinsky's constant, above 0 and at most 0.3")
        return given
