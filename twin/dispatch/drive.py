"""A batch driven by this process, from where it is to its end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.dispatch import audit
from twin.dispatch.batch import Batch
from twin.dispatch.budget import Budget
from twin.dispatch.doomed import fail_all
from twin.dispatch.driver import Books, Driver
from twin.dispatch.filing import Filing
from twin.dispatch.intake import Intake
from twin.dispatch.journal import Journal
from twin.dispatch.keep import Worst, badness, worst_count
from twin.dispatch.library import Library
from twin.dispatch.needed import met
from twin.dispatch.pace import Pace
from twin.dispatch.paths import batch_folder, part_folder
from twin.dispatch.placement import admitted, computes_on
from twin.dispatch.recovery import opened
from twin.dispatch.seat import seat
from twin.dispatch.started import started
from twin.dispatch.tally import Tally
from twin.errors import BadInput, NodeFailed, TwinError
from twin.execute import NeedFailed
from twin.kinds import load_kind
from twin.result import Scalar
from twin.result.aside import clear_abandoned
from twin.result.parts import rows_of
from twin.scenario import Blueprint, Scenario, judge

__all__ = ["drive", "take_and_drive"]

Progress = Callable[[Tally], None]


def drive(batch: Batch, *, budget: Budget | None = None, progress: Progress | None = None) -> None:
    """Go on with a batch: run what was not finished, what failed and what was cancelled.

    Raises:
        BadInput: another process drives it, its files have changed, or its target may not have it any more.
        StoreFault, NodeFailed: as `submit`.
    """
    with opened(batch.store) as (journal, _):
        scenario, ticket = batch.ticket.load(), batch.ticket
        audit.record(batch.store, "taken up", batch=ticket.id, target=ticket.target)
        admitted(scenario, ticket.target, place := ticket.place())
        reason = ""
        if not scenario.resolved or any(not need.id for need in scenario.needs.values()):
            try:
                scenario = met(scenario, batch.store, on=ticket.target, backend=place.backend if ticket.target == "local" else None)
            except NeedFailed as error:
                reason = str(error)
        take_and_drive(journal, batch, Blueprint(scenario, computes_on(scenario)), budget or Budget(), progress, doomed=reason)


def take_and_drive(
    journal: Journal, batch: Batch, sheet: Blueprint, budget: Budget, progress: Progress | None, *, doomed: str = ""
) -> None:
    """Become the batch's driver and drive it; `doomed` is why none of its jobs can run.

    Raises:
        BadInput: another process drives it.
    """
    store, ticket, scenario = batch.store, batch.ticket, sheet.scenario
    if not journal.take(ticket.id):
        raise BadInput(
            f"batch {ticket.id}", "a batch that another process is running", "one that nobody runs", "Wait for it, or cancel it."
        )
    clear_abandoned(store.path)
    number, folder = _number(journal, batch), batch_folder(store, ticket.id)
    ledger = journal.ledger(number)
    ledger.reopen()
    library = Library(store, scenario, journal.units(number))
    filing = Filing(ledger, part_folder(store, ticket.id), lambda: journal.units(number))
    with _seated(journal, number, folder), _log(folder) as note:
        finished, why = False, "interrupted"
        try:
            books = Books(journal, number, filing, _tally(journal, number, batch), _worst(batch, scenario), note, progress)
            intake = Intake(ledger, number, sheet, library)
            if doomed:
                note(doomed)
                for row in fail_all(journal, ledger, sheet, doomed):
                    filing.add(row)
                why = ""
            else:
                why = _driven(books, batch, sheet, intake, budget)
            if why == "cancelled":
                note(why)
                ledger.cancel_rest()
            finished = why in ("", "cancelled")
        except TwinError as error:
            why = f"interrupted: {error}"
            note(why)
            raise
        finally:
            if not finished:
                ledger.give_back()
            journal.add_units(number, library.units)
            filing.file()
            journal.leave(number, ended=finished, reason=why)
            audit.record(store, "ended" if finished and not why else why, batch=ticket.id, target=ticket.target)
    shutil.rmtree(folder / "scratch", ignore_errors=True)
    clear_abandoned(store.path)  # again: a driver whose jobs were taken over may have died meanwhile


@contextmanager
def _seated(journal: Journal, number: int, folder: Path) -> Iterator[None]:
    """The seat of the batch; without it the journal's lease is given back too."""
    try:
        with seat(folder):
            yield
    except BadInput:
        journal.leave(number, ended=False, reason="interrupted")
        raise


def _driven(books: Books, batch: Batch, sheet: Blueprint, intake: Intake, budget: Budget) -> str:
    with started(batch, sheet.scenario) as (backend, wishes):
        expected = load_kind(sheet.scenario.kind).cost(sheet.scenario.spec).seconds
        pace = Pace(wishes, batch.ticket.chunk, expected=expected)
        return Driver(books, backend=backend, sheet=sheet, intake=intake, pace=pace, budget=budget).run()


def _number(journal: Journal, batch: Batch) -> int:
    entry = journal.batch(batch.id)
    if entry is None:
        raise NodeFailed(f"batch {batch.id} vanished from the journal; submit the scenario again.")
    return entry.number


def _tally(journal: Journal, number: int, batch: Batch) -> Tally:
    """What counts already: jobs that ended by themselves."""
    counts = journal.ledger(number).counts()
    return Tally.of(batch.id, batch.ticket.jobs, [row for row in counts if row[0] in ("done", "stopped")])


def _worst(batch: Batch, scenario: Scenario) -> Worst | None:
    """The worst jobs of earlier drives of this batch, where `keep` asks for the worst."""
    count = worst_count(scenario.keep)
    if count is None:
        return None
    worst = Worst(count, batch.store)
    for row in rows_of(batch.results()):
        if not row.cached:
            scalars = {name: Scalar(value) for name, value in row.scalars.items()}
            worst.add(badness(row.status, judge(scenario.expect, scalars)), row.id)
    return worst


@contextmanager
def _log(folder: Path) -> Iterator[Callable[[str], None]]:
    """The batch's own log: what the driver did beside the ordinary."""
    path = folder / "logs" / "driver.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", buffering=1) as file:
        yield lambda text: print(time.strftime("%Y-%m-%d %H:%M:%S"), text, file=file)
