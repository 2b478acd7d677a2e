"""Rows of a batch as Parquet parts: one row a job, its swept values and scalars as columns with their units."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import StoreFault
from twin.light import light
from twin.result.aside import write_bytes
from twin.result.columns import FIXED, Columns, arrow_table, by_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Row", "read_part", "row_table", "rows_of", "units_of", "write_part"]


@light
@dataclass(frozen=True, slots=True)
class Row:
    """One finished job of a batch.

    Attributes:
        values: swept path -> value in SI.
        scalars: name -> value in SI; the units stand once, in the part's columns.
        seconds: wall time of the simulation [s]; of the first run when `cached`.
        attempts: how often it was started; 0 when `cached`.
        log: the end of the job's log.
    """

    id: str
    index: int
    status: str
    verdict: str
    reason: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    scalars: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    attempts: int = 1
    cached: bool = False
    log: str = ""


def row_table(rows: Sequence[Row], units: Mapping[str, str]) -> pa.Table:
    """Arrow table of `rows`, with their swept values and scalars as columns."""
    fixed = {name: [getattr(row, name) for row in rows] for name in FIXED}
    return arrow_table(Columns(fixed, by_name([row.values for row in rows]), by_name([row.scalars for row in rows])), units)


def rows_of(held: pa.Table) -> list[Row]:
    """The rows of a table that `row_table` made."""
    fixed = zip(*(held[name].to_pylist() for name in FIXED), strict=True)
    values = _mappings(held, "swept")
    scalars = _mappings(held, "scalar")
    return [
        Row(id, index, status, verdict, reason, v, s, seconds, attempts, cached, log)
        for (id, index, status, verdict, reason, seconds, attempts, cached, log), v, s in zip(fixed, values, scalars, strict=True)
    ]


def units_of(held: pa.Table) -> dict[str, str]:
    """Unit of each scalar column."""
    about = [field.metadata or {} for field in held.schema]
    return {m[b"name"].decode(): m[b"unit"].decode() for m in about if m.get(b"role") == b"scalar"}


def write_part(path: Path, rows: Sequence[Row] | Columns, units: Mapping[str, str]) -> None:
    """Write `rows` as one Parquet file, complete or absent.

    Raises:
        StoreFault: it cannot be written.
    """
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    found = arrow_table(rows, units) if isinstance(rows, Columns) else row_table(rows, units)
    pq.write_table(found, buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())


def read_part(path: Path) -> pa.Table:
    """The table in a part.

    Raises:
        StoreFault: the file is damaged or gone.
    """
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, partitioning=None)
    except (OSError, ValueError) as error:
        raise StoreFault(f"{path}: this part of the results is damaged ({error}); delete it and submit the batch again.") from error


def _mappings(held: pa.Table, role: str) -> list[dict[str, Any]]:
    """For each row, name -> value of the columns of this role; what a row does not have is left out."""
    rows: list[dict[str, Any]] = [{} for _ in range(held.num_rows)]
    for column in held.schema:
        about = column.metadata or {}
        if about.get(b"role") != role.encode():
            continue
        name, encoded = about[b"name"].decode(), about.get(b"encoding") == b"json"
        for row, value in zip(rows, held[column.name].to_pylist(), strict=True):
            if value is not None:
                row[name] = json.loads(value) if encoded else value
    return rows
