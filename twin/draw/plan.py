"""What drawings of halls from above share: filled polygons, a scale bar, the drawing as SVG."""

from __future__ import annotations

import io
from typing import Any

from twin.draw.frame import INK

__all__ = ["fill", "scale_bar", "svg"]


def fill(axes: Any, geometry: Any, **style: Any) -> None:
    """The polygons of a shapely geometry, without their holes; `style`: of matplotlib's patches."""
    import numpy as np
    from matplotlib.patches import Polygon
    from shapely import get_parts

    for part in get_parts(geometry):
        if part.geom_type == "Polygon":
            axes.add_patch(Polygon(np.asarray(part.exterior.coords), closed=True, **style))


def scale_bar(drawn: Any, scale: float, across: float, place: tuple[float, float]) -> None:
    """A round length, at most a quarter of `across` [m], at `place` [inch]; `scale`: inches for a metre."""
    from matplotlib.lines import Line2D

    wide, tall = drawn.get_size_inches()
    long = max(step for step in (0.5, 1, 2, 5, 10, 20, 50, 100) if step <= max(across / 4, 0.5))
    left, y = place[0] / wide, place[1] / tall
    for k in range(2):
        begin = left + k * long * scale / 2 / wide
        drawn.add_artist(Line2D([begin, begin + long * scale / 2 / wide], [y, y], color=INK if k == 0 else "#aeb6c2", linewidth=4))
    drawn.text(left + (long * scale + 0.1) / wide, y, f"{long:g} m", size=8.5, color=INK, va="center")


def svg(drawn: Any, salt: str) -> bytes:
    """The figure as an SVG file; equal figures give equal bytes."""
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": salt, "svg.fonttype": "none"}):
        drawn.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
