"""How wide a passage is: the widest disc that gets from one end of a strip of floor to the other between what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Passage", "passage"]

ROUND = 32  # segments of a quarter circle where obstacles are grown
FINEST = 1e-4  # [m] to which the width is searched for before it is measured


@dataclass(frozen=True, slots=True)
class Passage:
    """The narrowest place.

    Attributes:
        width: diameter of the widest disc that passes [m]; 0: nothing does.
        points: where it is narrowest, on what stands left and right of it: x, y [m], shape (2, 2).
        open: nothing stands near enough to be measured; `width` is the largest that was looked at.
    """

    width: float
    points: np.ndarray
    open: bool = False


def passage(path: Sequence[tuple[float, float]], width: float, obstacles: Sequence[Any], *, widest: float) -> Passage:
    """The free width of a strip of floor.

    The disc's centre stays within the strip of `width` about the path; at the ends it need not come nearer than its radius. The
    disc's diameter is searched for by halving and then measured between the two obstacles that it is caught by.

    Args:
        path: corners of the middle line, x, y [m].
        obstacles: shapely geometries, each convex (walls: one for each straight piece).
        widest: no more is looked for [m].
    """
    import shapely

    line = shapely.LineString(path)
    strip = line.buffer(width / 2, cap_style="flat", join_style="mitre")
    near = [each for each in obstacles if each.distance(strip) < widest / 2]
    together = shapely.union_all(near)

    def free(diameter: float) -> tuple[Any, Any]:
        """Where the disc can be: what is connected with the start, and with the end."""
        ends = min(diameter, line.length * 0.98) / 2
        grown = together.buffer(diameter / 2, quad_segs=ROUND)
        parts = shapely.get_parts(strip.difference(grown))
        ways = [(0.0, max(ends, FINEST)), (line.length - max(ends, FINEST), line.length)]
        first, last = (shapely.ops.substring(line, *way).buffer(width / 2 + FINEST, cap_style="flat") for way in ways)
        return shapely.union_all(parts[shapely.intersects(parts, first)]), shapely.union_all(parts[shapely.intersects(parts, last)])

    def passes(diameter: float) -> bool:
        start, end = free(diameter)
        return not start.is_empty and not end.is_empty and bool(start.intersects(end))

    middle = np.array(line.interpolate(0.5, normalized=True).coords[0])
    if passes(widest):
        return Passage(widest, np.stack([middle, middle]), open=True)
    low, high = 0.0, widest
    while high - low > FINEST:
        half = (low + high) / 2
        low, high = (half, high) if passes(half) else (low, half)
    start, end = free(high)
    throat = _between(start, end, line, middle)
    if low == 0.0:
        return Passage(0.0, np.stack([throat, throat]))
    return _measured(low, near, strip, together) or _limited(throat, low, near)


def _between(start: Any, end: Any, line: Any, middle: np.ndarray) -> np.ndarray:
    """The place where what is connected with the start nearly meets what is connected with the end: x, y [m]."""
    import shapely

    if start.is_empty or end.is_empty:
        there = line.interpolate(0.0 if start.is_empty else line.length)
        return middle if start.is_empty and end.is_empty else np.array(there.coords[0])
    a, b = shapely.ops.nearest_points(start, end)
    halfway: np.ndarray = (np.array(a.coords[0]) + np.array(b.coords[0])) / 2
    return halfway


def _measured(width: float, obstacles: Sequence[Any], strip: Any, together: Any) -> Passage | None:
    """The two obstacles that are as far apart as the disc is wide, with room for it between them; None where no two are."""
    import shapely

    geometries, slack = np.array(obstacles, dtype=object), 2e-3 * width + 2 * FINEST
    a, b = np.triu_indices(len(geometries), 1)
    off = np.abs(shapely.distance(geometries[a], geometries[b]) - width)
    within = strip.buffer(slack)
    for k in np.argsort(off):
        if off[k] > slack:
            return None
        points = np.array([p.coords[0] for p in shapely.ops.nearest_points(geometries[a[k]], geometries[b[k]])])
        middle = shapely.Point(points.mean(axis=0))
        if within.covers(middle) and together.distance(middle) > width / 2 - slack:
            return Passage(float(np.linalg.norm(points[1] - points[0])), points)
    return None


def _limited(throat: np.ndarray, width: float, obstacles: Sequence[Any]) -> Passage:
    """The width as it was searched for: one obstacle and the edge of the aisle hold the disc."""
    import shapely

    centre = shapely.Point(throat)
    touched = min(obstacles, key=centre.distance, default=centre)
    one = np.array(shapely.ops.nearest_points(touched, centre)[0].coords[0])
    away = throat - one
    length = float(np.linalg.norm(away))
    other = one + (width / length * away if length > 0 else 0.0)
    return Passage(width, np.stack([one, other]))
