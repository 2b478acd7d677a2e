"""The smallest possible driver: chunks out, news in, what is lost goes out again. Counts what must not happen."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from twin.dispatch.backends import Backend
from twin.dispatch.wire import Ended, Lost, Order, Report, Setup
from twin.kinds import Target
from twin.result import Store
from twin.scenario import Scenario, expand

__all__ = ["Loop", "setup"]


def setup(store: Path, scenario: Scenario) -> Setup:
    return Setup(str(store), str(store / "batches" / "one"), scenario.keep, asdict(Target()), 0, scenario.document, str(scenario.folder))


class Loop:
    """Drives all jobs of a scenario through a backend.

    Attributes:
        ended: number -> how it ended; `attempts` -> of its last start.
        twice: endings that landed for a job that had ended: a fault.
        lost: everything that the backend gave up.
    """

    def __init__(self, backend: Backend, scenario: Scenario, store: Path, chunk: int) -> None:
        self.backend, self.store, self.chunk = backend, Store(store), chunk
        self.jobs = list(expand(scenario))
        self.waiting = deque(range(len(self.jobs)))
        self.attempts: Counter[int] = Counter()
        self.ended: dict[int, Ended] = {}
        self.twice: list[Ended] = []
        self.lost: list[Lost] = []
        self._flight: set[tuple[int, int]] = set()

    def run(self, until: Callable[[], bool] = lambda: False, seconds: float = 60) -> Loop:
        """Until all jobs have ended, or `until` holds."""
        end = time.monotonic() + seconds
        while len(self.ended) < len(self.jobs) and not until():
            if time.monotonic() > end:
                raise AssertionError(f"after {seconds} s {len(self.ended)} of {len(self.jobs)} jobs have ended; lost: {self.lost}")
            self._send()
            self.take(self.backend.poll(0.2))
        return self

    def take(self, report: Report) -> None:
        """What the journal would note."""
        assert not report.fault
        for ended in (one for run in report.ended for one in run.each()):
            if (ended.number, ended.attempt) in self._flight:
                self.twice += [ended] if ended.number in self.ended else []
                self._flight.discard((ended.number, ended.attempt))
                self.ended[ended.number] = ended
        for lost in report.lost:
            if (lost.number, lost.attempt) in self._flight:
                self._flight.discard((lost.number, lost.attempt))
                self.waiting.append(lost.number)
                self.lost.append(lost)

    def take_leftover(self, report: Report) -> None:
        """What an earlier driver's elements had finished: theirs are the attempts."""
        for ended in (one for run in report.ended for one in run.each()):
            self.ended[ended.number] = ended
        self.waiting = deque(number for number in self.waiting if number not in self.ended)

    def rows(self) -> list[tuple[str, dict[str, float]]]:
        """Id and scalars of all jobs, in order."""
        assert sorted(self.ended) == list(range(len(self.jobs)))
        rows = [json.loads(self.ended[number].row) for number in sorted(self.ended)]
        assert [row["id"] for row in rows] == [job.id for job in self.jobs]
        return [(row["id"], row["scalars"]) for row in rows]

    def check(self) -> None:
        """No job lost, none published twice, every folder whole."""
        assert not self.twice
        rows = self.rows()
        assert sorted(self.store.ids()) == sorted(id for id, _ in rows)
        for id, scalars in rows:
            assert self.store.get(id).scalars["seed"].value == scalars["seed"]
        assert not list(self.store.path.rglob("*.part"))

    def _send(self) -> None:
        for slot, load in self.backend.load().items():
            if load == 0 and self.waiting:
                numbers = [self.waiting.popleft() for _ in range(min(self.chunk, len(self.waiting)))]
                self.attempts.update(numbers)
                self._flight |= {(number, self.attempts[number]) for number in numbers}
                self.backend.send(slot, Order(numbers, [self.jobs[n].id for n in numbers], [self.attempts[n] for n in numbers]))
