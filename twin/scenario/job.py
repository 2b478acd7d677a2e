"""One job of a scenario: its id, its number, and the sheet that tells everything else about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from twin.errors import BadInput
from twin.kinds import Target
from twin.light import light
from twin.scenario.blueprint import Blueprint
from twin.scenario.build import from_document
from twin.scenario.identity import identity
from twin.scenario.lot import Lot
from twin.scenario.model import Scenario
from twin.scenario.sweep import count

__all__ = ["Job", "Sheet", "Single", "TooManyJobs", "expand", "sweep_count"]

SLICE = 256  # jobs whose ids are made at a time


class Sheet(Protocol):
    """What tells the jobs of a batch by their numbers."""

    @property
    def kind(self) -> str:
        """The word after `kind:`."""

    @property
    def name(self) -> str:
        """What reports call the scenario."""

    @property
    def folder(self) -> str:
        """Where relative paths start."""

    def values(self, index: int) -> Mapping[str, Any]:
        """Swept path -> value in SI."""

    def columns(self, numbers: Sequence[int]) -> Mapping[str, Sequence[Any]]:
        """Swept path -> values of these jobs in SI."""

    def document(self, index: int) -> Mapping[str, Any]:
        """Resolved, without sweep and study."""

    def made(self, index: int) -> tuple[Scenario, str]:
        """The job as a scenario of its own, and its id with the files as `renew` saw them."""

    def lot(self, numbers: Sequence[int]) -> Lot | None:
        """These jobs, made together; None where each has to be `made`."""

    def renew(self) -> None:
        """Look at the files again."""


@light
@dataclass(frozen=True, slots=True)
class Job:
    """What is to be simulated.

    Attributes:
        id: content hash (see `identity`).
        index: place in the sweep, from 0.
        sheet: tells the rest.
    """

    id: str
    index: int
    sheet: Sheet

    @property
    def values(self) -> Mapping[str, Any]:
        """Swept path -> value in SI."""
        return self.sheet.values(self.index)

    @property
    def document(self) -> Mapping[str, Any]:
        """Resolved, without sweep and study."""
        return self.sheet.document(self.index)

    @property
    def folder(self) -> str:
        """Where relative paths start."""
        return self.sheet.folder


class Single:
    """The sheet of one job that is given by its document."""

    def __init__(self, document: Mapping[str, Any], folder: str | Path, target: Target | None = None) -> None:
        self._document, self.folder, self._target = document, str(folder), target or Target()
        self.kind, self.name = str(document.get("kind", "")), str(document.get("name", ""))

    def values(self, index: int) -> Mapping[str, Any]:
        """Nothing is swept."""
        return {}

    def columns(self, numbers: Sequence[int]) -> Mapping[str, Sequence[Any]]:
        """Nothing is swept."""
        return {}

    def document(self, index: int) -> Mapping[str, Any]:
        """As given."""
        return self._document

    def made(self, index: int) -> tuple[Scenario, str]:
        """The document's scenario and its id.

        Raises:
            BadScenario: it is not valid.
        """
        scenario = from_document(self._document, self.folder)
        return scenario, identity(scenario, self._target)

    def lot(self, numbers: Sequence[int]) -> Lot | None:
        """A single job is made alone."""
        return None

    def renew(self) -> None:
        """The files are looked at for every id."""


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
    return _jobs(Blueprint(scenario, target))


def _jobs(sheet: Blueprint) -> Iterator[Job]:
    for start in range(0, len(sheet), SLICE):
        ids = sheet.ids(start, min(start + SLICE, len(sheet)))
        yield from (Job(id, start + i, sheet) for i, id in enumerate(ids))
