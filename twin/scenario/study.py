"""`study.expect`: what must hold over a batch. Read here, computed by twin.study."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin.errors import Fault, nearest
from twin.scenario.expect import read_bound, unit_of

__all__ = ["STATISTICS", "StudyExpectation", "read_study"]

STATISTICS = ("mean", "min", "max", "std")
CONFIDENCE = 0.95  # of every bound that names none
_PERCENTILE = re.compile(r"p([0-9]{1,2}(\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class StudyExpectation:
    """One line of `study.expect`.

    Attributes:
        name: as written: `pass_rate`, `cycle_time.p95`.
        scalar: `cycle_time`; empty for the pass rate.
        statistic: `pass_rate`, `mean`, `min`, `max`, `std` or a percentile `p95`.
        bound: {min, max, equal, tolerance} in the scalar's SI unit, those that are given.
        confidence: 0..1, of the interval that must keep the bound.
    """

    name: str
    scalar: str
    statistic: str
    bound: Mapping[str, float]
    confidence: float = CONFIDENCE


def read_study(given: Mapping[str, Any], scalars: Mapping[str, str]) -> tuple[tuple[StudyExpectation, ...], list[Fault]]:
    """The expectations in SI, and what is wrong with them. `scalars`: name or pattern -> unit."""
    lines, faults = [], list[Fault]()
    for name, written in given.items():
        path = f"study.expect.{name}"
        scalar, _, statistic = name.rpartition(".")
        unit = "1" if name == "pass_rate" else unit_of(scalar, scalars)
        if unit is None or not (name == "pass_rate" or statistic in STATISTICS or _PERCENTILE.fullmatch(statistic)):
            faults.append(_unknown(name, scalar, scalars))
            continue
        bound, wrong = _without_confidence(written), list[Fault]()
        bound, wrong = read_bound(bound, unit, path)
        confidence, bad = _confidence(written, path)
        lines.append(StudyExpectation(name, scalar, statistic, bound, confidence))
        faults += wrong + bad
    return tuple(lines), faults


def study_document(lines: tuple[StudyExpectation, ...]) -> dict[str, Any]:
    """Back to what stands in a file, in SI."""
    return {line.name: {**line.bound, "confidence": line.confidence} for line in lines}


def _without_confidence(written: Any) -> Any:
    return {k: v for k, v in written.items() if k != "confidence"} if isinstance(written, Mapping) else written


def _confidence(written: Any, path: str) -> tuple[float, list[Fault]]:
    if not isinstance(written, Mapping) or "confidence" not in written:
        return CONFIDENCE, []
    bound, faults = read_bound({"equal": written["confidence"]}, "1", path)
    value = bound.get("equal", CONFIDENCE)
    if faults or not 0 < value < 1:
        return CONFIDENCE, [Fault(f"{path}.confidence", written["confidence"], "more than 0 and less than 100 %", "Write e.g. 95 %.")]
    return value, []


def _unknown(name: str, scalar: str, scalars: Mapping[str, str]) -> Fault:
    known = ["pass_rate", *(f"{s}.{statistic}" for s in scalars for statistic in (*STATISTICS, "p50", "p95"))]
    return Fault(
        f"study.expect.{name}", name, "pass_rate, or a scalar of this kind with .mean, .min, .max, .std or a percentile such as .p95; "
        "scalars: " + ", ".join(sorted(scalars)), nearest(name, known),
    )  # fmt: skip
