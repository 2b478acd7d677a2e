"""What a simulation gives back: status, named scalars, time histories, a scene, and how it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from twin.light import having, light

if TYPE_CHECKING:
    import numpy as np

    from twin.scene import Scene

__all__ = ["Expectation", "Result", "Scalar", "Series", "Status", "Verdict"]

Status = Literal["done", "stopped", "failed"]
Verdict = Literal["pass", "fail", "none"]


@light
@dataclass(frozen=True, slots=True)
class Scalar:
    """A named number: `value` in SI `unit` ("1" for a pure number). Booleans are 0 or 1."""

    value: float
    unit: str = "1"


@light
@dataclass(frozen=True, slots=True)
class Expectation:
    """One line of `expect` held against a scalar; `value` is None when the run could not measure it."""

    name: str
    value: float | None
    unit: str
    bound: Mapping[str, float]
    ok: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Time histories on one time axis.

    Attributes:
        t: time [s], shape (samples,).
        columns: name -> values, each of shape (samples,).
        units: name -> SI unit.
    """

    t: np.ndarray
    columns: Mapping[str, np.ndarray]
    units: Mapping[str, str]


@light
@dataclass(frozen=True)
class Result:
    """One run. A kind's `simulate` fills status .. log; `twin.execute` adds identity, verdict and provenance.

    Attributes:
        status: done | stopped (the simulation stopped itself) | failed (it never came to a result).
        reason: why a process failed (out of reach, jam ...) or a simulation stopped; empty when all went well.
        events: what happened when, as plain JSON mappings with at least "t" [s], "what" and "who".
        stats: seconds, compile_seconds, steps ... plain JSON.
        detail: makes series, arrays, scene, events and log when they are wanted; None where they are here already.
    """

    status: Status
    reason: str = ""
    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    series: Series | None = None
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    scene: Scene | None = None
    events: tuple[Mapping[str, Any], ...] = ()
    stats: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""
    id: str = ""
    kind: str = ""
    name: str = ""
    verdict: Verdict = "none"
    expectations: tuple[Expectation, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    detail: Callable[[], Mapping[str, Any]] | None = field(default=None, compare=False, repr=False)

    def complete(self) -> Result:
        """The same result with everything in it."""
        return self if self.detail is None else self.having(detail=None, **self.detail())

    def having(self, **changes: Any) -> Result:
        """The same result with other fields."""
        return having(self, changes)
