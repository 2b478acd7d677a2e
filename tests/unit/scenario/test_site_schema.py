"""The schema of site files: that of the source, valid, and kept by the bundled sites, whose first line names it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from twin import assets
from twin.scenario import text
from twin.scenario.site import read_site
from twin.scenario.site_schema import site_schema_text

FILE = assets.root() / "schemas" / "site.schema.json"
SITES = sorted((assets.root() / "sites").glob("*.site.yaml"))


def test_the_bundled_schema_is_up_to_date() -> None:
    """To mend it: `python -m twin.scenario.site_schema > assets/schemas/site.schema.json`."""
    assert FILE.read_text(encoding="utf-8") == site_schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(site_schema_text()))


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.name)
def test_bundled_sites_keep_it(file: Path) -> None:
    assert file.read_text(encoding="utf-8").splitlines()[0] == "# yaml-language-server: $schema=../schemas/site.schema.json"
    data = text.read(file).data
    jsonschema.validate(data, json.loads(site_schema_text()))
    assert data["description"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "unknown": 1}, json.loads(site_schema_text()))


@pytest.mark.parametrize("file", SITES, ids=lambda file: file.name)
def test_bundled_sites_are_read_by_name(file: Path, tmp_path: Path) -> None:
    site = read_site(file.name.removesuffix(".site.yaml"), tmp_path)
    assert site.hall is not None
    assert site.files == (file.resolve(),)
