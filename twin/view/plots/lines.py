"""Curves over one axis, and the distribution of a sample as a step curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.view.plots.axes import INK, Axes, mark, series_color, text
from twin.view.plots.bars import Bound, bound_lines, padded

__all__ = ["ecdf", "line_chart"]

POINTS = 600  # a line has at most so many: more are not seen
LEGEND_ROW = 18


def line_chart(
    x: np.ndarray | Sequence[float], lines: Mapping[str, np.ndarray | Sequence[float]], *, title: str, x_label: str = "", y_label: str = ""
) -> str:
    """Curves over a common x, with a legend.

    Args:
        x: shape (n,).
        lines: name -> values of shape (n,); values that are not finite leave a gap.
    """
    x = np.asarray(x, float)
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), POINTS)).astype(int))
    columns = {name: np.asarray(values, float) for name, values in lines.items()}
    finite = np.concatenate([np.array([0.0]) if not columns else np.empty(0), *(v[np.isfinite(v)] for v in columns.values())])
    rows = (len(columns) + 2) // 3
    axes = Axes(
        title,
        (float(x.min()), float(x.max())),
        padded(finite),
        x_label,
        y_label,
        top=12 + LEGEND_ROW * rows,
        height=240 + LEGEND_ROW * rows,
    )
    drawn = [
        f'<path d="{axes.path(x[chosen], values[chosen])}" stroke="{series_color(i)}" stroke-width="1.8" stroke-linejoin="round"/>'
        for i, values in enumerate(columns.values())
    ]
    legend = [_legend(name, i, axes.left) for i, name in enumerate(columns)]
    return axes.svg("".join(drawn + legend))


def ecdf(values: np.ndarray | Sequence[float], *, title: str, x_label: str = "", bounds: Sequence[Bound] = ()) -> str:
    """Share of the sample at or below each value, with bounds drawn where there are any."""
    sample = np.sort(np.asarray(values, float)[np.isfinite(np.asarray(values, float))])
    if not len(sample):
        return Axes(title, (0, 1), (0, 1), x_label).svg("")
    low, high = padded(np.concatenate([sample, [b.value for b in bounds]]))
    axes = Axes(title, (low, high), (0.0, 1.0), x_label, "share of runs")
    xs = np.concatenate([[low], np.repeat(sample, 2), [high]])
    ys = np.concatenate([[0.0], np.repeat(np.arange(len(sample) + 1) / len(sample), 2)[1:-1], [1.0]])
    curve = f'<path d="{axes.path(xs, ys)}" stroke="{series_color(0)}" stroke-width="1.8"/>'
    return axes.svg(curve + bound_lines(axes, bounds))


def _legend(name: str, index: int, left: float) -> str:
    x, y = left + 165.0 * (index % 3), 8 + LEGEND_ROW * (index // 3)
    shown = name if len(name) < 26 else f"…{name[-24:]}"
    return mark("rect", x=x, y=y, width=10, height=10, rx=3, fill=series_color(index)) + text(
        x + 16, y + 9, shown, anchor="start", color=INK
    )
