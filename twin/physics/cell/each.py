"""One object a cell, where many cells share one: what is made of it is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = ["Each"]

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, eq=False)
class Each(Generic[T]):
    """n objects.

    Attributes:
        distinct: those that are not the same object.
        which: (n,) place of each cell's among them.
    """

    distinct: list[T]
    which: np.ndarray

    @classmethod
    def of(cls, objects: Iterable[T]) -> Each[T]:
        """One object a cell, told apart by identity."""
        given = list(objects)
        kept = dict(zip(map(id, given), given, strict=True))
        if len(kept) == len(given):
            return cls(given, np.arange(len(given)))
        places = dict(zip(kept, range(len(kept)), strict=True))
        return cls(list(kept.values()), np.array([places[id(one)] for one in given]))

    def __len__(self) -> int:
        return len(self.which)

    def __getitem__(self, cell: int) -> T:
        return self.distinct[int(self.which[cell])]

    def __iter__(self) -> Iterator[T]:
        return (self.distinct[k] for k in self.which.tolist())

    def map(self, make: Callable[[T], U]) -> Each[U]:
        """What `make` makes of each object, called once for those that are the same."""
        made = Each.of([make(one) for one in self.distinct])
        return Each(made.distinct, made.which[self.which])

    def numbers(self, make: Callable[[T], Any]) -> np.ndarray:
        """The same where `make` gives numbers: (n, ...)."""
        made: np.ndarray = np.array([make(one) for one in self.distinct], dtype=float)[self.which]
        return made

    def some(self, cells: np.ndarray) -> Each[T]:
        """The objects of these cells."""
        return Each.of([self[cell] for cell in cells.tolist()])
