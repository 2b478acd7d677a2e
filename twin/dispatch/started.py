"""The backend of a batch, started for its target and stopped whatever happens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from twin.dispatch.backends import Backend
from twin.dispatch.batch import Batch
from twin.dispatch.drawn import written
from twin.dispatch.pace import Wishes
from twin.dispatch.paths import batch_folder
from twin.dispatch.placement import computes_on, gpu_share
from twin.dispatch.targets import Destination, RaySection, SlurmSection
from twin.dispatch.wire import Setup
from twin.kinds import load_kind
from twin.scenario import Scenario

__all__ = ["started", "wishes"]


@contextmanager
def started(batch: Batch, scenario: Scenario) -> Iterator[tuple[Backend, Wishes]]:
    """The backend that the batch's target names, and what it wishes of the chunks.

    Raises:
        NodeFailed: the target cannot be reached, or runs another program than this one.
    """
    ticket, store = batch.ticket, batch.store
    folder = batch_folder(store, ticket.id).absolute()
    setup = Setup(
        store=str(store.path.absolute()), batch=str(folder), keep=scenario.keep,
        target=asdict(computes_on(scenario)), slot=0, scenario=dict(scenario.document), folder=str(scenario.folder),
        points=written(scenario, folder),
    )  # fmt: skip
    backend, wishes = _backend(batch, scenario, setup)
    try:
        yield backend, wishes
    finally:
        backend.stop()


def _backend(batch: Batch, scenario: Scenario, setup: Setup) -> tuple[Backend, Wishes]:
    ticket, resources = batch.ticket, scenario.resources
    if ticket.place().backend == "inline":
        from twin.dispatch.backends.inline import Inline

        return Inline(setup, time_limit=resources.time), Wishes(1)
    if ticket.place().backend == "slurm":
        return _slurm(ticket.place(), ticket.workers, scenario, setup)
    if ticket.place().backend == "ray":
        return _ray(ticket.place(), ticket.workers, scenario, setup)
    from twin.dispatch.backends.process import Workers

    return Workers(ticket.workers, setup, time_limit=resources.time, threads=resources.cpu), wishes(ticket.workers, scenario)


def wishes(slots: int, scenario: Scenario) -> Wishes:
    """Jobs that can share a launch come in larger chunks, from the first one on."""
    kind = load_kind(scenario.kind)
    shared = kind.simulate_many is not None and kind.cost(scenario.spec).batch_key and scenario.resources.time is None
    if not shared:
        return Wishes(slots)
    return Wishes(slots, chunk_seconds=3.0, largest=2048, first=1024, shares=2)


def _slurm(place: Destination, slots: int, scenario: Scenario, setup: Setup) -> tuple[Backend, Wishes]:
    from twin.dispatch.backends.slurm import Slurm
    from twin.dispatch.backends.slurm_options import SlurmOptions

    section, resources = place.slurm or SlurmSection(), scenario.resources
    options = SlurmOptions(
        section.partition, section.account, cpus=resources.cpu, memory=resources.memory, gpus=math.ceil(gpu_share(scenario, place)),
        time_limit=section.time, extra=tuple(section.options),
    )  # fmt: skip
    backend = Slurm(slots, setup, launcher=place.launcher, kinds=[scenario.kind], options=options, time_limit=resources.time)
    return backend, Slurm.wishes(slots)


def _ray(place: Destination, slots: int, scenario: Scenario, setup: Setup) -> tuple[Backend, Wishes]:
    from twin.dispatch.backends.ray import RayActors
    from twin.dispatch.backends.ray_options import RayOptions

    section, resources = place.ray or RaySection(address=""), scenario.resources
    options = RayOptions(
        section.address, section.namespace, cpus=resources.cpu, gpus=gpu_share(scenario, place), memory=int(resources.memory or 0),
        labels=section.labels, token_file=section.token_file, environment=place.launcher[0] if place.environment else "",
    )  # fmt: skip
    return RayActors(slots, setup, options, time_limit=resources.time, threads=resources.cpu), wishes(slots, scenario)
