"""What a user writes about a crash: bodies, what they hit, how long, what to measure; or a robot and a person."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from twin.physics.crash.human_spec import HumanSpec
from twin.physics.crash.material_spec import MaterialSpec
from twin.physics.crash.shapes import Shape
from twin.scenario.schema import Spec
from twin.units import Acceleration, Angle, AngularSpeed, Force, Fraction, Length, Mass, Speed, Stiffness, Time

__all__ = [
    "AccelerationSpec", "ContactSpec", "CrashSpec", "ForceSpec", "Guards", "Hourglass", "Impact", "MassSpec", "MotionSpec", "Orientation",
    "PartSpec", "Place", "SectionSpec", "SpringSpec", "TieSpec", "Timing", "Viscosity", "WallSpec",
]  # fmt: skip

Vector = tuple[Length, Length, Length]
Velocity = tuple[Speed, Speed, Speed]
Axis = Literal["x", "y", "z"]
NAME = r"[A-Za-z0-9_-]{1,64}"


def _rising(curve: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if not curve or any(b <= a for (a, _), (b, _) in pairwise(curve)):
        raise ValueError("pairs of time and value, at least one, times rising")
    return curve


Curve = Annotated[tuple[tuple[Time, float], ...], AfterValidator(_rising)]
SpeedCurve = Annotated[tuple[tuple[Time, Speed], ...], AfterValidator(_rising)]


class Orientation(Spec):
    """Turned about fixed x, y, z, in this order."""

    roll: Angle = Field(0.0, description="about x [rad]")
    pitch: Angle = Field(0.0, description="about y [rad]")
    yaw: Angle = Field(0.0, description="about z [rad]")


class Hourglass(Spec):
    """Resistance to the bending and twisting of elements that one integration point does not see."""

    viscous: float = Field(0.0, ge=0, le=0.2, description="share of the critical damping; 0.1 by habit")
    elastic: float = Field(
        0.05,
        ge=0,
        le=0.2,
        description="of the stiffness; 0.18 is about that of an elastic element; its stress flows where the material does",
    )


class PartSpec(Spec):
    """A body. Turned about its own origin, then moved."""

    shape: Shape | None = Field(None, description="one of the parametric shapes")
    mesh: str | None = Field(
        None, description="instead of `shape`: a gmsh .msh file of hexahedra or tetrahedra, or an STL, OBJ, GLB or PLY file that is filled"
    )
    scale: float = Field(1.0, gt=0, le=1e6, description="with `mesh`: length of the file's unit [m]; 0.001 for millimetres")
    cell: Length | None = Field(None, gt=0, le=1e3, description="with an STL, OBJ, GLB or PLY file: edge of the cubes that fill it [m]")
    material: str | MaterialSpec = Field(description="name of a bundled material, or the figures of one")
    position: Vector = Field((0.0, 0.0, 0.0), description="of its origin [m]")
    roll: Angle = Field(0.0, description="about x [rad]")
    pitch: Angle = Field(0.0, description="about y [rad]")
    yaw: Angle = Field(0.0, description="about z [rad]")
    velocity: Velocity = Field((0.0, 0.0, 0.0), description="at the start [m/s]")
    spin: tuple[AngularSpeed, AngularSpeed, AngularSpeed] = Field((0.0, 0.0, 0.0), description="at the start, about its centre [rad/s]")
    hold: dict[str, str] = Field({}, description="name of a node set -> directions that do not move: x, y, z, xy, xyz ...")
    hourglass: Hourglass = Field(Hourglass(), description="resistance to hourglass deformation")

    @model_validator(mode="after")
    def _one_source(self) -> PartSpec:
        if (self.mesh is None) == (self.shape is None):
            raise ValueError("a part needs exactly one of `shape` (box, sled, ...) and `mesh` (a path)")
        return self

    @field_validator("hold")
    @classmethod
    def _axes(cls, given: dict[str, str]) -> dict[str, str]:
        for name, axes in given.items():
            if not re.fullmatch(r"[xyz]{1,3}", axes) or len(set(axes)) != len(axes):
                raise ValueError(f"{name}: directions out of x, y and z, each once, such as z or xyz; {axes!r} is none")
        return given


class Impact(Spec):
    """All parts fly against a rigid wall, which they just touch at the start."""

    wall: Literal["plane", "cylinder", "sphere"] = Field("plane", description="what they hit")
    speed: Speed = Field(gt=0, le=1e4, description="of the parts [m/s]")
    direction: tuple[float, float, float] = Field((0.0, 0.0, -1.0), description="of their flight")
    radius: Length | None = Field(None, gt=0, le=1e3, description="of a cylinder or sphere [m]")
    axis: tuple[float, float, float] = Field((0.0, 1.0, 0.0), description="of a cylinder")
    friction: float = Field(0.0, ge=0, le=10, description="Coulomb's coefficient")
    mass: Mass | None = Field(None, gt=0, description="of a wall that is pushed away [kg]; without it nothing moves the wall")

    @model_validator(mode="after")
    def _round(self) -> Impact:
        if (self.wall == "plane") != (self.radius is None):
            raise ValueError("a cylinder and a sphere need a `radius`, a plane has none")
        if not any(self.direction) or not any(self.axis):
            raise ValueError("a direction or axis of length 0 points nowhere")
        return self


class WallSpec(Spec):
    """A rigid wall somewhere."""

    shape: Literal["plane", "cylinder", "sphere"] = Field("plane", description="what it is")
    position: Vector = Field((0.0, 0.0, 0.0), description="a point of a plane, or on the axis, or the centre [m]")
    normal: tuple[float, float, float] = Field((0.0, 0.0, 1.0), description="of a plane, out of it; of a cylinder its axis")
    radius: Length | None = Field(None, gt=0, le=1e3, description="of a cylinder or sphere [m]")
    velocity: Velocity = Field((0.0, 0.0, 0.0), description="[m/s]")
    mass: Mass | None = Field(None, gt=0, description="of a wall that is pushed away [kg]; without it nothing changes its velocity")
    friction: float = Field(0.0, ge=0, le=10, description="Coulomb's coefficient")

    @model_validator(mode="after")
    def _round(self) -> WallSpec:
        if (self.shape == "plane") != (self.radius is None):
            raise ValueError("a cylinder and a sphere need a `radius`, a plane has none")
        if not any(self.normal):
            raise ValueError("a normal of length 0 points nowhere")
        return self


class ContactSpec(Spec):
    """Parts touch each other: nodes of one on faces of the other, pushed apart by a penalty."""

    friction: float = Field(0.0, ge=0, le=10, description="Coulomb's coefficient")
    stiffness: float = Field(1.0, gt=0, le=10, description="of the penalty, as a multiple of the default")


class Place(Spec):
    """Nodes of a part: one of its sets, or the one nearest to a point."""

    part: str | None = Field(None, description="name of the part; may be left out where there is only one")
    set: str | None = Field(None, description="name of a node set")
    near: Vector | None = Field(None, description="instead of a set: the node nearest to this point at the start [m]")

    @model_validator(mode="after")
    def _one(self) -> Place:
        if (self.set is None) == (self.near is None):
            raise ValueError("exactly one of `set` (a node set of the part) and `near` (a point)")
        return self


class TieSpec(Spec):
    """Nodes of one part glued to the faces of another that they lie on."""

    nodes: Place = Field(description="what is glued")
    to: str = Field(description="the part that it is glued to")
    within: Length | None = Field(None, gt=0, description="farthest distance [m]; a fifth of a face if left out")


class MotionSpec(Spec):
    """A prescribed velocity."""

    of: Place = Field(description="what moves")
    axis: Axis = Field(description="in which direction")
    velocity: Speed | SpeedCurve = Field(description="[m/s], or pairs of time [s] and velocity [m/s]")


class ForceSpec(Spec):
    """A force, shared evenly by the nodes of a place."""

    on: Place = Field(description="what it works on")
    vector: tuple[Force, Force, Force] = Field(description="[N]")
    curve: Curve | None = Field(None, description="pairs of time [s] and factor; 1 at all times if left out")


class SpringSpec(Spec):
    """A straight spring with a damper between two places."""

    between: tuple[Place, Place] = Field(description="its two ends; of a set its middle")
    stiffness: Stiffness = Field(ge=0, description="[N/m]")
    damping: float = Field(0.0, ge=0, description="[N s/m]")


class MassSpec(Spec):
    """Additional mass, shared evenly by the nodes of a place."""

    on: Place = Field(description="where it sits")
    mass: Mass = Field(gt=0, description="[kg]")


class AccelerationSpec(Spec):
    """The acceleration of a place, filtered as in SAE J211, and what it would do to a head."""

    of: Place = Field(description="whose")
    filter: Literal[60, 180, 600, 1000] = Field(180, description="channel frequency class")


class SectionSpec(Spec):
    """A cut through a body, at the start; it goes along with the nodes. What is ahead of it pulls and turns what is behind."""

    part: str | None = Field(None, description="name of the part; may be left out where there is only one")
    point: Vector | None = Field(None, description="a point of the plane that cuts it [m]")
    normal: tuple[float, float, float] = Field((0.0, 0.0, 1.0), description="with `point`: normal of the plane, pointing ahead")
    set: str | None = Field(None, description="instead of a plane: the nodes behind the cut, such as those of a clamp")

    @model_validator(mode="after")
    def _one(self) -> SectionSpec:
        if (self.set is None) == (self.point is None):
            raise ValueError("exactly one of `point` (with a `normal`: a plane) and `set` (a node set of the part)")
        if not any(self.normal):
            raise ValueError("a normal of length 0 points nowhere")
        return self


class Timing(Spec):
    """The time step."""

    safety: float = Field(0.9, gt=0, le=1, description="share of the critical time step")
    mass_scaling: Time | None = Field(
        None, gt=0, description="elements with a smaller critical step are made heavier until they have this [s]"
    )


class Viscosity(Spec):
    """Bulk viscosity, which keeps shocks from rattling."""

    linear: float = Field(0.06, ge=0, le=1, description="of the speed of sound")
    quadratic: float = Field(1.5, ge=0, le=10, description="of the strain rate")


class Guards(Spec):
    """When a run stops itself, and keeps what it has."""

    energy_error: Fraction = Field(0.05, gt=0, le=1, description="largest energy error, relative to the energy there is")
    hourglass: Fraction = Field(0.1, gt=0, le=1, description="of hourglass to internal energy, once the former is 5 % of all energy")
    added_mass: Fraction = Field(0.05, gt=0, le=10, description="largest share of mass added by mass scaling")
    smallest_step: Fraction = Field(1e-3, gt=0, le=1, description="smallest time step, relative to the first")


class CrashSpec(Spec):
    """Bodies that collide, or a robot that touches a person."""

    model: PartSpec | None = Field(None, description="one body")
    parts: dict[str, PartSpec] = Field({}, max_length=100, description="or several: name -> body")
    human: HumanSpec | None = Field(None, description="or a robot against a person: the verdict of ISO/TS 15066")
    orientation: Orientation = Field(Orientation(), description="turns all bodies together about their middle, before the impact")
    impact: Impact | None = Field(None, description="all bodies fly against a rigid wall")
    walls: dict[str, WallSpec] = Field({}, max_length=16, description="rigid walls: name -> wall")
    contact: ContactSpec | None = Field(None, description="between parts; as if empty where there are several")
    ties: dict[str, TieSpec] = Field({}, description="what is glued: name -> tie")
    motions: dict[str, MotionSpec] = Field({}, description="prescribed velocities: name -> motion")
    forces: dict[str, ForceSpec] = Field({}, description="name -> force")
    springs: dict[str, SpringSpec] = Field({}, description="name -> spring")
    masses: dict[str, MassSpec] = Field({}, description="name -> mass")
    gravity: tuple[Acceleration, Acceleration, Acceleration] = Field((0.0, 0.0, 0.0), description="[m/s^2]")
    until: Annotated[Time, Field(gt=0, le=1e3)] | None = Field(None, description="end of the run [s]; needed where bodies collide")
    timing: Timing = Field(Timing(), description="time step and mass scaling")
    viscosity: Viscosity = Field(Viscosity(), description="bulk viscosity")
    guards: Guards = Field(Guards(), description="when a run stops itself")
    accelerations: dict[str, AccelerationSpec] = Field({}, description="name -> acceleration to measure")
    displacements: dict[str, Place] = Field({}, description="name -> a place whose way from where it was is measured")
    intrusions: dict[str, tuple[Place, Place]] = Field({}, description="name -> two places whose distance shrinks")
    sections: dict[str, SectionSpec] = Field({}, max_length=64, description="name -> a cut whose force and moment are measured")
    samples: int = Field(1000, ge=10, le=100_000, description="of the histories")
    frames: int = Field(40, ge=2, le=64, description="of the deforming mesh")
    pictures: bool = Field(True, description="deformed bodies, energies and forces as PNG")
    vtk: bool = Field(False, description="deforming mesh for ParaView: one .vtu a frame and a .pvd")

    @field_validator(
        "parts", "walls", "ties", "motions", "forces", "springs", "masses", "accelerations", "displacements", "intrusions", "sections"
    )
    @classmethod
    def _plain_names(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Names become names of scalars and files."""
        for name in given:
            if not re.fullmatch(NAME, name):
                raise ValueError(f"names of letters, digits, _ and -; {name!r} is none")
        return given

    @model_validator(mode="after")
    def _one_question(self) -> CrashSpec:
        if sum((self.model is not None, bool(self.parts), self.human is not None)) != 1:
            raise ValueError("exactly one of `model` (one body), `parts` (several) and `human` (a robot and a person)")
        if self.human is None and self.until is None:
            raise ValueError("`until` is missing: how long the run takes, such as 5 ms")
        if self.human is None and self.contact is not None and self.model is not None:
            raise ValueError("`contact` is between several `parts`; one body does not touch itself")
        fields = type(self).model_fields
        alone = [name for name in fields if name != "human" and getattr(self, name) != fields[name].get_default(call_default_factory=True)]
        if self.human is not None and alone:
            raise ValueError(f"a robot and a person collide by a formula: beside `human` there is no {', '.join(alone)}")
        return self

    @property
    def bodies(self) -> dict[str, PartSpec]:
        """Name -> body; of a single one the name is `model`."""
        return {"model": self.model} if self.model is not None else self.parts

    def probes(self) -> list[tuple[str, Place]]:
        """Every place whose motion is measured, with its path in the scenario."""
        followed = [(f"accelerations.{name}.of", measured.of) for name, measured in self.accelerations.items()]
        followed += [(f"displacements.{name}", place) for name, place in self.displacements.items()]
        followed += [(f"intrusions.{name}.{k}", place) for name, pair in self.intrusions.items() for k, place in enumerate(pair)]
        return followed
