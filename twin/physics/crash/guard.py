"""A run that has become nonsense is stopped at once, and says where, when and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin.physics.crash.constants import sound
from twin.physics.crash.critical import edges_and_volumes
from twin.physics.crash.energy import Energies
from twin.physics.crash.layout import ENERGY, PLASTIC, STEP
from twin.physics.crash.walls import distances

if TYPE_CHECKING:
    from twin.physics.crash.run import Run

__all__ = ["COUNTS", "collapsed", "trouble"]

COUNTS = 0.01  # of the energy there is: below, shares of the internal energy mean nothing
DEEPEST = 0.5  # of the element behind a face: deeper, a node would come out on the wrong side
PASSES = 5.0  # of sound through the largest body: before, the first waves of a load are all the energy there is
MATTERS = 0.05  # of the energy there is: hourglass energy below does not spoil a run


def collapsed(run: Run) -> bool:
    """Whether the time step is smaller than it may be: looked at more often than the rest, for such a run may never see its next sample."""
    smallest = float(run.arrays.blocks.step.min()) * run.case.spec.timing.safety
    return bool(0.0 < smallest < run.case.spec.guards.smallest_step * run.first_step)


def trouble(run: Run, found: Energies) -> str:
    """What is wrong with the run, in words; empty when nothing is."""
    limits, now = run.case.spec.guards, f"at t = {1e3 * run.arrays.clock.now[0]:.4g} ms (step {int(run.arrays.clock.steps[0]):,})"
    sound_numbers = bool(np.isfinite(found.total)) and run.arrays.blocks.step.min() > 0
    if not sound_numbers and (inverted := _inverted(run)):
        remedy = "Take a finer mesh there, a failure_strain for its material, or a smaller timing.safety"
        return f"an element has turned inside out {now}: {inverted}. {remedy}."
    if not sound_numbers:
        remedy = "Take a smaller timing.safety, or look at what holds and drives this part"
        return f"a number is not finite {now}: {_first_broken(run)}. {remedy}."
    if collapsed(run):
        dt = float(run.arrays.blocks.step.min()) * run.case.spec.timing.safety
        remedy = "Take a coarser or more regular mesh there, timing.mass_scaling, a failure_strain, or a smaller guards.smallest_step"
        return f"the time step has collapsed to {dt:.2g} s from {run.first_step:.2g} s {now}: {_worst(run)}. {remedy}."
    deepest = run.contact.deepest
    if len(deepest) and deepest.max() > DEEPEST:
        worst = int(np.argmax(deepest))
        node, part = int(run.contact.nodes[worst]), run.case.names[int(run.contact.part[worst])]
        x, y, z = 1e3 * run.case.x[node]
        remedy = "Take a larger contact.stiffness or a smaller timing.safety; the other body may be much stiffer or too coarse"
        where = f"node of {part}, at ({x:.4g}, {y:.4g}, {z:.4g}) mm at the start"
        return f"a {where}, is {100 * deepest.max():.0f} % of an element's thickness deep in another body {now}. {remedy}."
    if sunk := _sunk(run):
        remedy = "A body that is driven or held is stopped by no wall; others want a larger contact.stiffness"
        return f"{sunk} {now}. {remedy}."
    error = found.error(run.start, run.outside(found), run.peak)
    if error > limits.energy_error:
        remedy = "Take a smaller timing.safety, or softer contact; guards.energy_error is the limit"
        return f"the energy balance is off by {100 * error:.3g} % {now}: {_hottest(run)}. {remedy}."
    there = run.start + run.outside(found)
    if found.hourglass > limits.hourglass * run.peak and found.hourglass > MATTERS * there and _passed(run):
        share = f"{100 * found.hourglass / run.peak:.3g} %" if run.peak > 0 else "all"
        remedy = "Take a finer mesh there, or other hourglass coefficients; guards.hourglass is the limit"
        return f"hourglass energy is {share} of the internal energy {now}: {_hottest(run)}. {remedy}."
    return ""


def _named(run: Run, element: int) -> str:
    """`element 12 of sled at (1, 2, 3) mm`, where it stood at the start."""
    case, part = run.case, int(run.case.part[element])
    x, y, z = 1e3 * case.x[case.connect[element]].mean(axis=0)
    return f"element {element - int(case.first_element[part])} of {case.names[part]} at ({x:.4g}, {y:.4g}, {z:.4g}) mm"


def _passed(run: Run) -> bool:
    """Whether sound has passed the bodies some times."""
    case = run.case
    ways = [float(np.ptp(mesh.nodes, axis=0).max()) / sound(case.materials[name]) for name, mesh in case.meshes.items()]
    return bool(run.arrays.clock.now[0] > PASSES * max(ways))


def _sunk(run: Run) -> str:
    """A rigid body that has gone into a rigid wall; empty where none has."""
    bodies, walls, case = run.arrays.bodies, run.arrays.walls, run.case
    for b, name in enumerate(name for name, m in case.materials.items() if m.rigid):
        x = run.arrays.nodes.x[bodies.members[bodies.first[b] : bodies.first[b + 1]]]
        size = float(case.lengths[case.part == case.names.index(name)].min())
        for kind, place in zip(walls.shape, walls.place, strict=True):
            deep = -float(distances(int(kind), place, x).min())
            if deep > DEEPEST * size:
                return f"{name}, a rigid body, is {1e3 * deep:.3g} mm deep in a rigid wall"
    return ""


def _inverted(run: Run) -> str:
    """The first element without a positive volume; empty where all have one."""
    _, volumes = edges_and_volumes(run.arrays.nodes.x, run.case.connect, run.case.tet)
    standing = run.arrays.blocks.connect[run.arrays.order.block, 0, run.arrays.order.lane] < len(run.case.x)
    bad = np.flatnonzero((volumes <= 0) & standing)
    return _named(run, int(bad[0])) if len(bad) else ""


def _worst(run: Run) -> str:
    """The element with the smallest critical step."""
    steps = run.arrays.order.read(run.arrays.blocks.state, STEP)
    lengths, _ = edges_and_volumes(run.arrays.nodes.x, run.case.connect, run.case.tet)
    worst = int(np.argmin(steps))
    return f"{_named(run, worst)}, its length is {1e3 * lengths[worst]:.3g} mm of {1e3 * run.case.lengths[worst]:.3g} mm"


def _first_broken(run: Run) -> str:
    """The first element with a node whose place, velocity or force is not finite, or whose energy is none; else the fastest."""
    nodes = run.arrays.nodes
    broken = ~(np.isfinite(nodes.x).all(axis=1) & np.isfinite(nodes.v).all(axis=1) & np.isfinite(nodes.f).all(axis=1))
    elements = np.flatnonzero(broken[run.case.connect].any(axis=1))
    if not len(elements):
        elements = np.flatnonzero(~np.isfinite(run.arrays.order.read(run.arrays.blocks.state, ENERGY)))
    return f"{_named(run, int(elements[0]))}, one of {len(elements):,}" if len(elements) else _hottest(run)


def _hottest(run: Run) -> str:
    """The element with the largest plastic strain, or, where nothing yields, the fastest node's."""
    strains = run.arrays.order.read(run.arrays.blocks.state, PLASTIC)
    if strains.max() > 0:
        return f"the largest plastic strain is in {_named(run, int(np.argmax(strains)))}"
    fast = np.linalg.norm(run.arrays.nodes.v[: len(run.case.x)], axis=1)
    element = int(np.flatnonzero((run.case.connect == int(np.argmax(fast))).any(axis=1))[0])
    return f"the fastest node is at {_named(run, element)}"
