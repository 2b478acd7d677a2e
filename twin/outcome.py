"""What a job came to: as its kind said it, with a verdict; its result is made in full when somebody wants it.

Of most jobs of a batch only a row is kept. Their bounds are looked at, and nothing else is told of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.kinds import Context, Kind, Target, load_kind
from twin.light import having
from twin.result.model import Result, Verdict
from twin.scenario import Job, Scenario, judge, verdict

__all__ = ["CANCELLED", "Outcome", "Ready", "cancelled", "judged"]

CANCELLED = "cancelled"


@dataclass(slots=True, eq=False)
class Ready:
    """A job that can be simulated.

    Attributes:
        scenario: what the job shares with others, as in `Lot`: its own are `spec`, and the seed in `context`.
    """

    kind: Kind
    scenario: Scenario
    spec: Any
    context: Context


@dataclass(slots=True, eq=False)
class Outcome:
    """The end of one job.

    Attributes:
        said: what the kind said; where the job did not get as far as being simulated, a result that says why.
        ready: the job; None where it did not get as far.
        seconds: wall time of the simulation [s]; of its share of the launch, where it shared one.
    """

    job: Job
    said: Result
    ready: Ready | None = None
    verdict: Verdict = "none"
    seconds: float = 0.0

    def result(self, target: Target) -> Result:
        """The whole of it, judged, as it was run on `target`."""
        ready = self.ready
        if ready is None:
            return self.said
        scenario = having(ready.scenario, {"spec": ready.spec, "seed": ready.context.seed})
        timed = self.said.having(stats={"seconds": self.seconds, **self.said.stats})
        return judged(timed, scenario, self.job.id, target)


def judged(result: Result, scenario: Scenario, id: str, target: Target) -> Result:
    """The result with identity, expectations, verdict and provenance."""
    from twin.result import provenance

    missing = any(name not in result.scalars for name in scenario.expect)
    units = load_kind(scenario.kind).scalars(scenario.spec) if missing else {}
    expectations = judge(scenario.expect, result.scalars, units)
    return result.having(
        id=id,
        kind=scenario.kind,
        name=scenario.name,
        expectations=expectations,
        verdict=verdict(result.status, expectations),
        provenance=provenance(target, scenario.seed),
    )


def cancelled(result: Result) -> bool:
    """Whether somebody stopped the run; such a result is no answer to its scenario."""
    return result.status == "stopped" and result.reason == CANCELLED
