"""The journal: which batch a store has, who drives it, and how far it is. Its jobs are in `twin.dispatch.ledger`.

One process writes about a batch (its driver); many transitions share a commit.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.dispatch.database import Database
from twin.dispatch.lease import alive, mine
from twin.dispatch.ledger import Ledger

__all__ = ["Entry", "Journal"]

COLUMNS = "number, id, name, jobs, created, ended, began, seconds, driver, cancel, priority, target, reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch in the journal.

    Attributes:
        created: when it was submitted, in seconds since the epoch.
        ended: nothing is left to run.
        began: when its driver began, in seconds since the epoch; None when nobody drives it.
        spent: seconds of earlier drives.
        priority: its weight against other batches on the same machine is 2^priority.
        target: where it runs.
        reason: why it stopped before its end; empty otherwise.
    """

    number: int
    id: str
    name: str
    jobs: int
    created: float
    ended: bool
    began: float | None
    spent: float
    driver: str | None
    cancel: bool
    priority: int
    target: str
    reason: str

    @property
    def driven(self) -> bool:
        """Whether a living process runs this batch."""
        return alive(self.driver)

    @property
    def seconds(self) -> float:
        """Wall time that somebody has driven it; a clock that was set back counts as no time."""
        return self.spent + (max(0.0, time.time() - self.began) if self.began is not None and self.driven else 0.0)


class Journal:
    """The journal of a store."""

    def __init__(self, path: Path) -> None:
        """Open, or make, the journal.

        Raises:
            StoreFault, sqlite3.DatabaseError: as `Database`.
        """
        self.database = Database(path)

    @property
    def path(self) -> Path:
        """Its file."""
        return self.database.path

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    def commit(self) -> AbstractContextManager[None]:
        """Group transitions: all are durable when the block ends, none when it raises."""
        return self.database.commit()

    def ledger(self, batch: int) -> Ledger:
        """The jobs of a batch."""
        return Ledger(self.database, batch)

    def add(self, id: str, name: str, jobs: int, *, created: float, priority: int = 0, target: str = "local") -> int:
        """Enter a batch; its number."""
        statement = "insert into batch (id, name, jobs, created, priority, target) values (?,?,?,?,?,?)"
        return self.database.insert(statement, id, name, jobs, created, priority, target)

    def batches(self) -> list[Entry]:
        """All batches, the oldest first."""
        return [_entry(row) for row in self.database.read(f"select {COLUMNS} from batch order by number")]

    def batch(self, id: str) -> Entry | None:
        """The batch of that id."""
        rows = self.database.read(f"select {COLUMNS} from batch where id=?", id)
        return _entry(rows[0]) if rows else None

    def driven(self) -> Iterator[Entry]:
        """Batches that a living process drives."""
        rows = self.database.read(f"select {COLUMNS} from batch where driver is not null order by number")
        return (entry for entry in map(_entry, rows) if entry.driven)

    def take(self, id: str) -> bool:
        """Become the driver of a batch; False when a living process is."""
        with self.commit():
            entry = self.batch(id)
            if entry is None or (entry.driven and entry.driver != mine()):
                return False
            statement = "update batch set driver=?, cancel=0, ended=0, began=?, reason='' where id=?"
            self.database.write(statement, mine(), time.time(), id)
            return True

    def leave(self, batch: int, *, ended: bool, reason: str = "") -> None:
        """Stop driving; `ended` when nothing is left to run, else `reason` says why."""
        statement = (
            "update batch set driver=null, ended=?, seconds=seconds+max(0, coalesce(?-began, 0)), began=null, reason=? where number=?"
        )
        self.database.write(statement, ended, time.time(), reason, batch)

    def ask_cancel(self, batch: int) -> None:
        """Ask the driver, wherever it is, to stop the batch."""
        self.database.write("update batch set cancel=1 where number=?", batch)

    def cancel_asked(self, batch: int) -> bool:
        """Whether somebody asked for the end of the batch."""
        return bool(self.database.read("select cancel from batch where number=?", batch)[0][0])

    def add_units(self, batch: int, units: Mapping[str, str]) -> None:
        """Units of scalars of this batch."""
        if units:
            self.database.write_all("insert or ignore into unit values (?,?,?)", [(batch, name, unit) for name, unit in units.items()])

    def units(self, batch: int) -> dict[str, str]:
        """Scalar -> unit."""
        return dict(self.database.each("select name, unit from unit where batch=?", batch))  # type: ignore[arg-type]


def _entry(row: tuple[Any, ...]) -> Entry:
    number, id, name, jobs, created, ended, began, seconds, driver, cancel, priority, target, reason = row
    return Entry(number, id, name, jobs, created, bool(ended), began, seconds, driver, bool(cancel), priority, target, reason)
