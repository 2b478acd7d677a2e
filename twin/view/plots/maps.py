"""Values over two parameters: cells with their numbers in them, points with a colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.view.plots.axes import INK, LINE, Axes, document, mark, ramp, series_color, text
from twin.view.plots.bars import padded

__all__ = ["heat_map", "scatter"]

CELL_HEIGHT = 40
POINTS = 1500  # at most so many are drawn: more hide each other and make the page heavy
PASS, FAIL = "var(--pass,#0b7a55)", "var(--fail,#c9302c)"


def heat_map(
    values: np.ndarray,
    x_names: Sequence[str],
    y_names: Sequence[str],
    *,
    title: str,
    x_label: str = "",
    y_label: str = "",
    counts: np.ndarray | None = None,
    width: float = 560,
) -> str:
    """Shares of 0..1 as coloured cells with per cent in them.

    Args:
        values: shape (len(y_names), len(x_names)); NaN leaves a cell empty. The first row is drawn at the bottom.
        counts: how many runs each cell stands for, same shape; shown under the value.
    """
    rows, columns = values.shape
    left = 44 + 7.0 * max((len(name) for name in y_names), default=0)
    top, bottom = 6.0, 46.0
    height = top + rows * CELL_HEIGHT + bottom
    cell = (width - left - 8) / max(columns, 1)
    parts = []
    for i in range(rows):
        y = top + (rows - 1 - i) * CELL_HEIGHT
        parts.append(text(left - 8, y + CELL_HEIGHT / 2 + 4, y_names[i], anchor="end"))
        for j in range(columns):
            count = None if counts is None else int(counts[i, j])
            parts.append(_cell(left + j * cell, y, cell, float(values[i, j]), count))
    # names that would run into each other are thinned out
    every = max(1, int(np.ceil(max((len(name) for name in x_names), default=1) * 6.5 / cell)))
    for j in range(0, columns, every):
        parts.append(text(left + (j + 0.5) * cell, height - bottom + 16, x_names[j]))
    parts.append(text((left + width) / 2, height - 8, x_label, size=11.5))
    parts.append(text(0, 0, y_label, size=11.5, extra=f'transform="translate(14 {top + rows * CELL_HEIGHT / 2:.1f}) rotate(-90)"'))
    return document(title, width, height, "".join(parts))


def _cell(x: float, y: float, width: float, value: float, count: int | None) -> str:
    box: dict[str, Any] = {"x": x + 1, "y": y + 1, "width": width - 2, "height": CELL_HEIGHT - 2, "rx": 4}
    if not np.isfinite(value):
        return mark("rect", **box, stroke=LINE, stroke_dasharray="3 3")
    note = f"{100 * value:.1f} %" + (f" of {count} runs" if count is not None else "")
    roomy, middle = width > 44, x + width / 2
    share = f"{100 * value:.0f} %" if roomy else f"{100 * value:.0f}" if width > 30 else ""
    below = f"of {count}" if count is not None and roomy else ""
    light = "var(--on-cell,#fff)"
    parts = [mark("rect", note, **box, fill=ramp(value))]
    parts.append(text(middle, y + (18 if below else 25), share, color=light, size=12.5, extra='font-weight="650"'))
    parts.append(text(middle, y + 31, below, color=light, size=10, extra='opacity=".85"'))
    return "".join(parts)


def scatter(
    x: np.ndarray | Sequence[float],
    y: np.ndarray | Sequence[float],
    *,
    title: str,
    x_label: str = "",
    y_label: str = "",
    good: np.ndarray | Sequence[bool] | None = None,
    names: Sequence[str] | None = None,
) -> str:
    """Points; `good` colours them by passed or failed, `names` are their tooltips. Points that are not finite are left out.

    Of more than POINTS points every second, third ... is drawn; the axes hold all.
    """
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    finite = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys)).tolist()
    if not len(finite):
        return Axes(title, (0, 1), (0, 1), x_label, y_label).svg(text(280, 110, "nothing was measured"))
    axes = Axes(title, padded(xs[finite]), padded(ys[finite]), x_label, y_label)
    drawn = finite[:: -(-len(finite) // POINTS)]
    opacity = 0.85 if len(finite) < 200 else 0.55
    points = [
        _point(axes.x(xs[i]), axes.y(ys[i]), None if good is None else bool(good[i]), opacity, names[i] if names else "") for i in drawn
    ]
    return axes.svg("".join(points) + ("" if good is None else _legend(axes)))


def _point(x: float, y: float, passed: bool | None, opacity: float = 1.0, name: str = "") -> str:
    """The shape tells passed from failed too, for those who do not tell the colours."""
    if passed is False:
        d = f"M{x:.1f} {y:.1f}m-3.6 -3.6l7.2 7.2m0 -7.2l-7.2 7.2"
        return mark("path", name, d=d, stroke=FAIL, stroke_width=2, opacity=str(opacity))
    return mark("circle", name, cx=x, cy=y, r=3.6, fill=PASS if passed else series_color(0), opacity=str(opacity))


def _legend(axes: Axes) -> str:
    x = axes.width - axes.right - 120
    passed = _point(x, 8.0, True) + text(x + 9, 12, "passed", anchor="start", color=INK)
    return passed + _point(x + 66, 8.0, False) + text(x + 75, 12, "failed", anchor="start", color=INK)
