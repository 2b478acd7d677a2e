"""What driver and worker tell each other: lines of JSON text, the first one a head. No code travels, and no pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Ended", "Lost", "Order", "Report", "Setup", "Why"]

Why = Literal["crashed", "expired", "bystander"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told once.

    Attributes:
        store: path of the store.
        batch: folder of the batch.
        keep: which jobs keep folders.
        target: fields of `twin.kinds.Target`.
        slot: number of the worker.
    """

    store: str
    batch: str
    keep: str
    target: Mapping[str, Any]
    slot: int

    def encode(self) -> bytes:
        """As bytes."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__}).encode()

    @classmethod
    def decode(cls, data: bytes) -> Setup:
        """From bytes."""
        return cls(**json.loads(data))


@dataclass(frozen=True, slots=True)
class Order:
    """A chunk of jobs for one worker.

    Attributes:
        numbers, attempts: of each job.
        jobs: each job as JSON text.
        worst: badness from which a job keeps its folder under `keep: worst N`.
    """

    numbers: Sequence[int]
    attempts: Sequence[int]
    jobs: Sequence[str]
    worst: float | None = None

    def encode(self) -> bytes:
        """As bytes: a head, then one line a job."""
        head = json.dumps({"numbers": self.numbers, "attempts": self.attempts, "worst": self.worst})
        return "\n".join((head, *self.jobs)).encode()

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """From bytes."""
        head, *jobs = data.decode().split("\n")
        return cls(jobs=jobs, **json.loads(head))


@dataclass(frozen=True, slots=True)
class Ended:
    """A job that came to its end: its state, and its row as JSON text."""

    number: int
    attempt: int
    id: str
    state: str
    verdict: str
    badness: float
    row: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A job whose worker is gone.

    Attributes:
        why: `crashed` (the worker died), `expired` (this job was over its time limit), `bystander` (another was).
    """

    number: int
    attempt: int
    why: Why
    reason: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """News from the workers.

    Attributes:
        busy: seconds the workers spent on the ended jobs.
        units: scalar -> unit, those that were not told before.
        elapsed: seconds since the job at hand began; None between jobs.
        fault: the store could not be written; the jobs at hand are not done.
    """

    ended: Sequence[Ended] = ()
    lost: Sequence[Lost] = ()
    busy: float = 0.0
    units: Mapping[str, str] = field(default_factory=dict)
    elapsed: float | None = None
    fault: str = ""

    def encode(self) -> bytes:
        """As bytes: a head, then one line a row. `lost` does not travel: the dead tell nothing."""
        heads = [(e.number, e.attempt, e.id, e.state, e.verdict, e.badness) for e in self.ended]
        head = {"ended": heads, "busy": self.busy, "units": dict(self.units), "elapsed": self.elapsed, "fault": self.fault}
        return "\n".join((json.dumps(head), *(e.row for e in self.ended))).encode()

    @classmethod
    def decode(cls, data: bytes) -> Report:
        """From bytes."""
        text, *rows = data.decode().split("\n")
        head = json.loads(text)
        head["ended"] = [Ended(*about, row=row) for about, row in zip(head["ended"], rows, strict=True)]
        return cls(**head)
