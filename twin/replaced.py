"""Frozen dataclasses with other fields, at the price of copying a dictionary: every job of a batch pays it several times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

__all__ = ["having"]

T = TypeVar("T")


def having(one: T, changes: Mapping[str, Any]) -> T:
    """The same dataclass (frozen, without slots) with other fields; as `dataclasses.replace`, in a tenth of the time.

    Raises:
        TypeError: it has no such field.
    """
    kind = cast(Any, type(one))
    if not changes.keys() <= _names(kind):
        raise TypeError(f"{kind.__name__} has no field {', '.join(sorted(changes.keys() - _names(kind)))}")
    new: T = object.__new__(kind)
    held = new.__dict__
    held.update(one.__dict__)
    held.update(changes)
    return new


@cache
def _names(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))
