"""What a user writes, read and checked into frozen SI values."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twin.scenario.blueprint import Blueprint
from twin.scenario.build import from_document
from twin.scenario.expect import judge, verdict
from twin.scenario.identity import identity
from twin.scenario.job import Job, Sheet, Single, TooManyJobs, expand, sweep_count
from twin.scenario.model import Scenario
from twin.scenario.paths import resolve
from twin.scenario.schema import Pose, Spec
from twin.scenario.study import StudyExpectation

if TYPE_CHECKING:
    from twin.scenario.read import check, load
    from twin.scenario.site import Site

__all__ = [
    "Blueprint",
    "Job",
    "Pose",
    "Scenario",
    "Sheet",
    "Single",
    "Site",
    "Spec",
    "StudyExpectation",
    "TooManyJobs",
    "check",
    "expand",
    "from_document",
    "identity",
    "judge",
    "load",
    "resolve",
    "sweep_count",
    "verdict",
]

_LAZY = {"Site": "twin.scenario.site", "check": "twin.scenario.read", "load": "twin.scenario.read"}


def __getattr__(name: str) -> Any:
    """Import what reads files when it is first used: workers are handed documents."""
    if name not in _LAZY:
        raise AttributeError(f"module 'twin.scenario' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = globals()[name] = getattr(import_module(_LAZY[name]), name)
    return value
