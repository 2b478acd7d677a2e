"""What a user writes about a robot cell: robots, parts, fixtures, and a program for each arm."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from twin.physics.cell.shapes import Shape
from twin.scenario.schema import Pose, Spec
from twin.units import Acceleration, AngularSpeed, Force, Fraction, Jerk, Length, Mass, Speed, Time, si

__all__ = ["CellSpec", "Fixture", "Part", "RobotSpec", "Step", "Track"]

Axis = tuple[float, float, float]


def _joint_value(given: object) -> object:
    """`30 deg` for a joint that turns, `200 mm` for one that slides."""
    if not isinstance(given, str):
        return given
    for unit in ("rad", "m"):
        try:
            return si(given, unit)
        except ValueError as error:
            why = str(error)
    raise PydanticCustomError("quantity", "{why}", {"why": f"{why}, and not an angle either" if "not" in why else why})


JointValue = Annotated[float, BeforeValidator(_joint_value, json_schema_input_type=float | str)]


class RobotSpec(Spec):
    """One robot and where it stands. It carries on its arms what the catalogue says of it."""

    model: str | None = Field(None, description="a robot of the catalogue: h10w, iiwa, panda")
    urdf: str | None = Field(None, description="instead of `model`: path of a URDF file")
    tool: str | None = Field(None, description="with `urdf`: link whose frame is the tool point (z approaches, y closes)")
    base: Pose = Field(Pose(), description="where the robot's base frame stands")
    posture: dict[str, JointValue] = Field({}, description="joint values at the start [rad, m]; the robot's home where left out")
    friction: Fraction = Field(0.5, ge=0, le=5, description="Coulomb coefficient of its surfaces [-]")

    @model_validator(mode="after")
    def _one_source(self) -> RobotSpec:
        if (self.model is None) == (self.urdf is None):
            raise ValueError("a robot needs exactly one of `model` (h10w, iiwa, panda) and `urdf` (a path)")
        return self


class Part(Spec):
    """Something that is moved: it has mass and falls."""

    shape: Shape
    mass: Mass = Field(gt=0, le=1e5, description="mass [kg]")
    inertia: Annotated[tuple[float, float, float], Field(description="principal moments about the shape's axes [kg m^2]")] | None = None
    pose: Pose = Field(Pose(), description="where it stands at the start, as the program believes")
    offset: Pose = Field(Pose(), description="how far it really stands from there: the placement error that no program knows")
    friction: Fraction = Field(0.5, ge=0, le=5, description="Coulomb coefficient [-]; two surfaces meet with the geometric mean")
    restitution: Fraction = Field(0.0, ge=0, le=1, description="of a normal impact [-]; geometric mean of the two")
    goal: Pose | None = Field(None, description="where it should end: the final pose error is measured from here")

    @model_validator(mode="after")
    def _possible_inertia(self) -> Part:
        if self.inertia is not None:
            a, b, c = sorted(self.inertia)
            if a <= 0 or a + b < c * (1 - 1e-9):
                raise ValueError("inertia is not that of a body: moments must be positive and none larger than the sum of the other two")
        return self


class Fixture(Spec):
    """Something that stands still: cart, rack, table, fence."""

    shape: Shape
    pose: Pose = Pose()
    friction: Fraction = Field(0.5, ge=0, le=5, description="Coulomb coefficient [-]")
    restitution: Fraction = Field(0.0, ge=0, le=1, description="of a normal impact [-]")


class MoveJoint(Spec):
    """All joints from here to there, synchronised, jerk-limited. To a tool pose, to named joint values, or home."""

    to: Pose | None = Field(None, description="tool pose to reach; z approaches, y closes the fingers")
    joints: dict[str, JointValue] = Field({}, description="joint values to reach [rad, m]; may name any free joint of the robot")
    home: bool = Field(False, description="go to the robot's home posture")
    speed: Fraction = Field(1.0, gt=0, le=1, description="share of the joints' speed, acceleration and jerk limits [-]")

    @model_validator(mode="after")
    def _one_goal(self) -> MoveJoint:
        if not (self.to is not None or self.joints or self.home):
            raise ValueError("move_joint needs a goal: `to` (a tool pose), `joints`, or `home: true`")
        return self


class MoveLinear(Spec):
    """The tool on a straight line, the rotation along the shortest arc, jerk-limited."""

    to: Pose | None = Field(None, description="tool pose to reach")
    by: tuple[Length, Length, Length] | None = Field(None, description="or how far to go from here, in world axes [m]")
    speed: Speed = Field(0.25, gt=0, le=5, description="along the line [m/s]")
    acceleration: Acceleration = Field(1.5, gt=0, le=50, description="along the line [m/s^2]")
    jerk: Jerk = Field(15.0, gt=0, le=1e4, description="along the line [m/s^3]")
    angular_speed: AngularSpeed = Field(1.5, gt=0, le=20, description="of the tool's rotation [rad/s]")

    @model_validator(mode="after")
    def _one_goal(self) -> MoveLinear:
        if (self.to is None) == (self.by is None):
            raise ValueError("move_linear needs exactly one of `to` (a tool pose) and `by` (a displacement)")
        return self


class Grip(Spec):
    """Close the fingers on a part until both touch, then hold it by friction."""

    part: str = Field(description="name of the part")
    force: Force = Field(100.0, gt=0, le=2e4, description="normal force of each finger [N]")
    together: bool = Field(False, description="another arm may hold the part too (two-arm lift, hand-over)")
    time_limit: Time = Field(2.0, gt=0, description="the fingers must have met the part by then [s]")


class Release(Spec):
    """Open the fingers."""

    onto: str | None = Field(None, description="fixture or part that it may touch from now on")
    opening: Length | None = Field(None, ge=0, description="how far to open; all the way where left out [m]")


class Insert(Spec):
    """Push the held part along a straight line, guarded: stop when it presses too hard, and say so."""

    into: str = Field(description="the fixture that the part goes into; touching it is no collision")
    direction: Axis = Field((1.0, 0.0, 0.0), description="world axis to push along [-]; need not be of unit length")
    depth: Length = Field(gt=0, le=5, description="how far [m]")
    speed: Speed = Field(0.1, gt=0, le=2, description="along the line [m/s]")
    acceleration: Acceleration = Field(1.0, gt=0, le=50, description="along the line [m/s^2]")
    jerk: Jerk = Field(10.0, gt=0, le=1e4, description="along the line [m/s^3]")
    force_limit: Force = Field(100.0, gt=0, description="the push, low-pass filtered, may not exceed this [N]")
    tolerance: Length = Field(2e-3, gt=0, description="deep enough within this [m]")


class Wait(Spec):
    """Stand still."""

    time: Time = Field(gt=0, le=3600, description="how long [s]")


class WaitFor(Spec):
    """Stand still until a step of another track has ended."""

    step: str = Field(description="`track.step`, e.g. `left.grip`")
    time_limit: Time = Field(60.0, gt=0, description="longest wait [s]")


VERBS = ("move_joint", "move_linear", "grip", "release", "insert", "wait", "wait_for")


class Step(Spec):
    """One step of a program: a name and one verb."""

    name: str = Field("", description="for the report, for `wait_for` and for sweeps; made up from the verb where left out")
    move_joint: MoveJoint | None = None
    move_linear: MoveLinear | None = None
    grip: Grip | None = None
    release: Release | None = None
    insert: Insert | None = None
    wait: Wait | None = None
    wait_for: WaitFor | None = None

    @model_validator(mode="after")
    def _one_verb(self) -> Step:
        given = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(given) != 1:
            raise ValueError(f"a step has exactly one verb of {', '.join(VERBS)}; this one has {', '.join(given) or 'none'}")
        return self

    @property
    def verb(self) -> str:
        """The one verb that is set."""
        return next(verb for verb in VERBS if getattr(self, verb) is not None)

    def label(self, number: int) -> str:
        """The step's own name, or one made of its verb and its place in the track."""
        return self.name or f"{self.verb}_{number + 1}"


class Track(Spec):
    """What one arm does, step after step. Tracks run beside each other."""

    robot: str = Field(description="name of the robot")
    arm: str | None = Field(None, description="which arm; may be left out when it has one")
    also: tuple[str, ...] = Field((), description="joints of the robot that this track moves besides the arm, such as a lift")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=1000)


class CellSpec(Spec):
    """A robot cell with contact. SI units, radians, Z up."""

    engine: Literal["pybullet", "mujoco", "both", "rigid"] | None = Field(
        None,
        description="contact engine; pybullet where it has a wheel (CPython up to 3.11), else mujoco; `both` compares them; "
        "`rigid`: no contact, hundreds of cells a second",
    )
    time_step: Time = Field(1e-3, gt=0, le=4e-3, description="physics step [s]")
    time_limit: Time = Field(120.0, gt=0, le=3600, description="give up after this much simulated time [s]")
    settle: Time = Field(0.2, ge=0, le=10, description="time for parts to come to rest before the program starts [s]")
    stiffness: Annotated[float, Field(gt=0, le=400, description="bandwidth of the joint controllers [rad/s]")] = 60.0
    clearance_horizon: Length = Field(0.2, gt=0, le=5, description="clearances beyond this are not followed [m]")
    force_filter: Literal[60, 180, 600, 1000] = Field(60, description="channel frequency class of the force filter (SAE J211)")
    robots: dict[str, RobotSpec] = Field({}, description="robots by name")
    parts: dict[str, Part] = Field({}, description="parts by name")
    fixtures: dict[str, Fixture] = Field({}, description="fixtures by name")
    may_touch: tuple[tuple[str, str], ...] = Field((), description="further pairs that may touch without being a collision")
    program: dict[str, Track] = Field({}, description="tracks by name; all start together")
