"""A damaged journal is moved aside and made anew from what the batches' folders hold; no result is lost with it."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twin.dispatch.journal import Journal
from twin.dispatch.paths import journal_file, part_folder
from twin.dispatch.ticket import Ticket
from twin.errors import StoreFault
from twin.result import Store
from twin.result.parts import read_part, units_of

__all__ = ["opened"]

LARGE_BYTES = 8 * 2**20  # reading more takes longer than a question should


@contextmanager
def opened(store: Store) -> Iterator[tuple[Journal, str]]:
    """The store's journal, mended where needed, and a note to the user about that (empty: all is well).

    Raises:
        StoreFault: the journal is damaged while another process uses it, belongs to another program, or cannot be written.
    """
    with _presence(store) as alone:
        journal, note = _sound(store), ""
        if journal is None:
            if not alone():
                raise StoreFault(
                    f"{journal_file(store)}: the journal is damaged, and another twin still works with it. "
                    "Stop that one, then run this again: the journal is mended, and no result is lost."
                )
            journal, note = _mended(store)
        try:
            yield journal, note
        except sqlite3.DatabaseError as error:
            _suspicion(store).touch()
            raise StoreFault(
                f"{journal.path}: the journal is damaged ({error}). Results in parts and folders are kept: "
                "run `twin status` to have it mended, then submit again to run the rest."
            ) from error
        finally:
            journal.close()


def _sound(store: Store) -> Journal | None:
    """The journal, or None when it is damaged. A large one is read through only when somebody has met damage in it."""
    path, suspicion = journal_file(store), _suspicion(store)
    try:
        journal = Journal(path)
    except sqlite3.OperationalError as error:
        raise StoreFault(
            f"{path}: the journal cannot be opened ({error}). Check the disk, or choose another store with --store."
        ) from error
    except sqlite3.DatabaseError:
        return None
    except OSError as error:
        raise StoreFault(f"{path}: the store cannot be used ({error.strerror}). Choose another with --store or TWIN_STORE.") from error
    try:
        if (path.stat().st_size > LARGE_BYTES and not suspicion.exists()) or journal.database.sound():
            suspicion.unlink(missing_ok=True)
            return journal
    except sqlite3.DatabaseError:
        pass
    journal.close()
    return None


def _suspicion(store: Store) -> Path:
    """Is there when somebody met damage in the journal."""
    return journal_file(store).with_name("journal.suspect")


def _mended(store: Store) -> tuple[Journal, str]:
    """Move the damaged files aside and enter what tickets and parts say."""
    path = journal_file(store)
    away = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(away.with_name(away.name + suffix))
    _suspicion(store).unlink(missing_ok=True)
    journal = Journal(path)
    batches = [_restored(journal, store, folder) for folder in sorted((store.path / "batches").glob("*"))]
    note = (
        f"The journal {path} was damaged; it is kept as {away.name}. A new one was made from the results: {sum(batches)} finished "
        f"jobs of {len(batches)} batches. Jobs of a batch that was under way: submit it again, finished ones are found."
    )
    return journal, note


def _restored(journal: Journal, store: Store, folder: Path) -> int:
    """Enter one batch; how many jobs of it are finished."""
    try:
        ticket = Ticket.read(folder)
    except StoreFault:
        return 0
    rows: dict[int, tuple[int, str, str, str, bool, int]] = {}
    with journal.commit():
        batch = journal.add(ticket.id, ticket.name, ticket.jobs, created=ticket.created, priority=ticket.priority, target=ticket.target)
        ledger = journal.ledger(batch)
        for part in sorted(part_folder(store, ticket.id).glob("*.parquet"), key=_age):
            try:
                table = read_part(part)
            except StoreFault:
                continue  # its jobs are run again
            journal.add_units(batch, units_of(table))
            number = ledger.add_part(part.name, table.num_rows)
            listed = zip(*(table[name].to_pylist() for name in ("index", "id", "status", "verdict", "cached")), strict=True)
            rows |= {about[0]: (*about, number) for about in listed}
        ledger.restore(rows.values())
        journal.leave(batch, ended=len(rows) == ticket.jobs)
    return len(rows)


def _age(part: Path) -> tuple[int, str]:
    """Later parts replace rows of earlier ones."""
    return part.stat().st_mtime_ns, part.name


@contextmanager
def _presence(store: Store) -> Iterator[Callable[[], bool]]:
    """Shows others that this process uses the journal; yields a question: is it the only one?"""
    lock = journal_file(store).with_name("journal.lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a")
    except OSError as error:
        raise StoreFault(
            f"{lock.parent}: the store cannot be used ({error.strerror}). Choose another with --store or TWIN_STORE."
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_SH)

        def alone() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

        yield alone
