"""Everything that one run found out, check by check; None and empty where a check was not asked for or had nothing to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from twin.physics.layout.aisles import Aisles
from twin.physics.layout.clearance import Clearances
from twin.physics.layout.driving import Driving
from twin.physics.layout.finding import Finding
from twin.physics.layout.guarding import Guarding
from twin.physics.layout.reach import Reached
from twin.physics.layout.separation import Separation
from twin.physics.layout.transport import Transport
from twin.physics.layout.walking import Walking

__all__ = ["Answers"]


@dataclass
class Answers:
    """Filled in as the checks are done, in their order."""

    clearance: Clearances | None = None
    aisles: Aisles | None = None
    walking: Walking | None = None
    reached: Sequence[Reached] = ()
    separations: Sequence[Separation] = ()
    guarding: Guarding | None = None
    driving: Driving | None = None
    loads: Mapping[str, float] = field(default_factory=dict)
    uses: Mapping[str, float] | None = None
    transport: Transport | None = None
    findings: list[Finding] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
