"""docs/targets.md names every field of a target, in the words of its model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from twin.dispatch.targets import Destination, RaySection, SlurmSection, destinations

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "targets.md").read_text(encoding="utf-8")
TABLES = {"a target": Destination, "`slurm`": SlurmSection, "`ray`": RaySection}


def rows(owner: str) -> dict[str, str]:
    """Field -> what the page says that it means."""
    table = re.search(rf"^\| field of {owner} \|.*?(?=\n\n)", PAGE, re.MULTILINE | re.DOTALL)
    assert table, f"no table of the fields of {owner}"
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table[0], re.MULTILINE))


@pytest.mark.parametrize("owner", TABLES)
def test_every_field_is_on_the_page(owner: str) -> None:
    fields, told = TABLES[owner].model_fields, rows(owner)
    assert list(told) == list(fields)
    assert [name for name, field in fields.items() if not told[name].startswith(str(field.description))] == []


def test_the_example_is_a_targets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```yaml\n(targets:.*?)```", PAGE, re.DOTALL)
    assert example
    file = tmp_path / "targets.yaml"
    file.write_text(example[1], encoding="utf-8")
    monkeypatch.setenv("TWIN_TARGETS", str(file))
    assert set(destinations()) == {"local", *yaml.safe_load(example[1])["targets"]}
