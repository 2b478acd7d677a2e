"""The stations where they stand: a small bar of their shares of time beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twin.draw.frame import INK, png
from twin.draw.names import Box, free_place, letters, write_names
from twin.draw.plan import svg
from twin.physics.line.colors import COLORS, ORDER
from twin.physics.line.hall_plan import HallPlan
from twin.physics.line.records import STATES

__all__ = ["station_plan"]

BAR, TALL = 0.72, 0.10  # [inch] of a bar
NAME = 6.5  # [pt]
RINGS = 14  # how far from its station a bar may stand
WORST = "#c0392b"
SMALL = ("stations", "buffers", "conveyors", "columns")  # what a bar does not cover; racks, fences and cabinets it may


def station_plan(
    hall: HallPlan, places: Mapping[str, np.ndarray], names: Sequence[str], shares: np.ndarray, bottleneck: Mapping[str, float], said: str
) -> Mapping[str, bytes]:
    """`plan.svg`, `plan.png`.

    Args:
        hall: what it is drawn over.
        places: least and largest x, y of each station that stands there [m], shape (2, 2).
        names, shares: of all stations; shares of time, (stations, STATES).
        bottleneck: share of time in which each is the momentary bottleneck.
        said: beside the title.
    """
    worst = max(names, key=lambda name: bottleneck.get(name, 0.0), default="")
    boxes = {name: _box(place) for name, place in places.items()}
    taken: list[Box] = [_box(thing.bounds[:, :2]) for thing in hall.things if thing.group in SMALL]
    badges = list[Box]()
    for k in sorted(range(len(names)), key=lambda k: names[k] != worst):
        if names[k] in boxes:
            share = bottleneck.get(names[k], 0.0) if names[k] == worst else 0.0
            box = _badge(hall, names[k], boxes[names[k]], shares[k], share, taken)
            if box is not None:
                badges.append(box)
    others = [thing for thing in hall.things if thing.group != "columns" and thing.name not in names]
    write_names(hall.axes, others, hall.scale, [*taken, *badges], color="#7a8494")
    hall.title("Stations: shares of time", said)
    _legend(hall, shares)
    return {"plan.svg": svg(hall.drawn, "line"), "plan.png": png(hall.drawn)}


def _box(place: np.ndarray) -> Box:
    (x0, y0), (x1, y1) = place.tolist()
    return x0, y0, x1, y1


def _badge(hall: HallPlan, name: str, around: Box, shares: np.ndarray, bottleneck: float, taken: list[Box]) -> Box | None:
    """Name and bar, tied to the station where they stand apart."""
    from matplotlib.patches import Rectangle

    text = name.replace("_", " ")
    below = f"bottleneck {100 * bottleneck:.0f} %" if bottleneck > 0.005 else ""
    line = NAME / 72 * 1.25 / hall.scale
    wide = max(BAR / hall.scale, 1.06 * letters(max(text, below, key=len), NAME, hall.scale)[0]) + 0.1 / hall.scale
    tall = TALL / hall.scale + line * (2 if below else 1) + 0.09 / hall.scale
    box = free_place(around, (wide, tall), taken, hall.limits, gap=0.05 / hall.scale, rings=RINGS)
    if box is None:
        return None
    taken.append(box)
    axes, color = hall.axes, WORST if below else INK
    middle = np.array([(around[0] + around[2]) / 2, (around[1] + around[3]) / 2])
    near = np.clip(middle, box[:2], box[2:])
    if np.linalg.norm(near - np.clip(near, around[:2], around[2:])) > 0.12 / hall.scale:
        axes.plot(*np.stack([middle, near]).T, color="#626b7b", linewidth=0.7, zorder=9)
        axes.plot(*middle, "o", color="#626b7b", markersize=2.4, zorder=9)
    edge, width = (color, 1.1) if below else ("#c3cad4", 0.5)
    axes.add_patch(Rectangle(box[:2], wide, tall, zorder=10, facecolor="white", edgecolor=edge, linewidth=width))
    x, y = (box[0] + box[2] - BAR / hall.scale) / 2, box[1] + 0.04 / hall.scale + (line if below else 0.0)
    for state in ORDER:
        if shares[state] > 0:
            long = shares[state] * BAR / hall.scale
            axes.add_patch(Rectangle((x, y), long, TALL / hall.scale, facecolor=COLORS[state], linewidth=0, zorder=11))
            x += long
    center = (box[0] + box[2]) / 2
    weight = "bold" if below else "normal"
    axes.text(center, y + TALL / hall.scale + line / 2, text, size=NAME, color=color, weight=weight, ha="center", va="center", zorder=11)
    if below:
        axes.text(center, box[1] + 0.03 / hall.scale + line / 2, below, size=NAME, color=color, ha="center", va="center", zorder=11)
    return box


def _legend(hall: HallPlan, shares: np.ndarray) -> None:
    from matplotlib.patches import Patch

    there = [state for state in ORDER if len(shares) and shares[:, state].max() > 0]
    handles = [Patch(facecolor=COLORS[state], edgecolor="#9aa3af", linewidth=0.4, label=STATES[state]) for state in there]
    tall = hall.drawn.get_size_inches()[1]
    hall.drawn.legend(
        handles=handles,
        loc="center right",
        bbox_to_anchor=(0.98, 0.35 / tall),
        frameon=False,
        ncols=len(ORDER),
        fontsize=8.5,
        labelcolor=INK,
    )
