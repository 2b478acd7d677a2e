"""Reach: whether each robot's tool comes to each place that it has to reach, with its joint limits, and how much is left or missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from robots import ik
from robots.ik_tasks import Pose as PoseTask
from robots.model import Robot
from twin.errors import UnknownName
from twin.kinds import Target
from twin.physics.layout.finding import Finding
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scenario.site_spec import Reach

__all__ = ["Reached", "Wanted", "reach", "wanted"]

STEPS = (0.0, 0.1, 0.25, 0.5, 1.0)  # shares of the reserve that are tried beyond each place
LEVER = 0.1  # [m] of tool: a missing rotation counts as this arc
RESTARTS = 30


@dataclass(frozen=True, eq=False)
class Wanted:
    """A place for a tool: which robot, how it is called, its pose T_world_tool, shape (4, 4), and from where it is reached."""

    robot: str
    name: str
    reach: Reach
    T_world: np.ndarray
    T_world_base: np.ndarray


@dataclass(frozen=True, eq=False)
class Reached:
    """What came of it.

    Attributes:
        margin: how much further away from the base the tool could be and still get there, up to the reserve that is looked for;
            negative: what is missing [m].
        rotation: what is missing of the rotation [rad].
        q: joint values, or None where it is not reached.
    """

    wanted: Wanted
    arm: str
    margin: float
    rotation: float
    q: np.ndarray | None


def wanted(hall: Hall) -> list[Wanted]:
    """Every place of every robot."""
    site = hall.site
    return [
        Wanted(name, r.frame if r.rotation == "free" else f"{r.frame} (reaches.{i})", r, site.world(r.pose), site.T_world(name))
        for name, robot in site.robots.items()
        for i, r in enumerate(robot.reaches)
    ]


def reach(spec: LayoutSpec, hall: Hall, target: Target) -> tuple[list[Reached], list[Finding]]:
    """One batch of inverse kinematics for each model, arm and kind of place.

    Raises:
        UnknownName: an arm that the robot does not have.
    """
    places = wanted(hall)
    groups: dict[tuple[int, str, str], list[int]] = {}
    for i, place in enumerate(places):
        robot = hall.robots[place.robot]
        for arm in _arms(robot, place):
            groups.setdefault((id(robot), arm, place.reach.rotation), []).append(i)
    best: dict[int, Reached] = {}
    for (_, arm, _), indices in groups.items():
        some = [places[i] for i in indices]
        for i, reached in zip(indices, _solved(spec, hall.robots[some[0].robot], arm, some, target.threads), strict=True):
            if i not in best or reached.margin > best[i].margin:
                best[i] = reached
    found = [best[i] for i in range(len(places))]
    return found, [finding for each in found if (finding := _judged(each)) is not None]


def _arms(robot: Robot, place: Wanted) -> Sequence[str]:
    if place.reach.arm is None:
        return list(robot.arms)
    if place.reach.arm not in robot.arms:
        raise UnknownName(f"robots.{place.robot}.reaches: arm", place.reach.arm, robot.arms)
    return [place.reach.arm]


def _solved(spec: LayoutSpec, robot: Robot, arm: str, places: Sequence[Wanted], threads: int) -> list[Reached]:
    """Each place, and the same further out in steps, in one batch; a place is only as good as all steps before it."""
    tool = robot.arms[arm].tool
    steps = STEPS if spec.reach_reserve > 0 else STEPS[:1]
    targets = np.array([_further(place, share * spec.reach_reserve) for place in places for share in steps])
    options: dict[str, Any] = {"position_tolerance": spec.reach_position, "rotation_tolerance": spec.reach_rotation}
    options |= {"restarts": RESTARTS, "prefer": "any", "threads": threads}
    rotation = places[0].reach.rotation
    if rotation == "full":
        report = ik.solve(robot, tool, targets, seed=robot.home, path="generic", **options)
    else:
        report = ik.solve_tasks(robot, [PoseTask(tool, targets, rotation=rotation)], seed=robot.home, **options)
    converged = report.converged.reshape(len(places), len(steps))
    found = []
    for k, place in enumerate(places):
        first = k * len(steps)
        if converged[k, 0]:
            held = int(np.argmin(converged[k])) if not converged[k].all() else len(steps)
            found.append(Reached(place, arm, steps[held - 1] * spec.reach_reserve, 0.0, report.q[first]))
        else:
            turn = 0.0 if rotation == "free" else float(report.rotation_error[first])
            missing = max(float(report.position_error[first]), LEVER * turn)
            found.append(Reached(place, arm, -missing, turn, None))
    return found


def _further(place: Wanted, step: float) -> np.ndarray:
    """T_base_tool with the place `step` [m] further away from the base's axis, level with the floor."""
    T = place.T_world.copy()
    away = T[:2, 3] - place.T_world_base[:2, 3]
    length = float(np.linalg.norm(away))
    if length > 0:
        T[:2, 3] += step / length * away
    further: np.ndarray = np.linalg.inv(place.T_world_base) @ T
    return further


def _judged(reached: Reached) -> Finding | None:
    if reached.q is not None:
        return None
    place = reached.wanted
    turned = f" and {np.degrees(reached.rotation):.0f} degrees" if reached.rotation > 0.02 else ""
    text = f"{place.robot} does not reach {place.name}: {-reached.margin:.3g} m{turned} are missing"
    remedy = f"Move {place.robot} or the place nearer to each other, or turn the tool otherwise."
    points = np.stack([place.T_world_base[:3, 3], place.T_world[:3, 3]])
    return Finding("reach", "out of reach", (place.robot, place.name), text, remedy, reached.margin, 0.0, "m", points)
