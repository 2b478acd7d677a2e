"""A result as the JSON document `result.json`, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from twin.result.model import Expectation, Result, Scalar

__all__ = ["dumps", "from_json", "result_json"]


def result_json(result: Result) -> dict[str, Any]:
    """The content of `result.json`: plain JSON. A number that is not finite stands as null."""
    return {
        "id": result.id,
        "kind": result.kind,
        "name": result.name,
        "status": result.status,
        "verdict": result.verdict,
        "reason": result.reason,
        "expectations": [
            {"name": e.name, "value": _finite(e.value), "unit": e.unit, "bound": dict(e.bound), "ok": e.ok} for e in result.expectations
        ],
        "scalars": {name: {"value": _finite(s.value), "unit": s.unit} for name, s in result.scalars.items()},
        "stats": dict(result.stats),
        "provenance": dict(result.provenance),
    }


def from_json(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Result` that `result.json` holds; null scalars become NaN."""
    scalars = {name: Scalar(math.nan if s["value"] is None else s["value"], s["unit"]) for name, s in document["scalars"].items()}
    expectations = tuple(Expectation(e["name"], e["value"], e["unit"], e["bound"], e["ok"]) for e in document["expectations"])
    plain = {key: document[key] for key in ("id", "kind", "name", "status", "verdict", "reason", "stats", "provenance")}
    return {**plain, "scalars": scalars, "expectations": expectations}


def dumps(document: Any) -> str:
    """JSON text that every reader takes: no NaN, numpy scalars as numbers."""
    return json.dumps(_plain(document), indent=1, ensure_ascii=False, allow_nan=False)


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return _plain(value.tolist())
    if isinstance(value, float):
        return _finite(value)
    return value
