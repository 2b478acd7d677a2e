"""What a user writes in a site file: hall, aisles, things, robots, network, zones, utilities. SI, Z up, plans in world axes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from twin.scenario.schema import Pose, Spec
from twin.scenario.site_shape import SiteShape
from twin.units import Acceleration, Angle, Area, Length, Mass, Pressure, Speed, Time

__all__ = [
    "Aisle", "Column", "Door", "Hall", "MobileRobot", "Node", "Point", "Reach", "SiteFile", "SiteRobot", "Thing", "Utility", "Way", "Zone",
]  # fmt: skip

Point = tuple[Length, Length]
Outline = Annotated[tuple[Point, ...], Field(min_length=3)]
Extent = Annotated[Length, Field(gt=0, le=1e4)]


class Column(Spec):
    """A column of the building, from the floor to the ceiling, along the hall's axes."""

    at: Point = Field(description="its middle: x, y [m]")
    size: tuple[Extent, Extent] = Field(description="full length along x, y [m]")


class Door(Spec):
    """An opening in the hall's wall, from one end to the other."""

    start: Point = Field(alias="from", description="one end, on the hall's outline: x, y [m]")
    end: Point = Field(alias="to", description="the other end, on the same wall: x, y [m]")
    height: Length = Field(2.1, gt=0, description="[m]")
    use: Literal["goods", "people", "escape"] = Field("people", description="what it is for; people may walk through each")


class Hall(Spec):
    """The building: walls along its outline, and what the floor carries."""

    outline: Outline = Field(description="corners in order, x, y [m]")
    height: Length = Field(6.0, gt=0, description="free height under the ceiling [m]")
    floor_load: Pressure | None = Field(None, gt=0, description="what the floor carries, spread over the feet's area [Pa]")
    columns: dict[str, Column] = Field({}, description="columns by name")
    doors: dict[str, Door] = Field({}, description="doors by name")


class Aisle(Spec):
    """A strip of floor that is kept free along a path."""

    path: Annotated[tuple[Point, ...], Field(min_length=2)] = Field(description="its middle line: x, y [m]")
    width: Length = Field(gt=0, description="free width that is asked for [m]")
    height: Length = Field(2.1, gt=0, description="free height that is asked for: what hangs higher is not in the way [m]")
    use: Literal["traffic", "walking", "escape"] = Field("traffic", description="who uses it")


class Thing(Spec):
    """Something that stands in the hall. Its name is a frame too."""

    shape: SiteShape
    pose: Pose = Field(Pose(), description="where it stands; a box or cylinder stands on its frame")
    mass: Mass | None = Field(None, gt=0, description="with all that is in it [kg]; without, its floor load is not checked")
    feet: Area | None = Field(None, gt=0, description="area that it stands on [m^2]; its outline on the floor where left out")
    clearance: Length = Field(0.0, ge=0, le=100, description="free distance asked around it [m]")
    touches: tuple[str, ...] = Field((), description="things that it may touch or reach into: not measured against each other")
    description: str = Field("", description="what it is")


class Reach(Spec):
    """A place that a robot's tool has to reach."""

    frame: str = Field("world", description="name of a frame of the site, or `world`")
    position: tuple[Length, Length, Length] = Field((0.0, 0.0, 0.0), description="x, y, z in the frame [m]")
    roll: Angle = Field(0.0, description="rotation about the frame's x axis [rad]")
    pitch: Angle = Field(0.0, description="rotation about the frame's y axis [rad]")
    yaw: Angle = Field(0.0, description="rotation about the frame's z axis [rad]")
    rotation: Literal["full", "about z", "free"] = Field(
        "full", description="what the tool's rotation is held to: all of it, its approach axis alone, nothing; a bare name: free"
    )
    arm: str | None = Field(None, description="which arm; any of the robot's where left out")

    @property
    def pose(self) -> Pose:
        """The tool's pose in its frame."""
        return Pose(frame=self.frame, position=self.position, roll=self.roll, pitch=self.pitch, yaw=self.yaw)


def _named_place(given: object) -> object:
    return {"frame": given, "rotation": "free"} if isinstance(given, str) else given


class SiteRobot(Spec):
    """A robot that stands in the hall. Its name is the frame of its base."""

    model: str | None = Field(None, description="a robot of the catalogue: h10w, iiwa, panda")
    urdf: str | None = Field(None, description="instead of `model`: path of a URDF file, relative to the site's file")
    tool: str | None = Field(None, description="with `urdf`: link whose frame is the tool point (z approaches)")
    base: Pose = Field(Pose(), description="where its base frame stands")
    reaches: tuple[Annotated[Reach, BeforeValidator(_named_place, json_schema_input_type=Reach | str)], ...] = Field(
        (), description="frames, or poses in frames, that its tool has to reach"
    )
    clearance: Length = Field(0.0, ge=0, le=100, description="free distance asked around its base [m]")
    touches: tuple[str, ...] = Field((), description="what it is mounted on: not measured against each other")
    mass: Mass | None = Field(None, gt=0, description="with its tool and load [kg]; without, its floor load is not checked")

    @model_validator(mode="after")
    def _one_source(self) -> SiteRobot:
        if (self.model is None) == (self.urdf is None):
            raise ValueError("a robot needs exactly one of `model` (h10w, iiwa, panda) and `urdf` (a path)")
        return self


class Node(Spec):
    """A place in the network: where ways meet, or where mobile robots dock. It may have the name of what they dock at."""

    frame: str = Field("world", description="frame that the position is given in")
    position: Point = Field((0.0, 0.0), description="x, y in the frame [m]")


def _node(given: object) -> object:
    if isinstance(given, str):
        return {"frame": given}
    return {"position": given} if isinstance(given, (list, tuple)) else given


class Way(Spec):
    """A way between two nodes of the network."""

    start: str = Field(alias="from", description="node it starts at")
    end: str = Field(alias="to", description="node it ends at")
    via: tuple[Point, ...] = Field((), description="corners on the way, in order: x, y [m]")
    both: bool = Field(True, description="false: one way, from `from` to `to`")
    speed: Speed | None = Field(None, gt=0, le=20, description="speed limit on it [m/s]; the robot's own speed where left out")


class MobileRobot(Spec):
    """The mobile robots that use the network."""

    length: Length = Field(0.9, gt=0, le=20, description="along its motion, with its load [m]")
    width: Length = Field(0.6, gt=0, le=10, description="across, with its load [m]")
    height: Length = Field(1.5, gt=0, le=20, description="with its load: what hangs higher is not in its way [m]")
    speed: Speed = Field(1.2, gt=0, le=20, description="largest speed [m/s]")
    deceleration: Acceleration = Field(1.0, gt=0, le=20, description="when it brakes for somebody, loaded [m/s^2]")
    acceleration: Acceleration = Field(0.8, gt=0, le=20, description="when it starts [m/s^2]")
    reaction_time: Time = Field(0.3, ge=0, le=10, description="from seeing to braking [s]")
    protective_field: Length | None = Field(None, gt=0, description="how far ahead its scanner stops it for somebody [m]")
    clearance: Length = Field(0.0, ge=0, le=10, description="free distance asked on both sides of it on its ways [m]")
    mass: Mass | None = Field(None, gt=0, description="with its load [kg]")


class Network(Spec):
    """Nodes and ways of mobile robots."""

    nodes: dict[str, Annotated[Node, BeforeValidator(_node, json_schema_input_type=Node | Point | str)]] = Field(
        {}, description="name -> x, y [m], or a frame, or a position in a frame"
    )
    ways: tuple[Way, ...] = Field((), description="ways between nodes")
    robot: MobileRobot | None = Field(None, description="the mobile robots that use it")


class Zone(Spec):
    """A piece of floor with a meaning."""

    outline: Outline = Field(description="corners in order, x, y [m]")
    use: Literal["safety", "walking", "restricted", "hazard", "storage"] = Field(
        "safety", description="safety: behind a safeguard; restricted: nobody walks here; hazard: where something moves"
    )
    description: str = Field("", description="what it is")


class Utility(Spec):
    """A place where something is supplied."""

    supply: Literal["power", "air", "water", "data", "exhaust"] = Field(description="what")
    at: Point = Field(description="x, y [m]")
    capacity: float | None = Field(None, gt=0, description="how much: W, m^3/s, or bit/s")


class SiteFile(Spec):
    """What stands in one site file."""

    description: str = Field("", description="what the site is")
    include: list[str] = Field(default_factory=list, description="other site files, relative to this one")
    frames: dict[str, Pose] = Field(default_factory=dict, description="name -> pose in another frame, or in `world`")
    hall: Hall | None = Field(None, description="the building")
    aisles: dict[str, Aisle] = Field({}, description="strips of floor that are kept free, by name")
    stations: dict[str, Thing] = Field({}, description="where work is done, by name")
    buffers: dict[str, Thing] = Field({}, description="where parts wait, by name")
    conveyors: dict[str, Thing] = Field({}, description="conveyors by name")
    storage: dict[str, Thing] = Field({}, description="racks and shelves by name")
    equipment: dict[str, Thing] = Field({}, description="everything else: fences, cabinets, tanks")
    robots: dict[str, SiteRobot] = Field({}, description="robots by name")
    network: Network = Field(Network(), description="where mobile robots drive")
    zones: dict[str, Zone] = Field({}, description="pieces of floor with a meaning, by name")
    utilities: dict[str, Utility] = Field({}, description="supplies by name")
