"""What a user writes about a layout check: what to check, what is asked, safeguards and flows; the site says what stands where."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.scenario.schema import Pose, Spec
from twin.units import Angle, Length, Speed, Time

__all__ = ["CHECKS", "Curtain", "Flow", "LayoutSpec", "Safeguard"]

Check = Literal["clearance", "aisles", "walking", "reach", "separation", "stopping", "floor", "transport"]
CHECKS: tuple[Check, ...] = ("clearance", "aisles", "walking", "reach", "separation", "stopping", "floor", "transport")
Point = tuple[Length, Length]


class Curtain(Spec):
    """A light curtain, upright across the way of approach."""

    resolution: Length = Field(gt=0, le=0.04, description="smallest thing that it surely sees [m]; at most 40 mm")


class AcrossBody(Spec):
    """A scanner whose field stands upright and sees a whole body."""


class Parallel(Spec):
    """A scanner field or a pressure mat that lies along the way of approach."""

    height: Length = Field(0.0, ge=0, le=1.0, description="of the field above the floor [m]; 0 for a mat")
    resolution: Length = Field(0.05, gt=0, le=0.117, description="smallest thing that it surely sees [m]; a high field has to see less")

    @model_validator(mode="after")
    def _legs_are_seen(self) -> Parallel:
        least = 15e-3 * (self.resolution * 1e3 - 50)
        if self.height < least - 1e-9:
            raise ValueError(
                f"a field of this resolution lies {least:.3f} m high or more (H >= 15 (d - 50) mm): raise it or take a finer one"
            )
        return self


class Safeguard(Spec):
    """What stops a machine when somebody comes near: exactly one of the devices, a line where they are first seen, and the hazard."""

    curtain: Curtain | None = Field(None, description="a light curtain, upright")
    body: AcrossBody | None = Field(None, description="a scanner with an upright field: `body: {}`")
    parallel: Parallel | None = Field(None, description="a scanner field or mat along the floor")
    line: Annotated[tuple[Point, ...], Field(min_length=2)] = Field(
        description="where somebody is first seen, x, y [m]: the curtain's line, or the outer edge of the field"
    )
    hazard: str = Field(description="zone, thing or robot of the site that must be still before they reach it")
    response_time: Time = Field(0.0, ge=0, le=10, description="of the device and the control [s]")
    stopping_time: Time = Field(ge=0, le=60, description="until the machine is still [s]; with the response time: T")

    @model_validator(mode="after")
    def _one(self) -> Safeguard:
        given = [name for name in ("curtain", "body", "parallel") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a safeguard is exactly one of curtain, body, parallel; this one has {', '.join(given) or 'none'}")
        return self


class Flow(Spec):
    """What is carried from one node of the site's network to another."""

    start: str = Field(alias="from", description="node where it is fetched")
    end: str = Field(alias="to", description="node where it is brought")
    per_hour: float = Field(gt=0, le=1e6, description="trips an hour")


class LayoutSpec(Spec):
    """Is the hall as it should be? SI units, Z up, plans in world axes. Without any key: all checks with what the site itself asks."""

    checks: tuple[Check, ...] = Field(CHECKS, min_length=1, description="which checks to do")
    place: dict[str, Pose] = Field({}, description="things, robots or frames of the site that stand elsewhere here: made for sweeps")
    remove: tuple[str, ...] = Field((), description="things or robots of the site that are not there in this scenario")
    clearance: Length = Field(0.0, ge=0, le=100, description="free distance asked between all things, beside what each asks [m]")
    touching: Length = Field(1e-3, ge=0, le=0.1, description="overlap up to which two things count as touching [m]")
    person_width: Length = Field(0.6, ge=0.3, le=2, description="free width that a person needs [m]")
    person_height: Length = Field(2.0, ge=1, le=3, description="free height that a person needs [m]")
    escape_distance: Length = Field(35.0, gt=0, le=1e3, description="longest way on foot from a station to an escape door [m]")
    door_width: Length = Field(0.8, gt=0, le=10, description="free width asked of each door [m]")
    door_depth: Length = Field(1.0, gt=0, le=10, description="floor that is kept free behind each door [m]")
    grid: Length = Field(0.1, ge=0.02, le=0.5, description="cell of the grid for ways on foot [m]; coarser in large halls")
    reach_reserve: Length = Field(0.1, ge=0, le=1, description="how far beyond each reached place the reserve of reach is looked for [m]")
    reach_position: Length = Field(1e-3, gt=0, le=0.1, description="how near a tool has to come [m]")
    reach_rotation: Angle = Field(0.01, gt=0, le=1, description="how near its rotation has to come [rad]")
    safeguards: dict[str, Safeguard] = Field({}, description="safeguards by name; their distances by ISO 13855:2010")
    robot_speed: Speed | None = Field(None, gt=0, le=20, description="speed of the mobile robots, in place of the site's [m/s]")
    stopping_reserve: Length = Field(0.0, ge=0, le=10, description="added to the mobile robots' stopping distance [m]")
    flows: tuple[Flow, ...] = Field((), description="what is carried from where to where, and how often")
