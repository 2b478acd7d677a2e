"""The frame of every chart: scales, nice ticks, labelled axes. SVG text out; colours are the page's CSS variables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

__all__ = ["Axes", "document", "mark", "number", "ramp", "series_color", "text", "ticks", "with_unit"]

_SERIES = ("#2257d6", "#d9590a", "#0c8a68", "#8a3fd1", "#c72c66", "#94700b", "#0a86a3", "#5b6678")
_AMBER = "var(--stopped,#9a5b00)"
LINE, INK, FAINT = "var(--line,#e1e6ed)", "var(--ink,#171c26)", "var(--faint,#626b7b)"


def series_color(index: int) -> str:
    """Colour of the i-th series; the page's theme, or the light one where a chart stands alone."""
    i = index % len(_SERIES)
    return f"var(--series-{i + 1},{_SERIES[i]})"


def ramp(fraction: float) -> str:
    """A colour from the page's `fail` (0) over `stopped`, an amber, to `pass` (1)."""
    share = min(max(fraction, 0.0), 1.0)
    below, above = ("var(--fail,#c9302c)", _AMBER) if share < 0.5 else (_AMBER, "var(--pass,#0b7a55)")
    return f"color-mix(in oklab,{above} {round(200 * (share % 0.5)) if share < 1 else 100}%,{below})"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Steps of 1, 2, 2.5 or 5 times a power of ten within low..high, about `count` of them."""
    if not high > low:
        return [low]
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def number(value: float) -> str:
    """A tick's number: short, no trailing zeros, no minus zero."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:.6g}" if value else "0"


def with_unit(name: str, unit: str) -> str:
    """`cycle time [s]`; pure numbers go without."""
    return name.replace("_", " ") + (f" [{unit}]" if unit not in ("", "1") else "")


def text(x: float, y: float, content: str, *, anchor: str = "middle", color: str = FAINT, size: float = 11, extra: str = "") -> str:
    """One line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{color}" {extra}>{escape(content)}</text>'


def mark(tag: str, note: str = "", **attributes: object) -> str:
    """One SVG element; `_` in a name stands for `-`, numbers are rounded to a tenth, `note` becomes its tooltip."""
    shown = " ".join(f'{key.replace("_", "-")}="{f"{v:.1f}" if isinstance(v, float) else v}"' for key, v in attributes.items())
    return f"<{tag} {shown}>{f'<title>{escape(note)}</title>' if note else ''}</{tag}>"


@dataclass(frozen=True)
class Axes:
    """A plot area inside a drawing of `width` x `height` units; x and y run from low to high."""

    title: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    width: float = 560
    height: float = 260
    left: float = 58
    right: float = 16
    top: float = 14
    bottom: float = 46

    def x(self, value: float) -> float:
        """Across [drawing units]."""
        low, high = self.x_range
        return self.left + (value - low) / ((high - low) or 1.0) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Down [drawing units]."""
        low, high = self.y_range
        return self.height - self.bottom - (value - low) / ((high - low) or 1.0) * (self.height - self.top - self.bottom)

    def path(self, xs: Sequence[float] | np.ndarray, ys: Sequence[float] | np.ndarray) -> str:
        """Path data through the points; a point that is not finite breaks the line."""
        parts, pen = [], "M"
        for a, b in zip(xs, ys, strict=True):
            if math.isfinite(a) and math.isfinite(b):
                parts.append(f"{pen}{self.x(a):.1f} {self.y(b):.1f}")
                pen = "L"
            else:
                pen = "M"
        return "".join(parts)

    def svg(self, content: str, *, x_ticks: bool = True, y_ticks: bool = True, description: str = "") -> str:
        """The chart: grid and axes under `content`."""
        grid = self._grid(x_ticks, y_ticks)
        middle, across = (self.left + self.width - self.right) / 2, (self.top + self.height - self.bottom) / 2
        labels = text(middle, self.height - 8, self.x_label, size=11.5) if self.x_label else ""
        if self.y_label:
            labels += text(0, 0, self.y_label, size=11.5, extra=f'transform="translate(14 {across:.1f}) rotate(-90)"')
        return document(self.title, self.width, self.height, grid + content + labels, description)

    def _grid(self, x_ticks: bool, y_ticks: bool) -> str:
        bottom, parts = self.height - self.bottom, []
        if y_ticks:
            for value in ticks(*self.y_range, count=max(2, int((bottom - self.top) / 45))):
                y = self.y(value)
                parts.append(f'<path d="M{self.left:.1f} {y:.1f}H{self.width - self.right:.1f}" stroke="{LINE}"/>')
                parts.append(text(self.left - 8, y + 4, number(value), anchor="end"))
        if x_ticks:
            for value in ticks(*self.x_range, count=max(2, int((self.width - self.left) / 80))):
                x = self.x(value)
                parts.append(f'<path d="M{x:.1f} {bottom:.1f}v4" stroke="{FAINT}"/>')
                parts.append(text(x, bottom + 17, number(value)))
        parts.append(f'<path d="M{self.left:.1f} {bottom:.1f}H{self.width - self.right:.1f}" stroke="{FAINT}"/>')
        return "".join(parts)


def document(title: str, width: float, height: float, content: str, description: str = "") -> str:
    """A whole SVG picture with its accessible title."""
    more = f"<desc>{escape(description)}</desc>" if description else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="100%" role="img" aria-label="{escape(title)}" '
        f'style="font-family:var(--sans,system-ui,sans-serif);font-variant-numeric:tabular-nums;max-width:{width:g}px;display:block" '
        f'fill="none"><title>{escape(title)}</title>{more}{content}</svg>'
    )
