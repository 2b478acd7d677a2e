"""Results: what a run gives back, where it is kept, and how any number of them is asked."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_LAZY = {
    "Expectation": "twin.result.model",
    "Result": "twin.result.model",
    "Scalar": "twin.result.model",
    "Series": "twin.result.model",
    "Store": "twin.result.store",
    "open": "twin.result.folder",
    "provenance": "twin.result.origin",
    "query": "twin.result.sql",
    "result_json": "twin.result.document",
    "write_folder": "twin.result.folder",
}

__all__ = ["Expectation", "Result", "Scalar", "Series", "Store", "open", "provenance", "query", "result_json", "write_folder"]

if TYPE_CHECKING:
    from twin.result.document import result_json
    from twin.result.folder import open_folder as open
    from twin.result.folder import write_folder
    from twin.result.model import Expectation, Result, Scalar, Series
    from twin.result.origin import provenance
    from twin.result.sql import query
    from twin.result.store import Store


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: reading a folder needs neither DuckDB nor pyarrow."""
    if name not in _LAZY:
        raise AttributeError(f"module 'twin.result' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_LAZY[name]), "open_folder" if name == "open" else name)
    globals()[name] = value  # found at once from now on: workers ask for every job
    return value
