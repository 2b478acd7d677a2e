"""Many jobs at once: a durable journal, workers that may die, and a cache by content."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_LAZY = {
    "Batch": "twin.dispatch.batch",
    "Limits": "twin.dispatch.submission",
    "open_batch": "twin.dispatch.batch",
    "submit": "twin.dispatch.submission",
}

__all__ = ["Batch", "Limits", "open_batch", "submit"]

if TYPE_CHECKING:
    from twin.dispatch.batch import Batch, open_batch
    from twin.dispatch.submission import Limits, submit


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _LAZY:
        raise AttributeError(f"module 'twin.dispatch' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_LAZY[name]), name)
