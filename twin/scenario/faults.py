"""Pydantic's errors in the words of the house: dotted path as in the file, what was given, what is allowed, what to do."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from twin.errors import Fault, nearest
from twin.scenario.address import Keys, dotted
from twin.units import Unit

__all__ = ["NOTHING", "faults_of", "types_at", "unit_at"]


class _Nothing:
    """What was given where a key is missing."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()


def faults_of(error: ValidationError, model: type[BaseModel], data: Any) -> list[Fault]:
    """Every error once, at the place of `data` it belongs to; of a union only the branch that fits best."""
    found = [(_place(e["loc"], data, e["type"] == "missing"), e) for e in error.errors(include_url=False)]
    return [_fault(keys, e, model) for keys, e in _best_branches(found)]


Located = tuple[tuple[Keys, Keys], Any]


def _place(loc: tuple[int | str, ...], data: Any, missing: bool) -> tuple[Keys, Keys]:
    """Keys into the data, and pydantic's own path; what the data does not have is a union's tag and left out."""
    keys: Keys = ()
    for i, part in enumerate(loc):
        if _has(data, part):
            keys, data = (*keys, part), data[part]
        elif missing and i == len(loc) - 1:
            keys = (*keys, part)
    return keys, loc


def _has(data: Any, part: int | str) -> bool:
    if isinstance(data, Mapping):
        return part in data
    return isinstance(data, (list, tuple)) and isinstance(part, int) and part < len(data)


def _best_branches(found: Sequence[Located]) -> list[tuple[Keys, Any]]:
    """Of the branches of each union the one with the fewest errors: the one that the user meant.

    A branch is told by where its path first leaves that of another error at the same place of the data.
    """
    errors = list(found)
    depth = 0
    while depth < max((len(loc) for (_, loc), _ in errors), default=0):
        groups: dict[Keys, dict[Any, list[Located]]] = {}
        for item in errors:
            loc = item[0][1]
            if depth < len(loc) and _is_tag(item, depth):
                groups.setdefault(loc[:depth], {}).setdefault(loc[depth], []).append(item)
        for branches in groups.values():
            best = min(branches.values(), key=_badness)
            errors = [e for e in errors if e in best or not any(e in branch for branch in branches.values())]
        depth += 1
    return [(keys, e) for (keys, _), e in errors]


def _is_tag(item: Located, depth: int) -> bool:
    """Whether pydantic's path has a union's tag at that depth: something that the data's path lacks."""
    (keys, loc), error = item
    if depth == len(loc) - 1 and error["type"] == "missing":
        return False
    matched = 0
    for i, part in enumerate(loc[: depth + 1]):
        hit = matched < len(keys) and keys[matched] == part
        if i == depth:
            return not hit
        matched += hit
    return False


_WRONG_SHAPE = ("model_type", "dict_type", "list_type", "tuple_type", "string_type", "float_type", "is_instance_of", "literal_error")


def _badness(branch: Sequence[Located]) -> tuple[int, int, int]:
    """Fewest wrong shapes, then fewest unknown or missing keys, then fewest errors."""
    kinds = [error["type"] for _, error in branch]
    return sum(k in _WRONG_SHAPE for k in kinds), sum(k in ("extra_forbidden", "missing") for k in kinds), len(kinds)


def _fault(keys: Keys, error: Any, model: type[BaseModel]) -> Fault:
    path, given, message = dotted(keys) or "(file)", error["input"], str(error["msg"])
    match error["type"]:
        case "extra_forbidden":
            known = sorted(set(_fields(types_at(model, keys[:-1]))))
            return Fault(path, keys[-1], ", ".join(known) or "nothing more here", nearest(str(keys[-1]), known))
        case "missing":
            return Fault(path, NOTHING, "a value: this key is required", _described(model, keys))
        case "quantity":
            return Fault(path, given, f"a finite number, or text with a unit{_symbol(model, keys)}", message[0].upper() + message[1:] + ".")
        case "finite_number":
            return Fault(path, given, f"a finite number, or text with a unit{_symbol(model, keys)}")
        case "union_tag_invalid" | "union_tag_not_found":
            return Fault(path, given, str(error.get("ctx", {}).get("expected_tags", message)))
        case "literal_error" | "enum":
            known = [str(v) for t in types_at(model, keys) for v in _literals(t)]
            return Fault(path, given, message.removeprefix("Input should be "), nearest(str(given), known))
    unit = unit_at(model, keys)
    allowed = message.removeprefix("Input should be ").removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return Fault(path, given, allowed + (f" [{unit or '1'}]" if unit is not None else ""))


def _described(model: type[BaseModel], keys: Keys) -> str:
    """What the missing field is for."""
    for parent in types_at(model, keys[:-1]):
        field = _field(parent, keys[-1])
        if field is not None and field.description:
            return f"It means: {field.description}."
    return ""


def _symbol(model: type[BaseModel], keys: Keys) -> str:
    """`, in m`; nothing where several forms are allowed there, and the message says the rest."""
    unit = unit_at(model, keys)
    return "" if unit is None else f", in {unit or '1 (a pure number)'}"


def unit_at(model: type[BaseModel], keys: Keys) -> str | None:
    """SI unit of the quantity at these keys; None when it is not a quantity there."""
    for annotation in types_at(model, keys):
        if isinstance(annotation, Unit):
            return annotation.symbol
    return None


def types_at(model: Any, keys: Keys) -> list[Any]:
    """The types (and `Unit` marks) that the spec allows at these keys, unions opened."""
    here = list(_open(model))
    for key in keys:
        here = [inner for t in here for inner in _below(t, key)]
    return here


def _open(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """The members of unions and annotations, down to classes, generics and `Unit` marks."""
    yield from (mark for mark in metadata if isinstance(mark, Unit))
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        yield from _open(inner, marks)
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _open(member)
    elif hasattr(annotation, "__value__"):  # `type X = ...`
        yield from _open(annotation.__value__)
    else:
        yield annotation


def _below(annotation: Any, key: str | int) -> Iterator[Any]:
    """The types one key further down."""
    field = _field(annotation, key)
    if field is not None:
        yield from _open(field.annotation, field.metadata)
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if not isinstance(origin, type) or not arguments:
        return
    if issubclass(origin, Mapping):
        yield from _open(arguments[1])
    elif origin is tuple and len(arguments) > 1 and arguments[1] is not ...:
        if isinstance(key, int) and key < len(arguments):
            yield from _open(arguments[key])
    elif issubclass(origin, Sequence):
        yield from _open(arguments[0])


def _field(annotation: Any, key: str | int) -> FieldInfo | None:
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return None
    for name, field in annotation.model_fields.items():
        if key == (field.alias or name):
            return field
    return None


def _fields(annotations: Iterable[Any]) -> Iterator[str]:
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (field.alias or name for name, field in annotation.model_fields.items())


def _literals(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()
