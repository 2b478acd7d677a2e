"""Where the dispatcher keeps its files inside a store, and the journal beside it; written down in docs/results.md."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from twin.dispatch.mounts import on_network
from twin.result import Store

__all__ = ["batch_folder", "journal_file", "part_folder"]


def journal_file(store: Store) -> Path:
    """The journal of the store: in it, unless it lies on a network file system, whose locks SQLite cannot rest on.

    Then, and where TWIN_JOURNALS names a folder, it is kept on this machine, under the hash of the store's path: the
    machine that submits is the one that drives, and that is asked.
    """
    folder = os.environ.get("TWIN_JOURNALS")
    if not folder and not on_network(store.path):
        return store.path / "journal.sqlite"
    home = Path(folder) if folder else Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "twin" / "journals"
    return home / hashlib.sha256(str(store.path.absolute()).encode()).hexdigest()[:16] / "journal.sqlite"


def batch_folder(store: Store, batch: str) -> Path:
    """Everything about one batch but the folders of its jobs: batch.json, parts/, logs/."""
    return store.path / "batches" / batch


def part_folder(store: Store, batch: str) -> Path:
    """The Parquet parts of a batch."""
    return batch_folder(store, batch) / "parts"
