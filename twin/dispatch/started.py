"""The backend of a batch, started for its target and stopped whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from twin.dispatch.backends import Backend
from twin.dispatch.batch import Batch
from twin.dispatch.pace import Wishes
from twin.dispatch.paths import batch_folder
from twin.dispatch.wire import Setup
from twin.kinds import Target
from twin.scenario import Scenario

__all__ = ["started"]


@contextmanager
def started(batch: Batch, scenario: Scenario) -> Iterator[tuple[Backend, Wishes]]:
    """The backend that the batch's target names, and what it wishes of the chunks.

    Raises:
        NodeFailed: the target cannot be reached, or runs another program than this one.
    """
    ticket, store = batch.ticket, batch.store
    setup = Setup(
        store=str(store.path.absolute()), batch=str(batch_folder(store, ticket.id).absolute()), keep=scenario.keep,
        target=asdict(Target()), slot=0, scenario=dict(scenario.document), folder=str(scenario.folder),
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
    from twin.dispatch.backends.process import Workers

    return Workers(ticket.workers, setup, time_limit=resources.time, threads=resources.cpu), Wishes(ticket.workers)
