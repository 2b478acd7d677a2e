"""The run of a case: step after step, looked at between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.errors import BadInput
from twin.geometry.solid_mesh import exterior
from twin.kernel.barrier import arrivals, together
from twin.kinds import Monitor, Target
from twin.physics.crash import loops
from twin.physics.crash.case import Case
from twin.physics.crash.contact import Contact, begun, renewed, swinging
from twin.physics.crash.energy import Energies, energies
from twin.physics.crash.guard import collapsed, trouble
from twin.physics.crash.history import History
from twin.physics.crash.lanes import JOHNSON_COOK, TABLE
from twin.physics.crash.sections import sections_of
from twin.physics.crash.start import Arrays, started
from twin.physics.crash.swings import stable

__all__ = ["CANCELLED", "Run", "advance_to_end", "init", "step"]

CANCELLED = "cancelled"
FEWEST = 2000  # elements a thread: with less it waits longer for the others than it saves
NUMBERS = ("peak", "first_step", "seconds", "good_until")
PATIENCE = 0.2  # [s] between two looks at the monitor


@dataclass(eq=False)
class Run:
    """A case under way.

    Attributes:
        skin: faces of all bodies, node numbers (q, 4); skin_owners: their elements.
        start: kinetic energy at the start [J]; lifted: what gravity's potential was then [J]; peak: largest internal energy [J].
        seconds: that the steps took; compile_seconds: that were lost at the first.
        good_until: step up to which the contact's candidates are good.
        on_cuda: whether a GPU takes the steps; device: the arrays there (`loops_cuda.Device`), once a step has been taken.
    """

    case: Case
    arrays: Arrays
    contact: Contact
    history: History
    threads: int
    skin: np.ndarray
    skin_owners: np.ndarray
    start: float
    lifted: float
    peak: float = 0.0
    first_step: float = 0.0
    seconds: float = 0.0
    compile_seconds: float = 0.0
    pace: float = 0.0
    good_until: int = 0
    on_cuda: bool = False
    device: Any = None

    def outside(self, found: Energies) -> float:
        """External work so far [J]."""
        return found.external - self.lifted

    def state(self) -> dict[str, Any]:
        """All that later steps depend on, arrays by name."""
        if self.device is not None:
            self.device.fetch(whole=True)
        held = {f"{name}.{field}": array for name, group in self._groups().items() for field, array in _arrays(group)}
        numbers = {name: getattr(self, name) for name in NUMBERS}
        return {**held, **numbers, **self.history.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.device = None
        for name, group in self._groups().items():
            if name != "contact":
                for field, array in _arrays(group):
                    array[...] = state[f"{name}.{field}"]
        self.contact = Contact(*(np.array(state[f"contact.{field}"]) for field in Contact._fields))  # candidates: any number
        for name in NUMBERS:
            setattr(self, name, type(getattr(self, name))(state[name]))
        self.history.restore(state)

    def _groups(self) -> dict[str, Any]:
        """What the loops change."""
        a = self.arrays
        return {
            "nodes": a.nodes, "blocks": a.blocks, "walls": a.walls, "clock": a.clock, "bodies": a.bodies, "springs": a.springs,
            "contact": self.contact,
        }  # fmt: skip


def _arrays(group: Any) -> Iterator[tuple[str, np.ndarray]]:
    return ((field, array) for field, array in group._asdict().items() if isinstance(array, np.ndarray))


def init(case: Case, target: Target) -> Run:
    """At time 0, with the first row and the first frame written down."""
    quads, owners = skin_of(case)
    arrays = started(case, quads, owners)
    if target.device == "cuda":
        _refuse(arrays)
        from twin.physics.crash.loops_cuda import in_rows

        arrays = in_rows(arrays)
    probes = [case.place(place, where) for where, place in case.spec.probes()]
    history = History(probes, sections_of(case, arrays.order), np.unique(quads), len(arrays.walls.shape), len(case.names))
    contact = begun(case, quads, owners)
    found = energies(arrays, contact)
    threads = max(1, min(target.threads, case.elements // FEWEST))
    arrays.clock.limits[2] += swinging(contact, case.node_mass)
    run = Run(case, arrays, contact, history, threads, quads, owners, found.kinetic, found.external, on_cuda=target.device == "cuda")
    run.first_step = case.spec.timing.safety * stable(float(arrays.blocks.step.min()), *arrays.clock.limits[2:].tolist())
    history.sample(arrays, contact, found, 0.0)
    history.frame(arrays)
    return run


def _refuse(arrays: Arrays) -> None:
    """What one thread does alone on the CPU has no loops on CUDA.

    Raises:
        BadInput: rigid bodies, ties or springs.
    """
    for name, found in (("rigid bodies", arrays.bodies.mass), ("ties", arrays.ties.nodes), ("springs", arrays.springs.length)):
        if len(found):
            remedy = "Leave --target away: elements, walls, motions, forces and contact run on cuda."
            raise BadInput("--target", "cuda", f"cpu for a crash with {name}", remedy)


def skin_of(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Outer faces of all bodies: node numbers (q, 4), elements (q,)."""
    quads, owners = [], []
    for k, mesh in enumerate(case.meshes.values()):
        skin = exterior(mesh)
        quads.append(skin.quads + case.first_node[k])
        owners.append(skin.owners + case.first_element[k])
    return np.concatenate(quads), np.concatenate(owners)


def step(run: Run, until: float, cycles: int) -> None:
    """At most so many steps, or to the time `until` [s]."""
    if run.on_cuda:
        _step_on_device(run, until, cycles)
        return
    a, arrived = run.arrays, arrivals(run.threads)
    laws = set(run.case.laws.tolist())
    curved, heated = (1 if law in laws else None for law in (TABLE, JOHNSON_COOK))
    tets = 1 if run.case.tet.any() else None
    groups = a.nodes, a.blocks, a.walls, a.motions, a.clock, run.contact, a.bodies, a.ties, a.springs, curved, heated, tets
    together(lambda me: loops.advance(*groups, until, cycles, arrived, me, run.threads), run.threads)


def _step_on_device(run: Run, until: float, cycles: int) -> None:
    if run.device is None:
        from twin.physics.crash.loops_cuda import Device

        run.device = Device(run.arrays, run.contact)
    run.device.advance(until, cycles, run.contact)
    run.device.fetch(whole=bool(run.case.spec.sections))


def advance_to_end(run: Run, monitor: Monitor, save: Callable[[], None], due: Callable[[], bool]) -> str:
    """Steps until the end. Returns why it was stopped before that, or "".

    Args:
        save: keeps the run's state; due: whether it is time to.
    """
    end, clock, spec = float(run.case.spec.until or 0.0), run.arrays.clock, run.case.spec
    begin = time.perf_counter()
    monitor.progress(0.0, "compiling kernels (once)")
    step(run, end, 0)
    run.compile_seconds = time.perf_counter() - begin
    looked = 0.0
    while clock.now[0] < end:
        sample, frame = len(run.history.rows), len(run.history.times)
        until = min(end * sample / spec.samples, end) if sample < spec.samples else end
        before, begin = int(clock.steps[0]), time.perf_counter()
        step(run, until, _cycles(run))
        spent = time.perf_counter() - begin
        run.seconds += spent
        run.pace = spent / max(1, int(clock.steps[0]) - before)
        ended = clock.now[0] >= until
        if ended or int(clock.steps[0]) == before or collapsed(run):
            found = energies(run.arrays, run.contact)
            run.peak = max(run.peak, found.internal)
            run.history.sample(run.arrays, run.contact, found, run.outside(found))
            if clock.now[0] >= end * frame / (spec.frames - 1) * (1 - 1e-12):
                run.history.frame(run.arrays)
            if reason := trouble(run, found):
                return reason
        looked += spent
        if looked > PATIENCE or not ended:
            looked = 0.0
            monitor.progress(float(clock.now[0]) / end, f"t = {1e3 * clock.now[0]:.3g} ms, step {1e6 * clock.now[1]:.2g} us")
            if monitor.cancelled():
                save()
                return CANCELLED
            if due():
                save()
    return ""


def _cycles(run: Run) -> int:
    """Steps until the next look at the monitor, or at who is near whom."""
    cycles = max(1, int(PATIENCE / run.pace)) if run.pace > 0 else 10
    if not len(run.contact.nodes):
        return cycles
    if run.good_until <= int(run.arrays.clock.steps[0]):
        count = len(run.case.x)
        dt = float(run.arrays.clock.now[1]) or float(run.arrays.blocks.step.min())
        run.contact, good = renewed(run.contact, run.arrays.nodes.x[:count], run.arrays.nodes.v[:count], dt)
        run.good_until = int(run.arrays.clock.steps[0]) + good
    return min(cycles, run.good_until - int(run.arrays.clock.steps[0]))
