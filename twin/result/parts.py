"""Rows of a batch as Parquet parts: one row a job, its swept values and scalars as columns with their units."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import StoreFault
from twin.light import light
from twin.result.aside import write_bytes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Row", "read_part", "row_table", "rows_of", "units_of", "write_part"]

FIXED = ("id", "index", "status", "verdict", "reason", "seconds", "attempts", "cached", "log")
SWEPT = "swept."


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
    """Arrow table of `rows`: the fixed columns, then `swept.<path>`, then the scalars under their own names."""
    import pyarrow as pa

    columns: dict[pa.Field, Any] = {}
    for name, type_ in zip(FIXED, _fixed_types(), strict=True):
        columns[pa.field(name, type_)] = pa.array([getattr(row, name) for row in rows], type_)
    for path in _names(row.values for row in rows):
        array, encoding = _value_array([row.values.get(path) for row in rows])
        columns[pa.field(SWEPT + path, array.type, metadata={"role": "swept", "name": path, "encoding": encoding})] = array
    for name in _names(row.scalars for row in rows):
        about = {"role": "scalar", "name": name, "unit": units.get(name, "1")}
        columns[pa.field(_column(name), pa.float64(), metadata=about)] = pa.array([row.scalars.get(name) for row in rows], pa.float64())
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(list(columns)))


def rows_of(table: pa.Table) -> list[Row]:
    """The rows of a table that `row_table` made."""
    fixed = zip(*(table[name].to_pylist() for name in FIXED), strict=True)
    values = _mappings(table, "swept")
    scalars = _mappings(table, "scalar")
    return [
        Row(id, index, status, verdict, reason, v, s, seconds, attempts, cached, log)
        for (id, index, status, verdict, reason, seconds, attempts, cached, log), v, s in zip(fixed, values, scalars, strict=True)
    ]


def units_of(table: pa.Table) -> dict[str, str]:
    """Unit of each scalar column."""
    about = [field.metadata or {} for field in table.schema]
    return {m[b"name"].decode(): m[b"unit"].decode() for m in about if m.get(b"role") == b"scalar"}


def write_part(path: Path, rows: Sequence[Row], units: Mapping[str, str]) -> None:
    """Write `rows` as one Parquet file, complete or absent.

    Raises:
        StoreFault: it cannot be written.
    """
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(row_table(rows, units), buffer, compression="zstd")
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


def _fixed_types() -> tuple[Any, ...]:
    import pyarrow as pa

    text = pa.string()
    return text, pa.int64(), text, text, text, pa.float64(), pa.int64(), pa.bool_(), text


def _names(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    """All keys, in the order of their first appearance."""
    names: dict[str, None] = {}
    for mapping in mappings:
        names.update(dict.fromkeys(mapping))
    return list(names)


def _column(scalar: str) -> str:
    """A scalar has its own name, unless that is taken."""
    return f"scalar.{scalar}" if scalar in FIXED or scalar.startswith(SWEPT) else scalar


def _value_array(values: list[Any]) -> tuple[Any, str]:
    """Numbers as int64 or float64, texts as they are, anything else as JSON text."""
    import pyarrow as pa

    if all(v is None or type(v) is int for v in values):
        return pa.array(values, pa.int64()), "plain"
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
        return pa.array(values, pa.float64()), "plain"
    if all(v is None or isinstance(v, str) for v in values):
        return pa.array(values, pa.string()), "plain"
    return pa.array([None if v is None else json.dumps(v) for v in values], pa.string()), "json"


def _mappings(table: pa.Table, role: str) -> list[dict[str, Any]]:
    """For each row, name -> value of the columns of this role; what a row does not have is left out."""
    rows: list[dict[str, Any]] = [{} for _ in range(table.num_rows)]
    for column in table.schema:
        about = column.metadata or {}
        if about.get(b"role") != role.encode():
            continue
        name, encoded = about[b"name"].decode(), about.get(b"encoding") == b"json"
        for row, value in zip(rows, table[column.name].to_pylist(), strict=True):
            if value is not None:
                row[name] = json.loads(value) if encoded else value
    return rows
