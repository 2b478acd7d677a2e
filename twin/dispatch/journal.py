"""The journal: which job of which batch is in which state, durable before anything is done about it.

SQLite in WAL mode with `synchronous=full`: a commit that has returned survives a power cut. One process writes about a
batch (its driver); many transitions share a commit. An attempt number is the token of a start: an ending that carries
an older one changes nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.dispatch.lease import alive, mine
from twin.errors import StoreFault

__all__ = ["REUSABLE", "Ending", "Entry", "Journal", "Known"]

APPLICATION, VERSION = 0x7457494E, 1
REUSABLE = ("done", "stopped")  # what a job came to by itself; a failed or cancelled one is run again
CHECKPOINT_PAGES = 8000  # 32 MiB of log between checkpoints: ids are spread over the whole index, and every page is written but once
PATIENCE = 60.0  # seconds to wait for another writer

SCHEMA = """
create table batch (
    number integer primary key, id text not null unique, name text not null, jobs integer not null,
    created real not null, began real, seconds real not null default 0, ended integer not null default 0,
    driver text, cancel integer not null default 0
);
create table job (
    batch integer not null, number integer not null, id blob not null, state text not null,
    attempt integer not null default 0, crashes integer not null default 0,
    verdict text, cached integer not null default 0, row text, part text,
    primary key (batch, number)
) without rowid;
create table owner (id blob primary key, batch integer not null, number integer not null) without rowid;
create table unit (batch integer not null, name text not null, unit text not null, primary key (batch, name)) without rowid;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch in the journal.

    Attributes:
        ended: nothing is left to run.
        began: when its driver began, in seconds since the epoch; None when nobody drives it.
        spent: seconds of earlier drives.
    """

    number: int
    id: str
    name: str
    jobs: int
    ended: bool
    began: float | None
    spent: float
    driver: str | None
    cancel: bool

    @property
    def driven(self) -> bool:
        """Whether a living process runs this batch."""
        return alive(self.driver)

    @property
    def seconds(self) -> float:
        """Wall time that somebody has driven it."""
        return self.spent + (time.time() - self.began if self.began is not None and self.driven else 0.0)


@dataclass(frozen=True, slots=True)
class Known:
    """Where the numbers of an id are, or will be: a job of some batch.

    Attributes:
        owner: number of the batch in the journal, number of the job in it.
        batch: id of that batch.
        row: the finished row as JSON while it is not in a part yet.
        part: file name of the Parquet part that holds the row.
        driven: a living process runs that batch.
    """

    owner: tuple[int, int]
    batch: str
    state: str
    row: str | None
    part: str | None
    driven: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: its state, its verdict, and its row as JSON."""

    number: int
    attempt: int
    state: str
    verdict: str
    row: str
    cached: bool = False


class Journal:
    """The journal file of a store. Every method is one transaction, or joins the one that `commit()` opened."""

    def __init__(self, path: Path) -> None:
        """Open, or make, the journal.

        Raises:
            StoreFault: the file belongs to another program or a newer version, or it cannot be written.
            sqlite3.DatabaseError: it is damaged; `twin.dispatch.recovery` mends that.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, cached_statements=256)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        self._db.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
        self._prepare()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def sound(self) -> bool:
        """Whether SQLite finds the file whole; reads all of it."""
        return bool(self._db.execute("pragma quick_check(1)").fetchone()[0] == "ok")

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Group transitions: all are durable when the block ends, none when it raises.

        Raises:
            StoreFault: the disk is full or fails.
        """
        if self._db.in_transaction:
            yield
            return
        try:
            self._db.execute("begin immediate")
            yield
            self._db.execute("commit")
        except sqlite3.OperationalError as error:
            self._rollback()
            raise StoreFault(
                f"{self.path}: the journal cannot be written ({error}); what was finished before is kept. "
                "Free some space there or mend the disk, then submit again: finished jobs are found, the rest is run."
            ) from error
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")

    def _prepare(self) -> None:
        application, version = (self._db.execute(f"pragma {p}").fetchone()[0] for p in ("application_id", "user_version"))
        empty = not self._db.execute("select 1 from sqlite_master limit 1").fetchone()
        if empty:
            with self.commit():
                if not self._db.execute("select 1 from sqlite_master limit 1").fetchone():  # two may race here
                    for statement in SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"pragma application_id={APPLICATION}")
                    self._db.execute(f"pragma user_version={VERSION}")
        elif application != APPLICATION:
            raise StoreFault(f"{self.path}: this database was not made by twin; choose another store with --store or TWIN_STORE.")
        elif version != VERSION:
            raise StoreFault(
                f"{self.path}: the journal has version {version}, this twin knows {VERSION}; "
                "use the twin that wrote it, or another store with --store or TWIN_STORE."
            )

    # batches

    def add_batch(self, id: str, name: str, jobs: int, *, created: float, driver: str | None = None) -> int:
        """Enter a batch; its number."""
        with self.commit():
            cursor = self._db.execute(
                "insert into batch (id, name, jobs, created, driver) values (?,?,?,?,?)", (id, name, jobs, created, driver)
            )
            return cursor.lastrowid or 0

    def batches(self) -> list[Entry]:
        """All batches, the oldest first."""
        rows = self._db.execute("select number, id, name, jobs, ended, began, seconds, driver, cancel from batch order by number")
        return [_entry(row) for row in rows]

    def batch(self, id: str) -> Entry | None:
        """The batch of that id."""
        row = self._db.execute(
            "select number, id, name, jobs, ended, began, seconds, driver, cancel from batch where id=?", (id,)
        ).fetchone()
        return _entry(row) if row else None

    def take(self, id: str) -> bool:
        """Become the driver of a batch; False when a living process is."""
        with self.commit():
            entry = self.batch(id)
            if entry is None or (entry.driven and entry.driver != mine()):
                return False
            self._db.execute("update batch set driver=?, cancel=0, ended=0, began=? where id=?", (mine(), time.time(), id))
            return True

    def leave(self, batch: int, *, ended: bool) -> None:
        """Stop driving; `ended` when nothing is left to run."""
        with self.commit():
            self._db.execute(
                "update batch set driver=null, ended=?, seconds=seconds+coalesce(?-began, 0), began=null where number=?",
                (ended, time.time(), batch),
            )

    def ask_cancel(self, batch: int) -> None:
        """Ask the driver, wherever it is, to stop the batch."""
        with self.commit():
            self._db.execute("update batch set cancel=1 where number=?", (batch,))

    def cancel_asked(self, batch: int) -> bool:
        """Whether somebody asked for the end of the batch."""
        return bool(self._db.execute("select cancel from batch where number=?", (batch,)).fetchone()[0])

    # jobs

    def states(self, batch: int) -> dict[int, tuple[str, str, int, int]]:
        """Job number -> (state, id, attempt, crashes)."""
        rows = self._db.execute("select number, state, id, attempt, crashes from job where batch=?", (batch,))
        return {number: (state, id.hex(), attempt, crashes) for number, state, id, attempt, crashes in rows}

    def counts(self, batch: int) -> list[tuple[str, str | None, bool, int]]:
        """(state, verdict, cached, how many jobs); jobs that were not entered yet are missing."""
        rows = self._db.execute("select state, verdict, cached, count(*) from job where batch=? group by 1, 2, 3", (batch,))
        return [(state, verdict, bool(cached), count) for state, verdict, cached, count in rows]

    def admit(self, batch: int, jobs: Sequence[tuple[int, str]]) -> dict[str, Known]:
        """Enter jobs (number, id) as pending and claim their ids. Where some were claimed before: who owns each id now."""
        with self.commit():
            self._db.executemany(
                "insert into job (batch, number, id, state) values (?,?,?,'pending') "
                "on conflict do update set state='pending', verdict=null, cached=0, row=null, part=null",
                ((batch, number, bytes.fromhex(id)) for number, id in jobs),
            )
            claimed = self._db.executemany(
                "insert into owner values (?,?,?) on conflict do nothing", ((bytes.fromhex(id), batch, number) for number, id in jobs)
            ).rowcount
            if claimed == len(jobs):
                return {}
            return self.known([id for _, id in jobs])

    def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """Who owns these ids."""
        living: dict[str | None, bool] = {}
        found: dict[str, Known] = {}
        for part in _slices(ids, 500):
            marks = ",".join("?" * len(part))
            rows = self._db.execute(
                "select o.id, o.batch, o.number, b.id, j.state, j.row, j.part, b.driver from owner o "
                f"join job j on j.batch=o.batch and j.number=o.number join batch b on b.number=o.batch where o.id in ({marks})",
                [bytes.fromhex(id) for id in part],
            )
            for digest, batch, number, batch_id, state, row, file, driver in rows:
                id = digest.hex()
                if driver not in living:
                    living[driver] = alive(driver)
                found[id] = Known((batch, number), batch_id, state, row, file, living[driver])
        return found

    def own(self, batch: int, jobs: Iterable[tuple[int, str]]) -> None:
        """Take the ids of jobs (number, id) over from an owner that failed or died."""
        with self.commit():
            self._db.executemany("insert or replace into owner values (?,?,?)", ((bytes.fromhex(id), batch, number) for number, id in jobs))

    def start(self, batch: int, numbers: Iterable[int]) -> None:
        """pending -> running; each start has the next attempt number."""
        with self.commit():
            self._db.executemany(
                "update job set state='running', attempt=attempt+1 where batch=? and number=?", ((batch, number) for number in numbers)
            )

    def end(self, batch: int, endings: Iterable[Ending]) -> None:
        """Jobs came to their end; an older attempt changes nothing."""
        with self.commit():
            self._db.executemany(
                "update job set state=?, verdict=?, cached=?, row=?, part=null where batch=? and number=? and attempt=?",
                ((e.state, e.verdict, e.cached, e.row, batch, e.number, e.attempt) for e in endings),
            )

    def give_back(self, batch: int, numbers: Iterable[int], *, crashed: bool = False) -> None:
        """running -> pending; `crashed` counts against the job."""
        with self.commit():
            self._db.executemany(
                "update job set state='pending', crashes=crashes+? where batch=? and number=?",
                ((int(crashed), batch, number) for number in numbers),
            )

    def cancel_rest(self, batch: int) -> None:
        """Whatever has not ended is cancelled."""
        with self.commit():
            self._db.execute("update job set state='cancelled' where batch=? and state in ('pending', 'running')", (batch,))

    def forgive(self, batch: int) -> None:
        """Before another try: crashes of the past count no more."""
        with self.commit():
            self._db.execute("update job set crashes=0 where batch=? and crashes>0", (batch,))

    # rows on their way into parts

    def loose_rows(self, batch: int) -> list[str]:
        """Rows (JSON) of ended jobs that no part holds yet."""
        query = "select row from job where batch=? and row is not null order by number"
        return [row for (row,) in self._db.execute(query, (batch,))]

    def filed(self, batch: int, part: str, first: int, last: int) -> None:
        """All rows that no part held, of jobs `first` to `last`, are in `part` now."""
        with self.commit():
            self._db.execute(
                "update job set part=?, row=null where batch=? and number between ? and ? and row is not null", (part, batch, first, last)
            )

    def add_units(self, batch: int, units: Mapping[str, str]) -> None:
        """Units of scalars of this batch."""
        with self.commit():
            self._db.executemany("insert or ignore into unit values (?,?,?)", ((batch, name, unit) for name, unit in units.items()))

    def units(self, batch: int) -> dict[str, str]:
        """Scalar -> unit."""
        return dict(self._db.execute("select name, unit from unit where batch=?", (batch,)).fetchall())

    def parts(self, batch: int) -> dict[int, str]:
        """Job number -> the part that holds its row."""
        return dict(self._db.execute("select number, part from job where batch=? and part is not null", (batch,)).fetchall())

    def restore(self, batch: int, rows: Iterable[tuple[int, str, str, str, bool, str]]) -> None:
        """Enter jobs (number, id, state, verdict, cached, part) that a part holds."""
        with self.commit():
            for number, id, state, verdict, cached, part in rows:
                self._db.execute(
                    "insert or replace into job (batch, number, id, state, verdict, cached, part) values (?,?,?,?,?,?,?)",
                    (batch, number, bytes.fromhex(id), state, verdict, cached, part),
                )
                if state in REUSABLE:
                    self._db.execute("insert or ignore into owner values (?,?,?)", (bytes.fromhex(id), batch, number))


def _entry(row: tuple[Any, ...]) -> Entry:
    number, id, name, jobs, ended, began, seconds, driver, cancel = row
    return Entry(number, id, name, jobs, bool(ended), began, seconds, driver, bool(cancel))


def _slices(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
