"""Rows on their way into Parquet parts. Until then the journal holds them, so that nothing finished is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from twin.dispatch.ledger import Ledger
from twin.dispatch.rows import text_row
from twin.result.parts import write_part

__all__ = ["Filing"]

ROWS = 5000  # a part is written for so many rows
SECONDS = 10.0  # or when its first row has waited so long


class Filing:
    """Writes the parts of one batch, beside those that workers write."""

    def __init__(self, ledger: Ledger, folder: Path, units: Callable[[], Mapping[str, str]]) -> None:
        self._ledger, self._folder, self._units = ledger, folder, units
        self._rows = ledger.loose_rows()
        self._since = time.monotonic()
        self._count = max((int(path.stem) for path in folder.glob("*.parquet") if path.stem.isdecimal()), default=0)

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
        write_part(path, rows, self._units())
        numbers = [row.index for row in rows]
        self._ledger.file(path.name, min(numbers), max(numbers), len(rows))
        self._rows = []
