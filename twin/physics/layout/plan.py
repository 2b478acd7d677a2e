"""The hall from above as a drawing: what stands where, ways, narrowest places, safeguards, and findings with their numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from twin.draw.frame import FAINT, INK, figure, png
from twin.draw.names import write_names
from twin.draw.plan import fill, scale_bar, svg
from twin.physics.layout.answers import Answers
from twin.physics.layout.scene import AISLE, DOOR, ZONE
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Body, Hall

__all__ = ["plan"]

WIDE = 13.0  # [inch] of the drawing
LIST = 3.4  # [inch] of the column with legend and findings
MARGIN = 0.35  # [inch]
TALLEST = 12.0  # [inch]
LISTED = 14  # findings that are written out
RED, GREEN, BLUE, ORANGE, VIOLET = "#d11a2a", "#1a8f4a", "#2b5fc7", "#e08a00", "#6b2fa0"


def plan(spec: LayoutSpec, hall: Hall, answers: Answers) -> Mapping[str, bytes]:
    """The drawing as `plan.svg` and `plan.png`; nothing where there is nothing to draw."""
    bounds = _bounds(hall)
    if bounds is None:
        return {}
    (x0, y0), (x1, y1) = bounds
    scale = min((WIDE - LIST - 3 * MARGIN) / (x1 - x0), (TALLEST - 3 * MARGIN) / (y1 - y0))  # [inch/m]
    tall = max((y1 - y0) * scale + 2.6 * MARGIN, 4.6)
    drawn = figure(WIDE, tall)
    axes = drawn.add_axes((MARGIN / WIDE, 1.6 * MARGIN / tall, (x1 - x0) * scale / WIDE, (y1 - y0) * scale / tall))
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_aspect("equal")
    axes.set_axis_off()
    _ground(axes, hall)
    for body in hall.bodies:
        _body(axes, body)
    write_names(axes, [body for body in hall.bodies if body.group != "columns"], scale)
    _network(axes, hall)
    _ways(axes, spec, answers)
    _findings(axes, answers)
    scale_bar(drawn, scale, x1 - x0, (MARGIN, 0.75 * MARGIN))
    _column(drawn, hall, answers, (2 * MARGIN + (x1 - x0) * scale) / WIDE, tall)
    return {"plan.svg": svg(drawn, "layout"), "plan.png": png(drawn)}


def _bounds(hall: Hall) -> tuple[np.ndarray, np.ndarray] | None:
    """Least and largest x, y of what is drawn [m], with a margin."""
    corners = [body.bounds[:, :2] for body in hall.bodies]
    if hall.inside is not None:
        corners.append(np.array(hall.inside.bounds).reshape(2, 2))
    if not corners:
        return None
    low, high = np.min([c[0] for c in corners], axis=0), np.max([c[1] for c in corners], axis=0)
    edge = 0.02 * float((high - low).max()) + 0.3
    return low - edge, high + edge


def _ground(axes: Any, hall: Hall) -> None:
    import shapely

    if hall.inside is not None:
        fill(axes, hall.inside, facecolor="#f4f5f7", edgecolor="none", zorder=0)
    for aisle in hall.site.aisles.values():
        strip = shapely.LineString(aisle.path).buffer(aisle.width / 2, cap_style="flat", join_style="mitre")
        fill(axes, strip, facecolor=AISLE[aisle.use][:3], edgecolor="none", zorder=1)
    for name, zone in hall.zones.items():
        color = ZONE[hall.site.zones[name].use][:3]
        edge = tuple(0.72 * c for c in color)
        fill(axes, zone, facecolor=(*color, 0.55), edgecolor=edge, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    for wall in hall.walls:
        axes.plot(*np.asarray(wall.coords).T, color="#2b303a", linewidth=2.6, solid_capstyle="butt", zorder=6)
    for name, door in hall.doors.items():
        color = DOOR[hall.site.hall.doors[name].use][:3]  # type: ignore[union-attr]
        axes.plot(*np.asarray(door.coords).T, color=color, linewidth=3.4, solid_capstyle="butt", zorder=7)


def _body(axes: Any, body: Body) -> None:
    """Its outlines; what hangs so high that one walks under it is seen through."""
    from matplotlib.colors import to_rgb

    color = to_rgb(body.color[:3])
    high = body.group != "columns" and body.bounds[0, 2] > 2.0
    for outline in body.outlines:
        fill(
            axes, outline.polygon, facecolor=(*color, 0.25 if high else 0.92), edgecolor=tuple(0.55 * c for c in color), linewidth=0.7,
            linestyle=(0, (3, 2)) if high else "solid", zorder=5 if high else 4,
        )  # fmt: skip


def _network(axes: Any, hall: Hall) -> None:
    network = hall.site.network
    for edge in network.edges:
        axes.plot(*np.asarray(edge.points).T, color=BLUE, linewidth=0.9, linestyle=(0, (5, 2)), zorder=3.5, alpha=0.8)
    if network.nodes:
        axes.plot(*np.array(list(network.nodes.values())).T, "o", color=BLUE, markersize=2.8, zorder=3.6)


def _ways(axes: Any, spec: LayoutSpec, answers: Answers) -> None:
    """Ways to exits, narrowest places with their width, safeguards."""
    if answers.walking is not None:
        for way in answers.walking.ways.values():
            if way is not None:
                axes.plot(*way.points.T, color=GREEN, linewidth=0.8, linestyle=(0, (1, 1.6)), zorder=3.4)
    for each in answers.aisles.narrowest.values() if answers.aisles else ():
        if not each.open and each.width > 0:
            axes.annotate("", each.points[0], each.points[1], arrowprops={"arrowstyle": "<->", "color": VIOLET, "lw": 1.0}, zorder=9)
            middle = each.points.mean(axis=0)
            axes.text(*middle, f"{each.width:.2f} m", size=6.5, color=VIOLET, ha="center", va="center", zorder=10, bbox=_PAPER)
    for way in answers.guarding.ways.values() if answers.guarding else ():
        if way is not None:
            axes.plot(*way.points.T, color=RED, linewidth=1.0, linestyle=(0, (1, 1.6)), zorder=3.4)
    for guard in spec.safeguards.values():
        axes.plot(*np.array(guard.line).T, color=ORANGE, linewidth=2.2, zorder=8)


_PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def _findings(axes: Any, answers: Answers) -> None:
    """A number at each place, beside what is measured, and off the numbers that are there already."""
    step = 0.022 * float(np.ptp(axes.get_xlim()))
    badges = list[np.ndarray]()
    for k, finding in enumerate(answers.findings, 1):
        if len(finding.points) == 2:
            axes.plot(*finding.points[:, :2].T, color=RED, linewidth=1.6, zorder=11)
        here = finding.place[:2]
        axes.plot(*here, "x", color=RED, markersize=5, markeredgewidth=1.6, zorder=12)
        around = (here + step * ring * np.array([np.cos(a), np.sin(a)]) for ring in (1.1, 2.2, 3.3) for a in np.radians(range(45, 405, 45)))
        place = next((p for p in around if all(np.linalg.norm(p - other) > step for other in badges)), here + step)
        badges.append(place)
        axes.text(*place, str(k), size=7.5, weight="bold", color="white", ha="center", va="center", zorder=13, bbox=_BADGE)


_BADGE = {"boxstyle": "circle,pad=0.22", "facecolor": RED, "edgecolor": "white", "linewidth": 0.7}


def _column(drawn: Any, hall: Hall, answers: Answers, left: float, tall: float) -> None:
    """Legend and findings in words, beside the plan."""
    y = 1 - 0.3 / tall
    count = len(answers.findings)
    title = "No findings" if count == 0 else "1 finding" if count == 1 else f"{count} findings"
    drawn.text(left, y, title, size=12, weight="bold", color=RED if count else GREEN, va="center")
    y -= 0.28 / tall
    for k, finding in enumerate(answers.findings[:LISTED], 1):
        text = textwrap.wrap(f"{finding.text}", 56)
        drawn.text(left, y, f"{k}", size=7.5, weight="bold", color=RED, va="top")
        drawn.text(left + 0.22 / WIDE, y, "\n".join(text), size=7.5, color=INK, va="top", linespacing=1.2)
        y -= (0.135 * len(text) + 0.06) / tall
    if count > LISTED:
        drawn.text(left + 0.22 / WIDE, y, f"and {count - LISTED} more in log.txt", size=7.5, color=FAINT, va="top")
        y -= 0.2 / tall
    _legend(drawn, hall, answers, left, y - 0.12 / tall, tall)


def _legend(drawn: Any, hall: Hall, answers: Answers, left: float, top: float, tall: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(facecolor=color, edgecolor=tuple(0.55 * c for c in color[:3]), label=name) for name, color in _groups(hall)]
    handles += [Patch(facecolor=AISLE[use][:3], label=f"{use} aisle") for use in _once(a.use for a in hall.site.aisles.values())]
    handles += [Patch(facecolor=ZONE[use][:3], label=f"{use} zone") for use in _once(z.use for z in hall.site.zones.values())]
    doors = hall.site.hall.doors.values() if hall.site.hall else ()
    handles += [Line2D([], [], color=DOOR[use][:3], lw=3.4, label=f"{use} door") for use in _once(door.use for door in doors)]
    if hall.site.network.edges:
        handles.append(Line2D([], [], color=BLUE, lw=0.9, ls=(0, (5, 2)), marker="o", ms=2.8, label="mobile robots"))
    if answers.walking is not None:
        handles.append(Line2D([], [], color=GREEN, lw=0.9, ls=(0, (1, 1.6)), label="way to an exit"))
    if answers.separations:
        handles.append(Line2D([], [], color=ORANGE, lw=2.2, label="safeguard"))
    if answers.aisles is not None and answers.aisles.narrowest:
        handles.append(Line2D([], [], color=VIOLET, lw=1.0, marker="d", ms=3, label="narrowest place"))
    if not handles:
        return
    drawn.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(left - 0.08 / WIDE, top), frameon=False, fontsize=7.5, ncol=2,
        handlelength=1.8, columnspacing=1.2, labelspacing=0.45, borderpad=0.0, labelcolor=INK,
    )  # fmt: skip


def _groups(hall: Hall) -> Iterator[tuple[str, tuple[float, ...]]]:
    from twin.physics.layout.hall import COLORS

    there = {body.group for body in hall.bodies}
    yield from ((group, color) for group, color in COLORS.items() if group in there)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
