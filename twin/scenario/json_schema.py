"""JSON Schema of a kind's scenarios: editors complete and check with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twin import assets
from twin.kinds import load_kind
from twin.scenario.header import full_model

__all__ = ["bundled_schema", "schema_text"]


NEEDED = {
    "type": "object",
    "description": "a scalar of a needed result: {from: alias.scalar}",
    "properties": {"from": {"type": "string"}},
    "required": ["from"],
    "additionalProperties": False,
}


def schema_text(kind: str) -> str:
    """The schema as JSON text, the same for the same source.

    Raises:
        UnknownName: no such kind.
    """
    found = load_kind(kind)
    schema = full_model(found.spec).model_json_schema(by_alias=True)
    schema["properties"]["kind"] = {"const": kind, "description": found.summary}
    schema.setdefault("$defs", {})["Needed"] = NEEDED
    _allow_needed(schema)
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"twin scenario of kind {kind}"}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _allow_needed(schema: Any) -> None:
    """A needed result's scalar may stand wherever a quantity stands."""
    if isinstance(schema, dict):
        if "x-unit" in schema and "anyOf" in schema:
            schema["anyOf"].append({"$ref": "#/$defs/Needed"})
        for part in schema.values():
            _allow_needed(part)
    elif isinstance(schema, list):
        for part in schema:
            _allow_needed(part)


def bundled_schema(kind: str) -> Path:
    """Where the schema of a bundled kind lies; it need not exist for kinds of other packages."""
    return assets.root() / "schemas" / f"{kind}.schema.json"
