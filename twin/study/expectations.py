"""`study.expect` held against a batch: a bound is kept when the confidence limit on its side keeps it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from twin.dispatch import Batch
from twin.scenario import StudyExpectation
from twin.study import intervals

__all__ = ["judge", "outcome", "summarised"]


def judge(batch: Batch) -> list[dict[str, Any]]:
    """One line for each study expectation: name, value, low, high, unit, bound, confidence, jobs, ok.

    `low` and `high` are one-sided confidence limits; null where there are too few jobs for one. A job that stopped or
    failed counts as not passed; a scalar that a job could not measure is not in that scalar's statistics, and `jobs`
    says how many were.
    """
    lines = batch.loaded.study
    if not lines:
        return []
    rows, units = batch.rows(), batch.units
    return [_judged(line, rows, units) for line in lines]


def outcome(lines: Sequence[Mapping[str, Any]]) -> Literal["pass", "fail", "none"]:
    """Verdict of the batch over judged lines."""
    if not lines:
        return "none"
    return "pass" if all(line["ok"] for line in lines) else "fail"


def summarised(batch: Batch) -> dict[str, Any]:
    """`Batch.summary()` with the study in it: {"verdict", "expectations"}, or null when nothing is expected of the batch."""
    lines = judge(batch)
    return batch.summary({"verdict": outcome(lines), "expectations": lines} if lines else None)


def _judged(line: StudyExpectation, rows: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> dict[str, Any]:
    if line.statistic == "pass_rate":
        jobs, unit = len(rows), "1"
        passes = sum(row["verdict"] == "pass" for row in rows)
        value, (low, high) = passes / jobs if jobs else math.nan, intervals.wilson(passes, jobs, line.confidence)
    else:
        values = [row["scalars"][line.scalar] for row in rows if line.scalar in row["scalars"]]
        jobs, unit = len(values), units.get(line.scalar, "")
        value, (low, high) = _statistic(line.statistic, values, line.confidence) if values else (math.nan, (-math.inf, math.inf))
    return {
        "name": line.name, "value": _finite(value), "low": _finite(low), "high": _finite(high), "unit": unit,
        "bound": dict(line.bound), "confidence": line.confidence, "jobs": jobs, "ok": jobs > 0 and _kept(low, high, line.bound),
    }  # fmt: skip


def _statistic(name: str, values: Sequence[float], confidence: float) -> tuple[float, intervals.Limits]:
    """The statistic and its limits. `min` and `max` speak of the jobs that ran, and of no others: they have no limits."""
    if name == "mean":
        return float(np.mean(values)), intervals.mean(values, confidence)
    if name == "std":
        return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0, intervals.standard_deviation(values, confidence)
    if name in ("min", "max"):
        extreme = float(min(values) if name == "min" else max(values))
        return extreme, (extreme, extreme)
    fraction = float(name[1:]) / 100
    return float(np.quantile(values, fraction)), intervals.percentile(values, fraction, confidence)


def _kept(low: float, high: float, bound: Mapping[str, float]) -> bool:
    tolerance, equal = bound.get("tolerance", 0.0), bound.get("equal")
    floor = max(bound.get("min", -math.inf), -math.inf if equal is None else equal - tolerance)
    ceiling = min(bound.get("max", math.inf), math.inf if equal is None else equal + tolerance)
    return (floor == -math.inf or low >= floor) and (ceiling == math.inf or high <= ceiling)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
