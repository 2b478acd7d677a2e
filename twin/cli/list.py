"""`twin list`: bundled scenarios and installed kinds."""

from __future__ import annotations

from typing import Annotated

import typer

from twin.cli.output import print_json, print_table

__all__ = ["list"]


def list(json: Annotated[bool, typer.Option("--json", help="as JSON")] = False) -> None:
    """Reads the files' heads only."""
    from twin import assets
    from twin.kinds import kind_names
    from twin.scenario import text

    heads = {name: text.read(file).data for name, file in assets.bundled().items()}
    scenarios = [
        {"name": name, "kind": str(head.get("kind", "")), "description": str(head.get("description", "")), "sweep": "sweep" in head}
        for name, head in heads.items()
    ]
    if json:
        print_json({"scenarios": scenarios, "kinds": _kinds(kind_names())})
        return
    rows = [
        (str(s["name"]), str(s["kind"]) + (" (sweep)" if s["sweep"] else ""), _first_sentence(str(s["description"]))) for s in scenarios
    ]
    print_table(("scenario", "kind", "what it asks"), rows)
    print_table(("kind", "what it simulates"), [(k["name"], k["summary"]) for k in _kinds(kind_names())])


def _kinds(names: "list[str]") -> "list[dict[str, str]]":  # noqa: UP037 - `list` is the verb here
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
