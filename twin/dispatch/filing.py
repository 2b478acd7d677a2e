"""Rows on their way into Parquet parts. Until then the journal holds them, so that nothing finished is lost."""

from __future__ import annotations

import time
from pathlib import Path

from twin.dispatch.journal import Journal
from twin.dispatch.rows import text_row
from twin.result.parts import write_part

__all__ = ["Filing"]

ROWS = 5000  # a part is written for so many rows
SECONDS = 10.0  # or when its first row has waited so long


class Filing:
    """Writes the parts of one batch."""

    def __init__(self, journal: Journal, batch: int, folder: Path) -> None:
        self._journal, self._batch, self._folder = journal, batch, folder
        self._rows = journal.loose_rows(batch)
        self._since = time.monotonic()
        self._discard_strays()
        self._count = max((int(path.stem) for path in folder.glob("*.parquet")), default=0)

    def add(self, row: str) -> None:
        """A row that the journal has already."""
        if not self._rows:
            self._since = time.monotonic()
        self._rows.append(row)

    def file_when_due(self) -> None:
        """Write a part when enough rows wait, or long enough."""
        if len(self._rows) >= ROWS or (self._rows and time.monotonic() - self._since > SECONDS):
            self.file()

    def file(self) -> None:
        """Write what waits.

        Raises:
            StoreFault: it cannot be written; the journal still holds the rows.
        """
        if not self._rows:
            return
        self._count += 1
        path, rows = self._folder / f"{self._count:06d}.parquet", [text_row(text) for text in self._rows]
        write_part(path, rows, self._journal.units(self._batch))
        numbers = [row.index for row in rows]
        self._journal.filed(self._batch, path.name, min(numbers), max(numbers))
        self._rows = []

    def _discard_strays(self) -> None:
        """A part that a driver wrote and died before it said so: the journal has its rows."""
        filed = set(self._journal.parts(self._batch).values())
        for path in self._folder.glob("*.parquet"):
            if path.name not in filed:
                path.unlink()
