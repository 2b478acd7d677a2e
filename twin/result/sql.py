"""SQL over any number of results, through DuckDB."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import BadInput
from twin.result.document import result_json
from twin.result.folder import open_folder
from twin.result.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["query", "query_tables"]

# nothing is fetched from the network on behalf of a query, and no Python variable is taken for a table
OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "python_enable_replacements": "false"}


def query(source: Store | str | Path | Iterable[str | Path], sql: str) -> pa.Table:
    """Answer of `sql` over result folders: of a store, or of the given paths.

    Tables: `results`, one row a result: id, kind, name, status, verdict, reason, then each scalar under its name;
    `series`, the time histories one below the other, with the file of each as `filename`.

    Raises:
        BadInput: the SQL is wrong, or a path is no result folder.
    """
    folders = _folders(source)
    series = [str(folder / "series.parquet") for folder in folders if (folder / "series.parquet").is_file()]
    return query_tables({"results": _table(folders)}, sql, series=series)


def query_tables(tables: dict[str, pa.Table], sql: str, *, series: list[str] | None = None) -> pa.Table:
    """Answer of `sql` over Arrow tables by name, and over the Parquet files `series`.

    Raises:
        BadInput: the SQL is wrong; the message is DuckDB's.
    """
    import duckdb

    with duckdb.connect(config=OFFLINE) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        if series:
            connection.read_parquet(series, union_by_name=True, filename=True).create_view("series")
        try:
            answer = connection.sql(sql)
        except duckdb.Error as error:
            known = "; ".join(f"{name}: {', '.join(table.column_names[:40])}" for name, table in tables.items())
            raise BadInput("SQL", sql, f"a SELECT over {known}", str(error)) from error
        if answer is None:
            raise BadInput("SQL", sql, "a SELECT", "Results are read, never changed, by a query.")
        return answer.to_arrow_table()


def _folders(source: Store | str | Path | Iterable[str | Path]) -> list[Path]:
    if isinstance(source, Store):
        return [source.folder(id) for id in sorted(source.ids())]
    if isinstance(source, str | Path):
        path = Path(source)
        return [path] if (path / "result.json").is_file() else _folders(Store(path))
    return [Path(path) for path in source]


def _table(folders: list[Path]) -> pa.Table:
    import pyarrow as pa

    documents = [result_json(open_folder(folder)) for folder in folders]
    plain = ("id", "kind", "name", "status", "verdict", "reason")
    columns: dict[str, Any] = {key: pa.array([d[key] for d in documents], pa.string()) for key in plain}
    columns["folder"] = pa.array([str(folder) for folder in folders], pa.string())
    for name in dict.fromkeys(name for d in documents for name in d["scalars"]):
        values = [d["scalars"].get(name, {}).get("value") for d in documents]
        columns[f"scalar.{name}" if name in columns else name] = pa.array(values, pa.float64())
    return pa.table(columns)
