"""From a scenario to a batch: refused before anything is written, or entered with a ticket and driven."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twin.dispatch import audit
from twin.dispatch.batch import Batch
from twin.dispatch.budget import Budget
from twin.dispatch.drive import drive, take_and_drive
from twin.dispatch.needed import met
from twin.dispatch.placement import Refused, admitted, computes_on, slots
from twin.dispatch.recovery import opened
from twin.dispatch.tally import Tally
from twin.dispatch.targets import Destination, destination
from twin.dispatch.ticket import Ticket
from twin.errors import BadInput, UnknownName
from twin.execute import NeedFailed
from twin.result import Store
from twin.scenario import Blueprint, Scenario, TooManyJobs, load, sweep_count

__all__ = ["LARGE", "Limits", "submit"]

LOCAL_BACKENDS = ("inline", "process")
LARGE = 100_000  # jobs; more must be confirmed
PRIORITIES = range(-10, 11)
Progress = Callable[[Tally], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one drive of a batch may use before it stops cleanly; None is no limit.

    Attributes:
        jobs: jobs that may begin.
        hours: hours of work, all workers together.
    """

    jobs: int | None = None
    hours: float | None = None

    def budget(self) -> Budget:
        """Nothing of it is used yet.

        Raises:
            BadInput: a limit that nothing could be done with.
        """
        return Budget(self.jobs, self.hours)


def submit(
    scenario: Scenario | str | Path,
    *,
    on: str = "local",
    name: str | None = None,
    workers: int | None = None,
    store: Store | str | Path | None = None,
    wait: bool = False,
    backend: str | None = None,
    confirm_large: bool = False,
    chunk: int | None = None,
    priority: int = 0,
    limits: Limits | None = None,
    detach: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """Run all jobs of a scenario's sweep as a batch; jobs that the store knows are not run again.

    This process drives the batch, so the call returns when all jobs have ended, unless it is detached. Interrupted by
    anything, kill -9 included, whatever was finished is kept: submit again, or `Batch.retry()`.

    Args:
        on: where it runs: `local`, or a name of a targets file.
        name: of the batch; by default the scenario's.
        workers: how many jobs at a time; by default as many as cores (and `resources`) allow.
        store: where results are kept; by default TWIN_STORE or ./twin-store.
        wait: until all jobs have ended, also when detached.
        backend: on this machine, `process` (spawned workers, the default) or `inline` (this process, for debugging).
        confirm_large: allow more than 100,000 jobs.
        chunk: jobs that are handed out together; by default chosen from how long they take.
        priority: -10 to 10; beside another batch on the same target, one more has twice its slots.
        limits: what it may use before it stops.
        detach: leave the driving to a process of its own, and return at once.
        progress: called with a `Tally` some times a second.

    Raises:
        BadInput: an unknown target or backend, too many jobs; `Refused` where the target may not have these jobs.
        BadScenario: the scenario, or a combination of swept values, is not valid.
        StoreFault: the store cannot be written; what is finished is kept.
        NodeFailed: no worker can be started.
    """
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    target = _target(on, backend)
    if any(number is not None and number < 1 for number in (workers, chunk)):
        raise BadInput("workers, chunk", (workers, chunk), "whole numbers above 0")
    if priority not in PRIORITIES:
        raise BadInput("priority", priority, f"a whole number, {PRIORITIES[0]} to {PRIORITIES[-1]}")
    budget, count = (limits or Limits()).budget(), sweep_count(scenario)
    if count > LARGE and not confirm_large:
        raise TooManyJobs(count, LARGE)
    store = store if isinstance(store, Store) else Store(store)
    try:
        admitted(scenario, on, target)
    except Refused as refused:
        audit.record(store, "refused", target=on, scenario=scenario.name, file=str(scenario.file or ""), reason=str(refused))
        raise
    doomed = ""
    if scenario.needs:
        try:
            scenario = met(scenario, store, on=on, backend=backend)
        except NeedFailed as error:
            doomed = str(error)
    sheet = Blueprint(scenario, computes_on(scenario))
    with opened(store) as (journal, note):
        if note:
            logging.getLogger("twin").warning(note)
        places = min(workers or slots(scenario, target), count, target.concurrency or count)
        ticket = Ticket.issue(
            scenario, name=name, jobs=count, target=on, destination=target.model_dump(mode="json", exclude_defaults=True),
            workers=places, chunk=chunk, priority=priority,
        )  # fmt: skip
        ticket.write(store)
        audit.record(
            store, "submitted", batch=ticket.id, name=ticket.name, target=on, backend=target.backend, residency=target.residency,
            kind=scenario.kind, file=ticket.file, jobs=count,
        )  # fmt: skip
        journal.add(ticket.id, ticket.name, count, created=ticket.created, priority=priority, target=on)
        batch = Batch(store, ticket)
        if not detach:
            take_and_drive(journal, batch, sheet, budget, progress, doomed=doomed)
            return batch
    from twin.dispatch.detached import detached

    detached(batch, limits or Limits())
    return batch.wait() if wait else batch


def _target(on: str, backend: str | None) -> Destination:
    """The target, with the backend that was asked for in place of its own."""
    target = destination(on)
    if backend is None:
        return target
    if backend not in LOCAL_BACKENDS:
        raise UnknownName("backend", backend, LOCAL_BACKENDS)
    if target.backend not in LOCAL_BACKENDS:
        raise BadInput("--backend", backend, f"left out for {on}, whose backend is {target.backend}", "It is for --on local.")
    return target.model_copy(update={"backend": backend})


def retry(batch: Batch, limits: Limits | None = None, progress: Progress | None = None) -> Batch:
    """Run what failed, was cancelled or never began. This process drives it, and returns at the end.

    Raises:
        BadInput: another process drives it, or its files have changed.
    """
    drive(batch, budget=(limits or Limits()).budget(), progress=progress)
    return batch
