"""Other fields, as `dataclasses.replace` gives them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twin.replaced import having
from twin.result.model import Result


def test_it_is_replace():
    result = Result("done", reason="why", id="a")
    assert having(result, {"id": "b", "name": "n"}) == replace(result, id="b", name="n")
    assert result.id == "a"


def test_an_unknown_field_is_refused():
    with pytest.raises(TypeError, match="no field colour"):
        having(Result("done"), {"colour": "red"})
