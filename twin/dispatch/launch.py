"""From a scenario to a driven batch: `submit` and `retry`."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from twin.dispatch.backends import Backend
from twin.dispatch.batch import Batch
from twin.dispatch.driver import Driver
from twin.dispatch.filing import Filing
from twin.dispatch.intake import Intake
from twin.dispatch.journal import Journal
from twin.dispatch.keep import Worst, badness, worst_count
from twin.dispatch.library import Library
from twin.dispatch.pace import Pace
from twin.dispatch.paths import batch_folder, part_folder
from twin.dispatch.recovery import opened
from twin.dispatch.tally import Tally
from twin.dispatch.ticket import Ticket
from twin.dispatch.wire import Setup
from twin.errors import BadInput, NodeFailed, UnknownName
from twin.execute import resolve_needs
from twin.kinds import Target
from twin.result import Scalar, Store
from twin.result.aside import clear_abandoned
from twin.result.parts import rows_of
from twin.scenario import Job, Scenario, expand, judge, load, sweep_count

__all__ = ["drive", "submit"]

BACKENDS = ("inline", "process")
TARGETS = ("local",)
LARGE = 100_000  # jobs; more must be confirmed
Progress = Callable[[Tally], None]


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
    progress: Progress | None = None,
) -> Batch:
    """Run all jobs of a scenario's sweep as a batch; jobs that the store knows are not run again.

    On `local` this process drives the batch, so the call returns when all jobs have ended, with or without `wait`.
    Interrupted by anything, kill -9 included, whatever was finished is kept: submit again, or `Batch.retry()`.

    Args:
        on: where it runs: `local`, this machine.
        name: of the batch; by default the scenario's.
        workers: how many jobs at a time; by default as many as cores (and `resources`) allow.
        store: where results are kept; by default TWIN_STORE or ./twin-store.
        backend: `process` (spawned workers, the default) or `inline` (this process, for debugging).
        confirm_large: allow more than 100,000 jobs.
        chunk: jobs that are handed out together; by default chosen from how long they take.
        progress: called with a `Tally` some times a second.

    Raises:
        BadInput: an unknown target or backend, too many jobs.
        BadScenario: the scenario, or a combination of swept values, is not valid.
        StoreFault: the store cannot be written; what is finished is kept.
        NodeFailed: no worker can be started.
    """
    if on not in TARGETS:
        raise UnknownName("--on", on, TARGETS)
    if backend is not None and backend not in BACKENDS:
        raise UnknownName("backend", backend, BACKENDS)
    if any(number is not None and number < 1 for number in (workers, chunk)):
        raise BadInput("workers, chunk", (workers, chunk), "whole numbers above 0")
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    store = store if isinstance(store, Store) else Store(store)
    jobs = expand(scenario, limit=None if confirm_large else LARGE)
    count = sweep_count(scenario)
    if scenario.needs:
        scenario = resolve_needs(scenario, store=store)
        jobs = expand(scenario, limit=None)
    with opened(store) as (journal, note):
        if note:
            logging.getLogger("twin").warning(note)
        places = min(workers or _places(scenario), count)
        ticket = Ticket.issue(scenario, name=name, jobs=count, backend=backend or "process", workers=places, chunk=chunk)
        ticket.write(store)
        journal.add_batch(ticket.id, ticket.name, count, created=ticket.created)
        _drive(journal, store, ticket, scenario, jobs, progress)
    return Batch(store, ticket)


def drive(batch: Batch, *, progress: Progress | None = None) -> None:
    """Go on with a batch: run what was not finished, what failed and what was cancelled.

    Raises:
        BadInput: another process drives it, or its files have changed.
        StoreFault, NodeFailed: as `submit`.
    """
    with opened(batch.store) as (journal, _):
        scenario = batch.ticket.load()
        _drive(journal, batch.store, batch.ticket, scenario, expand(scenario, limit=None), progress)


def _drive(journal: Journal, store: Store, ticket: Ticket, scenario: Scenario, jobs: Iterator[Job], progress: Progress | None) -> None:
    if not journal.take(ticket.id):
        raise BadInput(
            f"batch {ticket.id}", "a batch that another process is running", "one that nobody runs", "Wait for it, or cancel it."
        )
    clear_abandoned(store.path)
    batch = _number(journal, ticket)
    journal.forgive(batch)
    folder = batch_folder(store, ticket.id)
    library = Library(store, scenario, journal.units(batch))
    intake = Intake(journal, batch, jobs, library)
    tally = _tally(journal, batch, ticket)
    with _log(folder) as note, _backend(store, ticket, scenario) as backend:
        driver = Driver(
            journal,
            batch,
            backend=backend,
            intake=intake,
            filing=(filing := Filing(journal, batch, part_folder(store, ticket.id))),
            pace=Pace(ticket.workers, ticket.chunk),
            tally=tally,
            worst=_worst(store, ticket, scenario),
            note=note,
            progress=progress,
        )
        finished = False
        try:
            finished = driver.run()
            if not finished:
                note("cancelled")
                journal.cancel_rest(batch)
                finished = True
        finally:
            if not finished:
                driver.give_back()
            journal.add_units(batch, library.units)
            filing.file()
            journal.leave(batch, ended=finished)
    shutil.rmtree(folder / "scratch", ignore_errors=True)
    clear_abandoned(store.path)  # again: a driver whose jobs were taken over may have died meanwhile


def _number(journal: Journal, ticket: Ticket) -> int:
    entry = journal.batch(ticket.id)
    if entry is None:
        raise NodeFailed(f"batch {ticket.id} vanished from the journal; submit the scenario again.")
    return entry.number


def _tally(journal: Journal, batch: int, ticket: Ticket) -> Tally:
    """What counts already: jobs that ended by themselves."""
    return Tally.of(ticket.id, ticket.jobs, [row for row in journal.counts(batch) if row[0] in ("done", "stopped")])


def _worst(store: Store, ticket: Ticket, scenario: Scenario) -> Worst | None:
    """The worst jobs of earlier drives of this batch, where `keep` asks for the worst."""
    count = worst_count(scenario.keep)
    if count is None:
        return None
    worst = Worst(count, store)
    for row in rows_of(Batch(store, ticket).results()):
        if not row.cached:
            scalars = {name: Scalar(value) for name, value in row.scalars.items()}
            worst.add(badness(row.status, judge(scenario.expect, scalars)), row.id)
    return worst


def _places(scenario: Scenario) -> int:
    """Jobs that fit on this machine at a time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    places = cores // scenario.resources.cpu
    if scenario.resources.memory:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        places = min(places, int(memory // scenario.resources.memory))
    return max(1, places)


@contextmanager
def _backend(store: Store, ticket: Ticket, scenario: Scenario) -> Iterator[Backend]:
    """The ticket's backend; stopped whatever happens."""
    folder, resources = batch_folder(store, ticket.id), scenario.resources
    setup = Setup(str(store.path), str(folder), scenario.keep, asdict(Target()), 0)
    backend: Backend
    if ticket.backend == "inline":
        from twin.dispatch.backends.inline import Inline

        backend = Inline(setup, time_limit=resources.time)
    else:
        from twin.dispatch.backends.process import Workers

        backend = Workers(ticket.workers, setup, time_limit=resources.time, threads=resources.cpu)
    try:
        yield backend
    finally:
        backend.stop()


@contextmanager
def _log(folder: Path) -> Iterator[Callable[[str], None]]:
    """The batch's own log: what the driver did beside the ordinary."""
    path = folder / "logs" / "driver.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", buffering=1) as file:
        yield lambda text: print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=file)
