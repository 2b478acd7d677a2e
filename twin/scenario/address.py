"""Dotted paths into a document: `program.push.speed`, `robots.installer.base.position.x`, `program.3.speed`.

A part names a key of a mapping, the index of a list element, x, y or z of a vector, or the `name` of an element.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.errors import UnknownName

__all__ = ["Keys", "dotted", "find", "get", "put", "split"]

Keys = tuple[str | int, ...]
_AXES = {"x": 0, "y": 1, "z": 2}


def dotted(keys: Keys) -> str:
    """The path as a user writes it."""
    return ".".join(str(key) for key in keys)


def split(path: str) -> list[str]:
    """The parts of a path."""
    return path.split(".")


def find(document: Any, path: str) -> Keys:
    """The keys of what `path` names in the document.

    A key that itself holds dots is met where it is the longest one that fits.

    Raises:
        UnknownName: a part names nothing; the message lists what stands at that place, nearest first.
    """
    keys, _, missing = walk(document, path)
    if missing:
        at = dotted(keys)
        where = f"path {path}" + (f", at {at}" if at else "")
        raise UnknownName(where, missing[0], names(get(document, keys)))
    return keys


def walk(document: Any, path: str) -> tuple[Keys, Any, list[str]]:
    """As far as the path leads: the keys, the value there, and the parts that name nothing."""
    keys: Keys = ()
    here, left = document, split(path)
    while left:
        step = _step(here, left)
        if step is None:
            break
        key, used = step
        keys, here, left = (*keys, key), here[key], left[used:]
    return keys, here, left


def _step(here: Any, parts: list[str]) -> tuple[str | int, int] | None:
    """The key that the first parts name here, and how many parts it took."""
    if isinstance(here, Mapping):
        for used in range(len(parts), 0, -1):
            if (key := ".".join(parts[:used])) in here:
                return key, used
        return None
    if not isinstance(here, (list, tuple)):
        return None
    part = parts[0]
    if part.isdecimal():
        return (int(part), 1) if int(part) < len(here) else None
    if part in _AXES and len(here) == 3 and not any(isinstance(value, (Mapping, list, tuple)) for value in here):
        return _AXES[part], 1
    named = [i for i, value in enumerate(here) if isinstance(value, Mapping) and value.get("name") == part]
    return (named[0], 1) if len(named) == 1 else None


def names(here: Any) -> list[str]:
    """What may follow at this place."""
    if isinstance(here, Mapping):
        return [str(key) for key in here]
    if not isinstance(here, (list, tuple)):
        return []
    if len(here) == 3 and not any(isinstance(value, (Mapping, list, tuple)) for value in here):
        return [*_AXES, "0", "1", "2"]
    return [str(value["name"]) if isinstance(value, Mapping) and value.get("name") else str(i) for i, value in enumerate(here)]


def get(document: Any, keys: Keys) -> Any:
    """The value at the keys."""
    for key in keys:
        document = document[key]
    return document


def put(document: Any, keys: Keys, value: Any) -> Any:
    """The document with `value` at the keys; only what lies on the way is copied."""
    if not keys:
        return value
    head, rest = keys[0], keys[1:]
    copy: Any = dict(document) if isinstance(document, Mapping) else list(document)
    copy[head] = put(copy[head], rest, value) if rest else value
    return copy
