"""What all pictures share: a figure without state, its look, its axes and colour bars, and the PNG at the end."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from twin.scene import ColorBar
from twin.scene.colormap import colors

__all__ = ["ACCENT", "DPI", "FAINT", "INK", "LINE", "color_bar", "figure", "minus", "norm_and_map", "plain_axes", "png", "with_unit"]

DPI = 160
INK, FAINT, LINE, ACCENT = "#171c26", "#626b7b", "#dfe4eb", "#2257d6"  # as the pages' light colours
_SMALL, _NORMAL = 8.5, 9.5  # [pt]


def figure(width: float, height: float) -> Any:
    """A white figure of `width` x `height` inches; no pyplot, so nothing global is touched."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(made)
    return made


def png(drawn: Any) -> bytes:
    """The figure as a PNG file; equal figures give equal bytes."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    return buffer.getvalue()


def plain_axes(drawn: Any, left: float, bottom: float, width: float, height: float) -> Any:
    """Axes at a place in inches, quiet lines, labels of the normal size."""
    across, up = drawn.get_size_inches()
    axes = drawn.add_axes((left / across, bottom / up, width / across, height / up))
    axes.tick_params(colors=FAINT, labelsize=_SMALL, length=3, width=0.7)
    for spine in axes.spines.values():
        spine.set_color("#aeb6c2")
        spine.set_linewidth(0.7)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.xaxis.label.set_size(_NORMAL)
    axes.yaxis.label.set_size(_NORMAL)
    return axes


def norm_and_map(bar: ColorBar) -> tuple[Any, Any]:
    """matplotlib's range and map of a colour bar."""
    from matplotlib.colors import ListedColormap, Normalize

    shades = ListedColormap(colors(np.linspace(0.0, 1.0, 256), bar.map, 0.0, 1.0), name=bar.map)
    return Normalize(bar.low, bar.high), shades


def color_bar(drawn: Any, bar: ColorBar, place: tuple[float, float, float, float], values: np.ndarray | None = None) -> None:
    """A lying colour bar at (left, bottom, width, height) in inches; with `values` its ends say where they go beyond the range."""
    from matplotlib.cm import ScalarMappable

    below, above = (False, False) if values is None else (bool(np.nanmin(values) < bar.low), bool(np.nanmax(values) > bar.high))
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[below, above]
    axes = plain_axes(drawn, *place)
    norm, shades = norm_and_map(bar)
    made = drawn.colorbar(ScalarMappable(norm, shades), cax=axes, orientation="horizontal", extend=extend)
    made.outline.set_linewidth(0.5)
    made.outline.set_edgecolor("#aeb6c2")
    made.set_label(with_unit(bar.quantity, bar.unit), size=_NORMAL, color=INK, labelpad=3)
    axes.tick_params(colors=FAINT, labelsize=_SMALL, length=2.5, width=0.6)
    from matplotlib.ticker import MaxNLocator

    made.locator = MaxNLocator(nbins=max(int(place[2] / 0.55), 2), steps=[1, 2, 2.5, 5, 10])
    made.update_ticks()


def with_unit(name: str, unit: str) -> str:
    """`speed [m/s]`; pure numbers go without."""
    return f"{name} [{unit}]" if unit not in ("", "1") else name


def minus(text: str) -> str:
    """A number's text with a minus sign in place of the hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")
