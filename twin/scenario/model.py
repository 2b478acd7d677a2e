"""A scenario, read and resolved: frozen, SI, self-contained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from twin.scenario.header import COMMON, Policy, Resources
from twin.scenario.needs import Need
from twin.scenario.study import StudyExpectation
from twin.scenario.sweep import Sweep

if TYPE_CHECKING:
    from twin.scenario.site import Site

__all__ = ["Scenario"]


@dataclass(frozen=True)
class Scenario:
    """What stands where, what happens, what must hold.

    Attributes:
        twin: version of the format.
        kind: name of the kind of physics.
        needs: alias -> needed result.
        expect: scalar -> {min, max, equal, tolerance} in SI.
        sweep: in SI; None for a single job.
        study: expectations over the batch.
        keep: `all`, `failed`, `none` or `worst N`.
        spec: the kind's own keys, an instance of its frozen model.
        document: plain JSON data, resolved, as stored in scenario.yaml; reading it again gives an equal scenario.
        file: where it was read; None for one made in memory.
        folder: where its relative paths start.
        resolved: False while `spec` holds stand-ins for scalars of needed results that have not run.
    """

    twin: int
    kind: str
    name: str
    spec: BaseModel
    document: Mapping[str, Any]
    folder: Path
    resources: Resources
    policy: Policy
    description: str = ""
    seed: int = 0
    needs: Mapping[str, Need] = field(default_factory=dict)
    expect: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    sweep: Sweep | None = None
    study: tuple[StudyExpectation, ...] = ()
    keep: str = "failed"
    site: Site | None = None
    file: Path | None = None
    resolved: bool = True

    @property
    def own(self) -> dict[str, Any]:
        """The kind's own keys as plain data."""
        return {key: value for key, value in self.document.items() if key not in COMMON}
