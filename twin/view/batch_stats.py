"""What a batch says, as numbers: pass rates over parameters, which parameter matters, why runs failed, which was worst."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from twin.view.figures import bound_text, figure, label

__all__ = ["Levels", "broken", "by_severity", "column", "influence", "levels", "pass_map", "passed", "reasons", "spread"]

Row = Mapping[str, Any]
DISTINCT = 10  # a parameter with at most so many values keeps them; one with more is put in bins
BINS = 6


@dataclass(frozen=True)
class Levels:
    """A swept parameter cut into levels: `names` of them, and each row's level (-1: the row has no value), shape (rows,)."""

    path: str
    names: tuple[str, ...]
    of_row: np.ndarray


def passed(rows: Sequence[Row]) -> np.ndarray:
    """1 passed, 0 not (failed, or it never came to an end), NaN where nothing was expected; shape (rows,)."""
    return np.array([math.nan if row["verdict"] == "none" and row["status"] == "done" else float(row["verdict"] == "pass") for row in rows])


def column(rows: Sequence[Row], name: str) -> np.ndarray:
    """Values of a scalar, NaN where it was not measured; shape (rows,)."""
    values = [row["scalars"].get(name) for row in rows]
    return np.array([math.nan if value is None else float(value) for value in values])


def levels(rows: Sequence[Row], path: str) -> Levels:
    """The distinct values of a parameter, or bins of equal width over a sampled one."""
    values = [row["values"].get(path) for row in rows]
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None)
    distinct = sorted({v for v in values if v is not None}, key=None if numeric else str)
    if not numeric or len(distinct) <= DISTINCT:
        at = {value: i for i, value in enumerate(distinct)}
        names = tuple(f"{v:.3g}" if numeric else str(v) for v in distinct)
        return Levels(path, names, np.array([-1 if v is None else at[v] for v in values]))
    edges = np.linspace(distinct[0], distinct[-1], BINS + 1)
    shown = [f"{(a + b) / 2:.3g}" for a, b in pairwise(edges)]
    of_row = [-1 if v is None else min(int(np.searchsorted(edges, v, side="right")) - 1, BINS - 1) for v in values]
    return Levels(path, tuple(shown), np.array(of_row))


def pass_map(good: np.ndarray, across: Levels, up: Levels) -> tuple[np.ndarray, np.ndarray]:
    """Share that passed (NaN where nothing ran) and number of runs of each cell, shape (levels up, levels across)."""
    shape = len(up.names), len(across.names)
    counts, sums = np.zeros(shape), np.zeros(shape)
    use = np.isfinite(good) & (across.of_row >= 0) & (up.of_row >= 0)
    np.add.at(counts, (up.of_row[use], across.of_row[use]), 1)
    np.add.at(sums, (up.of_row[use], across.of_row[use]), good[use])
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan), counts


def influence(values: np.ndarray, parameter: Levels) -> float:
    """Share of the variance of `values` that the parameter's level accounts for, 0..1.

    Omega squared of a one-way analysis of variance (Hays 1963): free of the gain that levels make by chance alone.
    """
    use = np.isfinite(values) & (parameter.of_row >= 0)
    sample, level = values[use], parameter.of_row[use]
    groups = [sample[level == i] for i in np.unique(level)]
    total = float(((sample - sample.mean()) ** 2).sum()) if len(sample) else 0.0
    if total == 0 or len(groups) < 2 or len(sample) <= len(groups):
        return 0.0
    between = sum(len(group) * float((group.mean() - sample.mean()) ** 2) for group in groups)
    noise = (total - between) / (len(sample) - len(groups))
    return max((between - (len(groups) - 1) * noise) / (total + noise), 0.0)


def broken(row: Row, expect: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Broken expectations of a run -> how far beyond the bound, relative to it; infinite where nothing was measured."""
    found = {}
    for name, bound in expect.items():
        value = row["scalars"].get(name)
        excess = math.inf if value is None or not math.isfinite(value) else _excess(float(value), bound)
        if excess > 0:
            found[name] = excess
    return found


def _excess(value: float, bound: Mapping[str, float]) -> float:
    beyond = [-math.inf]
    if "max" in bound:
        beyond.append((value - bound["max"]) / (abs(bound["max"]) or 1.0))
    if "min" in bound:
        beyond.append((bound["min"] - value) / (abs(bound["min"]) or 1.0))
    if "equal" in bound:
        beyond.append((abs(value - bound["equal"]) - bound.get("tolerance", 0.0)) / (abs(bound["equal"]) or 1.0))
    return max(beyond)


def by_severity(rows: Sequence[Row], expect: Mapping[str, Mapping[str, float]]) -> list[Row]:
    """Worst first: runs that broke most expectations by most; where all passed, those nearest to a bound."""

    def severity(row: Row) -> tuple[int, int, float]:
        gone = broken(row, expect)
        finite = [_excess(float(v), expect[n]) for n, v in row["scalars"].items() if n in expect and v is not None and math.isfinite(v)]
        return int(row["verdict"] == "fail"), len(gone), max(finite, default=-math.inf)

    return sorted(rows, key=severity, reverse=True)


def reasons(rows: Sequence[Row], expect: Mapping[str, Mapping[str, float]], units: Mapping[str, str]) -> dict[str, int]:
    """Why runs did not pass -> how many, the commonest first. Reasons that differ in numbers only count as one."""
    counter: Counter[str] = Counter()
    for row in rows:
        if row["verdict"] == "pass" or (row["verdict"] == "none" and row["status"] == "done"):
            continue
        if row.get("reason"):
            counter[re.sub(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", "…", str(row["reason"]))] += 1
            continue
        gone = broken(row, expect)
        for name in gone:
            counter[f"{label(name)} not {bound_text(expect[name], units.get(name, '1'))}"] += 1
        if not gone:
            counter["no reason was given"] += 1
    return dict(counter.most_common())


def spread(values: np.ndarray, unit: str) -> str:
    """`min · median · p95 · max` of a sample in words."""
    sample = values[np.isfinite(values)]
    if not len(sample):
        return "never measured"
    parts = [
        ("least", sample.min()),
        ("median", np.median(sample)),
        ("95th percentile", np.percentile(sample, 95)),
        ("largest", sample.max()),
    ]
    missing = len(values) - len(sample)
    words = [f"{name} {figure(float(value), unit)}" for name, value in parts] + ([f"not measured in {missing}"] if missing else [])
    return " · ".join(words)
