"""What driver and workers tell each other: JSON, checked where it comes in. No code travels, and no pickles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import repeat
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from twin.errors import NodeFailed
from twin.light import light
from twin.scenario import Blueprint, from_document

__all__ = ["Ended", "Lost", "Order", "Report", "Setup", "Why", "merged"]

T = TypeVar("T")
Why = Literal["crashed", "expired", "bystander", "moved"]
State = Literal["done", "stopped", "failed", "cancelled"]
Verdict = Literal["pass", "fail", "none"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker is told once.

    Attributes:
        store: path of the store.
        batch: folder of the batch.
        keep: which jobs keep folders.
        target: fields of `twin.kinds.Target`.
        slot: number of the worker.
        scenario: the batch's document, sweep included: jobs are made from it by their numbers.
        folder: where its relative paths start.
        points: file with the points of the sweep's sample; empty where there are none.
    """

    store: str
    batch: str
    keep: str
    target: dict[str, Any]
    slot: int
    scenario: dict[str, Any]
    folder: str
    points: str = ""

    def encode(self) -> bytes:
        """As bytes."""
        return to_json(asdict(self))

    @classmethod
    def decode(cls, data: bytes) -> Setup:
        """From bytes.

        Raises:
            NodeFailed: they are no set-up.
        """
        return _checked(cls, data)

    def sheet(self) -> Blueprint:
        """Makes the jobs from their numbers.

        Raises:
            BadScenario: the document cannot be read here.
            StoreFault: the file of the sample's points cannot.
        """
        from twin.dispatch.drawn import read
        from twin.kinds import Target

        return Blueprint(from_document(self.scenario, self.folder), Target(**self.target), read(self.points))


@dataclass(frozen=True, slots=True)
class Order:
    """A chunk of jobs for one worker.

    Attributes:
        numbers: of the jobs.
        ids: of each; a worker for which one comes out otherwise refuses the job.
        attempts: which start of each job this is.
        worst: badness above which a job keeps its folder under `keep: worst N`.
    """

    numbers: Sequence[int]
    ids: Sequence[str]
    attempts: Sequence[int]
    worst: float | None = None

    def encode(self) -> bytes:
        """As bytes."""
        return to_json({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def decode(cls, data: bytes) -> Order:
        """From bytes.

        Raises:
            NodeFailed: they are no order.
        """
        return _checked(cls, data)


@light
@dataclass(frozen=True, slots=True)
class Ended:
    """A job that came to its end, or a run of jobs with consecutive numbers that came to equal ends.

    Attributes:
        number: of the job, or of the first of the run.
        state: of the job.
        row: of a single job as JSON text; empty where a part of the report holds it.
        count: jobs of the run.
    """

    number: int
    attempt: int
    state: str
    verdict: str
    badness: float
    row: str = ""
    count: int = 1

    @property
    def numbers(self) -> range:
        """Of the jobs."""
        return range(self.number, self.number + self.count)

    @property
    def starts(self) -> Iterator[tuple[int, int]]:
        """Number and attempt of each."""
        return zip(self.numbers, repeat(self.attempt))

    def each(self) -> list[Ended]:
        """One for each job."""
        return [replace(self, number=number, count=1) for number in self.numbers] if self.count > 1 else [self]


@dataclass(frozen=True, slots=True)
class Lost:
    """A job whose worker is gone.

    Attributes:
        why: `crashed` (the worker died), `expired` (this job was over its time limit), `bystander` (another was),
            `moved` (it had not begun, or nobody's job is to blame).
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
        begun: (number, attempt) of jobs that are running now.
        parts: file name of a Parquet part in the batch's folder -> the jobs in it, which need no rows then.
        busy: seconds the workers spent on the ended jobs.
        units: scalar -> unit, those that were not told before.
        elapsed: seconds since the job at hand began; None between jobs.
        fault: the store could not be written; the jobs at hand are not done.
    """

    ended: Sequence[Ended] = ()
    lost: Sequence[Lost] = ()
    begun: Sequence[tuple[int, int]] = ()
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    busy: float = 0.0
    units: Mapping[str, str] = field(default_factory=dict)
    elapsed: float | None = None
    fault: str = ""

    @property
    def jobs(self) -> int:
        """How many ended."""
        return sum(ended.count for ended in self.ended)

    def encode(self) -> bytes:
        """As bytes. `lost` does not travel: the dead tell nothing."""
        ended = [(e.number, e.attempt, e.state, e.verdict, e.badness, e.row, e.count) for e in self.ended]
        text = {name: getattr(self, name) for name in ("begun", "parts", "busy", "units", "elapsed", "fault")}
        return to_json({**text, "ended": ended})

    @classmethod
    def decode(cls, data: bytes) -> Report:
        """From bytes.

        Raises:
            NodeFailed: they are no report.
        """
        try:
            text = dict(_ReportText.model_validate_json(data))
        except ValidationError as error:
            raise _damaged(error) from error
        text["ended"] = [Ended(*about) for about in text["ended"]]
        return cls(**text)


def merged(reports: Sequence[Report]) -> Report:
    """Several reports as one."""
    if len(reports) == 1:
        return reports[0]
    return Report(
        ended=[e for report in reports for e in report.ended],
        lost=[lost for report in reports for lost in report.lost],
        parts={name: jobs for report in reports for name, jobs in report.parts.items()},
        begun=[b for report in reports for b in report.begun],
        busy=sum(report.busy for report in reports),
        units={name: unit for report in reports for name, unit in report.units.items()},
        fault=next((report.fault for report in reports if report.fault), ""),
    )


Count = Annotated[int, Field(ge=1, le=1_000_000)]  # no damaged number makes the driver count for hours


class _ReportText(BaseModel):
    """A report as it travels: what ended stands in rows of plain values."""

    model_config = ConfigDict(strict=True, extra="forbid")

    ended: list[tuple[int, int, State, Verdict, float, str, Count]]
    begun: list[tuple[int, int]]
    parts: dict[str, list[int]]
    busy: float
    units: dict[str, str]
    elapsed: float | None
    fault: str


def _checked(form: type[T], data: bytes) -> T:
    """A dataclass from its JSON, every field of its type."""
    try:
        return cast(T, _adapter(cast(Any, form)).validate_json(data, strict=True))
    except ValidationError as error:
        raise _damaged(error) from error


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _damaged(error: ValidationError) -> NodeFailed:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "(all)"
    return NodeFailed(f"a message between driver and worker is damaged: at {where}: {first['msg']}")
