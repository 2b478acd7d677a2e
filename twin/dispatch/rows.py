"""Rows as JSON text: on the wire and in the journal until a part holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json, to_json  # a few times as fast as the standard library's, which is felt at 10,000 jobs a second

from twin.result import table
from twin.result.model import Result, Scalar
from twin.result.parts import Row

__all__ = ["LOG_KEPT", "from_result", "row_text", "text_row"]

LOG_KEPT = 8192  # characters of the end of a job's log that its row carries


def row_text(row: Row) -> str:
    """JSON text of a row; empty fields are left out."""
    document: dict[str, Any] = {"id": row.id, "index": row.index, "status": row.status, "verdict": row.verdict}
    for name in ("reason", "values", "scalars", "seconds", "cached", "log"):
        value = getattr(row, name)
        if value:
            document[name] = value
    document["attempts"] = row.attempts
    return to_json(document).decode()


def text_row(text: str) -> Row:
    """The row again."""
    return Row(**from_json(text))


def from_result(result: Result, *, index: int, values: Mapping[str, Any], seconds: float = 0.0, attempts: int = 1) -> Row:
    """The row of a fresh result; scalars that are not finite are left out."""
    return Row(
        id=result.id,
        index=index,
        status=result.status,
        verdict=result.verdict,
        reason=result.reason,
        values=values,
        scalars=_plain(result.scalars),
        seconds=seconds,
        attempts=attempts,
        log=result.log[-LOG_KEPT:],
    )


def _plain(scalars: Mapping[str, Scalar]) -> dict[str, float]:
    if isinstance(scalars, table.Row):
        return scalars.plain()
    return {name: float(s.value) for name, s in scalars.items() if math.isfinite(s.value)}
