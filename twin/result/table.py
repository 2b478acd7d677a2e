"""Scalars of many results as columns: a result that came of a shared launch looks like any other, and costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

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


class Row(Mapping[str, Scalar]):
    """The scalars of one result; whoever wants those of all reads the columns of `table`, in which this is row `at`."""

    __slots__ = ("_made", "at", "table")

    def __init__(self, table: Table, at: int) -> None:
        self.table, self.at = table, at
        self._made: dict[str, Scalar] | None = None

    @property
    def _scalars(self) -> dict[str, Scalar]:
        if self._made is None:
            units = self.table.units
            values = zip(self.table.columns, self.table.rows[self.at], strict=True)
            self._made = {name: Scalar(value, units[name]) for name, value in values if value == value}
        return self._made

    def __getitem__(self, name: str) -> Scalar:
        return self._scalars[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scalars)

    def __len__(self) -> int:
        return len(self._scalars)

    def __repr__(self) -> str:
        return repr(self._scalars)
