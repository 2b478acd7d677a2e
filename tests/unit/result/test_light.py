"""Light dataclasses are those that the standard library makes; other fields are as `dataclasses.replace` gives them."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from twin.light import having, light
from twin.result.model import Result, Scalar


@dataclass(frozen=True)
class Plain:
    name: str
    value: float = 1.5
    more: Mapping[str, int] = field(default_factory=dict)


@light
@dataclass(frozen=True)
class Light(Plain):
    pass


@light
@dataclass(frozen=True, slots=True)
class Slotted:
    name: str
    value: float = 1.5
    more: Mapping[str, int] = field(default_factory=dict)


@pytest.mark.parametrize("kind", [Light, Slotted])
def test_a_light_dataclass_is_made_like_any_other(kind) -> None:
    for arguments, named in ((("a",), {}), (("a", 2.0, {"b": 1}), {}), ((), {"more": {"c": 2}, "name": "a"})):
        plain, one = Plain(*arguments, **named), kind(*arguments, **named)
        assert (one.name, one.value, one.more) == (plain.name, plain.value, plain.more)
        assert one == kind(*arguments, **named) == replace(one) == copy.copy(one)
    assert kind("a").more is not kind("a").more
    assert list(inspect.signature(kind).parameters) == ["name", "value", "more"]
    for arguments, named in (((), {}), (("a", 1.0, {}, 4), {}), (("a",), {"name": "b"}), (("a",), {"colour": 1})):
        with pytest.raises(TypeError):
            kind(*arguments, **named)
    with pytest.raises(FrozenInstanceError):
        kind("a").name = "b"


def test_it_travels() -> None:
    assert pickle.loads(pickle.dumps(Scalar(1.0, "m"))) == Scalar(1.0, "m")
    assert pickle.loads(pickle.dumps(Result("done", id="a"))) == Result("done", id="a")


def test_it_is_replace():
    result = Result("done", reason="why", id="a")
    assert having(result, {"id": "b", "name": "n"}) == replace(result, id="b", name="n")
    assert result.id == "a"


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="no field colour"):
        having(Result("done"), {"colour": "red"})
