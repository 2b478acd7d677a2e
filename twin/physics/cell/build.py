"""From a spec to a cell that can run: load robots, merge what does not move, place bodies, decide what may touch."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from robots.catalogue import load
from robots.control import ComputedTorque
from robots.model import Arm, Geometry, Robot, reduce
from twin.contact import GRAVITY, Body, Engine, Installed, Item, World, make_engine
from twin.errors import BadInput, UnknownName
from twin.kinds import Context
from twin.physics.cell.frames import Frames
from twin.physics.cell.names import touching_pairs
from twin.physics.cell.shapes import geometries
from twin.physics.cell.solids import mass_properties
from twin.physics.cell.spec import CellSpec, RobotSpec, Track
from twin.physics.cell.state import ArmRun, Cell, RobotRun
from twin.scenario.paths import resolve

__all__ = ["FLOOR", "arm_of", "arm_run", "build", "joint_values", "load_robot", "make_world", "robot_run", "together"]

FLOOR = "floor"
FLOOR_SIZE = (40.0, 40.0, 0.2)


def load_robot(spec: RobotSpec, context: Context) -> Robot:
    """The robot a spec names.

    Raises:
        BadInput: unknown model, broken URDF, no tool link.
    """
    if spec.model is not None:
        return load(spec.model)
    robot = load(str(resolve(spec.urdf or "", context.folder)))
    if spec.tool is not None:
        link = robot.link(spec.tool).name
        joints = _chain(robot, link)
        robot = replace(robot, arms={"arm": Arm("arm", joints, link, None, tuple(robot.home[robot.index(name)] for name in joints))})
    return robot


def arm_of(robot: Robot, track: str, spec: Track) -> Arm:
    """The arm that a track moves; the only one when none is named."""
    if spec.arm is None:
        if len(robot.arms) != 1:
            raise BadInput(f"program.{track}.arm", None, ", ".join(robot.arms) or "an arm", "Say which arm this track moves.")
        return next(iter(robot.arms.values()))
    if spec.arm not in robot.arms:
        raise UnknownName(f"program.{track}.arm", spec.arm, robot.arms)
    return robot.arms[spec.arm]


def build(spec: CellSpec, engine: str, context: Context) -> Cell:
    """A cell at time 0, nothing moved yet."""
    frames = Frames(spec, context.site)
    runs = {name: robot_run(name, spec, frames, context) for name in spec.robots}
    world = make_world(spec, frames, runs, context)
    made = make_engine(engine, world)
    solids = {body.name: body for body in world.bodies}
    arms = {name: arm_run(name, track, runs[track.robot]) for name, track in spec.program.items()}
    cell = Cell(
        spec=spec,
        engine=made,
        frames=frames,
        robots=runs,
        arms=arms,
        allowed=_allowed(spec, runs),
        watched=[],
        together=together(spec),
        pieces={n: solids[n].geometries for n in spec.parts},
        masses={n: (solids[n].mass, np.asarray(solids[n].com), np.asarray(solids[n].inertia)) for n in spec.parts},
    )
    for run in runs.values():
        cell.record.joints[run.name] = []
        made.pass_through(Item(run.name, run.robot.links[0].name), Item(FLOOR), True)
    for name in spec.parts:
        cell.record.parts[name] = []
    _tell_apart(cell, world, made)
    return cell


def make_world(spec: CellSpec, frames: Frames, runs: Mapping[str, RobotRun], context: Context) -> World:
    """Bodies and robots as the engines want them; parts stand at their pose plus their unknown offset."""

    def find(path: str):  # type: ignore[no-untyped-def]
        return resolve(path, context.folder)

    floor = np.eye(4)
    floor[2, 3] = -FLOOR_SIZE[2] / 2
    bodies = [Body(FLOOR, (Geometry("box", FLOOR_SIZE, None, (1.0, 1.0, 1.0), np.eye(4), (0.5, 0.5, 0.5, 1.0)),), floor, friction=0.6)]
    for name, fixture in spec.fixtures.items():
        pieces = geometries(fixture.shape, find)
        bodies.append(Body(name, pieces, frames.world(fixture.pose), friction=fixture.friction, restitution=fixture.restitution))
    for name, part in spec.parts.items():
        pieces = geometries(part.shape, find)
        com, inertia = mass_properties(pieces, part.mass)
        if part.inertia is not None:
            inertia = np.diag(part.inertia)
        T = frames.T_world(name) @ part.offset.matrix()
        bodies.append(
            Body(name, pieces, T, part.mass, tuple(com), inertia, friction=part.friction, restitution=part.restitution)  # type: ignore[arg-type]
        )
    installed = tuple(
        Installed(run.name, run.robot, run.T_world_base, run.reference[0].copy(), spec.robots[run.name].friction, _apart(run.robot))
        for run in runs.values()
    )
    return World(spec.time_step, tuple(bodies), installed)


def _chain(robot: Robot, link: str) -> tuple[str, ...]:
    """Independent joints from the root to a link."""
    above = {joint.child: joint for joint in robot.joints}
    names: list[str] = []
    while link in above:
        if above[link].name in robot.joint_names:
            names.append(above[link].name)
        link = above[link].parent
    return tuple(reversed(names))


def robot_run(name: str, spec: CellSpec, frames: Frames, context: Context) -> RobotRun:
    """A robot as the program moves it: joints that no track moves are merged away."""
    full = load_robot(spec.robots[name], context)
    posture = full.home.copy()
    for joint, value in spec.robots[name].posture.items():
        posture[full.index(joint)] = value
    moving: set[str] = set()
    independent: list[str] = []
    for track_name, track in spec.program.items():
        if track.robot == name:
            arm = arm_of(full, track_name, track)
            moving.update(arm.joints, track.also)
            if arm.gripper is not None:
                moving.update(arm.gripper.joints)
                independent += arm.gripper.joints
    values = joint_values(full, posture)
    freed = replace(full, joints=tuple(replace(j, mimic=None) if j.name in independent else j for j in full.joints))
    held = {joint.name: values[joint.name] for joint in freed.independent if joint.name not in moving}
    robot = reduce(freed, held)
    q0 = np.array([values[joint] for joint in robot.joint_names])
    reference = np.zeros((3, robot.nq))
    reference[0] = q0
    T_world_base = frames.T_world(name)
    controller = ComputedTorque(robot, T_world_base[:3, :3].T @ [0.0, 0.0, -GRAVITY], spec.stiffness)
    return RobotRun(name, full, robot, posture, T_world_base, reference, controller, np.zeros(robot.nq))


def joint_values(robot: Robot, q: np.ndarray) -> dict[str, float]:
    """Value of every movable joint, those that mimic another included."""
    values = {name: float(q[i]) for i, name in enumerate(robot.joint_names)}
    for joint in robot.joints:
        if joint.mimic is not None:
            master, multiplier, offset = joint.mimic
            values[joint.name] = multiplier * values[master] + offset
    return values


def arm_run(track: str, spec: Track, run: RobotRun) -> ArmRun:
    """The arm of a track."""
    arm = arm_of(run.full, track, spec)
    owned = np.array([run.robot.index(name) for name in (*arm.joints, *spec.also)], dtype=int)
    fingers = arm.gripper.joints if arm.gripper is not None else ()
    links = tuple(run.robot.joint(name).child for name in fingers)
    if not links:  # a suction cup or a flange grips with the link that carries the tool
        links = (_solid_link(run.robot, arm.tool),)
    return ArmRun(track, run, arm, owned, np.array([run.robot.index(n) for n in fingers], dtype=int), links)


def _solid_link(robot: Robot, link: str) -> str:
    """The link itself, or the nearest one above it that has a collision shape."""
    parents = {joint.child: joint.parent for joint in robot.joints}
    while not robot.link(link).collisions and link in parents:
        link = parents[link]
    return link


def together(spec: CellSpec) -> dict[str, int]:
    """Parts that several tracks grip with `together`, and how many do."""
    grips = [(step.grip.part, name) for name, track in spec.program.items() for step in track.steps if step.grip and step.grip.together]
    return {part: len({name for other, name in grips if other == part}) for part, _ in grips}


def _allowed(spec: CellSpec, runs: Mapping[str, RobotRun]) -> set[frozenset[str]]:
    """Pairs of owners whose contact is part of the process from the start."""
    allowed = {frozenset(pair) for pair in spec.may_touch}
    allowed |= {frozenset((name, FLOOR)) for name in spec.fixtures}
    allowed |= {frozenset(pair) for pair in touching_pairs(spec)}
    return allowed


def _apart(robot: Robot) -> tuple[tuple[str, str], ...]:
    """Pairs of links that are no neighbours: at least three joints apart, both with a collision shape."""
    solid = [link.name for link in robot.links if link.collisions]
    above: dict[str, tuple[str, ...]] = {}
    parents = {joint.child: joint.parent for joint in robot.joints}
    for name in solid:
        path = [name]
        while path[-1] in parents:
            path.append(parents[path[-1]])
        above[name] = tuple(path)

    def joints_between(a: str, b: str) -> int:
        common = next(link for link in above[a] if link in above[b])
        return above[a].index(common) + above[b].index(common)

    return tuple((a, b) for a, b in itertools.combinations(solid, 2) if joints_between(a, b) >= 3)


def _tell_apart(cell: Cell, world: World, engine: Engine) -> None:
    """Links that overlap as the robot stands (covers, hulls of meshes) pass through each other; the rest is watched."""
    for robot in world.robots:
        pairs = [(Item(robot.name, a), Item(robot.name, b)) for a, b in robot.apart]
        overlapping = {frozenset((d.a, d.b)) for d in engine.distances(pairs, 1e-3)}
        for a, b in pairs:
            if frozenset((a, b)) in overlapping:
                engine.pass_through(a, b, True)
            else:
                cell.watched.append((a, b))
    handled = {(track.robot, step.grip.part) for track in cell.spec.program.values() for step in track.steps if step.grip}
    for robot in world.robots:
        others = [*cell.spec.fixtures, *(r.name for r in world.robots if r.name > robot.name)]
        others += [part for part in cell.spec.parts if (robot.name, part) not in handled]
        cell.watched += [(Item(robot.name), Item(other)) for other in others]
    fixtures_and_parts = itertools.product(cell.spec.parts, cell.spec.fixtures)
    both_parts = itertools.combinations(cell.spec.parts, 2)
    cell.watched += [(Item(a), Item(b)) for a, b in (*fixtures_and_parts, *both_parts)]
