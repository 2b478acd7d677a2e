"""A batch as its user sees it, from this process or any other on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.dispatch import audit
from twin.dispatch.journal import Entry, Journal
from twin.dispatch.paths import batch_folder, part_folder
from twin.dispatch.recovery import opened
from twin.dispatch.rows import text_row
from twin.dispatch.tally import Tally
from twin.dispatch.ticket import Ticket
from twin.errors import BadInput, NodeFailed, StoreFault, UnknownName
from twin.result import Store
from twin.result.parts import Row, read_part, row_table, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.dispatch.submission import Limits
    from twin.scenario import Scenario

__all__ = ["Batch", "batches", "open_batch"]

LOOK_SECONDS = 0.5  # between looks at a batch that another process drives


class Batch:
    """A submitted scenario and what came of its jobs. Made by `submit` and `open_batch`."""

    def __init__(self, store: Store, ticket: Ticket) -> None:
        self.store, self.ticket = store, ticket

    def __repr__(self) -> str:
        return f"<batch {self.id} {self.name!r} of {self.ticket.jobs} jobs in {self.store.path}>"

    @property
    def id(self) -> str:
        """Unique in the store; sorts by time."""
        return self.ticket.id

    @property
    def name(self) -> str:
        """What people call it; later batches may have the same name."""
        return self.ticket.name

    @property
    def swept(self) -> list[str]:
        """Swept paths, in the scenario's order."""
        return list(self.ticket.swept)

    @property
    def scenario(self) -> Mapping[str, Any]:
        """The scenario's document, sweep and study included."""
        return self.ticket.scenario

    @cached_property
    def loaded(self) -> Scenario:
        """The scenario itself."""
        return self.ticket.load()

    @property
    def units(self) -> dict[str, str]:
        """Scalar -> SI unit."""
        with opened(self.store) as (journal, _):
            return journal.units(self._entry(journal).number)

    @property
    def begun(self) -> bool:
        """Whether somebody drives it, or has driven it to an end."""
        with opened(self.store) as (journal, _):
            entry = self._entry(journal)
            return entry.driven or entry.ended or bool(entry.reason)

    def status(self) -> dict[str, Any]:
        """How far it is: `state`, its `reason`, counts as in `summary`, entered, placed, running, lost, pending, seconds, at.

        `state` is running, ended, cancelled, interrupted (its driver is gone) or stopped (a budget was spent).
        """
        with opened(self.store) as (journal, _):
            entry = self._entry(journal)
            tally = Tally.of(entry.id, entry.jobs, journal.ledger(entry.number).counts())
        left = entry.jobs - tally.ended
        state = _state(entry, left, tally)
        cancelled = tally.states["cancelled"] + (left if state == "cancelled" else 0)
        under_way = {key: tally.states[key] for key in ("placed", "lost")}
        pending = 0 if state == "cancelled" else left - tally.running - sum(under_way.values())
        return {
            "name": self.name, "state": state, "reason": entry.reason, "at": entry.target, "priority": entry.priority, **_counts(tally),
            "cancelled": cancelled, "running": tally.running, **under_way, "pending": pending, "entered": tally.entered,
            "seconds": entry.seconds,
        }  # fmt: skip

    def summary(self, study: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What `twin submit --json` prints: batch, jobs, done, stopped, failed, cached, verdicts, study, seconds.

        `done` and `stopped` include cached jobs. `study` is put in as given: judging is the business of `twin.study`.
        """
        status = self.status()
        counts = {key: status[key] for key in ("batch", "jobs", "done", "stopped", "failed", "cached", "verdicts")}
        return {**counts, "study": study, "seconds": round(status["seconds"], 3)}

    def results(self) -> pa.Table:
        """One row a job that has ended: id, index, status, verdict, reason, seconds ..., `swept.<path>`, each scalar by its name."""
        import pyarrow as pa

        with opened(self.store) as (journal, _):
            batch = self._entry(journal).number
            ledger, units = journal.ledger(batch), journal.units(batch)
            loose, parts = [text_row(text) for text in ledger.loose_rows()], ledger.parts()
            ended = sum(count for state, _, _, count in ledger.counts() if state in ("done", "stopped", "failed"))
            replaced = ended != len(loose) + sum(rows for _, rows in parts.values())
            current = dict(ledger.part_of()) if replaced else None
        tables = [self._part(number, name, current) for number, (name, _) in sorted(parts.items())]
        if loose or not tables:
            tables.append(row_table(loose, units))
        table = pa.concat_tables(tables, promote_options="permissive") if len(tables) > 1 else tables[0]
        return table.sort_by("index")

    def sql(self, query: str) -> pa.Table:
        """Answer of a SELECT over the table `results`.

        Raises:
            BadInput: the SQL is wrong.
        """
        from twin.result.sql import query_tables

        return query_tables({"results": self.results()}, query)

    def rows(self) -> list[dict[str, Any]]:
        """As plain data: id, index, status, verdict, reason, values (swept path -> value), scalars (name -> value), in order."""
        keys = ("id", "index", "status", "verdict", "reason", "values", "scalars", "seconds", "attempts", "cached", "log")
        return [{key: getattr(row, key) for key in keys} for row in rows_of(self.results())]

    def row(self, job: str) -> Row:
        """The row of a job, by its number or the beginning of its id.

        Raises:
            UnknownName: no ended job of this batch is called so.
        """
        rows = rows_of(self.results())
        found = [row for row in rows if str(row.index) == job] or [row for row in rows if row.id.startswith(job)]
        if not found:
            raise UnknownName(f"job of batch {self.id}", job, [str(row.index) for row in rows[:20]])
        return found[0]

    def folder(self, id: str) -> Path | None:
        """The result folder of a job; None when `keep` did not ask for it."""
        return self.store.folder(id) if self.store.has(id) else None

    @property
    def log(self) -> str:
        """What the driver noted: crashes, retries, the end."""
        path = batch_folder(self.store, self.id) / "logs" / "driver.log"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def wait(self, progress: Callable[[dict[str, Any]], None] | None = None) -> Batch:
        """Wait until nobody works on it any more; `progress` is called with `status()`.

        Raises:
            NodeFailed: its driver is gone and jobs are left.
        """
        while (status := self.status())["state"] == "running":
            if progress:
                progress(status)
            time.sleep(LOOK_SECONDS)
        if status["state"] == "interrupted":
            left = sum(status[key] for key in ("pending", "placed", "running", "lost"))
            why = status["reason"].removeprefix("interrupted: ")
            cause = f" It said: {why}" if why not in ("", "interrupted") else ""
            raise NodeFailed(f"batch {self.id}: its driver is gone, {left} jobs are left; `twin retry {self.id}`.{cause}")
        return self

    def cancel(self) -> None:
        """End it: running jobs are stopped, waiting ones are not begun; finished ones stay."""
        with opened(self.store) as (journal, _):
            entry = self._entry(journal)
            if entry.driven:
                journal.ask_cancel(entry.number)
            elif not entry.ended and journal.take(self.id):
                journal.ledger(entry.number).cancel_rest()
                journal.leave(entry.number, ended=True, reason="cancelled")
        audit.record(self.store, "cancel asked", batch=self.id)

    def retry(self, progress: Callable[[Tally], None] | None = None, limits: Limits | None = None) -> Batch:
        """Run what failed, was cancelled or never began. This process drives it, and returns at the end.

        Raises:
            BadInput: another process drives it, or its files have changed.
        """
        from twin.dispatch.submission import retry

        return retry(self, limits, progress)

    def _entry(self, journal: Journal) -> Entry:
        entry = journal.batch(self.id)
        if entry is None:
            raise StoreFault(f"{self.store.path}: batch {self.id} is not in the journal; submit the scenario again.")
        return entry

    def _part(self, number: int, name: str, current: Mapping[int, int] | None) -> pa.Table:
        """A part without the rows that a later part replaced."""
        import pyarrow as pa

        table = read_part(part_folder(self.store, self.id) / name)
        if current is None:
            return table
        return table.filter(pa.array([current.get(index) == number for index in table["index"].to_pylist()], pa.bool_()))


def open_batch(which: str = "latest", store: Store | str | Path | None = None) -> Batch:
    """A batch by its id, the beginning of its id, its name (the latest of that name), or `latest`.

    Raises:
        UnknownName: the store has none such.
    """
    store = store if isinstance(store, Store) else Store(store)
    entries = batches(store)
    if not entries:
        raise BadInput(
            f"batch in {store.path}", which, "a batch, and this store has none", "`twin submit FILE` makes one; is it another --store?"
        )
    by_rank = (
        [e for e in entries if which in (e.id, "latest")],
        [e for e in entries if e.name == which],
        [e for e in entries if e.id.startswith(which)],
    )
    for found in by_rank:
        if found:
            return Batch(store, Ticket.read(batch_folder(store, found[-1].id)))
    raise UnknownName(f"batch in {store.path}", which, {name for entry in entries[-10:] for name in (entry.id, entry.name)})


def batches(store: Store) -> list[Entry]:
    """All batches of a store, the oldest first; none when it does not exist."""
    if not store.path.is_dir():
        return []
    with opened(store) as (journal, _):
        return journal.batches()


def _state(entry: Entry, left: int, tally: Tally) -> str:
    if entry.driven:
        return "running"
    if not entry.ended:
        return "stopped" if entry.reason.startswith("the budget") else "interrupted"
    return "cancelled" if left or tally.states["cancelled"] else "ended"


def _counts(tally: Tally) -> dict[str, Any]:
    states = {state: tally.states[state] for state in ("done", "stopped", "failed")}
    verdicts = {verdict: tally.verdicts[verdict] for verdict in ("pass", "fail", "none")}
    return {"batch": tally.batch, "jobs": tally.jobs, **states, "cached": tally.cached, "verdicts": verdicts}
