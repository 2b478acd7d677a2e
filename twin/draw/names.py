"""Names in a plan: inside of what they name where there is room, else beside it where they cover nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from twin.draw.frame import INK

__all__ = ["Box", "Named", "free_place", "letters", "meet", "write_names"]

SMALLEST, LARGEST, BESIDE = 5.0, 8.5, 5.5  # [pt]
POINT = 1 / 72  # [inch]
HIGH = 2.0  # [m] over the floor: what hangs so high has its name beside it, for there is something under it
WIDE, TALL = 0.58, 1.25  # of a letter, of a line, over the size of the type
SIDES = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))

Box = tuple[float, float, float, float]
"""Least x, y, largest x, y [m]."""


class Named(Protocol):
    """Something in a hall."""

    @property
    def name(self) -> str:
        """What is written."""

    @property
    def bounds(self) -> np.ndarray:
        """Least and largest corner [m], shape (2, 3)."""

    @property
    def footprint(self) -> Any:
        """Shapely geometry, seen from above."""


def write_names(axes: Any, bodies: Sequence[Named], scale: float, taken: Sequence[Box] = (), *, color: str = INK) -> None:
    """Write them; what finds no place stays without a name. `scale`: inches for a metre; `taken`: where no name may be."""
    inside = [body for body in bodies if body.bounds[0, 2] <= HIGH and not any(meet(_box(body), box) for box in taken)]
    written = {body.name for body in inside if _inside(axes, body, scale, color)}
    covered = [*taken, *(_box(body) for body in bodies)]
    for body in bodies:
        if body.name not in written:
            _beside(axes, body, scale, covered, color)


def letters(name: str, size: float, scale: float) -> tuple[float, float]:
    """Width and height of a line of type of `size` [pt] in a plan [m]."""
    return WIDE * size * POINT * len(name) / scale, TALL * size * POINT / scale


def free_place(around: Box, size: tuple[float, float], taken: Sequence[Box], limits: Box, *, gap: float, rings: int = 1) -> Box | None:
    """Below, above, right, left, at a corner of `around`, then farther away: where a box covers none that are taken, or None."""
    (wide, tall), (x0, y0, x1, y1) = size, around
    for ring in range(rings):
        for dx, dy in SIDES:
            x = (x0 + x1) / 2 + dx * ((x1 - x0 + wide) / 2 + 2 * gap + ring * 0.5 * wide)
            y = (y0 + y1) / 2 + dy * ((y1 - y0 + tall) / 2 + gap + ring * 0.7 * tall)
            box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            within = box[0] > limits[0] and box[2] < limits[2] and box[1] > limits[1] and box[3] < limits[3]
            if within and not any(meet(box, other) for other in taken):
                return box
    return None


def meet(a: Box, b: Box) -> bool:
    """Whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _box(body: Named) -> Box:
    (x0, y0), (x1, y1) = body.bounds[:, :2].tolist()
    return x0, y0, x1, y1


def _inside(axes: Any, body: Named, scale: float, color: str) -> bool:
    x0, y0, x1, y1 = _box(body)
    upright = y1 - y0 > 1.3 * (x1 - x0)
    along, across = ((y1 - y0), (x1 - x0)) if upright else ((x1 - x0), (y1 - y0))
    for written in _wrapped(body.name):
        longest = max(map(len, written))
        size = min(LARGEST, along * scale / POINT / (WIDE * longest + 0.8), across * scale / POINT / (TALL * len(written) + 0.15))
        if size >= SMALLEST:
            middle = body.footprint.envelope.centroid
            axes.text(
                middle.x, middle.y, "\n".join(written), size=size, color=color, ha="center", va="center", rotation=90 if upright else 0,
                linespacing=1.05, zorder=8, clip_on=True,
            )  # fmt: skip
            return True
    return False


def _wrapped(name: str) -> Iterator[list[str]]:
    """The name in one line, two and three."""
    words, last = name.replace("_", " "), list[str]()
    for lines in (1, 2, 3):
        written = textwrap.wrap(words, max(3, -(-len(words) // lines)), break_long_words=False)
        if written != last:
            yield written
        last = written


def _beside(axes: Any, body: Named, scale: float, taken: list[Box], color: str) -> None:
    name = body.name.replace("_", " ")
    size = letters(name, BESIDE, scale)
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    box = free_place(_box(body), size, taken, (x0, y0, x1, y1), gap=0.1 * size[1])
    if box is not None:
        axes.text((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, name, size=BESIDE, color=color, ha="center", va="center", zorder=8)
        taken.append(box)
