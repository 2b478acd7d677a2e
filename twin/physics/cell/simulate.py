"""The run: let the parts settle, run every track of the program side by side, observe, measure."""

from __future__ import annotations

import time

import numpy as np

from robots import ik, kinematics
from twin.contact import default_engine
from twin.errors import BadInput, SimulationStopped
from twin.kinds import Context, Monitor, Target
from twin.physics.cell.agree import compare
from twin.physics.cell.build import build
from twin.physics.cell.measure import measure
from twin.physics.cell.motion import run_program
from twin.physics.cell.scene import draw
from twin.physics.cell.spec import CellSpec
from twin.physics.cell.state import Cell, ProcessFailure
from twin.result import Result

__all__ = ["simulate", "simulate_on"]

FRAME = 0.02  # [s] between two recorded frames: poses of parts, clearances
AFTERMATH = 0.3  # [s] simulated on after a failure or the end, so that a person sees what happened
LOST = 100.0  # [m] a part farther away than this has left the hall: the simulation has diverged


def simulate(spec: CellSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Run a cell on the engine that the spec names; `both` runs the two and reports how far they disagree."""
    if target.device != "cpu" and spec.engine != "rigid":
        raise BadInput("--target", target.device, f"cpu for engine {spec.engine or default_engine()}", "`engine: rigid` runs on cuda.")
    if spec.engine == "rigid":
        from twin.physics.cell.rigid import simulate_many

        return simulate_many([spec], target, monitor, [context])[0].complete()
    if spec.engine != "both":
        return simulate_on(spec.engine or default_engine(), spec, monitor, context)
    first, second = (simulate_on(name, spec, monitor, context) for name in ("pybullet", "mujoco"))
    return compare(first, second)


def simulate_on(engine: str, spec: CellSpec, monitor: Monitor, context: Context) -> Result:
    """Run a cell on one engine.

    A process that fails (out of reach, jam, grip lost ...) is a result with its reason; a simulation that diverges or is
    cancelled is stopped and keeps what it has.
    """
    clock = time.perf_counter()
    cell = build(spec, engine, context)
    monitor.progress(0.0, "preparing kernels: compiled once, then read from the cache")
    compile_seconds = _prepare(cell)
    if spec.engine is None and engine != "pybullet":
        cell.event("engine", engine, "pybullet has wheels up to CPython 3.11 only: mujoco is the default here")
    built = time.perf_counter()
    status, reason = "done", ""
    try:
        _settle(cell)
        _run(cell, monitor)
    except ProcessFailure as failure:
        reason = _fail(cell, failure)
    except SimulationStopped as stop:
        status, reason = "stopped", str(stop)
    finally:
        cell.engine.close()
    ran = time.perf_counter()
    distance, who, whom, when = cell.record.nearest
    if who:
        cell.record.events.append(
            {"t": when, "what": "nearest", "who": who, "detail": f"{distance * 1e3:.1f} mm from {whom}, the smallest clearance"}
        )
    scalars, series = measure(cell, completed=not reason)
    scene = draw(cell, series, context)
    simulated = cell.now
    return Result(
        status=status,  # type: ignore[arg-type]
        reason=reason,
        scalars=scalars,
        series=series,
        arrays={f"final_pose.{name}": poses[-1] for name, poses in cell.record.parts.items() if poses},
        scene=scene,
        events=tuple(cell.record.events),
        stats={
            "engine": engine,
            "time_step": spec.time_step,
            "steps": len(cell.record.t),
            "simulated_seconds": round(simulated, 6),
            "build_seconds": round(built - clock - compile_seconds, 4),
            "compile_seconds": round(compile_seconds, 4),
            "run_seconds": round(ran - built, 4),
            "measure_seconds": round(time.perf_counter() - ran, 4),
            "real_time_factor": round(simulated / max(ran - built, 1e-9), 2),
        },
        log="\n".join(f"{e['t']:9.3f} s  {e['what']:<10} {e['who']}: {e['detail']}" for e in cell.record.events),
    )


def _prepare(cell: Cell) -> float:
    """Call every compiled loop once, so that the run itself compiles nothing; returns the seconds it took."""
    begin = time.perf_counter()
    for arm in cell.arms.values():
        run, tool = arm.robot, arm.arm.tool
        q = run.reference[0]
        run.controller.torque(run.reference, q, np.zeros_like(q))
        T = kinematics.forward(run.robot, q, [tool])[0]
        ik.solve(run.robot, tool, T, joints=arm.arm.joints, seed=q, path="compiled")
        ik.follow(run.robot, tool, T, seed=q, joints=arm.arm.joints)
    return time.perf_counter() - begin


def _settle(cell: Cell) -> None:
    """Let parts come to rest under gravity; what a part rests on then, it may touch."""
    resting: set[frozenset[str]] = set()
    for _ in range(round(cell.spec.settle / cell.spec.time_step)):
        _drive(cell)
        cell.engine.step()
        resting = {frozenset((c.a.owner, c.b.owner)) for c in cell.engine.contacts()}
    moving = set(cell.spec.parts)
    cell.allowed |= {pair for pair in resting if pair & moving and not pair & set(cell.robots)}
    cell.watched = [(a, b) for a, b in cell.watched if frozenset((a.owner, b.owner)) not in cell.allowed or a.owner == b.owner]


def _run(cell: Cell, monitor: Monitor) -> None:
    """All tracks until the last has ended."""
    tracks = {name: run_program(cell, arm) for name, arm in cell.arms.items()}
    while tracks:
        for name in list(tracks):
            if next(tracks[name], "ended") == "ended":
                del tracks[name]
        if tracks:
            _advance(cell)
        if cell.now > cell.spec.time_limit:
            raise ProcessFailure("time limit", ", ".join(tracks), f"the program had not ended after {cell.spec.time_limit:.1f} s")
        if len(cell.record.t) % 500 == 0:
            monitor.progress(cell.now / cell.spec.time_limit, f"{cell.now:.1f} s simulated")
            if monitor.cancelled():
                raise SimulationStopped("cancelled")
    for _ in range(round(AFTERMATH / cell.spec.time_step)):
        _advance(cell)


def _fail(cell: Cell, failure: ProcessFailure) -> str:
    """Stop every arm where it is, look on for a moment, and say what happened."""
    cell.event("failure", failure.who, str(failure))
    for arm in cell.arms.values():
        arm.stand()
    try:
        for _ in range(round(AFTERMATH / cell.spec.time_step)):
            _advance(cell, guard=False)
    except SimulationStopped:
        pass  # what failed is known already
    return f"{failure.what} at {next(e['t'] for e in reversed(cell.record.events) if e['what'] == 'failure'):.3f} s: {failure.detail}"


def _drive(cell: Cell) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {name: robot.actuate(cell.engine) for name, robot in cell.robots.items()}


def _advance(cell: Cell, guard: bool = True) -> None:
    """One physics step: drive, step, observe."""
    record = cell.record
    if len(record.t) % max(1, round(FRAME / cell.spec.time_step)) == 0:
        _frame(cell)
    for name, (q, qd) in _drive(cell).items():
        run = cell.robots[name]
        record.joints[name].append(np.array([q, qd, run.torque, run.reference[0]]))
    cell.engine.step()
    record.t.append(cell.now)
    cell.note_contacts(cell.engine.contacts())
    cell.now += cell.spec.time_step
    if guard:
        cell.check_grips()


def _frame(cell: Cell) -> None:
    """Poses of all parts and the smallest clearance, once a frame.

    Raises:
        SimulationStopped: a number is not finite, or a part has left the hall.
    """
    record = cell.record
    record.frames.append(cell.now)
    for name, poses in record.parts.items():
        position, wxyz = cell.engine.pose(name)
        if not np.isfinite(position).all() or np.abs(position).max() > LOST:
            raise SimulationStopped(f"diverged at {cell.now:.3f} s: {name} is at {position} m")
        poses.append(np.concatenate([position, wxyz]))
    for name in cell.robots:
        if not np.isfinite(cell.engine.joints(name)[0]).all():
            raise SimulationStopped(f"diverged at {cell.now:.3f} s: the joints of {name} are not finite")
    nearest = min(cell.engine.distances(cell.watched, cell.spec.clearance_horizon), key=lambda d: d.distance, default=None)
    record.clearance.append(nearest.distance if nearest else np.inf)
    if nearest and nearest.distance < record.nearest[0]:
        record.nearest = (nearest.distance, str(nearest.a), str(nearest.b), cell.now)
