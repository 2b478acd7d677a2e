"""What planners look at first: who is busy, blocked, starved; a Gantt chart; how full buffers are; the hall, where the line has one."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.draw.frame import INK
from twin.physics.line.colors import COLORS, ORDER
from twin.physics.line.hall_plan import hall_plan
from twin.physics.line.measure import Runs
from twin.physics.line.motion_plan import motion_plan
from twin.physics.line.plant import Plant
from twin.physics.line.records import BUFFER, BUSY, CONVEYOR, DOWN, STATES, STATION
from twin.physics.line.replicate import Seen
from twin.physics.line.scene import rates
from twin.physics.line.station_plan import station_plan
from twin.physics.line.trace import Trace
from twin.physics.line.transport_plan import transport_plan
from twin.physics.line.ways import flows, ways_of
from twin.result.model import Scalar
from twin.scenario import Site

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw", "gantt", "levels", "shares_picture"]

BARS = 3000  # of the Gantt chart: more cannot be told apart
LEVELS = 8  # lines that can be told apart
PAINTS = ("#2256d6", "#e4572e", "#2a9d6f", "#8d5bd1", "#c9a227", "#5b6675", "#c2477f", "#2aa5b8")


def draw(runs: Runs, shares: np.ndarray, found: Mapping[str, Scalar], site: Site | None, stretch: Trace | None, folder: Path) -> None:
    """shares.png, gantt.png, levels.png; with a site plan.svg, plan.png, motion.svg, and transport.png where mobile robots drive.

    Raises:
        BadInput: a mesh of the site that cannot be read.
    """
    plant, seen = runs.plant, runs.pilot[0]
    names = plant.of_kind(STATION)
    bottleneck = {name: found[f"bottleneck.{name}"].value for name in names if f"bottleneck.{name}" in found}
    if len(shares):
        (folder / "shares.png").write_bytes(shares_picture(names, shares, bottleneck))
    if len(seen.log) and seen.log[-1, 0] > 0:
        (folder / "gantt.png").write_bytes(gantt(plant, seen.log))
    if plant.of_kind(BUFFER) or plant.of_kind(CONVEYOR):
        (folder / "levels.png").write_bytes(levels(plant, seen))
    if site is not None:
        _in_the_hall(runs, shares, bottleneck, site, folder)
        if stretch is not None and (ground := hall_plan(site)) is not None:
            (folder / "motion.svg").write_bytes(motion_plan(ground, plant, stretch))


def _in_the_hall(runs: Runs, shares: np.ndarray, bottleneck: Mapping[str, float], site: Site, folder: Path) -> None:
    plant, hall = runs.plant, hall_plan(site)
    if hall is None:
        return
    if len(shares):
        names = plant.of_kind(STATION)
        docks = {
            n: np.array([site.network.nodes[plant.spec.docks.get(n, n)]] * 2)
            for n in names
            if plant.spec.docks.get(n, n) in site.network.nodes
        }
        places = docks | {thing.name: thing.bounds[:, :2] for thing in hall.things}
        for name, picture in station_plan(hall, places, names, shares, bottleneck, f"mean of {len(runs.totals)} replications").items():
            (folder / name).write_bytes(picture)
    if plant.traffic is not None and (ground := hall_plan(site)) is not None:
        counts = np.mean([rates(seen) for seen in runs.pilot], axis=0)
        said = f"{len(plant.robots)} mobile robots, mean of {len(runs.pilot)} replications"
        (folder / "transport.png").write_bytes(transport_plan(ground, flows(ways_of(site.network, plant.traffic), counts), said))


def shares_picture(names: list[str], shares: np.ndarray, bottleneck: Mapping[str, float]) -> bytes:
    """Stacked bars of the stations' time; in words where a station is the momentary bottleneck."""
    figure, axes = _figure(9.0, 1.5 + 0.34 * len(names))
    y, left = np.arange(len(names)), np.zeros(len(names))
    for state in ORDER:
        if shares[:, state].max(initial=0.0) > 0:
            axes.barh(
                y, 100 * shares[:, state], left=100 * left, color=COLORS[state], edgecolor="white", linewidth=0.6, label=STATES[state]
            )
            left = left + shares[:, state]
    worst = max(bottleneck.values(), default=0.0)
    for k, name in enumerate(names):
        share = bottleneck.get(name, 0.0)
        if share > 0.005:
            weight = "bold" if share == worst else "normal"
            axes.text(101, k, f"bottleneck {100 * share:.0f} %", va="center", fontsize=8, weight=weight, color=INK)
    axes.set_yticks(y, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 118 if worst > 0.005 else 100)
    axes.spines["bottom"].set_bounds(0, 100)
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("share of time [%]")
    axes.set_title("Stations: shares of time", loc="left", fontsize=11, weight="bold", color=INK)
    _legend_below(figure, axes)
    return _png(figure)


def gantt(plant: Plant, log: np.ndarray, stretch: tuple[float, float] | None = None) -> bytes:
    """States of all machines over time: from `stretch[0]` to `stretch[1]` [s], by default a piece with a failure in it."""
    log = log[np.argsort(log[:, 0], kind="stable")]
    begin, end = _stretch(log, float(log[-1, 0])) if stretch is None else stretch
    scale, unit = _time_unit(end - begin)
    figure, axes = _figure(11.0, 1.6 + 0.34 * len(plant.machines))
    for m in range(len(plant.machines)):
        mine = log[log[:, 1] == m]
        begins, ends = np.maximum(mine[:, 0], begin), np.minimum(np.append(mine[1:, 0], end), end)
        for state in ORDER:
            there = np.flatnonzero((ends > begins) & (mine[:, 2] == state))[-BARS:]
            if len(there):
                bars = np.stack([begins[there], ends[there] - begins[there]], axis=1) / scale
                axes.broken_barh(bars.tolist(), (m - 0.35, 0.7), facecolors=COLORS[state], label=STATES[state], linewidth=0)
    axes.set_yticks(range(len(plant.machines)), plant.machines)
    axes.set_ylim(len(plant.machines) - 0.4, -0.6)
    axes.set_xlim(begin / scale, end / scale)
    axes.set_xlabel(f"time [{unit}]")
    axes.set_title("Machines, a stretch of the first replication", loc="left", fontsize=11, weight="bold", color=INK)
    _legend_below(figure, axes)
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
    """Mean level of buffers and belts in each window, the fullest ones, and how full they may be."""
    widths = np.diff(seen.t)
    places = [*plant.of_kind(BUFFER), *plant.of_kind(CONVEYOR)]
    means = {name: np.diff(seen.areas[:, plant.row(name) - 1]) / widths for name in places}
    names = sorted(places, key=lambda name: -float(means[name].mean()))[:LEVELS]
    scale, unit = _time_unit(float(seen.t[-1]))
    figure, axes = _figure(10.0, 4.2)
    for name, paint in zip(names, PAINTS, strict=False):
        capacity = int(plant.rows[plant.row(name)]["capacity"])
        label = f"{name} (of {capacity})" if capacity < 10**6 else name
        axes.stairs(means[name], seen.t / scale, baseline=None, label=label, linewidth=1.3, color=paint)
    axes.set_xlim(0, float(seen.t[-1]) / scale)
    axes.set_xlabel(f"time [{unit}]")
    axes.set_ylabel("parts, mean of a window")
    axes.set_ylim(bottom=0)
    fewer = f", the {len(names)} fullest of {len(places)}" if len(places) > len(names) else ""
    axes.set_title(f"Buffers and belts, first replication{fewer}", loc="left", fontsize=11, weight="bold", color=INK)
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), labelcolor=INK)
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


def _legend_below(figure: Figure, axes: Axes) -> None:
    """The states that are drawn, in one order, right below the axis."""
    drawn = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    there = [STATES[state] for state in ORDER if STATES[state] in drawn]
    below = -0.55 / (float(figure.get_size_inches()[1]) * axes.get_position().height)
    axes.legend(
        [drawn[name] for name in there], there, ncols=len(ORDER), loc="upper left", bbox_to_anchor=(0.0, below), frameon=False, fontsize=8
    )


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    figure.savefig(stream, format="png", bbox_inches="tight")
    return stream.getvalue()
