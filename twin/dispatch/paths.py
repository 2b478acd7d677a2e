"""Where the dispatcher keeps its files inside a store; written down in docs/results.md."""

from __future__ import annotations

from pathlib import Path

from twin.result import Store

__all__ = ["batch_folder", "journal_file", "part_folder"]


def journal_file(store: Store) -> Path:
    """The journal of the store."""
    return store.path / "journal.sqlite"


def batch_folder(store: Store, batch: str) -> Path:
    """Everything about one batch but the folders of its jobs: batch.json, parts/, logs/."""
    return store.path / "batches" / batch


def part_folder(store: Store, batch: str) -> Path:
    """The Parquet parts of a batch."""
    return batch_folder(store, batch) / "parts"
