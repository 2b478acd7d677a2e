"""The journal's file: SQLite in WAL mode with `synchronous=full`, so that a commit that has returned survives a power cut."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twin.errors import StoreFault

__all__ = ["Database"]

APPLICATION, VERSION = 0x7457494E, 2
CHECKPOINT_PAGES = 8000  # 32 MiB of log between checkpoints: ids are spread over the whole index, and every page is written but once
PATIENCE = 60.0  # seconds to wait for another writer
AGAIN_SECONDS = 0.01  # between tries where SQLite itself does not wait

SCHEMA = """
create table batch (
    number integer primary key, id text not null unique, name text not null, jobs integer not null,
    created real not null, began real, seconds real not null default 0, ended integer not null default 0,
    driver text, cancel integer not null default 0, priority integer not null default 0,
    target text not null default 'local', reason text not null default ''
);
create table job (
    batch integer not null, number integer not null, id blob not null, state text not null,
    attempt integer not null default 0, crashes integer not null default 0,
    verdict text, cached integer not null default 0, row text, part integer,
    primary key (batch, number)
) without rowid;
create table tally (
    batch integer not null, state text not null, verdict text not null, cached integer not null, jobs integer not null,
    primary key (batch, state, verdict, cached)
) without rowid;
create table part (number integer primary key, batch integer not null, name text not null, rows integer not null, unique (batch, name));
create table owner (id blob primary key, batch integer not null, number integer not null) without rowid;
create table unit (batch integer not null, name text not null, unit text not null, primary key (batch, name)) without rowid
"""


class Database:
    """The file, open; every change is one transaction, or joins the one that `commit()` opened."""

    def __init__(self, path: Path) -> None:
        """Open, or make, the file.

        Raises:
            StoreFault: it belongs to another program or version, or it cannot be written.
            sqlite3.DatabaseError: it is damaged; `twin.dispatch.recovery` mends that.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, cached_statements=256)
        self._write_ahead()
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
        """Group changes: all are durable when the block ends, none when it raises.

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

    def read(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a SELECT."""
        return self._db.execute(query, values).fetchall()

    def each(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Rows of a SELECT, one by one."""
        return self._db.execute(query, values)

    def write(self, statement: str, *values: Any) -> int:
        """Do one change; rows that it touched."""
        with self.commit():
            return self._db.execute(statement, values).rowcount

    def insert(self, statement: str, *values: Any) -> int:
        """Insert a row; its number."""
        with self.commit():
            return self._db.execute(statement, values).lastrowid or 0

    def write_all(self, statement: str, rows: Iterable[Sequence[Any]]) -> int:
        """Do a change for each of the rows; rows that it touched."""
        with self.commit():
            return self._db.executemany(statement, rows).rowcount

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("rollback")

    def _write_ahead(self) -> None:
        """Turn WAL mode on. Of two processes that do so in a new file, SQLite tells one at once that the file is locked."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self._db.execute("pragma journal_mode=wal")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
            time.sleep(AGAIN_SECONDS)

    def _prepare(self) -> None:
        if self._empty():
            with self.commit():
                if self._empty():  # two may race here
                    for statement in SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"pragma application_id={APPLICATION}")
                    self._db.execute(f"pragma user_version={VERSION}")
        # read after the tables are seen: one commit of whoever made them brought all of it
        application, version = (self._db.execute(f"pragma {p}").fetchone()[0] for p in ("application_id", "user_version"))
        if application != APPLICATION:
            raise StoreFault(f"{self.path}: this database was not made by twin; choose another store with --store or TWIN_STORE.")
        if version != VERSION:
            raise StoreFault(
                f"{self.path}: the journal has version {version}, this twin knows {VERSION}; "
                "use the twin that wrote it, or another store with --store or TWIN_STORE."
            )

    def _empty(self) -> bool:
        return not self._db.execute("select 1 from sqlite_master limit 1").fetchone()
