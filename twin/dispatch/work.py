"""One job, done: run, folder where `keep` says so, row. The same for every backend."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from twin.dispatch.keep import badness, wanted, worst_count
from twin.dispatch.rows import from_result, row_text
from twin.dispatch.wire import Ended, Setup
from twin.execute import cancelled, run_jobs
from twin.kinds import Monitor, Target
from twin.result import Result, Store
from twin.scenario import Job

__all__ = ["Work"]


UNTOUCHED = 0  # modification time of a scratch folder that nothing was put into


class Work:
    """Does jobs of one batch in this process, one after another."""

    def __init__(self, setup: Setup) -> None:
        self._store, self._keep, self._slot = Store(setup.store), setup.keep, setup.slot
        self._ranked = worst_count(setup.keep) is not None
        self._target = Target(**setup.target)
        self._scratch_root = Path(setup.batch) / "scratch"
        self._scratch: Path | None = None
        self._told: set[str] = set()

    def do(self, job: Job, attempt: int, worst: float | None, monitor: Monitor) -> tuple[Ended, dict[str, str]]:
        """Run the job; how it ended, and units that were not told before.

        Raises:
            StoreFault: the folder cannot be written; the job is not done.
        """
        return next(self.do_all([job], [attempt], worst, monitor))

    def do_all(
        self, jobs: Sequence[Job], attempts: Sequence[int], worst: float | None, monitor: Monitor
    ) -> Iterator[tuple[Ended, dict[str, str]]]:
        """Run jobs that were handed out together, as `do` for each; those that can share a launch do."""
        begun = time.perf_counter()
        results = run_jobs(jobs, target=self._target, monitor=monitor, scratch=self._empty_scratch)
        for job, attempt, result in zip(jobs, attempts, results, strict=True):
            seconds = result.stats["seconds"] if result.detail else time.perf_counter() - begun
            yield self._filed(job, attempt, result, float(seconds), worst)
            begun = time.perf_counter()

    def _filed(self, job: Job, attempt: int, result: Result, seconds: float, worst: float | None) -> tuple[Ended, dict[str, str]]:
        if wanted(self._keep, result, worst) and not cancelled(result):
            self._store.put(result.complete(), job.document, scratch=self._scratch)
        row = from_result(result, index=job.index, values=job.values, seconds=seconds, attempts=attempt)
        state = "cancelled" if cancelled(result) else result.status
        bad = badness(result.status, result.expectations) if self._ranked else 0.0
        return Ended(job.index, attempt, result.id, state, result.verdict, bad, row_text(row)), self._new_units(result)

    def close(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _empty_scratch(self) -> Path:
        """A folder for the job's own files; most kinds leave it empty, so it is made again only when it was used."""
        if self._scratch is None or os.stat(self._scratch).st_mtime_ns != UNTOUCHED:
            self.close()
            self._scratch_root.mkdir(parents=True, exist_ok=True)
            self._scratch = Path(tempfile.mkdtemp(prefix=f"worker-{self._slot}-", dir=self._scratch_root))
            os.utime(self._scratch, ns=(UNTOUCHED, UNTOUCHED))
        return self._scratch

    def _new_units(self, result: Result) -> dict[str, str]:
        new: Iterable[str] = result.scalars.keys() - self._told
        units = {name: result.scalars[name].unit for name in new}
        self._told.update(units)
        return units
