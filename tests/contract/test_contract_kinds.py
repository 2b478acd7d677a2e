"""Every kind has one shape, keys of its own, an example that runs through all checks, and a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.kinds import Kind, kind_names, load_kind
from twin.scenario import check
from twin.scenario.header import COMMON

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(folder for folder in (ROOT / "twin" / "physics").iterdir() if (folder / "__init__.py").is_file())
ALWAYS = {"__init__.py", "spec.py", "simulate.py", "measure.py", "cost.py"}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_kind_s_folder_has_the_one_shape(folder: Path) -> None:
    files = {file.name for file in folder.glob("*.py")}
    assert files >= ALWAYS
    assert (ROOT / "docs" / f"{folder.name}.md").is_file()
    assert isinstance(load_kind(folder.name), Kind)


def test_the_registry_and_the_folders_agree() -> None:
    bundled = [name for name in kind_names() if name != "noop"]
    assert bundled == [folder.name for folder in FOLDERS]


@pytest.mark.parametrize("name", kind_names())
def test_a_kind_is_as_its_registry_entry_says(name: str, tmp_path) -> None:
    kind = load_kind(name)
    assert kind.name == name
    assert kind.summary
    assert not COMMON & set(kind.spec.model_fields)
    assert kind.spec.model_config["frozen"]
    assert kind.spec.model_config["extra"] == "forbid"
    assert dict(kind.version())
    file = tmp_path / "example.twin.yaml"
    file.write_text(kind.example, encoding="utf-8")
    assert check(file) == []
    assert "#" in kind.example


@pytest.mark.parametrize("name", kind_names())
def test_every_field_says_what_it_means(name: str) -> None:
    silent = [field for field, info in load_kind(name).spec.model_fields.items() if not info.description]
    assert silent == []
