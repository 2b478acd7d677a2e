"""What can be known to be wrong before anything moves: names, grips, files, and parts that start inside something."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from robots import meshes
from robots.catalogue import load
from robots.model import Geometry, Robot
from twin.contact import Body, Item, World, default_engine, make_engine
from twin.errors import BadInput, Fault, TwinError, nearest
from twin.kinds import Context
from twin.physics.cell.build import arm_of, load_robot, make_world
from twin.physics.cell.filters import coarsest
from twin.physics.cell.frames import Frames
from twin.physics.cell.outline import Outlined, named
from twin.physics.cell.shapes import Shape
from twin.physics.cell.spec import CellSpec, Step, Track
from twin.scenario.paths import resolve

__all__ = ["check", "files"]

TOUCHING = 2e-4  # [m] overlap that counts as touching: parts stand on fixtures


def check(spec: CellSpec, context: Context) -> Sequence[Fault]:
    """Every fault of a cell that its fields alone do not show. Paths are dotted, as in the scenario file."""
    if spec.engine == "rigid" and None not in [robot.model for robot in spec.robots.values()]:
        return _of_names(Outlined((spec, context), (named(spec), id(context.site))))
    return _faults(spec, context)


@lru_cache(maxsize=64)
def _of_names(cell: Outlined[tuple[CellSpec, Context]]) -> Sequence[Fault]:
    """The faults of a cell without contact and without files: they follow from its names."""
    return tuple(_faults(*cell.it))


def _faults(spec: CellSpec, context: Context) -> Sequence[Fault]:
    faults = [*(_filter(spec) if spec.engine != "rigid" else ()), *_names(spec), *_frames(spec, context)]
    loaded: dict[str, Robot] = {}
    for name, robot in spec.robots.items():
        try:
            loaded[name] = load_robot(robot, context)
            faults += [
                _unknown(f"robots.{name}.posture.{j}", j, loaded[name].joint_names)
                for j in robot.posture
                if j not in loaded[name].joint_names
            ]
        except TwinError as error:
            faults.append(_as_fault(f"robots.{name}", error))
    faults += _programs(spec, loaded)
    if spec.engine == "rigid":
        return [*faults, *_contact_free(spec)]
    if not faults:
        faults += _overlaps(spec, context)
    return faults


def files(spec: CellSpec, folder: Path) -> Sequence[Path]:
    """Every file the cell depends on: meshes of parts and fixtures, URDFs and their meshes."""
    shapes = [*(part.shape for part in spec.parts.values()), *(fixture.shape for fixture in spec.fixtures.values())]
    found = [resolve(path, folder) for shape in shapes for path in _mesh_paths(shape)]
    for robot in spec.robots.values():
        found += load(robot.model).files if robot.model else load(str(resolve(robot.urdf or "", folder))).files
    return found


def _mesh_paths(shape: Shape) -> Iterator[str]:
    if shape.mesh:
        yield shape.mesh.path
    for placed in shape.compound or ():
        yield from _mesh_paths(placed.shape)


def _as_fault(path: str, error: TwinError) -> Fault:
    if isinstance(error, BadInput):
        return Fault(path, error.given, f"{error.allowed} ({error.where})", error.remedy)
    return Fault(path, "", str(error))


def _unknown(path: str, given: str, known: Iterable[str]) -> Fault:
    names = sorted(known)
    return Fault(path, given, ", ".join(names) or "nothing here", nearest(given, names))


def _filter(spec: CellSpec) -> Iterator[Fault]:
    """A force is called filtered only where the step lets the filter work."""
    largest = coarsest(spec.force_filter)
    if spec.time_step > largest:
        remedy = "Take a smaller step or a lower class."
        yield Fault("time_step", spec.time_step, f"at most {largest * 1e3:.2f} ms with force_filter {spec.force_filter}", remedy)


def _names(spec: CellSpec) -> Iterator[Fault]:
    """One name, one thing."""
    groups = {"robots": set(spec.robots), "parts": set(spec.parts), "fixtures": set(spec.fixtures)}
    for (a, first), (b, second) in itertools.combinations(groups.items(), 2):
        for name in sorted(first & second):
            yield Fault(f"{b}.{name}", name, "a name of its own", f"{a} has a {name} too: rename one of them.")
    things = {*spec.robots, *spec.parts, *spec.fixtures}
    for i, pair in enumerate(spec.may_touch):
        yield from (_unknown(f"may_touch.{i}", name, things) for name in pair if name not in things)


def _frames(spec: CellSpec, context: Context) -> Iterator[Fault]:
    frames = Frames(spec, context.site)
    places = {f"robots.{n}.base": r.base for n, r in spec.robots.items()}
    places |= {f"fixtures.{n}.pose": f.pose for n, f in spec.fixtures.items()}
    places |= {f"parts.{n}.pose": p.pose for n, p in spec.parts.items()}
    places |= {f"parts.{n}.goal": p.goal for n, p in spec.parts.items() if p.goal is not None}
    for name, track in spec.program.items():
        for k, step in enumerate(track.steps):
            for verb in ("move_joint", "move_linear"):
                move = getattr(step, verb)
                if move is not None and move.to is not None:
                    places[f"program.{name}.steps.{k}.{verb}.to"] = move.to
    for path, pose in places.items():
        try:
            frames.world(pose)
        except TwinError as error:
            yield _as_fault(f"{path}.frame", error)


def _programs(spec: CellSpec, loaded: dict[str, Robot]) -> Iterator[Fault]:
    labels = {f"{n}.{step.label(k)}" for n, track in spec.program.items() for k, step in enumerate(track.steps)}
    owners: dict[tuple[str, str], str] = {}
    gripped: dict[str, list[tuple[str, Step, str]]] = {}
    for name, track in spec.program.items():
        path = f"program.{name}"
        if track.robot not in spec.robots:
            yield _unknown(f"{path}.robot", track.robot, spec.robots)
            continue
        if track.robot in loaded:
            yield from _joints(path, name, track, loaded[track.robot], owners)
        yield from _steps(path, name, track, spec, labels, gripped)
    for part, grips in gripped.items():
        tracks = {track for track, _, _ in grips}
        if len(tracks) > 1:
            for _, step, path in grips:
                if step.grip and not step.grip.together:
                    others = " and ".join(sorted(tracks))
                    yield Fault(
                        f"{path}.grip.part",
                        part,
                        "a part that one track grips",
                        f"{others} both do: write `together: true` in each if they share it.",
                    )


def _joints(path: str, name: str, track: Track, robot: Robot, owners: dict[tuple[str, str], str]) -> Iterator[Fault]:
    try:
        arm = arm_of(robot, name, track)
    except TwinError as error:
        yield _as_fault(f"{path}.arm", error)
        return
    yield from (_unknown(f"{path}.also", joint, robot.joint_names) for joint in track.also if joint not in robot.joint_names)
    own = (*arm.joints, *track.also)
    for joint in own:
        owner = owners.setdefault((track.robot, joint), name)
        if owner != name:
            yield Fault(f"{path}.arm", arm.name, "joints that no other track moves", f"{joint} of {track.robot} belongs to track {owner}.")
    for k, step in enumerate(track.steps):
        for joint in step.move_joint.joints if step.move_joint else ():
            if joint not in own:
                hint = "Name it under `also` of the track." if joint in robot.joint_names else nearest(joint, own)
                yield Fault(f"{path}.steps.{k}.move_joint.joints.{joint}", joint, ", ".join(own), hint)


def _steps(
    path: str, name: str, track: Track, spec: CellSpec, labels: set[str], gripped: dict[str, list[tuple[str, Step, str]]]
) -> Iterator[Fault]:
    held = ""
    seen: dict[str, int] = {}
    things = {*spec.fixtures, *spec.parts}
    for k, step in enumerate(track.steps):
        here = f"{path}.steps.{k}"
        if step.label(k) in seen:
            yield Fault(f"{here}.name", step.label(k), "a name of its own", f"Step {seen[step.label(k)]} has it too.")
        seen[step.label(k)] = k
        if step.grip:
            if step.grip.part not in spec.parts:
                yield _unknown(f"{here}.grip.part", step.grip.part, spec.parts)
            if held:
                yield Fault(f"{here}.grip.part", step.grip.part, "an empty gripper", f"It still holds {held}: release that first.")
            held = step.grip.part
            gripped.setdefault(held, []).append((name, step, here))
        elif step.release:
            if not held:
                yield Fault(f"{here}.release", "release", "a part in the gripper", "Nothing is gripped before this step.")
            if step.release.onto and step.release.onto not in things:
                yield _unknown(f"{here}.release.onto", step.release.onto, things)
            held = ""
        elif step.insert:
            if not held:
                yield Fault(f"{here}.insert", "insert", "a part in the gripper", "Grip the part before inserting it.")
            if step.insert.into not in spec.fixtures:
                yield _unknown(f"{here}.insert.into", step.insert.into, spec.fixtures)
            if not np.any(step.insert.direction):
                yield Fault(f"{here}.insert.direction", list(step.insert.direction), "a direction that is not zero")
        elif step.wait_for and step.wait_for.step not in labels:
            yield _unknown(f"{here}.wait_for.step", step.wait_for.step, labels)


def _contact_free(spec: CellSpec) -> Iterator[Fault]:
    """What a cell without contact cannot do."""
    for name, track in spec.program.items():
        for k, step in enumerate(track.steps):
            if step.insert is not None:
                path, remedy = f"program.{name}.steps.{k}.insert", "Write `engine: pybullet` or `engine: mujoco`."
                yield Fault(path, "insert", "verbs that need no contact with engine rigid", remedy)
    if not spec.program:
        yield Fault("program", "nothing", "a program to follow with engine rigid", "Parts alone do not move without contact.")


def _overlaps(spec: CellSpec, context: Context) -> Iterator[Fault]:
    """Parts that start inside another part or a fixture by more than touching."""
    if not spec.parts:
        return
    try:
        world = make_world(spec, Frames(spec, context.site), {}, context)
    except TwinError as error:
        yield _as_fault("parts", error)
        return
    name = spec.engine if spec.engine in ("pybullet", "mujoco") else default_engine()
    near = _near_pairs(world, set(spec.parts))
    if not near:
        return
    engine = make_engine(name, world)
    try:
        for found in engine.distances(near, 0.0):
            if found.distance < -TOUCHING:
                part, other = (found.a, found.b) if found.a.owner in spec.parts else (found.b, found.a)
                depth = -found.distance * 1e3
                yield Fault(
                    f"parts.{part.owner}.pose",
                    str(part),
                    "a part that starts outside of everything",
                    f"It is {depth:.2f} mm inside {other}.",
                )
    finally:
        engine.close()


def _near_pairs(world: World, parts: set[str]) -> list[tuple[Item, Item]]:
    """Pairs with a part whose bounding balls meet; the rest cannot overlap."""
    balls = {body.name: _ball(body) for body in world.bodies}
    pairs = []
    for (a, (ca, ra)), (b, (cb, rb)) in itertools.combinations(balls.items(), 2):
        if (a in parts or b in parts) and np.linalg.norm(ca - cb) <= ra + rb:
            pairs.append((Item(a), Item(b)))
    return pairs


def _ball(body: Body) -> tuple[np.ndarray, float]:
    """Centre (3,) and radius of a ball around a body, world frame."""
    centre = body.T_world[:3, 3]
    return centre, max(float(np.linalg.norm(g.origin[:3, 3])) + _reach(g) for g in body.geometries)


def _reach(g: Geometry) -> float:
    if g.kind == "box":
        return float(np.linalg.norm(g.size)) / 2
    if g.kind == "mesh":
        return float(np.linalg.norm(meshes.load(g)[0], axis=1).max())
    return g.size[0] + (g.size[1] / 2 if len(g.size) > 1 else 0.0)
