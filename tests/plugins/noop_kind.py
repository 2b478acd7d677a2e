"""Kind `noop`: computes nothing, fails on request. A distribution of its own, so that every worker finds it on PYTHONPATH."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Literal

from pydantic import Field

from twin.errors import SimulationStopped
from twin.kinds import Context, Cost, Kind, Monitor, Target
from twin.result.model import Result, Scalar
from twin.scenario.paths import resolve
from twin.scenario.schema import Pose, Spec
from twin.units import Length, Time

STEP = 0.01  # [s]; how often a sleeping run looks whether it was cancelled


class NoopSpec(Spec):
    """Gives back what it was given."""

    value: float = Field(0.0, description="comes back as the scalar `value`")
    width: Length = Field(0.02, gt=0, description="a quantity, comes back as the scalar `width`")
    sleep: Time = Field(0.0, ge=0, description="real time that the run takes")
    behaviour: Literal["ok", "raise", "stop", "exit", "hang"] = Field("ok", description="how the run ends")
    ticks: int = Field(0, ge=0, description="count so far, keeping the count after each step")
    work: str = Field("", description="anything; makes the document larger")
    pose: Pose | None = Field(None, description="stands somewhere")
    mesh: str = Field("", description="a file whose bytes belong to the identity")


def simulate(spec: NoopSpec, target: Target, monitor: Monitor, context: Context) -> Result:
    """Sleep, then end as asked."""
    if spec.ticks:
        return _count(spec, monitor, context)
    end = time.monotonic() + spec.sleep
    while (left := end - time.monotonic()) > 0:
        if monitor.cancelled():
            return Result("stopped", reason="cancelled")
        time.sleep(min(STEP, left))
    match spec.behaviour:
        case "raise":
            raise RuntimeError("noop was asked to raise")
        case "stop":
            raise SimulationStopped("noop was asked to stop")
        case "exit":
            os._exit(17)
        case "hang":
            while True:
                time.sleep(1)
    return Result("done", scalars={"value": Scalar(spec.value), "seed": Scalar(context.seed), "width": Scalar(spec.width, "m")})


def _count(spec: NoopSpec, monitor: Monitor, context: Context) -> Result:
    """Count to `ticks`, a step each; the count is kept, so that another attempt goes on from it."""
    checkpoint = context.checkpoint
    state = checkpoint.load() if checkpoint else None
    begun = count = int(state["count"]) if state else 0
    while count < spec.ticks:
        time.sleep(STEP)
        count += 1
        if checkpoint:
            checkpoint.save(count=count)
        if monitor.cancelled():
            return Result("stopped", reason="cancelled")
    return Result("done", scalars={"value": Scalar(float(count))}, log=f"counted from {begun}")


def files(spec: NoopSpec, folder: Path) -> list[Path]:
    """The mesh, where one is named."""
    return [resolve(spec.mesh, folder)] if spec.mesh else []


KIND = Kind(
    name="noop",
    summary="nothing at all: for tests and benchmarks",
    spec=NoopSpec,
    simulate=simulate,
    scalars=lambda spec: {"value": "1", "seed": "1", "width": "m"},
    version=lambda: {"noop": "1"},
    files=files,
    cost=lambda spec: Cost(spec.sleep),
    example="twin: 1\nkind: noop\nvalue: 1 # comes back\nexpect: {value: {min: 0}}\n",
)
