"""`twin schema`: JSON Schema of a kind's scenarios, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.cli.output import say

__all__ = ["schema"]


def schema(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="`twin list` names them")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="write it there")] = None,
) -> None:
    """Put `# yaml-language-server: $schema=FILE` in the first line of a scenario, and the editor checks while you type."""
    from twin.scenario.json_schema import schema_text

    text = schema_text(kind)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        say(f"written to {out}; first line of a scenario: # yaml-language-server: $schema={out.resolve().as_uri()}")
