"""The charts of a report: where runs pass, what matters, how results are distributed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import combinations
from typing import Any

import numpy as np

from twin.view import batch_stats
from twin.view.figures import label
from twin.view.plots import Bound, bar_chart, heat_map, histogram, scatter
from twin.view.plots.axes import with_unit

__all__ = ["Runs", "distributions", "influences", "maps", "scatters"]

MAPS = 6  # at most so many pairs of parameters
SCALARS = 8  # at most so many distributions
COMPARED = 3  # at most so many scalars whose influences are shown


@dataclass(frozen=True)
class Runs:
    """A batch as the charts see it: rows, swept paths, bounds and units by name."""

    rows: Sequence[Mapping[str, Any]]
    swept: Sequence[str]
    expect: Mapping[str, Mapping[str, float]]
    units: Mapping[str, str]

    @cached_property
    def good(self) -> np.ndarray:
        """1 passed, 0 not, NaN not judged; shape (rows,)."""
        return batch_stats.passed(self.rows)

    @cached_property
    def parameters(self) -> list[batch_stats.Levels]:
        """Swept parameters that have more than one level."""
        cut = [batch_stats.levels(self.rows, path) for path in self.swept]
        return [parameter for parameter in cut if len(parameter.names) > 1]

    @cached_property
    def scalars(self) -> list[str]:
        """Scalars with a bound first, then those that vary."""
        seen = list(dict.fromkeys(name for row in self.rows for name in row["scalars"]))
        varied = [name for name in seen if _varies(self.column(name))]
        return list(dict.fromkeys([*(name for name in self.expect if name in seen), *varied]))[:SCALARS]

    def column(self, name: str) -> np.ndarray:
        """Values of a scalar, NaN where it was not measured; shape (rows,)."""
        return batch_stats.column(self.rows, name)

    def axis(self, name: str) -> str:
        """Name with its unit."""
        return with_unit(short(name), self.units.get(name, ""))


def short(path: str) -> str:
    """The last words of a dotted path."""
    return ".".join(path.split(".")[-3:])


def maps(runs: Runs) -> str:
    """Pass rates over pairs of parameters, or over the only one."""
    if not np.isfinite(runs.good).any():
        return ""
    if len(runs.parameters) == 1:
        only = runs.parameters[0]
        rates = {name: round(100 * float(np.nanmean(runs.good[only.of_row == i])), 1) for i, name in enumerate(only.names)}
        return _charts([(runs.axis(only.path), bar_chart(rates, title=f"Pass rate over {only.path}", unit="%", full=100))])
    return _charts([_map(runs, across, up) for across, up in list(combinations(runs.parameters, 2))[:MAPS]])


def _map(runs: Runs, across: batch_stats.Levels, up: batch_stats.Levels) -> tuple[str, str]:
    shares, counts = batch_stats.pass_map(runs.good, across, up)
    x_label, y_label = runs.axis(across.path), with_unit(up.path.split(".")[-1], runs.units.get(up.path, ""))
    title = f"Pass rate over {across.path} and {up.path}"
    chart = heat_map(shares, across.names, up.names, title=title, x_label=x_label, y_label=y_label, counts=counts)
    return f"{short(across.path)} × {short(up.path)}", chart


def influences(runs: Runs) -> str:
    """What part of the outcome each parameter accounts for alone."""
    outcomes = [("pass or fail", runs.good), *((label(name), runs.column(name)) for name in runs.scalars[:COMPARED])]
    return _charts([chart for caption, values in outcomes if (chart := _influence(runs, caption, values))])


def _influence(runs: Runs, caption: str, values: np.ndarray) -> tuple[str, str] | None:
    shares = {short(parameter.path): round(100 * batch_stats.influence(values, parameter), 1) for parameter in runs.parameters}
    if not any(shares.values()):
        return None
    ranked = dict(sorted(shares.items(), key=lambda item: -item[1]))
    return caption, bar_chart(ranked, title=f"Influence of the swept parameters on {caption}", unit="%", full=100)


def distributions(runs: Runs) -> str:
    """A histogram of each main scalar with its bounds, and its figures in words."""
    charts = []
    for name in runs.scalars:
        bounds = [Bound(value, side) for side, value in runs.expect.get(name, {}).items() if side in ("min", "max", "equal")]
        chart = histogram(runs.column(name), title=f"Distribution of {label(name)}", x_label=runs.axis(name), bounds=bounds)
        words = batch_stats.spread(runs.column(name), runs.units.get(name, "1"))
        charts.append((label(name), f"{chart}<p class=note>{escape(words)}</p>"))
    return _charts(charts)


def scatters(runs: Runs) -> str:
    """Each bounded scalar over the numeric parameter that accounts for most of it."""
    numeric = [p for p in runs.parameters if all(isinstance(row["values"].get(p.path), int | float) for row in runs.rows)]
    charts = []
    for name in runs.scalars[:2] if numeric else ():
        values = runs.column(name)
        strongest = max(numeric, key=lambda p: batch_stats.influence(values, p)).path
        xs = np.array([float(row["values"][strongest]) for row in runs.rows])
        tips = [f"run {row['index']}: {row['verdict']}" for row in runs.rows]
        caption, x_label, y_label = f"{label(name)} over {short(strongest)}", runs.axis(strongest), runs.axis(name)
        charts.append((caption, scatter(xs, values, title=caption, x_label=x_label, y_label=y_label, good=runs.good == 1, names=tips)))
    return _charts(charts)


def _charts(charts: Sequence[tuple[str, str]]) -> str:
    """Charts under their captions, side by side where there is room."""
    boxes = "".join(f"<figure><figcaption>{escape(caption)}</figcaption>{chart}</figure>" for caption, chart in charts)
    return f'<div class="charts">{boxes}</div>' if boxes else ""


def _varies(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return bool(len(finite)) and float(np.ptp(finite)) > 0
