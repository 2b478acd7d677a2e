"""What planners look at first: who is busy, blocked, starved; a Gantt chart; how full buffers are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.physics.line.plant import Plant
from twin.physics.line.records import BLOCKED, BUFFER, BUSY, CONVEYOR, DOWN, OFF, SETUP, STARVED, STATES, STATION, WAITING
from twin.physics.line.replicate import Seen
from twin.result.model import Scalar

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "gantt", "levels", "shares_picture"]

ORDER = (BUSY, SETUP, WAITING, DOWN, BLOCKED, STARVED, OFF)
COLORS = {BUSY: "#2b8a5a", SETUP: "#7fb8d6", WAITING: "#b39ddb", DOWN: "#c0392b", BLOCKED: "#e69f00", STARVED: "#d9d9d9", OFF: "#f5f5f5"}
BARS = 3000  # of the Gantt chart: more cannot be told apart


def draw(plant: Plant, seen: Seen, shares: np.ndarray, found: dict[str, Scalar], folder: Path) -> None:
    """shares.png, gantt.png, levels.png."""
    if len(shares):
        (folder / "shares.png").write_bytes(shares_picture(plant.of_kind(STATION), shares, found))
    if len(seen.log):
        (folder / "gantt.png").write_bytes(gantt(plant, seen.log))
    if plant.of_kind(BUFFER) or plant.of_kind(CONVEYOR):
        (folder / "levels.png").write_bytes(levels(plant, seen))


def shares_picture(names: list[str], shares: np.ndarray, found: dict[str, Scalar]) -> bytes:
    """Stacked bars of the stations' time; a dot where a station is the momentary bottleneck."""
    figure, axes = _figure(9.0, 1.6 + 0.38 * len(names))
    y, left = np.arange(len(names)), np.zeros(len(names))
    for state in ORDER:
        if shares[:, state].max(initial=0.0) > 0:
            axes.barh(
                y, 100 * shares[:, state], left=100 * left, color=COLORS[state], edgecolor="white", linewidth=0.6, label=STATES[state]
            )
            left = left + shares[:, state]
    bottleneck = [found[f"bottleneck.{name}"].value if f"bottleneck.{name}" in found else 0.0 for name in names]
    for k, share in enumerate(bottleneck):
        if share > 0.005:
            axes.text(101, k, f"bottleneck {100 * share:.0f} %", va="center", fontsize=8)
    axes.set_yticks(y, names)
    axes.invert_yaxis()
    axes.set_xlim(0, 118 if max(bottleneck, default=0) > 0.005 else 100)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share of time [%]")
    axes.set_title("stations", loc="left")
    axes.legend(
        ncols=len(ORDER), loc="upper center", bbox_to_anchor=(0.5, -0.7 / (1.6 + 0.38 * len(names)) - 0.05), frameon=False, fontsize=8
    )
    return _png(figure)


def gantt(plant: Plant, log: np.ndarray, stretch: tuple[float, float] | None = None) -> bytes:
    """States of all machines over time: from `stretch[0]` to `stretch[1]` [s], by default a piece with a failure in it."""
    log = log[np.argsort(log[:, 0], kind="stable")]
    begin, end = _stretch(log, float(log[-1, 0])) if stretch is None else stretch
    scale, unit = _time_unit(end - begin)
    figure, axes = _figure(11.0, 1.6 + 0.34 * len(plant.machines))
    drawn = set[int]()
    for m in range(len(plant.machines)):
        mine = log[log[:, 1] == m]
        edges = np.append(mine[:, 0], end)
        for k in range(max(len(mine) - BARS, 0), len(mine)):
            a, b, state = max(edges[k], begin), min(edges[k + 1], end), int(mine[k, 2])
            if b > a:
                label = STATES[state] if state not in drawn else None
                drawn.add(state)
                axes.barh(m, (b - a) / scale, left=a / scale, height=0.7, color=COLORS[state], label=label, linewidth=0)
    axes.set_yticks(range(len(plant.machines)), plant.machines)
    axes.invert_yaxis()
    axes.set_xlim(begin / scale, end / scale)
    axes.set_xlabel(f"time [{unit}]")
    axes.set_title("machines, first replication", loc="left")
    axes.legend(
        ncols=7, loc="upper center", bbox_to_anchor=(0.5, -0.7 / (1.6 + 0.34 * len(plant.machines)) - 0.05), frameon=False, fontsize=8
    )
    return _png(figure)


def _stretch(log: np.ndarray, end: float) -> tuple[float, float]:
    """Some twenty pieces of work of a machine, around the last failure that is there, else the last ones [s]."""
    works = int(np.count_nonzero(log[:, 2] == BUSY))
    machines = max(len(np.unique(log[:, 1])), 1)
    span = 20 * end * machines / max(int(works), 1)
    failures = log[log[:, 2] == DOWN, 0]
    middle = float(failures[-1]) if len(failures) else end
    last = float(min(end, middle + span / 2))
    return max(0.0, last - span), last


def levels(plant: Plant, seen: Seen) -> bytes:
    """Mean level of buffers and belts in each window, and how full they may be."""
    names = [*plant.of_kind(BUFFER), *plant.of_kind(CONVEYOR)]
    scale, unit = _time_unit(float(seen.t[-1]))
    figure, axes = _figure(9.0, 4.2)
    widths = np.diff(seen.t)
    for name in names:
        row = plant.row(name) - 1
        capacity = int(plant.rows[row + 1]["capacity"])
        label = f"{name} (of {capacity})" if capacity < 10**6 else name
        axes.step(seen.t[1:] / scale, np.diff(seen.areas[:, row]) / widths, where="pre", label=label, linewidth=1.1)
    axes.set_xlabel(f"time [{unit}]")
    axes.set_ylabel("parts, mean of a window")
    axes.set_ylim(bottom=0)
    axes.set_title("buffers, first replication", loc="left")
    axes.legend(frameon=False, fontsize=8, ncols=1 + len(names) // 9)
    return _png(figure)


def _time_unit(span: float) -> tuple[float, str]:
    for scale, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if span > 3 * scale:
            return scale, unit
    return 1.0, "s"


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=120)
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png", bbox_inches="tight")
    return stream.getvalue()
