"""Frozen dataclasses that cost little to make: a batch makes tens for each of its jobs.

The `__init__` of a frozen dataclass asks `object.__setattr__` for every field, in half a microsecond each; here the
fields are stored as the class itself stores them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar, cast

__all__ = ["having", "light"]

T = TypeVar("T")


def light(kind: type[T]) -> type[T]:
    """Decorates a frozen dataclass without `__post_init__`: the same class with a quicker `__init__` of the same signature."""
    scope: dict[str, Any] = {}
    parameters, stores = [], []
    slots = "__slots__" in kind.__dict__
    for field in fields(cast(Any, kind)):
        name, value = field.name, field.name
        parameter = name
        if field.default is not MISSING:
            scope[f"default_{name}"] = field.default
            parameter = f"{name}=default_{name}"
        elif field.default_factory is not MISSING:
            scope[f"made_{name}"], scope["missing"] = field.default_factory, MISSING
            parameter, value = f"{name}=missing", f"made_{name}() if {name} is missing else {name}"
        if slots:
            scope[f"store_{name}"] = getattr(kind, name).__set__
        parameters.append(parameter)
        stores.append(f"store_{name}(self, {value})" if slots else f"held[{name!r}] = {value}")
    body = [*([] if slots else ["held = self.__dict__"]), *stores]
    exec("def __init__(self, {}):\n    {}".format(", ".join(parameters), "\n    ".join(body)), scope)
    init = scope["__init__"]
    init.__qualname__, init.__module__ = f"{kind.__qualname__}.__init__", kind.__module__
    init.__annotations__ = dict(kind.__init__.__annotations__)
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


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
