"""`twin validate`: what this installation computes beside what the literature says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from twin.cli.output import number, print_json, print_table, say

__all__ = ["validate"]

Rows = Callable[[bool], list[dict[str, Any]]]


def validate(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="one kind, or `robots`; without it, all")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="the short tables, under a minute a kind")] = False,
    json: Annotated[bool, typer.Option("--json", help="rows as JSON")] = False,
) -> None:
    """Exit code 1 when a value is out of its tolerance."""
    rows = []
    for name, table in _tables(kind).items():
        say(f"validating {name} ...")
        rows += table(quick)
    if json:
        print_json(rows)
    else:
        columns = ("", "kind", "case", "quantity", "value", "reference", "tolerance", "source", "time")
        print_table(columns, [_shown(row) for row in rows], right=(4, 5))
        print(f"{sum(bool(row['ok']) for row in rows)} of {len(rows)} within tolerance")
    if not all(row["ok"] for row in rows):
        raise typer.Exit(1)


def _tables(wanted: str | None) -> dict[str, Rows]:
    """name -> rows(quick), of everything that has a table.

    Raises:
        UnknownName: no table of that name.
    """
    from importlib import import_module
    from importlib.util import find_spec

    from twin.errors import UnknownName
    from twin.kinds import kind_names, load_kind

    tables: dict[str, Rows] = {}
    if find_spec("robots.validate") is not None:
        tables["robots"] = import_module("robots.validate").rows
    for name in kind_names():
        rows = load_kind(name).validate
        if rows is not None:
            tables[name] = rows
    if wanted is None:
        return tables
    if wanted not in tables:
        raise UnknownName("KIND", wanted, tables)
    return {wanted: tables[wanted]}


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    value, reference = (number(row[key]) if isinstance(row[key], (int, float)) else str(row[key]) for key in ("value", "reference"))
    time = f"{row['seconds']:.0f} of {row['budget']} s" if "budget" in row else ""
    tolerance = f"{row['tolerance']:.3g}" if isinstance(row["tolerance"], float) else str(row["tolerance"])
    return "ok" if row["ok"] else "OFF", row["kind"], row["case"], row["quantity"], value, reference, tolerance, row["source"], time
