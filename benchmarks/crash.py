"""Element-cycles a second of the hexahedron with J2 plasticity, beside CalculiX; what contact adds to a step.

A block of copper, cells of 1 mm, compressed against a plane wall, steps as the runs take them after compilation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import twin
from benchmarks import crash_calculix
from benchmarks.table import alternately, row
from twin.kinds import Target
from twin.physics.crash.bodies import bounds, placed
from twin.physics.crash.case import prepare
from twin.physics.crash.contact import LOOKS, renewed
from twin.physics.crash.layout import PLASTIC
from twin.physics.crash.run import Run, init, step
from twin.physics.crash.spec import CrashSpec, Orientation, PartSpec

__all__ = ["rows"]

Counts = tuple[int, int, int]

CELLS = (20, 30, 80)
PEER_CELLS = (10, 20, 20)
CASE, UNIT = "hex8 f64", "element-cycles/s"
SPEED = 100.0  # [m/s]
EVER = 1.0  # [s]
PLATE, GAP = 0.01, 1e-5  # [m] thickness; to the sled at the start


def rows(
    cells: Counts = CELLS, peer_cells: Counts = PEER_CELLS, repeats: int = 5, cycles: int = 20, increments: int = 60
) -> list[dict[str, Any]]:
    """All cases: ours and the peer take turns."""
    return [*_hexahedra(cells, peer_cells, repeats, cycles, increments), *_contact(repeats)]


def block(cells: Counts, threads: int) -> Run:
    """Copper against a wall, cells of 1 mm, some steps after the start: compiled, and a part of it flows."""
    box = {"size": [1e-3 * n for n in cells], "counts": list(cells)}
    model = {"shape": {"box": box}, "material": "copper_taylor"}
    spec = CrashSpec.model_validate({"model": model, "impact": {"wall": "plane", "speed": SPEED}, "until": EVER})
    run = init(prepare(spec, Path()), Target(threads=threads))
    step(run, EVER, 20)
    return run


def rate(run: Run, cycles: int) -> float:
    """Element-cycles a second."""
    clock = _clock(run)
    begin = clock()
    step(run, EVER, cycles)
    return run.case.elements * cycles / (clock() - begin)


def _clock(run: Run) -> Callable[[], float]:
    """Of one thread its processor seconds: neighbours on the same cores do not count. Of several the time that passes."""
    return time.thread_time if run.threads == 1 else time.perf_counter


def _hexahedra(cells: Counts, peer_cells: Counts, repeats: int, cycles: int, increments: int) -> list[dict[str, Any]]:
    one, two, small = block(cells, 1), block(cells, 2), block(peer_cells, 1)
    more = max(1, cycles * one.case.elements // small.case.elements)
    measures = [lambda: rate(one, cycles), lambda: rate(two, cycles), lambda: rate(small, more)]
    if crash_calculix.installed():
        measures.append(lambda: crash_calculix.rate(small.case, SPEED, increments))
    a, b, c, *peer = alternately(repeats, measures)
    flowing = (one.arrays.order.read(one.arrays.blocks.state, PLASTIC) > 0).mean()
    note = f"{one.case.elements:,} hexahedra, {100 * flowing:.0f} % have flowed"
    clocks = f"{note}; time that passes with two threads, processor seconds of one"
    found = [row(CASE, UNIT, b, a, "one thread", threads=2, dtype="float64", note=clocks)]
    if peer:
        theirs = f"{small.case.elements:,} C3D8R, explicit, J2"
        found.append(row(CASE, UNIT, a, peer[0], "calculix", threads=1, dtype="float64", note=f"{note}; peer {theirs}"))
        equal = f"{CASE}, {small.case.elements:,} elements"
        found.append(row(equal, UNIT, c, peer[0], "calculix", threads=1, dtype="float64", note=f"equal meshes; peer {theirs}"))
    return found


def _contact(repeats: int, cycles: int = LOOKS) -> list[dict[str, Any]]:
    """The sled on a rigid wall and on a plate; the same steps without wall and contact. A look at who is near whom is among them."""
    walled, free = _dropped(_sled_drop(), 100), _dropped(_sled_drop(), 0)
    walls = free.arrays.walls
    none = {field: getattr(walls, field)[:0] for field in walls._fields if field != "impulse"}
    free.arrays = replace(free.arrays, walls=walls._replace(**none, impulse=walls.impulse[:, :0]))

    def pace(run: Run, looking: bool = False) -> float:
        """Steps a second; of two bodies with the looks at who is near whom."""
        begin = time.thread_time()
        _steps(run, cycles, looking)
        return cycles / (time.thread_time() - begin)

    a, b = alternately(repeats, [lambda: pace(walled), lambda: pace(free)])
    note = f"{walled.case.elements:,} elements, {len(walled.case.x):,} nodes; the wall adds {_added(a, b)} to a step"
    found = [row("sled drop on a wall", "steps/s", a, b, "no wall", threads=1, dtype="float64", note=note)]
    for name, orientation in (("a corner", _sled_drop().orientation), ("its whole floor", Orientation())):
        landed, apart = _dropped(_on_a_plate(orientation), 40), _dropped(_on_a_plate(orientation), 0)
        a, b = alternately(repeats, [partial(pace, landed, looking=True), partial(pace, apart)])
        inside = int((landed.contact.face >= 0).sum())
        note = f"{landed.case.elements:,} elements, {len(landed.contact.near):,} nodes near the other body, {inside} inside"
        note += f"; contact adds {_added(a, b)} to a step"
        found.append(row(f"sled drop on a plate, {name}", "steps/s", a, b, "no contact", threads=1, dtype="float64", note=note))
    return found


def _sled_drop() -> CrashSpec:
    return cast(CrashSpec, twin.load("sled_drop").spec)


def _on_a_plate(orientation: Orientation) -> CrashSpec:
    """The sled falls onto a plate of its own material instead of the wall."""
    spec = _sled_drop()
    assert spec.model is not None
    assert spec.impact is not None
    angles = {"roll": orientation.roll, "pitch": orientation.pitch, "yaw": orientation.yaw}
    sled = spec.model.model_copy(update={**angles, "velocity": (0.0, 0.0, -spec.impact.speed)})
    free = spec.model_copy(update={"model": None, "impact": None, "orientation": Orientation(), "parts": {"sled": sled}})
    low, high = bounds(placed(free, Path()))
    side = (*(1.2 * (high - low)[:2]), PLATE)
    under = (*((low + high) / 2)[:2], low[2] - PLATE - GAP)
    plate = {"shape": {"box": {"size": side, "cell": PLATE / 2}}, "material": sled.material, "position": under}
    return free.model_copy(update={"parts": {"sled": sled, "plate": PartSpec.model_validate(plate)}})


def _dropped(spec: CrashSpec, cycles: int) -> Run:
    """So many steps after the start."""
    run = init(prepare(spec, Path()), Target(threads=1))
    step(run, EVER, 1)
    _steps(run, cycles, looking=True)
    return run


def _steps(run: Run, cycles: int, looking: bool) -> None:
    end = int(run.arrays.clock.steps[0]) + cycles
    while (now := int(run.arrays.clock.steps[0])) < end:
        if looking and len(run.contact.nodes) and run.good_until <= now:
            x, v = run.arrays.nodes.x[: len(run.case.x)], run.arrays.nodes.v[: len(run.case.x)]
            run.contact, good = renewed(run.contact, x, v, float(run.arrays.clock.now[1]))
            run.good_until = now + good
        until = min(end, run.good_until) if looking and len(run.contact.nodes) else end
        step(run, EVER, until - now)


def _added(with_: float, without: float) -> str:
    return f"{100 * (without / with_ - 1):.0f} %"
