"""twin: pytest for factories. A scenario says what stands where, what happens and what must hold."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_LAZY = {
    "load": "twin.scenario",
    "Scenario": "twin.scenario",
    "Result": "twin.result",
    "open": "twin.result",
    "run": "twin.execute",
    "submit": "twin.dispatch",
    "Batch": "twin.dispatch",
    "view": "twin.view",
}

__all__ = ["Batch", "Result", "Scenario", "load", "open", "run", "submit", "view"]

if TYPE_CHECKING:
    from twin.dispatch import Batch, submit
    from twin.execute import run
    from twin.result import Result, open
    from twin.scenario import Scenario, load
    from twin.view import view


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `twin --help` stays quick."""
    if name not in _LAZY:
        raise AttributeError(f"module 'twin' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_LAZY[name]), name)
