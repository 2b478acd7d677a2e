"""Bundled scenarios: without faults, with the editor's modeline, and with schemas that are those of the source."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from twin import assets
from twin.kinds import kind_names
from twin.scenario import check, expand, identity, load
from twin.scenario.json_schema import bundled_schema, schema_text

SCENARIOS = assets.bundled()
KINDS = [name for name in kind_names() if name != "noop"]


def test_there_are_bundled_scenarios() -> None:
    assert SCENARIOS


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_bundled_scenario_is_without_faults(name: str) -> None:
    assert [str(fault) for fault in check(name)] == []
    scenario = load(name)
    assert scenario.name == name
    assert scenario.description
    assert scenario.expect or scenario.study
    assert len(identity(scenario)) == 64
    assert next(iter(expand(scenario))).document["kind"] == scenario.kind


@pytest.mark.parametrize("name", SCENARIOS)
def test_its_first_line_names_the_schema_beside_it(name: str) -> None:
    file = SCENARIOS[name]
    first = file.read_text(encoding="utf-8").splitlines()[0]
    kind = load(name).kind
    assert first == f"# yaml-language-server: $schema=../schemas/{kind}.schema.json"
    assert (file.parent / f"../schemas/{kind}.schema.json").resolve() == bundled_schema(kind).resolve()


@pytest.mark.parametrize("kind", KINDS)
def test_bundled_schemas_are_up_to_date(kind: str) -> None:
    """To mend it: `twin schema KIND -o assets/schemas/KIND.schema.json`."""
    assert bundled_schema(kind).read_text(encoding="utf-8") == schema_text(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_resolved_documents_keep_their_schema(kind: str) -> None:
    import json

    from twin.kinds import load_kind
    from twin.scenario import text

    schema = json.loads(schema_text(kind))
    jsonschema.Draft202012Validator.check_schema(schema)
    documents = [text.parse(load_kind(kind).example).data]
    documents += [dict(load(name).document) for name in SCENARIOS if load(name).kind == kind]
    for document in documents:
        jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**documents[0], "unknown": 1}, schema)


def test_assets_hold_no_code() -> None:
    assert not list(Path(assets.root()).rglob("*.py"))
