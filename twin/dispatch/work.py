"""One job, done: run, folder where `keep` says so, row. The same for every backend."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twin.dispatch.keep import badness, wanted, worst_count
from twin.dispatch.rows import from_result
from twin.dispatch.wire import Order, Setup
from twin.execute import cancelled, run_jobs
from twin.kinds import Monitor, Target
from twin.result import Result, Store
from twin.result.checkpoint import StoredCheckpoint
from twin.result.parts import Row
from twin.scenario import Job

__all__ = ["Done", "Work"]

UNTOUCHED = 0  # modification time of a scratch folder that nothing was put into


@dataclass(frozen=True, slots=True)
class Done:
    """A job that came to its end.

    Attributes:
        state: of the job: its status, or `cancelled`.
        badness: how far it missed its bounds, where `keep` asks for the worst.
        units: scalar -> unit, those that were not told before.
    """

    row: Row
    state: str
    badness: float
    units: dict[str, str]


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
        begun = time.perf_counter()
        self._empty_scratch()  # here, where a disk that is full is the store's fault, not a job's
        self._handed = None
        jobs = [Job(id, number, self._sheet) for number, id in zip(order.numbers, order.ids, strict=True)]
        results = run_jobs(jobs, target=self._target, monitor=monitor, scratch=self._empty_scratch, checkpoint=self._checkpoint)
        for job, attempt, result in zip(jobs, order.attempts, results, strict=True):
            seconds = result.stats["seconds"] if result.detail else time.perf_counter() - begun
            yield self._filed(job, attempt, result, float(seconds), order.worst)
            begun = time.perf_counter()

    def close(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _filed(self, job: Job, attempt: int, result: Result, seconds: float, worst: float | None) -> Done:
        stopped = cancelled(result)
        if self._checkpoints and not stopped and (checkpoint := self._checkpoints.pop(job.id, None)):
            checkpoint.discard()
        if wanted(self._keep, result, worst) and not stopped:
            self._store.put(result.complete(), job.document, scratch=self._handed)
        self._handed = None
        row = from_result(result, index=job.index, values=job.values, seconds=seconds, attempts=attempt)
        bad = badness(result.status, result.expectations) if self._ranked else 0.0
        return Done(row, "cancelled" if stopped else result.status, bad, self._new_units(result))

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
