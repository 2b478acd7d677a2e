"""Counts and sizes: bars by name, histograms with their bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.view.plots.axes import FAINT, INK, Axes, document, mark, number, series_color, text

__all__ = ["Bound", "bar_chart", "bound_lines", "histogram", "padded"]

FAIL = "var(--fail,#c9302c)"
ROW = 26


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit to draw: `side` is `max` (allowed below), `min` (allowed above) or `equal`."""

    value: float
    side: str = "max"


def padded(values: np.ndarray) -> tuple[float, float]:
    """Least and largest with a little room; zero stays the edge where it is the least."""
    low, high = float(values.min()), float(values.max())
    room = 0.06 * (high - low) or 0.06 * abs(high) or 1.0
    return (low if low == 0 else low - room), high + room


def bar_chart(bars: Mapping[str, float], *, title: str, unit: str = "", signed: bool = False, full: float | None = None) -> str:
    """One horizontal bar a name, the value beside it.

    `full` is the value of a bar of full length (the largest when left out); `signed` bars grow both ways from the middle.
    """
    width, right = 560.0, 78.0
    left = min(max(90.0, 7.0 * max((len(name) for name in bars), default=0) + 18), 300.0)
    scale = full or max((abs(value) for value in bars.values()), default=0.0) or 1.0
    zero = left + (width - left - right) / 2 if signed else left
    room = (width - left - right) / (2 if signed else 1)
    parts = [f'<path d="M{zero:.1f} 4V{ROW * len(bars) + 6}" stroke="{FAINT}"/>']
    for i, (name, value) in enumerate(bars.items()):
        y, long = 6 + ROW * i, abs(value) / scale * room
        start = zero if value >= 0 else zero - long
        tint = series_color(0 if value >= 0 or not signed else 1)
        shown = name if len(name) <= 42 else name[:41] + "…"
        size = {"width": max(long, 1.0), "height": ROW - 8, "rx": 3}
        parts.append(mark("rect", name, x=start, y=y, **size, fill=tint))
        parts.append(text(left - 10, y + 13, shown, anchor="end", color=INK, size=12))
        figure = f"{number(value)}{' ' + unit if unit else ''}"
        parts.append(text(start - 7 if value < 0 else start + long + 7, y + 13, figure, anchor="end" if value < 0 else "start", size=12))
    return document(title, width, ROW * len(bars) + 12, "".join(parts))


def histogram(
    values: np.ndarray | Sequence[float], *, title: str, x_label: str = "", bounds: Sequence[Bound] = (), bin_count: int | None = None
) -> str:
    """Counts of a sample in equal bins; bars beyond a bound take the colour of failure."""
    sample = np.asarray(values, float)
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return Axes(title, (0, 1), (0, 1), x_label, "runs").svg("")
    span = (sample.min(), sample.max()) if np.ptp(sample) > 1e-12 * max(1.0, abs(float(sample.max()))) else padded(sample)
    # Freedman-Diaconis, kept between 5 and 40 bars
    count = bin_count or int(np.clip(len(np.histogram_bin_edges(sample, bins="fd", range=span)) - 1, 5, 40))
    counts, edges = np.histogram(sample, bins=count, range=span)
    limits = [b.value for b in bounds]
    axes = Axes(title, padded(np.array([*edges[[0, -1]], *limits])), (0.0, float(counts.max()) * 1.12), x_label, "runs")
    bars = []
    for k, low, high in zip(counts, edges[:-1], edges[1:], strict=True):
        middle = (low + high) / 2
        broken = any((b.side == "max" and middle > b.value) or (b.side == "min" and middle < b.value) for b in bounds)
        x0, x1, y = axes.x(low), axes.x(high), axes.y(float(k))
        fill = FAIL if broken else series_color(0)
        height = max(axes.y(0) - y, 0)
        note = f"{number(low)} to {number(high)}: {k} runs"
        place = {"x": x0 + 0.75, "y": y, "width": max(x1 - x0 - 1.5, 0.8), "height": height}
        bars.append(mark("rect", note, **place, rx=1.5, fill=fill))
    return axes.svg("".join(bars) + bound_lines(axes, bounds), description=f"{len(sample)} runs")


def bound_lines(axes: Axes, bounds: Sequence[Bound]) -> str:
    """Dashed verticals at the bounds, each with its sign and value."""
    parts = []
    for bound in bounds:
        x = axes.x(bound.value)
        sign = {"max": "≤", "min": "≥"}.get(bound.side, "=")
        anchor, shift = ("end", -5) if x > axes.width * 0.6 else ("start", 5)
        d = f"M{x:.1f} {axes.top - 4:.1f}V{axes.height - axes.bottom:.1f}"
        parts.append(mark("path", d=d, stroke=FAIL, stroke_width=1.5, stroke_dasharray="5 4"))
        limit = f"{sign} {number(bound.value)}"
        parts.append(text(x + shift, axes.top + 6, limit, anchor=anchor, color=FAIL, size=11.5, extra='font-weight="600"'))
    return "".join(parts)
