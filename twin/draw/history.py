"""A quantity over time: the start-up that is cut off, the mean, and how sure it is."""

from __future__ import annotations

import numpy as np

from twin.draw.frame import ACCENT, FAINT, INK, LINE, figure, minus, plain_axes, png, with_unit
from twin.errors import BadInput

__all__ = ["history_picture"]

_WIDTH, _HEIGHT = 8.0, 3.4  # [inch]


def history_picture(
    t: np.ndarray,
    values: np.ndarray,
    *,
    quantity: str,
    unit: str = "1",
    start: float | None = None,
    mean: float | None = None,
    half_width: float | None = None,
    title: str = "",
) -> bytes:
    """A PNG of a quantity over time.

    The upright axis fits what comes after `start`, so that a start-up transient does not flatten the rest; it is drawn pale and
    may leave the picture.

    Args:
        t: [s], shape (n,), increasing.
        values: shape (n,).
        quantity: name of the values.
        unit: "1" for pure numbers.
        start: [s] up to here the values are start-up and not part of the mean.
        mean: of the values after `start`; drawn as a line.
        half_width: of the mean's 95 % interval; shaded.
        title: a line above.

    Raises:
        BadInput: arrays of unequal or wrong shape, or nothing after `start`.
    """
    times, history = np.asarray(t, float), np.asarray(values, float)
    if times.ndim != 1 or history.shape != times.shape or len(times) < 2:
        raise BadInput("history_picture: t and values", (times.shape, history.shape), "two arrays of one shape (n,), n >= 2")
    kept = times >= (times[0] if start is None else start)
    if not np.isfinite(history[kept]).any():
        raise BadInput("history_picture: start", start, f"a time before {times[-1]} s, with finite values after it")
    top = 0.62 if title else 0.38
    drawn = figure(_WIDTH, _HEIGHT + (0.24 if title else 0.0))
    axes = plain_axes(drawn, 0.85, 0.6, _WIDTH - 1.05, drawn.get_size_inches()[1] - 0.6 - top)
    axes.grid(color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.plot(times[kept], history[kept], color=ACCENT, linewidth=1.0, label=quantity)
    if not kept.all():
        before = times <= times[kept][0]
        axes.plot(times[before], history[before], color=ACCENT, linewidth=1.0, alpha=0.35)
        axes.axvspan(times[0], times[kept][0], color="#eceff4", linewidth=0, label="start-up, left out")
    if mean is not None:
        label = f"mean {_figure(mean, half_width)}" + (f" {unit}" if unit not in ("", "1") else "")
        axes.plot([times[kept][0], times[-1]], [mean, mean], color="#d9590a", linewidth=1.6, label=label)
        if half_width:
            span = ([times[kept][0], times[-1]], mean - half_width, mean + half_width)
            axes.fill_between(*span, color="#d9590a", alpha=0.22, linewidth=0, label="95 % interval of the mean")
    axes.set(xlim=(times[0], times[-1]), ylim=_limits(history[kept], mean, half_width), xlabel="time [s]", ylabel=with_unit(quantity, unit))
    if mean is not None or not kept.all():
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, frameon=False, fontsize=8.5, labelcolor=FAINT, borderaxespad=0.2)
    if title:
        drawn.text(0.85 / _WIDTH, 1 - 0.12 / drawn.get_size_inches()[1], title, size=11, weight="bold", color=INK, va="top")
    return png(drawn)


def _limits(kept: np.ndarray, mean: float | None, half_width: float | None) -> tuple[float, float]:
    marks = [] if mean is None else [mean - (half_width or 0.0), mean + (half_width or 0.0)]
    low, high = min([np.nanmin(kept), *marks]), max([np.nanmax(kept), *marks])
    pad = 0.25 * ((high - low) or abs(high) or 1.0)
    return float(low - pad), float(high + pad)


def _figure(mean: float, half_width: float | None) -> str:
    """`0.297 ± 0.004`: as many digits as the interval allows, two of it; four without one."""
    if not half_width:
        return minus(f"{mean:.4g}")
    digits = int(np.clip(1 - np.floor(np.log10(half_width)), 0, 9))
    return minus(f"{mean:.{digits}f} \N{PLUS-MINUS SIGN} {half_width:.{digits}f}")
