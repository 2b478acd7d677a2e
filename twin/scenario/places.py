"""Single values of a checked spec, read and replaced without reading the whole of it again.

A sweep changes a few numbers of a spec that is checked as a whole. Here each is read by the type of its own field, and
the models around it run those of their rules that look at several fields together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from twin.scenario.address import Keys

__all__ = ["Place", "Tree", "bound_by_rules", "patcher", "place_at", "tree_of"]

Tree = Mapping[str | int, "Tree | int"]  # key -> what lies below, down to the number of a swept path
PLAIN = (bool, int, float, str, NoneType)


@dataclass(frozen=True)
class Place:
    """Where one plain value stands, and how it is read there."""

    keys: Keys
    adapter: TypeAdapter[list[Any]]

    def read(self, values: Sequence[Any]) -> list[Any]:
        """The values as the field would hold them.

        Raises:
            ValidationError: some are none that may stand there.
        """
        return self.adapter.validate_python(list(values))

    def shown(self, values: list[Any]) -> list[Any]:
        """Values of the field as plain JSON data."""
        shown: list[Any] = self.adapter.dump_python(values, mode="json")
        return shown


def place_at(spec: BaseModel, keys: Keys) -> Place | None:
    """The place of a plain value; None where reading it takes more than the type of its own field."""
    here: Any = spec
    kind: Any = type(spec)
    for key in keys:
        if isinstance(here, BaseModel):
            if not _simple(type(here)) or (name := _names(type(here)).get(str(key))) is None or _validated(type(here), name):
                return None
            here, kind = getattr(here, name), _annotation(type(here).model_fields[name])
        else:
            kind = _element(kind, key)
            if kind is None:
                return None
            here = here[key]
    return Place(keys, _adapter(kind)) if isinstance(here, PLAIN) and _plain(kind) else None


def tree_of(paths: Sequence[Keys], numbers: Sequence[int]) -> Tree:
    """The paths as one tree with these numbers as its leaves."""
    tree: dict[str | int, Any] = {}
    for keys, number in zip(paths, numbers, strict=True):
        here = tree
        for key in keys[:-1]:
            here = here.setdefault(key, {})
        here[keys[-1]] = number
    return tree


def bound_by_rules(part: Any, tree: Tree | int) -> bool:
    """Whether a model on the way to the leaves has rules over several fields."""
    if isinstance(tree, int):
        return False
    if isinstance(part, BaseModel):
        names = _names(type(part))
        below = [(getattr(part, names[str(key)]), branch) for key, branch in tree.items()]
        return bool(_rules(type(part))) or any(bound_by_rules(*b) for b in below)
    return any(bound_by_rules(part[key], branch) for key, branch in tree.items())


def patcher(part: Any, tree: Tree) -> Callable[[Sequence[Any]], Any]:
    """A function of the values at the tree's leaves: the part with them in place, what lies beside them shared.

    Rules that look at several fields of a model are held again; the function raises ValueError where one is broken.
    """
    branches = [(key, below if isinstance(below, int) else patcher(_inside(part, key), below)) for key, below in tree.items()]
    if isinstance(part, BaseModel):
        return _model_patcher(part, branches)
    if isinstance(part, Mapping):
        kept = dict(part)

        def mapping(values: Sequence[Any]) -> Any:
            new = kept.copy()
            for key, branch in branches:
                new[key] = values[branch] if isinstance(branch, int) else branch(values)
            return new

        return mapping

    def sequence(values: Sequence[Any]) -> Any:
        new = list(part)
        for key, branch in branches:
            new[key] = values[branch] if isinstance(branch, int) else branch(values)  # type: ignore[index]
        return tuple(new) if isinstance(part, tuple) else new

    return sequence


def _model_patcher(part: BaseModel, branches: Sequence[tuple[str | int, Any]]) -> Callable[[Sequence[Any]], Any]:
    model, rules, made = type(part), _rules(type(part)), object.__setattr__
    fields = dict(part.__dict__)
    named = [(_names(model)[str(key)], branch) for key, branch in branches]
    written = part.model_fields_set | {name for name, _ in named}

    def patched(values: Sequence[Any]) -> Any:
        new, held = model.__new__(model), fields.copy()
        for name, branch in named:
            held[name] = values[branch] if isinstance(branch, int) else branch(values)
        made(new, "__dict__", held)  # as `model_construct` does, which takes ten times as long
        made(new, "__pydantic_fields_set__", set(written))
        made(new, "__pydantic_extra__", None)
        made(new, "__pydantic_private__", None)
        for rule in rules:
            new = rule(new)
        return new

    return patched


def _inside(part: Any, key: str | int) -> Any:
    return getattr(part, _names(type(part))[str(key)]) if isinstance(part, BaseModel) else part[key]


@cache
def _names(model: type[BaseModel]) -> Mapping[str, str]:
    """What a user writes -> name of the field."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


@cache
def _rules(model: type[BaseModel]) -> tuple[Callable[[Any], Any], ...]:
    """The model's own rules over several fields."""
    return tuple(getattr(model, name) for name in model.__pydantic_decorators__.model_validators)


@cache
def _simple(model: type[BaseModel]) -> bool:
    """Whether the model is its fields, and all of its rules look at it when they are there."""
    rules = model.__pydantic_decorators__.model_validators.values()
    plain = not (model.model_computed_fields or model.__private_attributes__ or model.model_config.get("extra") == "allow")
    return plain and all(rule.info.mode == "after" for rule in rules)


@cache
def _validated(model: type[BaseModel], name: str) -> bool:
    """Whether the model has code of its own that reads or writes this field."""
    decorators = model.__pydantic_decorators__
    hooks: list[Any] = [*decorators.field_validators.values(), *decorators.validators.values(), *decorators.field_serializers.values()]
    named = any(name in hook.info.fields or "*" in hook.info.fields for hook in hooks)
    return named or bool(decorators.root_validators or decorators.model_serializers)


def _annotation(field: FieldInfo) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _element(kind: Any, key: str | int) -> Any:
    """Type of an element of a container of that type; None where it cannot be told."""
    kind = _bare(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (dict, Mapping) and len(arguments) == 2:
        return arguments[1]
    if origin is list and len(arguments) == 1:
        return arguments[0]
    if origin is tuple and isinstance(key, int):
        return arguments[0] if arguments[-1] is Ellipsis else arguments[key]
    return None


def _bare(kind: Any) -> Any:
    """The type without what is annotated to it, and without `| None`."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [argument for argument in get_args(kind) if argument is not NoneType]
        return _bare(others[0]) if len(others) == 1 else kind
    return kind


def _plain(kind: Any) -> bool:
    return _bare(kind) in PLAIN


@cache
def _adapter(kind: Any) -> TypeAdapter[list[Any]]:
    return TypeAdapter(list[kind], config={"allow_inf_nan": False})
