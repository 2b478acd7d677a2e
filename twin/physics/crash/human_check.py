"""What can be known to be wrong about a robot and a person, and the files that decide the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as File

import numpy as np

from robots.catalogue import load
from robots.dynamics import require_mass
from robots.model import Robot
from twin.errors import BadInput, Fault, nearest
from twin.kinds import Context
from twin.physics.crash.human_path import motion
from twin.physics.crash.human_regions import region, table_file
from twin.physics.crash.human_robot import Toucher, load_robot, posture, toucher
from twin.physics.crash.human_spec import HumanSpec
from twin.scenario.paths import resolve

__all__ = ["human_check", "human_files"]

SLACK = 1e-6  # [rad, m] beyond a joint's limit that is rounding
STILL = 1e-9  # [m/s]


def human_files(spec: HumanSpec, folder: File) -> list[File]:
    """The table of body regions, the URDF and its meshes."""
    given = spec.robot
    robot = load(given.model) if given.model is not None else load(str(resolve(given.urdf or "", folder)))
    return [table_file(), *robot.files]


def human_check(spec: HumanSpec, context: Context) -> Sequence[Fault]:
    """Every fault that the fields alone do not show. Paths are dotted, from `human` on."""
    faults = list(_region(spec))
    try:
        robot = load_robot(spec, context.folder)
    except BadInput as error:
        return [*faults, Fault("human.robot", error.given, f"{error.allowed} ({error.where})", error.remedy)]
    faults += _joints(spec, robot)
    if faults:
        return faults
    try:
        who = toucher(spec, context.folder)
        require_mass(robot)
    except BadInput as error:
        where = error.where if error.where.startswith("human") else "human.robot"
        return [Fault(where, error.given, error.allowed, error.remedy)]
    return [*_limits(spec, robot), *_moves(spec, who)]


def _region(spec: HumanSpec) -> Iterator[Fault]:
    try:
        region(spec.region).site(spec.site)
    except BadInput as error:
        yield Fault(error.where, error.given, error.allowed, error.remedy)


def _poses(spec: HumanSpec) -> dict[str, dict[str, float]]:
    """Path in the scenario -> pose."""
    ways = spec.path.poses if spec.path is not None else ()
    return {"human.pose": spec.pose} | {f"human.path.poses.{k}": pose for k, pose in enumerate(ways)}


def _joints(spec: HumanSpec, robot: Robot) -> Iterator[Fault]:
    """Names that no joint has; joints that follow another one, which cannot be set."""
    for where, names in {**_poses(spec), "human.joint_speeds": spec.joint_speeds}.items():
        for name in names:
            if name not in robot.joint_names:
                yield Fault(f"{where}.{name}", name, ", ".join(robot.joint_names), nearest(name, robot.joint_names))


def _limits(spec: HumanSpec, robot: Robot) -> Iterator[Fault]:
    """Poses beyond the joints' limits, and speeds beyond theirs."""
    for where, pose in _poses(spec).items():
        for name, value in pose.items():
            low, high = robot.lower[robot.index(name)], robot.upper[robot.index(name)]
            if not low - SLACK <= value <= high + SLACK:
                yield Fault(f"{where}.{name}", value, f"{low:.4g} to {high:.4g}, the joint's limits", "A bare number is in rad or m.")
    for name, value in spec.joint_speeds.items():
        most = robot.velocity[robot.index(name)]
        if abs(value) > most * (1 + SLACK):
            yield Fault(f"human.joint_speeds.{name}", value, f"at most {most:.4g}, the joint's limit", "A bare number is per second.")


def _moves(spec: HumanSpec, who: Toucher) -> Iterator[Fault]:
    """Joints that are to stand still but change, and a touching point that nothing moves."""
    changing = set(spec.joint_speeds) if spec.path is None else {joint for pose in spec.path.poses for joint in pose}
    for joint in sorted(changing - set(who.moving)):
        yield Fault("human.moving", list(spec.moving), f"all joints that move, {joint} too", "Name it, or leave `moving` away.")
    if spec.path is not None:
        try:
            motion(spec, who)
        except BadInput as error:
            yield Fault(error.where, error.given, error.allowed, error.remedy)
    elif spec.joint_speeds and not changing - set(who.moving):
        q, qd = posture(who.robot, spec.pose), np.zeros(who.robot.nv)
        for joint, value in spec.joint_speeds.items():
            qd[who.robot.index(joint)] = value
        if np.linalg.norm(who.jacobian(q[None])[0] @ qd[who.columns]) < STILL:
            given = ", ".join(f"{joint}: {value:g}" for joint, value in spec.joint_speeds.items())
            yield Fault(
                "human.joint_speeds", given, f"speeds that move {who.link}", "Give `speed`, or speeds of joints between base and it."
            )
