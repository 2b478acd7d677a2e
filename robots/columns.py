"""Numbers for many robots at once: the generic path runs the recursions on columns, robot by robot in numpy's lanes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Column", "columns", "filled"]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "minimum": np.minimum,
    "maximum": np.maximum,
    "select": lambda a, b, yes, no: np.where(a < b, yes, no),
    "root": np.sqrt,
    "sine": np.sin,
    "cosine": np.cos,
}


class Column:
    """One quantity of n robots, shape (n,). Products with the number 0 vanish, so that sparse formulas stay cheap."""

    __slots__ = ("values",)

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def call(self, function: str, *args: Any) -> Column:
        """The function of that name, robot by robot."""
        return Column(FUNCTIONS[function](*map(_plain, args)))

    def __add__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return self if _is(other, 0.0) else Column(self.values + _plain(other))

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        return self if _is(other, 0.0) else Column(self.values - _plain(other))

    def __rsub__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else Column(_plain(other) - self.values)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        if _is(other, 0.0):
            return 0.0
        return self if _is(other, 1.0) else Column(self.values * _plain(other))

    def __truediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else Column(self.values / _plain(other))

    def __rtruediv__(self, other: Any) -> Any:
        return NotImplemented if isinstance(other, np.ndarray) else Column(_plain(other) / self.values)

    def __neg__(self) -> Column:
        return Column(-self.values)

    __radd__, __rmul__ = __add__, __mul__


def columns(rows: np.ndarray) -> list[Any]:
    """The columns of an array (n, k), as k quantities."""
    return [Column(np.ascontiguousarray(rows[:, k])) for k in range(rows.shape[1])]


def filled(quantities: list[Any], count: int) -> np.ndarray:
    """The other way round: (n, k), with numbers repeated for every robot."""
    out = np.empty((count, len(quantities)))
    for k, quantity in enumerate(quantities):
        out[:, k] = _plain(quantity)
    return out


def _plain(x: Any) -> Any:
    return x.values if isinstance(x, Column) else x


def _is(x: Any, number: float) -> bool:
    return isinstance(x, float) and x == number
