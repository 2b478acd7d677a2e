"""Scalars of many results as columns: a result that came of a shared launch looks like any other, and costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np

from twin.result.model import Scalar

__all__ = ["Row", "Table"]


@dataclass(frozen=True, eq=False)
class Table:
    """Scalars of n results.

    Attributes:
        columns: name -> (n,) values; NaN where a result has none.
        units: name -> SI unit.
    """

    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str]

    @cached_property
    def rows(self) -> list[list[float]]:
        """The values of each result, in the order of the columns."""
        values: list[list[float]] = np.column_stack(list(self.columns.values())).tolist()
        return values

    @cached_property
    def places(self) -> dict[str, int]:
        """Name -> place in a row."""
        return {name: i for i, name in enumerate(self.columns)}


class Row(Mapping[str, Scalar]):
    """The scalars of one result; whoever wants those of all reads the columns of `table`, in which this is row `at`."""

    __slots__ = ("at", "table")

    def __init__(self, table: Table, at: int) -> None:
        self.table, self.at = table, at

    def plain(self) -> dict[str, float]:
        """Name -> value of those that are finite."""
        return {name: value for name, value in zip(self.table.columns, self.table.rows[self.at], strict=True) if isfinite(value)}

    def __getitem__(self, name: str) -> Scalar:
        value = self.table.rows[self.at][self.table.places[name]]
        if value != value:
            raise KeyError(name)
        return Scalar(value, self.table.units[name])

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in zip(self.table.columns, self.table.rows[self.at], strict=True) if value == value)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))
