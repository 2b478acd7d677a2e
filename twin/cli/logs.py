"""`twin logs`: what a batch, or one of its jobs, had to say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.batches import StorePath

__all__ = ["logs"]


def logs(
    batch: Annotated[str, typer.Argument(metavar="[BATCH]", help="name, id, or beginning of the id; the latest when left out")] = "latest",
    job: Annotated[str | None, typer.Argument(metavar="[JOB]", help="its number in the sweep, or the beginning of its id")] = None,
    store: StorePath = None,
    audit: Annotated[bool, typer.Option("--audit", help="who submitted what, where it ran, what was refused; of the whole store")] = False,
) -> None:
    """Of a batch: crashes, retries, and every job that did not end well. Of a job: its own log."""
    from twin.dispatch import open_batch

    if audit:
        _show_audit(store)
        return
    found = open_batch(batch, store)
    if job is None:
        print(found.log, end="")
        for row in found.rows():
            if row["reason"]:
                print(f"job {row['index']}  {row['id'][:12]}  {row['status']}: {row['reason']}")
        return
    told = found.row(job)
    folder = found.folder(told.id)
    stored = folder / "log.txt" if folder else None
    print(f"job {told.index}  {told.id}  {told.status}  {told.verdict}" + (f"\n{told.reason}" if told.reason else ""))
    print(stored.read_text(encoding="utf-8") if stored and stored.is_file() else told.log)


def _show_audit(store: Path | None) -> None:
    """A line an event, the oldest first."""
    from twin.dispatch.audit import entries
    from twin.result import Store

    for entry in entries(Store(store)):
        first = [str(entry.pop(key, "-")) for key in ("at", "user", "host", "event")]
        print("  ".join(first), *(f"{key}={value}" for key, value in entry.items() if value not in ("", None)))
