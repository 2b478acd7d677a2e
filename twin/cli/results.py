"""`twin results`: the rows of a batch, as a table, a file, or the answer to a question in SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from twin.cli.batches import BatchName, StorePath
from twin.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["results"]

SHOWN = 40  # rows on a terminal; files and JSON have all
HIDDEN = ("log", "attempts", "cached")  # columns that a terminal is too narrow for


def results(
    batch: BatchName = "latest",
    sql: Annotated[
        str | None, typer.Option("--sql", metavar="SELECT", help='DuckDB SQL over the table `results`; swept: "swept.PATH"')
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="F", help="write all rows as CSV")] = None,
    parquet: Annotated[Path | None, typer.Option("--parquet", metavar="F", help="write all rows as Parquet, units included")] = None,
    json: Annotated[bool, typer.Option("--json", help="print all rows as JSON")] = False,
    store: StorePath = None,
) -> None:
    """One row a job that has ended, also while the batch is running: id, index, status, verdict, reason, seconds, swept
    values as `swept.PATH`, scalars under their names, all in SI.
    """
    from twin.dispatch import open_batch

    found = open_batch(batch, store)
    table = found.sql(sql) if sql else found.results()
    for path, write in ((csv, _write_csv), (parquet, _write_parquet)):
        if path is not None:
            write(table, path)
            say(f"{table.num_rows} rows in {path}")
    if json:
        print_json(table.to_pylist())
    elif csv is None and parquet is None:
        _show(table, everything=sql is not None)


def _write_csv(table: pa.Table, path: Path) -> None:
    import pyarrow.csv

    pyarrow.csv.write_csv(table, path)


def _write_parquet(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(table, path)


def _show(table: pa.Table, *, everything: bool) -> None:
    columns = [name for name in table.column_names if everything or name not in HIDDEN]
    rows = table.select(columns).slice(0, SHOWN).to_pylist()
    print_table(columns, [[_cell(name, row[name]) for name in columns] for row in rows])
    if table.num_rows > SHOWN:
        say(f"{SHOWN} of {table.num_rows} rows; --json, --csv F and --parquet F give all, --sql chooses.")


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.5g}"
    return str(value)[:12] if name == "id" else str(value)
