"""JSON Schema of site files: editors complete and check with it (`python -m twin.scenario.site_schema` prints it)."""

from __future__ import annotations

import json

from twin.scenario.site_spec import SiteFile

__all__ = ["site_schema_text"]


def site_schema_text() -> str:
    """The schema as JSON text, the same for the same source."""
    schema = SiteFile.model_json_schema(by_alias=True)
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "twin site"}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(site_schema_text(), end="")
