"""Measured times from a CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from twin.errors import BadInput, nearest
from twin.units import si

__all__ = ["column_of"]


def column_of(file: Path, column: str, unit: str) -> np.ndarray:
    """Values of a column [s], shape (rows,).

    Raises:
        BadInput: no such file or column, an unknown unit, or a row with a gap, something that is no number, or a negative time.
    """
    try:
        factor = si(f"1 {unit}", "s")
    except ValueError as error:
        raise BadInput(f"{file.name}: unit", unit, "a unit of time, such as s, min, h", str(error)) from error
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput("csv", str(file), "a readable CSV file in UTF-8", str(error)) from error
    if len(rows) < 2:
        raise BadInput(f"{file.name}", f"{len(rows)} rows", "a line with the names of the columns, and at least one row below it")
    names = [name.strip() for name in rows[0]]
    if column not in names:
        raise BadInput(f"{file.name}: column", column, ", ".join(names), nearest(column, names))
    at = names.index(column)
    found = np.empty(len(rows) - 1)
    for number, row in enumerate(rows[1:], start=2):
        text = row[at].strip() if at < len(row) else ""
        try:
            found[number - 2] = float(text) * factor
        except ValueError as error:
            what = "a gap" if not text else repr(text)
            raise BadInput(
                f"{file.name}, line {number}, column {column}", what, "a number in every row", "Leave rows without a measurement out."
            ) from error
        if not 0 <= found[number - 2] < np.inf:
            raise BadInput(f"{file.name}, line {number}, column {column}", text, "a time that is finite and not negative")
    return found
