"""A plane through a field: colours, solid cells, streamlines, axes in metres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from twin.draw.frame import FAINT, INK, color_bar, figure, norm_and_map, plain_axes, png
from twin.errors import BadInput
from twin.scene import ColorBar

__all__ = ["slice_picture"]

_WIDTH, _LEFT, _RIGHT, _BOTTOM, _TOP = 8.0, 0.75, 0.25, 1.15, 0.2  # [inch]
_TALLEST = 6.5  # [inch] that the plane itself may be high
_SOLID = "#c3c9d2"
_LIGHT = ("blue-white-red",)  # maps on which white lines would not be seen


def slice_picture(
    field: np.ndarray,
    bar: ColorBar,
    *,
    cell: float,
    origin: Sequence[float] = (0.0, 0.0),
    solid: np.ndarray | None = None,
    velocity: np.ndarray | None = None,
    lines: Sequence[np.ndarray] = (),
    axes: Sequence[str] = ("x", "z"),
    title: str = "",
) -> bytes:
    """A PNG of a field in a plane.

    Args:
        field: values in the cells, shape (n, m), the first index to the right, the second upwards; what is not finite stays white.
        bar: what the colours mean.
        cell: edge of a cell [m].
        origin: lower left corner [m].
        solid: cells of the body, bool, shape (n, m); drawn grey.
        velocity: [m/s] in the plane, shape (n, m, 2): draws evenly spread streamlines.
        lines: polylines [m] in the plane, shape (k, 2) each, such as streamlines of chosen seeds.
        axes: names of the two directions.
        title: a line above.

    Raises:
        BadInput: an array of the wrong shape, or a bar without a range.
    """
    values = np.asarray(field, float)
    bar.paint(values[:1])  # a bar without a range is refused here
    _check(values, solid, velocity)
    extent = (origin[0], origin[0] + cell * values.shape[0], origin[1], origin[1] + cell * values.shape[1])
    ratio = values.shape[1] / values.shape[0]
    across = min(_WIDTH - _LEFT - _RIGHT, _TALLEST / ratio)
    top = _TOP + (0.28 if title else 0.0)
    width = max(across, 3.0) + _LEFT + _RIGHT
    drawn = figure(width, _BOTTOM + across * ratio + top)
    plane = plain_axes(drawn, (width - across + _LEFT - _RIGHT) / 2, _BOTTOM, across, across * ratio)
    norm, shades = norm_and_map(bar)
    hidden = ~np.isfinite(values) if solid is None else ~np.isfinite(values) | np.asarray(solid, bool)
    plane.imshow(np.ma.masked_array(values, hidden).T, origin="lower", extent=extent, cmap=shades, norm=norm, aspect="auto")
    x, y = (origin[k] + (np.arange(values.shape[k]) + 0.5) * cell for k in (0, 1))
    if velocity is not None:
        _stream(plane, x, y, np.asarray(velocity, float), hidden, INK if bar.map in _LIGHT else "white")
    if solid is not None and np.any(solid):
        _body(plane, x, y, np.asarray(solid, bool), extent)
    for line in lines:
        plane.plot(*np.asarray(line).T, color=INK, linewidth=0.7, alpha=0.75)
    plane.locator_params("x", nbins=max(int(across / 0.6), 2))
    plane.locator_params("y", nbins=max(int(across * ratio / 0.35), 1))
    plane.set(xlim=extent[:2], ylim=extent[2:], xlabel=f"{axes[0]} [m]", ylabel=f"{axes[1]} [m]")
    if title:
        drawn.text(_LEFT / width, 1 - 0.12 / drawn.get_size_inches()[1], title, size=11, weight="bold", color=INK, va="top")
    long = min(width - _LEFT - _RIGHT, 3.4)
    color_bar(drawn, bar, ((width - long + _LEFT - _RIGHT) / 2, 0.46, long, 0.12), np.where(hidden, np.nan, values))
    return png(drawn)


def _check(values: np.ndarray, solid: np.ndarray | None, velocity: np.ndarray | None) -> None:
    if values.ndim != 2 or min(values.shape) < 2:
        raise BadInput("slice_picture: field", values.shape, "values in the cells of a plane, shape (n, m), at least 2 by 2")
    if solid is not None and np.shape(solid) != values.shape:
        raise BadInput("slice_picture: solid", np.shape(solid), f"one bool a cell, shape {values.shape}")
    if velocity is not None and np.shape(velocity) != (*values.shape, 2):
        raise BadInput("slice_picture: velocity", np.shape(velocity), f"[m/s] in the plane, shape {(*values.shape, 2)}")


def _stream(plane: Any, x: np.ndarray, y: np.ndarray, velocity: np.ndarray, hidden: np.ndarray, color: str) -> None:
    u, v = (np.ma.masked_array(velocity[..., k], hidden).T for k in (0, 1))
    density = (1.6, max(1.6 * len(y) / len(x), 0.4))
    plane.streamplot(x, y, u, v, density=density, color=color, linewidth=0.7, arrowsize=0.6)


def _body(plane: Any, x: np.ndarray, y: np.ndarray, solid: np.ndarray, extent: tuple[float, ...]) -> None:
    from matplotlib.colors import ListedColormap

    grey = ListedColormap([_SOLID])
    plane.imshow(np.ma.masked_array(np.zeros(solid.shape), ~solid).T, origin="lower", extent=extent, cmap=grey, aspect="auto", zorder=3)
    plane.contour(x, y, solid.T.astype(float), levels=[0.5], colors=[FAINT], linewidths=0.8, zorder=4)
