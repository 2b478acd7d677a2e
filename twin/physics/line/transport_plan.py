"""Where mobile robots drive: the network in plan, each way as wide and as dark as robots on it are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.draw.frame import color_bar, png
from twin.draw.names import Box, letters, meet, write_names
from twin.physics.line.hall_plan import HallPlan
from twin.physics.line.ways import Flow
from twin.scene import ColorBar

__all__ = ["transport_plan"]

THIN, THICK = 1.6, 7.5  # [pt] of ways with few and with most robots
NUMBER = 6.0  # [pt]
APART = 1.6  # [inch] between equal numbers
PAPER = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "#9aa3af", "linewidth": 0.4}


def transport_plan(hall: HallPlan, flows: Sequence[Flow], said: str) -> bytes:
    """A PNG of the ways with robots an hour of both directions together; `said`: beside the title."""
    most = max([flow.count for flow in flows], default=0.0)
    bar = ColorBar("mobile robots an hour, both directions", "1/h", 0.0, most if most > 0 else 1.0)
    for flow in sorted(flows, key=lambda flow: flow.count):
        _way(hall.axes, flow, bar)
    numbers = _numbers(hall, flows)
    write_names(hall.axes, [thing for thing in hall.things if thing.group != "columns"], hall.scale, numbers, color="#3b4452")
    hall.title("Transport", said)
    wide = hall.drawn.get_size_inches()[0]
    color_bar(hall.drawn, bar, (wide - 4.6, 0.5, 4.2, 0.13))
    return png(hall.drawn)


def _way(axes: Any, flow: Flow, bar: ColorBar) -> None:
    if flow.count <= 0:
        axes.plot(*flow.points.T, color="#aab3bf", linewidth=0.8, linestyle=(0, (4, 2)), zorder=4)
        return
    share = flow.count / bar.high
    width, color = THIN + (THICK - THIN) * share, tuple(bar.paint(np.array(flow.count)))
    for paint, more, order in (("#3b4452", 1.0, 4.5), (color, 0.0, 5 + share)):
        axes.plot(*flow.points.T, color=paint, linewidth=width + more, solid_capstyle="round", solid_joinstyle="round", zorder=order)
    if not flow.both:
        _arrow(axes, flow.points, 5.2 + share)


def _arrow(axes: Any, points: np.ndarray, order: float) -> None:
    """Its direction, past the middle of its longest piece."""
    steps = np.diff(points, axis=0)
    k = int(np.hypot(*steps.T).argmax())
    tip = points[k] + 0.78 * steps[k]
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.34", "color": "#1d2430", "lw": 0.0}
    axes.annotate("", tip + 1e-3 * steps[k], tip - 1e-3 * steps[k], arrowprops=style, zorder=order + 0.5)


def _numbers(hall: HallPlan, flows: Sequence[Flow]) -> list[Box]:
    """Robots an hour in figures, the busiest first, where none covers another or says again what one beside it says; where they stand."""
    taken, said = list[Box](), list[tuple[str, float, float]]()
    for flow in sorted(flows, key=lambda flow: -flow.count):
        if flow.count <= 0:
            continue
        steps = np.diff(flow.points, axis=0)
        k = int(np.hypot(*steps.T).argmax())
        text = f"{flow.count:.3g}" if flow.count < 1000 else f"{flow.count:.0f}"
        wide, tall = letters(text, NUMBER, hall.scale)
        wide, tall = 1.3 * wide, 1.1 * tall
        for at in (0.5, 0.35, 0.65, 0.2):
            x, y = flow.points[k] + at * steps[k]
            box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            again = any(text == other and np.hypot(x - a, y - b) < APART / hall.scale for other, a, b in said)
            if not again and not any(meet(box, other) for other in taken):
                hall.axes.text(x, y, text, size=NUMBER, color="#1d2430", ha="center", va="center", zorder=9, bbox=PAPER)
                taken.append(box)
                said.append((text, x, y))
                break
    return taken
