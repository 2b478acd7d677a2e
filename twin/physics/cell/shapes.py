"""What parts and fixtures look like: primitives, a convex mesh, and the hollow things of a server hall, made of boxes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from robots.model import Geometry
from twin.scenario.schema import Pose, Spec
from twin.units import Angle, Length

__all__ = ["Shape", "geometries"]

Extent = Annotated[Length, Field(gt=0, le=1e3)]  # a length that cannot vanish

THROAT = 1e-4  # [m] how much narrower a flared mouth is than its slot, on each side
STEEL = (0.62, 0.65, 0.70, 1.0)
DARK = (0.22, 0.24, 0.28, 1.0)
LIGHT = (0.82, 0.84, 0.86, 1.0)


class Box(Spec):
    """A box, its frame in the middle."""

    size: tuple[Extent, Extent, Extent] = Field(description="full length along x, y, z [m]")


class Cylinder(Spec):
    """A cylinder along z, its frame in the middle."""

    radius: Length = Field(gt=0, description="[m]")
    length: Length = Field(gt=0, description="along z [m]")


class Sphere(Spec):
    """A ball, its frame in the middle."""

    radius: Length = Field(gt=0, description="[m]")


class Mesh(Spec):
    """A mesh file; contact uses its convex hull."""

    path: str = Field(description="STL or OBJ file, relative to the scenario or bundled")
    scale: float = Field(1.0, gt=0, description="length of the file's unit [m]; 0.001 for millimetres")


class Slot(Spec):
    """A rack slot with two L-shaped rails, open towards -x; its frame is in the middle of the mouth, on the rails' floor.

    What goes in slides along +x on the ledges, guided by the side walls and held down by the lips above.
    """

    width: Length = Field(gt=0, description="between the side walls [m]")
    height: Length = Field(gt=0, description="between ledge and lip [m]")
    depth: Length = Field(gt=0, description="from the mouth to the back stop [m]")
    ledge: Length = Field(0.03, gt=0, description="width of the ledges and lips [m]")
    wall: Length = Field(0.003, gt=0, description="thickness of the sheet [m]")
    lead_in: Length = Field(0.0, ge=0, description="length of the flared mouth in front of the slot [m]; 0 for none")
    lead_angle: Angle = Field(0.2, gt=0, lt=1.2, description="flare of each side of the mouth [rad]")


class Table(Spec):
    """A table or cart: a top on four legs; its frame is in the middle of the top's upper side."""

    size: tuple[Extent, Extent] = Field(description="length of the top along x, y [m]")
    height: Length = Field(gt=0, description="of the upper side above the floor [m]")
    thickness: Length = Field(0.03, gt=0, description="of the top [m]")
    leg: Length = Field(0.04, gt=0, description="side of each leg [m]")


class Placed(Spec):
    """A shape somewhere in a compound."""

    shape: Shape
    pose: Pose = Pose()


class Shape(Spec):
    """Exactly one of the known shapes."""

    box: Box | None = None
    cylinder: Cylinder | None = None
    sphere: Sphere | None = None
    mesh: Mesh | None = None
    slot: Slot | None = None
    table: Table | None = None
    compound: tuple[Placed, ...] | None = Field(None, min_length=1, description="several shapes in one rigid body")
    color: tuple[float, float, float] | None = Field(None, description="red, green, blue in 0..1")

    @model_validator(mode="after")
    def _one(self) -> Shape:
        names = ("box", "cylinder", "sphere", "mesh", "slot", "table", "compound")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a shape is exactly one of {', '.join(names)}; this one has {', '.join(given) or 'none'}")
        return self


def geometries(shape: Shape, find: Callable[[str], Path]) -> tuple[Geometry, ...]:
    """The convex pieces of a shape in the body's frame. `find` resolves the path of a mesh."""
    color = (*shape.color, 1.0) if shape.color else None
    if shape.box:
        return (_box(shape.box.size, color=color or STEEL),)
    if shape.cylinder:
        return (_piece("cylinder", (shape.cylinder.radius, shape.cylinder.length), color or STEEL),)
    if shape.sphere:
        return (_piece("sphere", (shape.sphere.radius,), color or STEEL),)
    if shape.mesh:
        scale = (shape.mesh.scale,) * 3
        return (Geometry("mesh", (), find(shape.mesh.path), scale, color=color or STEEL),)
    if shape.slot:
        return _slot(shape.slot, color or DARK)
    if shape.table:
        return _table(shape.table, color or LIGHT)
    pieces: list[Geometry] = []
    for placed in shape.compound or ():
        inner = placed.shape if placed.shape.color or not shape.color else placed.shape.model_copy(update={"color": shape.color})
        for g in geometries(inner, find):
            pieces.append(Geometry(g.kind, g.size, g.path, g.scale, placed.pose.matrix() @ g.origin, g.color))
    return tuple(pieces)


def _piece(kind: Any, size: tuple[float, ...], color: tuple[float, ...]) -> Geometry:
    return Geometry(kind, tuple(size), color=tuple(color))  # type: ignore[arg-type]


def _box(
    size: tuple[float, float, float],
    at: tuple[float, float, float] = (0, 0, 0),
    *,
    yaw: float = 0.0,
    pitch: float = 0.0,
    color: tuple[float, ...],
) -> Geometry:
    return Geometry("box", size, origin=Pose(position=at, yaw=yaw, pitch=pitch).matrix(), color=tuple(color))  # type: ignore[arg-type]


def _slot(s: Slot, color: tuple[float, ...]) -> tuple[Geometry, ...]:
    """Side walls, ledges, lips, a back stop, and the flared mouth where there is one."""
    t, middle = s.wall, s.depth / 2
    tall = s.height + 2 * t
    pieces = [_box((t, s.width + 2 * t, tall), (s.depth + t / 2, 0, s.height / 2), color=color)]
    for side in (-1.0, 1.0):
        inner = side * s.width / 2
        rail = inner - side * s.ledge / 2
        pieces.append(_box((s.depth, t, tall), (middle, inner + side * t / 2, s.height / 2), color=color))
        pieces.append(_box((s.depth, s.ledge, t), (middle, rail, -t / 2), color=color))
        pieces.append(_box((s.depth, s.ledge, t), (middle, rail, s.height + t / 2), color=color))
        if s.lead_in > 0:
            pieces += _flare(s, side, color)
    return tuple(pieces)


def _flare(s: Slot, side: float, color: tuple[float, ...]) -> list[Geometry]:
    """Three plates of one side that open the mouth outwards: wall, ledge and lip.

    They stand `THROAT` proud of the slot's own faces, so that nothing catches on the edge behind them.
    """
    t, sine, cosine = s.wall, math.sin(s.lead_angle), math.cos(s.lead_angle)
    x = -s.lead_in * cosine / 2 + sine * t / 2  # middle of a plate whose inner face starts at the edge
    out = s.lead_in * sine / 2 + cosine * t / 2 - THROAT
    inner = side * s.width / 2
    rail = inner - side * s.ledge / 2
    return [
        _box((s.lead_in, t, s.height), (x, inner + side * out, s.height / 2), yaw=-side * s.lead_angle, color=color),
        _box((s.lead_in, s.ledge, t), (x, rail, -out), pitch=-s.lead_angle, color=color),
        _box((s.lead_in, s.ledge, t), (x, rail, s.height + out), pitch=s.lead_angle, color=color),
    ]


def _table(s: Table, color: tuple[float, ...]) -> tuple[Geometry, ...]:
    (lx, ly), foot = s.size, s.height - s.thickness
    legs = [
        _box((s.leg, s.leg, foot), (sx * (lx - s.leg) / 2, sy * (ly - s.leg) / 2, -s.thickness - foot / 2), color=color)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return (_box((lx, ly, s.thickness), (0, 0, -s.thickness / 2), color=color), *legs)
