"""What a user writes about a robot that touches a person."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from twin.scenario.schema import Spec
from twin.units import Area, Force, Fraction, Length, Mass, Speed, si

__all__ = ["HumanRobot", "HumanSpec", "Path"]


def _either(given: object, *units: str) -> object:
    """Text in the first of the units whose dimension it has."""
    if not isinstance(given, str):
        return given
    why = ""
    for unit in units:
        try:
            return si(given, unit)
        except ValueError as error:
            why = str(error)
    raise PydanticCustomError("quantity", "{why}, nor {other}", {"why": why, "other": f"a quantity in {units[0]}"})


JointValue = Annotated[float, BeforeValidator(lambda given: _either(given, "rad", "m"), json_schema_input_type=float | str)]
JointSpeed = Annotated[float, BeforeValidator(lambda given: _either(given, "rad/s", "m/s"), json_schema_input_type=float | str)]
Pose = dict[str, JointValue]


class HumanRobot(Spec):
    """The robot that touches the person; directions and poses are in its base frame."""

    model: str | None = Field(None, description="a robot of the catalogue: h10w, iiwa, panda")
    urdf: str | None = Field(None, description="instead of `model`: path of a URDF file")

    @model_validator(mode="after")
    def _one_source(self) -> HumanRobot:
        if (self.model is None) == (self.urdf is None):
            raise ValueError("a robot needs exactly one of `model` (h10w, iiwa, panda) and `urdf` (a path)")
        return self


class Path(Spec):
    """From pose to pose, all joints together at constant rates: the map of allowed speeds."""

    poses: tuple[Pose, ...] = Field(
        min_length=2, max_length=1000, description="joint values one after the other [rad, m]; what one does not name stays"
    )
    samples: int = Field(20, ge=1, le=1000, description="places that are looked at from one pose to the next")
    share: Fraction = Field(
        1.0, gt=0, le=1, description="of its speed limit, at which the joint that takes longest moves; decides speeds where none is given"
    )


class HumanSpec(Spec):
    """A robot touches a person: forces, pressures and allowed speeds of ISO/TS 15066, Annex A."""

    robot: HumanRobot = Field(description="which robot")
    link: str | None = Field(None, description="link that touches; the tool point where the robot has one arm")
    offset: tuple[Length, Length, Length] = Field((0.0, 0.0, 0.0), description="of the touching point in the link's axes [m]")
    moving: tuple[str, ...] = Field(
        (), description="joints that move: what they carry counts as mass; all between base and touching point if left out"
    )
    base_moves: bool = Field(False, description="the base drives: the whole robot counts; its joints are base_x, base_y, base_yaw")
    pose: Pose = Field({}, description="joint values [rad, m]; the robot's home where left out")
    path: Path | None = Field(None, description="instead of standing in one pose: a path, looked at all along")
    region: str = Field(description="of the body, such as chest or hand; see assets/human")
    site: str | None = Field(None, description="place in the region, such as sternum; the one that bears the least pressure if left out")
    contact: Literal["transient", "quasi_static", "both"] = Field(
        "transient", description="a blow from which the body can recoil, a clamp, or first the one and then the other"
    )
    speed: Speed | None = Field(None, gt=0, le=20, description="of the touching point relative to the body [m/s]")
    joint_speeds: dict[str, JointSpeed] = Field({}, description="instead of `speed`: of the joints in `pose` [rad/s, m/s]")
    direction: tuple[float, float, float] | None = Field(
        None, description="of the blow in the base frame; along the motion if left out, without one where the robot is heaviest"
    )
    payload: Mass = Field(0.0, ge=0, le=1e4, description="what it carries, tool included if the robot's description has none [kg]")
    area: Annotated[Area, Field(gt=0, le=1)] | None = Field(None, description="of the contact [m^2]; without one no pressure is judged")
    clamping_force: Force | None = Field(
        None, gt=0, le=1e5, description="that the robot presses with; needed unless `contact: transient` [N]"
    )
    pictures: bool = Field(True, description="the speed map as PNG, where there is a path")

    @model_validator(mode="after")
    def _one_speed(self) -> HumanSpec:
        if self.path is not None and self.joint_speeds:
            raise ValueError("a path has its own joint speeds: leave `joint_speeds` away, or the path")
        if self.speed is not None and self.joint_speeds:
            raise ValueError("only one of `speed` and `joint_speeds`")
        if self.blow and self.speed is None and not self.joint_speeds and self.path is None:
            raise ValueError("a blow needs `speed`, `joint_speeds` or a `path`")
        return self

    @model_validator(mode="after")
    def _clamp(self) -> HumanSpec:
        if self.clamp and self.clamping_force is None:
            raise ValueError("`contact: quasi_static` and `both` need a `clamping_force`, which the robot presses with")
        if self.direction is not None and not any(self.direction):
            raise ValueError("a direction of length 0 points nowhere")
        return self

    @property
    def blow(self) -> bool:
        """Whether transient contact is judged."""
        return self.contact != "quasi_static"

    @property
    def clamp(self) -> bool:
        """Whether quasi-static contact is judged."""
        return self.contact != "transient"
