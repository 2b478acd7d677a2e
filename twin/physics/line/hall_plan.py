"""The hall from above, pale, as the ground of what is drawn over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.draw.frame import INK, figure
from twin.draw.names import Box
from twin.draw.plan import fill, scale_bar
from twin.physics.line.things import Thing, things_of
from twin.scenario import Site

__all__ = ["HallPlan", "hall_plan"]

WIDE, TALLEST = 13.0, 12.0  # [inch] of a drawing
MARGIN, HEAD, FOOT = 0.3, 0.5, 0.75  # [inch]
HIGH = 2.0  # [m] over the floor: what hangs so high is left out


@dataclass(frozen=True, eq=False)
class HallPlan:
    """A drawing in the making.

    Attributes:
        drawn: figure; axes: in metres; scale: inches for a metre; limits: of the axes [m]; things: what stands on the floor.
    """

    drawn: Any
    axes: Any
    scale: float
    limits: Box
    things: tuple[Thing, ...]

    def title(self, text: str, below: str = "") -> None:
        """A line above the plan, and a smaller one behind it."""
        wide, tall = self.drawn.get_size_inches()
        made = self.drawn.text(MARGIN / wide, 1 - 0.27 / tall, text, size=12, weight="bold", color=INK, va="center")
        end = made.get_window_extent().x1 / self.drawn.dpi
        self.drawn.text((end + 0.15) / wide, 1 - 0.275 / tall, below, size=9, color="#626b7b", va="center")


def hall_plan(site: Site) -> HallPlan | None:
    """Floor, walls and outlines of what stands there, without names; None where there is nothing.

    Raises:
        BadInput: a mesh that cannot be read.
    """
    things = tuple(thing for thing in things_of(site) if thing.bounds[0, 2] <= HIGH)
    corners = [thing.bounds[:, :2] for thing in things] + [np.array([point, point]) for point in site.network.nodes.values()]
    if site.hall is not None:
        outline = np.array(site.hall.outline)
        corners.append(np.array([outline.min(axis=0), outline.max(axis=0)]))
    if not corners:
        return None
    low, high = np.min([c[0] for c in corners], axis=0), np.max([c[1] for c in corners], axis=0)
    edge = 0.01 * float((high - low).max()) + 0.2
    (x0, y0), (x1, y1) = (low - edge).tolist(), (high + edge).tolist()
    scale = min((WIDE - 2 * MARGIN) / (x1 - x0), (TALLEST - HEAD - FOOT) / (y1 - y0))
    tall = (y1 - y0) * scale + HEAD + FOOT
    drawn = figure(WIDE, tall)
    axes = drawn.add_axes((MARGIN / WIDE, FOOT / tall, (x1 - x0) * scale / WIDE, (y1 - y0) * scale / tall))
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_axis_off()
    _ground(axes, site)
    for thing in things:
        fill(axes, thing.footprint, facecolor="#dfe3e8", edgecolor="#9aa3af", linewidth=0.6, zorder=3)
    scale_bar(drawn, scale, x1 - x0, (MARGIN, 0.35))
    return HallPlan(drawn, axes, scale, (x0, y0, x1, y1), things)


def _ground(axes: Any, site: Site) -> None:
    import shapely

    if site.hall is not None:
        inside = shapely.Polygon(site.hall.outline)
        fill(axes, inside, facecolor="#f7f8fa", edgecolor="none", zorder=0)
        fill(axes, inside, facecolor="none", edgecolor="#2b303a", linewidth=2.0, zorder=0.8)
        for door in site.hall.doors.values():
            axes.plot(*np.array([door.start, door.end]).T, color="#b9c3d2", linewidth=3.0, solid_capstyle="butt", zorder=1)
    for aisle in site.aisles.values():
        strip = shapely.LineString(aisle.path).buffer(aisle.width / 2, cap_style="flat", join_style="mitre")
        fill(axes, strip, facecolor="#eceff3", edgecolor="none", zorder=0.5)
