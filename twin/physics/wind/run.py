"""One grid's run: wind from rest, forces sampled until the drag's interval is small enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from twin.kinds import Monitor, Target
from twin.physics.wind.case import Case
from twin.physics.wind.guard import sound, trouble
from twin.physics.wind.mean_field import MeanField
from twin.physics.wind.measure import Measured, measured
from twin.physics.wind.state import Flow, smagorinsky_factor

__all__ = ["CANCELLED", "Run", "advance_until_known", "init", "step"]

CANCELLED = "cancelled"
SAMPLE = 0.05  # time between two samples of the forces, in L / U
SOUND = 4  # samples between two looks for numbers that are not finite
FIELD = 8  # samples between two samples of the fields
GUST_LENGTH = 8.0  # of its wave, in reference lengths
LOOKS = 8  # a flow-through: is the interval small enough


@dataclass(eq=False)
class Run:
    """A flow and what was measured of it so far.

    Attributes:
        every: steps between two samples; steps: at which samples were taken; loads: (bodies, 6) of each, lattice units.
        seconds: that the steps took.
    """

    case: Case
    flow: Flow
    mean: MeanField
    every: int
    steps: list[int] = field(default_factory=list)
    loads: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0

    def measured(self) -> Measured:
        """Statistics up to here."""
        loads = np.array(self.loads).reshape(len(self.steps), len(self.case.names), 6)
        return measured(np.array(self.steps, int), loads, self.case.names, self.case.layout)

    def state(self) -> dict[str, Any]:
        """All that later steps depend on, arrays by name."""
        return {
            "f": self.flow.fetch(), "level": self.flow.level, "step": self.flow.step,
            "steps": np.array(self.steps, int), "loads": np.array(self.loads), "seconds": self.seconds,
            "mean": self.mean.values, "mean_begin": self.mean.begin, "mean_count": self.mean.count,
        }  # fmt: skip

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.flow.f[:], self.flow.level[:] = state["f"], state["level"]
        self.flow.step = int(state["step"])
        self.steps, self.loads = state["steps"].tolist(), list(state["loads"])
        self.mean.values[:] = state["mean"]
        self.mean.begin, self.mean.count, self.seconds = int(state["mean_begin"]), int(state["mean_count"]), float(state["seconds"])


def init(case: Case, target: Target) -> Run:
    """At rest, but for a gust across the wind: a symmetric wake would wait long for rounding errors to wake it."""
    layout = case.layout
    factor = smagorinsky_factor(layout.eddies)
    flow = Flow.at_rest(
        case.grid, case.boundary, layout.excesses(), smagorinsky=factor, odd_at_once=layout.odd_at_once, dtype=case.dtype, target=target
    )
    _gust(flow, case)
    every = max(2, round(SAMPLE * layout.length / layout.cell / layout.lattice_speed))
    return Run(case, flow, MeanField(case.grid), every)


def _gust(flow: Flow, case: Case) -> None:
    """A weak wave of air that moves up and down, and left and right, fading towards the sides."""
    layout, (nx, ny, nz) = case.layout, case.layout.shape
    strength = case.spec.tunnel.gust * layout.lattice_speed
    if not strength:
        return
    wave = 2 * np.pi * layout.cell / (GUST_LENGTH * layout.length)
    y, z = np.indices((ny, nz)) + 0.5
    fading = np.sin(np.pi * z / nz) * (1.0 if layout.lattice.plane else np.sin(np.pi * y / ny))
    u = np.zeros((ny, nz, 3))
    for x in range(nx):
        u[..., 2] = strength * fading * np.sin(wave * x)
        if not layout.lattice.plane:
            u[..., 1] = 0.5 * strength * fading * np.cos(wave * x)
        flow.start_plane(x, 0.0, u)


def step(run: Run) -> None:
    """Advance to the next sample and take it: the mean of two steps."""
    begin = time.perf_counter()
    layout = run.case.layout
    run.flow.advance(layout.paces(run.flow.step, run.every - 1))
    before = _loads(run)
    run.flow.advance(layout.paces(run.flow.step, 1))
    run.steps.append(run.flow.step)
    # at small viscosities forces jump up and down from step to step, by as much as they are: populations are odd and even in turn
    run.loads.append(0.5 * (before + _loads(run)))
    if len(run.steps) % FIELD == 0 and run.flow.step > layout.ramp_steps:
        run.mean.take(run.flow)
    run.seconds += time.perf_counter() - begin


def _loads(run: Run) -> np.ndarray:
    """Forces and moments on all bodies in the step just done, (bodies, 6)."""
    loads = run.flow.loads(run.case.arms)
    return np.array([loads.get(number, np.zeros(6)) for number in range(1, len(run.case.names) + 1)])


def advance_until_known(run: Run, monitor: Monitor, save: Callable[[], None], due: Callable[[], bool]) -> str:
    """Steps until the drag is known, or the longest time is over. Returns why it was stopped before that, or "".

    Args:
        save: keeps the run's state; due: whether it is time to.
    """
    layout, until = run.case.layout, run.case.spec.until
    last = round(until.max_flow_throughs * layout.pass_steps)
    looks = max(SOUND, layout.pass_steps // (LOOKS * run.every))
    while run.flow.step < last:
        if monitor.cancelled():
            save()
            return CANCELLED
        step(run)
        count = len(run.steps)
        finite = count % SOUND != 0 or sound(run.flow)
        if (count % looks == 0 or not finite) and (found := trouble(run.flow, layout)):
            return found
        if not finite:  # not where air is
            run.flow.clean()
        if count % looks == 0 and _known(run, monitor, last):
            break
        if due():
            save()
    return ""


def _known(run: Run, monitor: Monitor, last: int) -> bool:
    """Whether the drag's interval is as small as wanted; the mean field forgets what was start-up."""
    layout, until = run.case.layout, run.case.spec.until
    drag = run.measured().drag
    passes = run.flow.step / layout.pass_steps
    relative = drag.ci95 / abs(drag.value) if drag.value else np.inf
    monitor.progress(run.flow.step / last, f"Cd = {drag.value:.4g} +- {100 * relative:.2g} %, {passes:.1f} flow-throughs")
    known = bool(passes >= until.min_flow_throughs and relative <= until.drag_ci95)
    beyond_ramp = [k for k in run.steps if k > layout.ramp_steps]
    if not known and drag.begin < len(beyond_ramp):  # the last look leaves the mean field as it is
        run.mean.restart_before(beyond_ramp[drag.begin], run.flow.step)
    return known
