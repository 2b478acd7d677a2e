"""Several quantities of one unit over time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twin.draw.frame import INK, LINE, figure, plain_axes, png, with_unit
from twin.errors import BadInput

__all__ = ["lines_picture"]

_WIDTH, _HEIGHT = 8.0, 3.4  # [inch]
_PAINTS = ("#2256d6", "#e4572e", "#2a9d6f", "#8d5bd1", "#c9a227", "#5b6675")


def lines_picture(t: np.ndarray, columns: Mapping[str, np.ndarray], *, quantity: str, unit: str = "1", title: str = "") -> bytes:
    """A PNG of lines over one time axis, with a legend.

    Args:
        t: [s], shape (n,), increasing.
        columns: name -> values, shape (n,); at most six.
        quantity: what they all are; unit: of the values, "1" for pure numbers.
        title: a line above.

    Raises:
        BadInput: nothing to draw, too much, or arrays of unequal shape.
    """
    times = np.asarray(t, float)
    if not 1 <= len(columns) <= len(_PAINTS):
        raise BadInput("lines_picture: columns", len(columns), f"1 to {len(_PAINTS)} lines")
    for name, values in columns.items():
        if np.shape(values) != times.shape or times.ndim != 1 or len(times) < 2:
            raise BadInput(f"lines_picture: {name}", (times.shape, np.shape(values)), "arrays of one shape (n,), n >= 2")
    top = 0.62 if title else 0.38
    drawn = figure(_WIDTH, _HEIGHT + (0.24 if title else 0.0))
    axes = plain_axes(drawn, 0.85, 0.6, _WIDTH - 1.05, drawn.get_size_inches()[1] - 0.6 - top)
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    for paint, (name, values) in zip(_PAINTS, columns.items(), strict=False):
        axes.plot(times, np.asarray(values, float), color=paint, linewidth=1.2, label=name)
    axes.set_xlim(times[0], times[-1])
    axes.set_xlabel("time [s]")
    axes.set_ylabel(with_unit(quantity, unit))
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=len(columns), frameon=False, fontsize=9, labelcolor=INK)
    if title:
        drawn.text(0.16 / _WIDTH, 1 - 0.11 / drawn.get_size_inches()[1], title, size=11, weight="bold", color=INK, va="top")
    return png(drawn)
