"""Rows of finished jobs, column by column: as they stand in a part, and as they come from workers that do jobs in hundreds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FIXED", "SWEPT", "Columns", "arrow_table", "by_name"]

FIXED = ("id", "index", "status", "verdict", "reason", "seconds", "attempts", "cached", "log")
SWEPT = "swept."


@dataclass(frozen=True)
class Columns:
    """Columns of one length; what they mean says `Row`.

    Attributes:
        fixed: name -> column, for each of FIXED.
        values: swept path -> column; None where a job does not sweep it.
        scalars: name -> column; None where a job has none.
    """

    fixed: Mapping[str, Sequence[Any]]
    values: Mapping[str, Sequence[Any]]
    scalars: Mapping[str, Sequence[float | None]]


def by_name(mappings: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Mappings with mostly the same keys as columns, in the order of the keys' first appearance."""
    return {name: [mapping.get(name) for mapping in mappings] for name in _names(mappings)}


def arrow_table(columns: Columns, units: Mapping[str, str]) -> pa.Table:
    """Arrow table: the fixed columns, then `swept.<path>`, then the scalars under their own names with their units."""
    import pyarrow as pa

    arrays: dict[pa.Field, Any] = {}
    for name, type_ in zip(FIXED, _fixed_types(), strict=True):
        arrays[pa.field(name, type_)] = pa.array(columns.fixed[name], type_)
    for path, values in columns.values.items():
        array, encoding = _value_array(values)
        arrays[pa.field(SWEPT + path, array.type, metadata={"role": "swept", "name": path, "encoding": encoding})] = array
    for name, scalars in columns.scalars.items():
        about = {"role": "scalar", "name": name, "unit": units.get(name, "1")}
        arrays[pa.field(_column(name), pa.float64(), metadata=about)] = pa.array(scalars, pa.float64())
    return pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(list(arrays)))


def _fixed_types() -> tuple[Any, ...]:
    import pyarrow as pa

    text = pa.string()
    return text, pa.int64(), text, text, text, pa.float64(), pa.int64(), pa.bool_(), text


def _names(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for mapping in mappings:
        if not mapping.keys() <= names.keys():
            names.update(dict.fromkeys(mapping))
    return list(names)


def _column(scalar: str) -> str:
    """A scalar has its own name, unless that is taken."""
    return f"scalar.{scalar}" if scalar in FIXED or scalar.startswith(SWEPT) else scalar


def _value_array(values: Sequence[Any]) -> tuple[Any, str]:
    """Numbers as int64 or float64, texts as they are, anything else as JSON text."""
    import pyarrow as pa

    if all(v is None or type(v) is int for v in values):
        return pa.array(values, pa.int64()), "plain"
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values):
        return pa.array(values, pa.float64()), "plain"
    if all(v is None or isinstance(v, str) for v in values):
        return pa.array(values, pa.string()), "plain"
    return pa.array([None if v is None else json.dumps(v) for v in values], pa.string()), "json"
