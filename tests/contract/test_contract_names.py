"""Public names exist, and docs/python.md names each of them once, under its package."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"
SECTIONS = {
    title: set(re.findall(r"^\| `([A-Za-z_]+)`", body, re.MULTILINE))
    for title, body in re.findall(r"^## `([a-z_.]+)`$(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("package", SECTIONS)
def test_documented_names_are_the_public_names(package: str) -> None:
    module = import_module(package)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert SECTIONS[package] == set(module.__all__)


def test_every_public_package_has_its_section() -> None:
    packages = {"twin", "twin.scenario", "twin.execute", "twin.result", "twin.scene", "twin.dispatch", "twin.study", "twin.view"}
    assert set(SECTIONS) >= packages | {"twin.kinds", "twin.errors", "twin.units", "robots"}


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'sumbit'; it has .*submit"):
        getattr(import_module("twin"), "sumbit")  # noqa: B009 - the name is wrong on purpose
