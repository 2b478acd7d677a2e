"""`twin list`: bundled scenarios and installed kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from twin.cli.output import print_json, print_table

__all__ = ["list"]


def list(json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> None:
    """Reads the files' heads only."""
    from twin import assets
    from twin.kinds import kind_names
    from twin.scenario import text

    scenarios = [_head(name, text.read(file).data) for name, file in assets.bundled().items()]
    kinds = _kinds(kind_names())
    if json:
        print_json({"scenarios": scenarios, "kinds": kinds})
        return
    rows = [(s["name"], s["kind"] + (" (sweep)" if s["sweep"] else ""), _first_sentence(s["description"])) for s in scenarios]
    print_table(("scenario", "kind", "what it asks"), rows)
    print_table(("kind", "what it simulates"), [(kind["name"], kind["summary"]) for kind in kinds])


def _head(name: str, data: Any) -> dict[str, Any]:
    return {"name": name, "kind": str(data.get("kind")), "description": str(data.get("description", "")), "sweep": "sweep" in data}


def _kinds(names: Sequence[str]) -> Sequence[dict[str, str]]:
    return [{"name": name, "summary": _summary(name)} for name in names]


def _summary(name: str) -> str:
    from twin.errors import EngineMissing
    from twin.kinds import load_kind

    try:
        return load_kind(name).summary
    except (EngineMissing, ImportError) as error:
        return f"cannot be used here: {error}"


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).split(". ")[0].removesuffix(".")
