"""One job, done: run, folder where `keep` says so, row. The same for every backend."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from twin.dispatch.done import Done
from twin.dispatch.keep import badness, wanted, worst_count
from twin.dispatch.wire import Order, Setup
from twin.execute import outcomes
from twin.kinds import Monitor, Target
from twin.outcome import Outcome, cancelled
from twin.result import Result, Store
from twin.result.checkpoint import StoredCheckpoint
from twin.scenario import Job

__all__ = ["Work"]

UNTOUCHED = 0  # modification time of a scratch folder that nothing was put into


class Work:
    """Does jobs of one batch in this process, one after another."""

    def __init__(self, setup: Setup) -> None:
        self._store, self._keep, self._slot = Store(setup.store), setup.keep, setup.slot
        self._ranked = worst_count(setup.keep) is not None
        self._target, self._sheet = Target(**setup.target), setup.sheet()
        self._scratch_root = Path(setup.batch) / "scratch"
        self._scratch: Path | None = None
        self._handed: Path | None = None  # to the job at hand
        self._checkpoints: dict[str, StoredCheckpoint] = {}
        self._told: set[str] = set()

    @property
    def limited(self) -> bool:
        """Whether the jobs have a time limit: then it must be known at any time which one runs."""
        return self._sheet.scenario.resources.time is not None

    def do(self, order: Order, monitor: Monitor) -> Iterator[Done]:
        """Run the jobs of an order, in its order; those that can share a launch do.

        Raises:
            StoreFault: a folder cannot be written; its job is not done.
        """
        self._empty_scratch()  # here, where a disk that is full is the store's fault, not a job's
        self._handed = None
        jobs = [Job(id, number, self._sheet) for number, id in zip(order.numbers, order.ids, strict=True)]
        found = outcomes(jobs, target=self._target, monitor=monitor, scratch=self._empty_scratch, checkpoint=self._checkpoint)
        for attempt, outcome in zip(order.attempts, found, strict=True):
            yield self._filed(outcome, attempt, order.worst)

    def close(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _filed(self, outcome: Outcome, attempt: int, worst: float | None) -> Done:
        job, said = outcome.job, outcome.said
        stopped = cancelled(said)
        if self._checkpoints and not stopped and (checkpoint := self._checkpoints.pop(job.id, None)):
            checkpoint.discard()
        bad = badness(said.status, outcome.result(self._target).expectations) if self._ranked else 0.0
        if wanted(self._keep, said.status, outcome.verdict, bad, worst) and not stopped:
            self._store.put(outcome.result(self._target).complete(), job.document, scratch=self._handed)
        self._handed = None
        return Done(outcome, attempt, "cancelled" if stopped else said.status, bad, self._new_units(said))

    def _empty_scratch(self) -> Path:
        """A folder for the job's own files; most kinds leave it empty, so it is made again only when it was used."""
        if self._scratch is None or os.stat(self._scratch).st_mtime_ns != UNTOUCHED:
            self.close()
            self._scratch_root.mkdir(parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix=f"worker-{self._slot}-", dir=self._scratch_root))
            os.utime(self._scratch, ns=(UNTOUCHED, UNTOUCHED))
        self._handed = self._scratch
        return self._scratch

    def _checkpoint(self, id: str) -> StoredCheckpoint:
        checkpoint = self._checkpoints[id] = StoredCheckpoint(self._store, id)
        return checkpoint

    def _new_units(self, result: Result) -> dict[str, str]:
        if self._told.issuperset(result.scalars):
            return {}
        new = result.scalars.keys() - self._told
        units = {name: result.scalars[name].unit for name in new}
        self._told.update(units)
        return units
