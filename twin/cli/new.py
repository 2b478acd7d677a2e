"""`twin new`: a commented scenario that runs, to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.output import say

__all__ = ["new"]


def new(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="`twin list` names them")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="to be written; ends in .twin.yaml")],
) -> None:
    """Never overwrites."""
    from twin.errors import BadInput
    from twin.kinds import load_kind
    from twin.scenario.json_schema import bundled_schema

    example, schema = load_kind(kind).example, bundled_schema(kind)
    if not file.name.endswith(".twin.yaml"):
        raise BadInput("FILE", str(file), "a name that ends in .twin.yaml", f"Write {file.with_suffix('').name}.twin.yaml.")
    if file.exists():
        raise BadInput("FILE", str(file), "a file that does not exist yet", "Name another, or remove it.")
    head = "" if example.startswith("# yaml-language-server") else _modeline(schema)
    file.write_text(head + example, encoding="utf-8")
    say(f"written; next: twin run {file}")


def _modeline(schema: Path) -> str:
    return f"# yaml-language-server: $schema={schema.as_uri()}\n" if schema.is_file() else ""
