"""Names in a plan: inside of what they name where there is room, else beside it where they cover nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from twin.draw.frame import INK
from twin.physics.layout.state import Body

__all__ = ["write_names"]

SMALLEST, LARGEST, BESIDE = 5.0, 8.5, 5.5  # [pt]
POINT = 1 / 72  # [inch]
HIGH = 2.0  # [m] over the floor: what hangs so high has its name beside it, for there is something under it
WIDE, TALL = 0.58, 1.25  # of a letter, of a line, over the size of the type
SIDES = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))

Box = tuple[float, float, float, float]


def write_names(axes: Any, bodies: Sequence[Body], scale: float) -> None:
    """Write them; what finds no place stays without a name. `scale`: inches for a metre."""
    taken = [(*body.bounds[0, :2], *body.bounds[1, :2]) for body in bodies]
    outside = [body for body in bodies if body.bounds[0, 2] > HIGH or not _inside(axes, body, scale)]
    for body in outside:
        _beside(axes, body, scale, taken)


def _inside(axes: Any, body: Body, scale: float) -> bool:
    (x0, y0), (x1, y1) = body.bounds[:, :2]
    upright = y1 - y0 > 1.3 * (x1 - x0)
    along, across = ((y1 - y0), (x1 - x0)) if upright else ((x1 - x0), (y1 - y0))
    for written in _wrapped(body.name):
        longest = max(map(len, written))
        size = min(LARGEST, along * scale / POINT / (WIDE * longest + 0.8), across * scale / POINT / (TALL * len(written) + 0.15))
        if size >= SMALLEST:
            middle = body.footprint.envelope.centroid
            axes.text(
                middle.x, middle.y, "\n".join(written), size=size, color=INK, ha="center", va="center", rotation=90 if upright else 0,
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


def _beside(axes: Any, body: Body, scale: float, taken: list[Box]) -> None:
    """Below, above, right, left, at a corner: where it covers no thing and no other name."""
    name = body.name.replace("_", " ")
    wide, tall = WIDE * BESIDE * POINT * len(name) / scale, TALL * BESIDE * POINT / scale
    (x0, y0), (x1, y1) = body.bounds[:, :2]
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    for dx, dy in SIDES:
        x = (x0 + x1) / 2 + dx * ((x1 - x0 + wide) / 2 + 0.2 * tall)
        y = (y0 + y1) / 2 + dy * ((y1 - y0 + tall) / 2 + 0.1 * tall)
        box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        if box[0] > low[0] and box[2] < high[0] and not any(_meet(box, other) for other in taken):
            axes.text(x, y, name, size=BESIDE, color=INK, ha="center", va="center", zorder=8)
            taken.append(box)
            return


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
