"""One job of a scenario: a resolved document, its id, and which swept values made it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.errors import BadInput, BadScenario
from twin.kinds import Target
from twin.scenario.address import find, put
from twin.scenario.build import revised
from twin.scenario.identity import FileDigests, identity
from twin.scenario.model import Scenario
from twin.scenario.sweep import Sweep, count, points

__all__ = ["Job", "TooManyJobs", "expand", "sweep_count"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know; plain JSON.

    Attributes:
        id: content hash (see `identity`).
        index: place in the sweep, from 0.
        values: swept path -> value in SI.
        document: resolved, without sweep and study.
        folder: where relative paths start.
    """

    id: str
    index: int
    values: Mapping[str, Any]
    document: Mapping[str, Any]
    folder: str

    def to_json(self) -> str:
        """One line of JSON."""
        parts = {"id": self.id, "index": self.index, "values": self.values, "document": self.document, "folder": self.folder}
        return json.dumps(parts, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str | bytes) -> Job:
        """The job that `to_json` wrote."""
        return cls(**json.loads(line))


class TooManyJobs(BadInput):
    """A sweep with more jobs than anyone asks for by intention."""

    def __init__(self, jobs: int, limit: int) -> None:
        self.jobs = jobs
        remedy = f"It makes {jobs:,} jobs; confirm them, or shrink the sweep."
        super().__init__("sweep", jobs, f"at most {limit} jobs unless confirmed", remedy)


def sweep_count(scenario: Scenario) -> int:
    """Number of jobs of the scenario, without making any."""
    return count(scenario.sweep)


def expand(scenario: Scenario, target: Target | None = None, *, limit: int | None = 100_000) -> Iterator[Job]:
    """The jobs of the scenario, in the sweep's order, each validated.

    Files are read once for all jobs.

    Raises:
        TooManyJobs: more than `limit`; None confirms any number.
        BadScenario: (while iterating) values that are not valid together; the fault names them.
    """
    jobs = sweep_count(scenario)
    if limit is not None and jobs > limit:
        raise TooManyJobs(jobs, limit)
    return _jobs(scenario, target or Target())


def _jobs(scenario: Scenario, target: Target) -> Iterator[Job]:
    digests, folder = FileDigests(), str(scenario.folder)
    own, sweep = scenario.own, scenario.sweep or Sweep.model_validate({})
    paths = sweep.paths()
    keys = [find({"seed": scenario.seed, **own}, path) for path in paths]
    for index, point in enumerate(points(sweep, scenario.seed)):
        patched, seed = own, scenario.seed
        for key, value in zip(keys, point, strict=True):
            if key == ("seed",):
                seed = value
            else:
                patched = put(patched, key, value)
        values = dict(zip(paths, point, strict=True))
        try:
            job = revised(scenario, patched, seed)
        except BadScenario as error:
            where = f"In job {index} with {values}."
            faults = [replace(f, remedy=f"{where} {f.remedy}".strip(), file=str(scenario.file or ""), line=1) for f in error.faults]
            raise BadScenario(faults) from error
        yield Job(identity(job, target, digests=digests), index, values, job.document, folder)
