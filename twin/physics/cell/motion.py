"""What each verb of a program does: a generator that sets the arm's references and yields once for every physics step.

A step of a program that cannot be done raises ProcessFailure, which names the arm, the step and the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from robots import ik, kinematics, trajectory
from robots.errors import Unreachable
from robots.model import Robot
from robots.trajectory import Trajectory
from twin.contact import Item
from twin.contact.rotation import transform
from twin.physics.cell import grip as friction_grip
from twin.physics.cell.filters import LowPass, cutoff
from twin.physics.cell.solids import outside
from twin.physics.cell.spec import Grip, Insert, MoveJoint, MoveLinear, Release, Wait, WaitFor
from twin.physics.cell.state import ArmRun, Cell, Held, ProcessFailure

__all__ = ["run_program"]

FINGER_SPEED = 0.08  # [m/s] of each finger
FINGER_ACCELERATION = 2.0  # [m/s^2]
FINGER_JERK = 60.0  # [m/s^3]
TOOL_REACH = 5e-3  # [m] a tool without fingers holds a part that its point is inside of, or nearer to than this
TORQUE_SAMPLE = 0.01  # [s] between two points of a planned motion that are held against the torque limits
OFF_LIMITS = 0.02  # [rad or m] a posture on its limits leaves a straight line no room; kept where the target allows it
STUCK = 0.1  # a part slower than this share of what is commanded is stuck, not rubbing
CRAWL = 0.01  # [m/s] what counts as moving when the commanded push has ended
SEATED_WITHIN = 1.0  # [s] after the commanded push has ended, the part may lag this long
GRIP_FILTER = 60  # channel class of the guards


def run_program(cell: Cell, arm: ArmRun) -> Iterator[None]:
    """All steps of a track, one after the other; writes down when each began and ended."""
    for number, step in enumerate(cell.spec.program[arm.track].steps):
        name = step.label(number)
        entry = {"track": arm.track, "name": name, "verb": step.verb, "start": cell.now, "end": None}
        cell.record.steps.append(entry)
        cell.event("step", arm.track, f"{name} ({step.verb.replace('_', ' ')})")
        try:
            yield from _VERBS[step.verb](cell, arm, getattr(step, step.verb))
        except Unreachable as error:
            raise ProcessFailure("unreachable", f"{arm.track}.{name}", f"{arm.track}.{name}: {error}") from error
        except ProcessFailure as failure:
            if not failure.detail.startswith(f"{arm.track}.{name}"):
                raise ProcessFailure(failure.what, f"{arm.track}.{name}", f"{arm.track}.{name}: {failure.detail}") from failure
            raise
        arm.stand()
        entry["end"] = cell.now
        cell.ended.add(f"{arm.track}.{name}")


def move_joint(cell: Cell, arm: ArmRun, move: MoveJoint) -> Iterator[None]:
    """Joints from where they are commanded to be to the goal."""
    run, robot = arm.robot, arm.robot.robot
    goal = run.reference[0].copy()
    if move.home:
        for name, value in zip(arm.arm.joints, arm.arm.home, strict=True):
            goal[robot.index(name)] = value
    for name, value in move.joints.items():
        goal[robot.index(name)] = value
    if move.to is not None:
        goal = _solve(cell, arm, cell.frames.world(move.to), goal)
    _within_limits(arm, goal)
    i = arm.owned
    path = trajectory.joint_move(
        run.reference[0, i],
        goal[i],
        robot.velocity[i],
        robot.acceleration[i],
        robot.jerk[i],
        scale=move.speed,
        dt=cell.spec.time_step,
    )
    yield from _follow(cell, arm, path)


def move_linear(cell: Cell, arm: ArmRun, move: MoveLinear) -> Iterator[None]:
    """The tool on a straight line from where it is commanded to be."""
    if move.to is not None:
        goal = cell.frames.world(move.to)
    else:
        goal = _commanded_tool(arm)
        goal[:3, 3] += move.by
    path = _straight(cell, arm, goal, move.speed, move.acceleration, move.jerk, move.angular_speed)
    begin = len(cell.record.t)
    yield from _follow(cell, arm, path)
    cell.record.linear.setdefault(arm.track, []).append((begin, len(cell.record.t)))


def grip(cell: Cell, arm: ArmRun, args: Grip) -> Iterator[None]:
    """Close until both fingers touch the part, then hold it by a constraint that friction limits."""
    if arm.held is not None:
        raise ProcessFailure("grip missed", arm.track, f"the gripper already holds {arm.held.part}")
    yield from _close_on(cell, arm, args)
    gripper = arm.arm.gripper
    strength = min(args.force, gripper.force) if gripper else args.force
    limits = friction_grip.capacity(strength, gripper.friction, gripper.pad_radius) if gripper else (np.inf, np.inf)
    for link in arm.finger_links:
        cell.engine.pass_through(Item(arm.robot.name, link), Item(args.part), True)
    name = f"{arm.track} holds {args.part}"
    cell.engine.attach(name, arm.robot.name, arm.arm.tool, np.eye(4), args.part)
    arm.held = Held(name, args.part, limits, LowPass(cell.spec.time_step, cutoff(GRIP_FILTER), 6), np.zeros(3))
    cell.share_payload()
    cell.event("grip", arm.track, f"holds {args.part} with {strength:.0f} N: up to {limits[0]:.0f} N and {limits[1]:.1f} N m")
    yield


def release(cell: Cell, arm: ArmRun, args: Release) -> Iterator[None]:
    """Let go and open the fingers."""
    if arm.held is not None:
        cell.event("release", arm.track, f"lets go of {arm.held.part}")
        cell.let_go(arm)
    if len(arm.fingers):
        wide = arm.robot.robot.upper[arm.fingers]
        goal = wide if args.opening is None else np.minimum(wide, args.opening / 2)
        yield from _follow_fingers(cell, arm, goal)
    yield


def insert(cell: Cell, arm: ArmRun, args: Insert) -> Iterator[None]:
    """A guarded push: along a straight line, until deep enough, too hard, or stuck."""
    if arm.held is None:
        raise ProcessFailure("grip missed", arm.track, "there is nothing in the gripper to insert")
    part = arm.held.part
    direction = np.asarray(args.direction, float)
    direction /= np.linalg.norm(direction)
    start = cell.engine.pose(part)[0]
    goal = _commanded_tool(arm)
    goal[:3, 3] += args.depth * direction
    path = _straight(cell, arm, goal, args.speed, args.acceleration, args.jerk)
    commanded = _speed_along(arm, path, direction, cell.spec.time_step)
    begin = len(cell.record.t)
    pushes = cell.record.pushes.setdefault(arm.track, [])
    patience = int(SEATED_WITHIN / cell.spec.time_step)
    for k in range(len(path.t) + patience):
        if k < len(path.t):
            arm.refer(path.q[k], path.qd[k], path.qdd[k])
        else:
            arm.stand()
        yield
        depth = float((cell.engine.pose(part)[0] - start) @ direction)
        push = float(arm.held.force @ direction) if arm.held else 0.0
        pushes.append((cell.now, push))
        if k >= len(path.t) and depth >= args.depth - args.tolerance:
            break
        if push > args.force_limit:
            speed = float(cell.engine.velocity(part)[0] @ direction)
            arm.stand()
            where = f"{part} in {args.into} at {depth * 1e3:.1f} of {args.depth * 1e3:.0f} mm"
            if speed < STUCK * commanded[min(k, len(commanded) - 1)]:
                raise ProcessFailure("jammed", arm.track, f"{where} does not move under {push:.1f} N (limit {args.force_limit:g} N)")
            raise ProcessFailure("force limit", arm.track, f"{where} needs {push:.1f} N, more than the limit of {args.force_limit:g} N")
    else:
        raise ProcessFailure("jammed", arm.track, f"{part} stopped at {depth * 1e3:.1f} of {args.depth * 1e3:.0f} mm under {push:.0f} N")
    cell.record.linear.setdefault(arm.track, []).append((begin, len(cell.record.t)))


def wait(cell: Cell, arm: ArmRun, args: Wait) -> Iterator[None]:
    """Stand still for a time."""
    arm.stand()
    for _ in range(max(1, round(args.time / cell.spec.time_step))):
        yield


def wait_for(cell: Cell, arm: ArmRun, args: WaitFor) -> Iterator[None]:
    """Stand still until another track has ended a step."""
    arm.stand()
    give_up = cell.now + args.time_limit
    while args.step not in cell.ended:
        if cell.now > give_up:
            raise ProcessFailure("wait timed out", arm.track, f"{args.step} had not ended after {args.time_limit:.1f} s")
        yield


_VERBS: dict[str, Callable[..., Iterator[None]]] = {
    "move_joint": move_joint,
    "move_linear": move_linear,
    "grip": grip,
    "release": release,
    "insert": insert,
    "wait": wait,
    "wait_for": wait_for,
}


def _follow(cell: Cell, arm: ArmRun, path: Trajectory) -> Iterator[None]:
    _check_torques(cell, arm, path)
    for q, qd, qdd in zip(path.q, path.qd, path.qdd, strict=True):
        arm.refer(q, qd, qdd)
        yield
    arm.stand()


def _check_torques(cell: Cell, arm: ArmRun, path: Trajectory) -> None:
    """What the planned motion will ask of the joints, before it begins; more than they have is told at once."""
    run, robot = arm.robot, arm.robot.robot
    some = slice(None, None, max(1, round(TORQUE_SAMPLE / cell.spec.time_step)))
    q, qd, qdd = (np.repeat(run.reference[k : k + 1], len(path.t[some]), axis=0) for k in range(3))
    for whole, part in ((q, path.q), (qd, path.qd), (qdd, path.qdd)):
        whole[:, arm.owned] = part[some]
    limited = np.isfinite(robot.effort) & (robot.effort > 0)
    if not limited.any():
        return
    share = np.abs(run.controller.needed(q, qd, qdd)[:, limited]) / robot.effort[limited]
    cell.record.planned_torque = max(cell.record.planned_torque, float(share.max()))
    if share.max() > 1.0:
        joint = np.array(robot.joint_names)[limited][share.max(axis=0).argmax()]
        cell.event("torque", arm.track, f"this motion asks {share.max():.0%} of what {joint} can give: the arm will lag behind")


def _commanded_tool(arm: ArmRun) -> np.ndarray:
    """T_world_tool of the commanded joints, (4, 4)."""
    T: np.ndarray = (
        arm.robot.T_world_base @ kinematics.forward(arm.robot.robot, arm.robot.reference[:1], [arm.arm.tool], path="generic")[0, 0]
    )
    return T


def _straight(
    cell: Cell, arm: ArmRun, goal: np.ndarray, speed: float, acceleration: float, jerk: float, angular_speed: float = 1.5
) -> Trajectory:
    """A straight move of the tool to T_world_tool = goal, for the owned joints."""
    run = arm.robot
    path = trajectory.linear_move(
        run.robot,
        run.reference[0],
        arm.arm.tool,
        np.linalg.inv(run.T_world_base) @ goal,
        joints=arm.arm.joints,
        speed=speed,
        acceleration=acceleration,
        jerk=jerk,
        angular_speed=angular_speed,
        dt=cell.spec.time_step,
    )
    i = arm.owned
    return Trajectory(path.t, path.q[:, i], path.qd[:, i], path.qdd[:, i])


def _speed_along(arm: ArmRun, path: Trajectory, direction: np.ndarray, dt: float) -> np.ndarray:
    """Commanded speed of the tool along a world direction at every sample [m/s]; after the end, that of a crawl."""
    run = arm.robot
    q = np.tile(run.reference[0], (len(path.t), 1))
    q[:, arm.owned] = path.q
    tool = kinematics.forward(run.robot, q, [arm.arm.tool], path="generic")[:, 0, :3, 3]
    along = tool @ (run.T_world_base[:3, :3].T @ direction)
    return np.append(np.gradient(along, dt), CRAWL)


def _solve(cell: Cell, arm: ArmRun, T_world_tool: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """Joints that bring the tool there; fails with the distance that is left and the joints that stand at a limit."""
    run = arm.robot
    target = np.linalg.inv(run.T_world_base) @ T_world_tool
    report = ik.solve(run.robot, arm.arm.tool, target[None], joints=arm.arm.joints, seed=seed, margin=OFF_LIMITS, path="compiled")
    q: np.ndarray = report.q[0]
    if not report.converged[0]:
        at = [n for n in arm.arm.joints if _at_limit(run.robot, n, q)]
        place = np.round(T_world_tool[:3, 3], 3).tolist()
        raise ProcessFailure(
            "unreachable",
            arm.track,
            f"the tool cannot reach {place} m: nearest {report.position_error[0] * 1e3:.1f} mm and "
            f"{np.degrees(report.rotation_error[0]):.1f} deg away after {int(report.restarts[0])} restarts"
            + (f"; at their limits: {', '.join(at)}" if at else ""),
        )
    return q


def _at_limit(robot: Robot, name: str, q: np.ndarray) -> bool:
    i = robot.index(name)
    return bool(q[i] <= robot.lower[i] + 1e-6 or q[i] >= robot.upper[i] - 1e-6)


def _within_limits(arm: ArmRun, goal: np.ndarray) -> None:
    robot = arm.robot.robot
    for i in arm.owned:
        if not robot.lower[i] - 1e-9 <= goal[i] <= robot.upper[i] + 1e-9:
            raise ProcessFailure(
                "joint limit",
                arm.track,
                f"{robot.joint_names[i]} would have to go to {goal[i]:.3f}, allowed is {robot.lower[i]:.3f} to {robot.upper[i]:.3f}",
            )


def _close_on(cell: Cell, arm: ArmRun, args: Grip) -> Iterator[None]:
    """Fingers close at constant speed; ends when every finger touches the part."""
    part = Item(args.part)
    if not len(arm.fingers):
        tool = np.linalg.inv(transform(*cell.engine.pose(args.part))) @ cell.T_world_tool(arm)
        gap = outside(cell.pieces[args.part], tool[:3, 3])
        if gap > TOOL_REACH:
            raise ProcessFailure("grip missed", arm.track, f"{args.part} is {gap * 1e3:.0f} mm away from the tool point")
        return
    i, robot = arm.fingers, arm.robot.robot
    give_up = cell.now + args.time_limit
    speed = np.minimum(FINGER_SPEED, robot.velocity[i])
    touching: set[str] = set()
    while len(touching) < len(arm.finger_links):
        position = arm.robot.reference[0, i]
        closing = np.array([link not in touching for link in arm.finger_links])
        step = np.where(closing, -speed, 0.0)
        arm.robot.reference[0, i] = np.maximum(position + step * cell.spec.time_step, robot.lower[i])
        arm.robot.reference[1, i] = step
        yield
        touching |= {
            item.link
            for c in cell.engine.contacts()
            for item, other in ((c.a, c.b), (c.b, c.a))
            if other == part and item.owner == arm.robot.name and item.link in arm.finger_links
        }
        if cell.now > give_up or (not touching and np.all(arm.robot.reference[0, i] <= robot.lower[i])):
            met = f"only {', '.join(touching)} met it" if touching else "the fingers closed on nothing"
            raise ProcessFailure("grip missed", arm.track, f"{args.part} is not between the fingers: {met}")
    arm.robot.reference[1, i] = 0.0
    arm.robot.reference[0, i] = cell.engine.joints(arm.robot.name)[0][i]


def _follow_fingers(cell: Cell, arm: ArmRun, goal: np.ndarray) -> Iterator[None]:
    i = arm.fingers
    count = len(i)
    path = trajectory.joint_move(
        arm.robot.reference[0, i],
        goal,
        np.full(count, FINGER_SPEED),
        np.full(count, FINGER_ACCELERATION),
        np.full(count, FINGER_JERK),
        dt=cell.spec.time_step,
    )
    for q, qd, qdd in zip(path.q, path.qd, path.qdd, strict=True):
        arm.robot.reference[:, i] = q, qd, qdd
        yield
    arm.robot.reference[1:, i] = 0.0
