"""What driver and worker tell each other: lines of JSON text, the first one a head. No code travels, and no pickles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import from_json, to_json

from twin.scenario import Job

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
        return to_json({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def decode(cls, data: bytes) -> Setup:
        """From bytes."""
        return cls(**from_json(data))


@dataclass(frozen=True, slots=True)
class Order:
    """A chunk of jobs for one worker.

    Attributes:
        attempts: which start of each job this is.
        worst: badness above which a job keeps its folder under `keep: worst N`.
    """

    jobs: Sequence[Job]
    attempts: Sequence[int]
    worst: float | None = None

    def encode(self) -> bytes:
        """As bytes: a head with the first job's document, then a line a job with what differs from it."""
        base = self.jobs[0].document
        head = {"base": base, "folder": self.jobs[0].folder, "attempts": self.attempts, "worst": self.worst}
        lines = (to_json([job.id, job.index, job.values, *_difference(base, job.document)]) for job in self.jobs)
        return b"\n".join((to_json(head), *lines))

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """From bytes."""
        text, *lines = data.split(b"\n")
        head = from_json(text)
        jobs = [_job(head["base"], head["folder"], *from_json(line)) for line in lines]
        return cls(jobs, head["attempts"], head["worst"])


def _difference(base: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Keys of `document` with another value than in `base`, and keys that it lacks."""
    changed = {key: value for key, value in document.items() if key not in base or not _same(base[key], value)}
    return changed, [key for key in base if key not in document]


def _same(a: Any, b: Any) -> bool:
    """Equal to the bit: 0 and 0.0 and -0.0 are different documents."""
    return a is b or (a == b and repr(a) == repr(b))


def _job(base: Mapping[str, Any], folder: str, id: str, index: int, values: Any, changed: Mapping[str, Any], lacking: list[str]) -> Job:
    document = {**base, **changed}
    for key in lacking:
        del document[key]
    return Job(id, index, values, document, folder)


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
        return b"\n".join((to_json(head), *(e.row.encode() for e in self.ended)))

    @classmethod
    def decode(cls, data: bytes) -> Report:
        """From bytes."""
        text, *rows = data.split(b"\n")
        head = from_json(text)
        head["ended"] = [Ended(*(*about, row.decode())) for about, row in zip(head["ended"], rows, strict=True)]
        return cls(**head)
