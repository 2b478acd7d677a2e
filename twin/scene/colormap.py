"""Numbers as colours that everybody can tell apart: short tables of control points, straight lines between them in sRGB.

`viridis` (van der Walt and Smith 2015, CC0; 33 points of its 256) is for magnitudes: lightness rises evenly, so it also reads in
grey. `blue-white-red` is for what has a sign: a blue and a red of OKLab (Ottosson 2020) that are equally light at
equal distance from the middle, so neither sign looks stronger; blue and red stay apart for all common kinds of colour blindness.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from twin.errors import BadInput, UnknownName

__all__ = ["MAPS", "colors", "table"]

MAPS = {
    "viridis": (
        "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e 2c728e 297a8e 26828e 23898e 21918c "
        "1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b 5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725"
    ),
    "blue-white-red": (
        "034393 175ab0 2d72cb 498ade 68a2ec 89baf5 acd0fb d0e4fc f5f5f5 fadace f6bda9 eea087 e28268 d1644c bc4735 a12f24 841716"
    ),
}
"""Name -> sRGB control points from low to high, evenly spaced, as hexadecimal digits."""


@cache
def table(name: str) -> np.ndarray:
    """Control points of a map, sRGB in 0..1, shape (k, 3), from low to high; not to be written to.

    Raises:
        UnknownName: no such map.
    """
    if name not in MAPS:
        raise UnknownName("color map", name, MAPS)
    rows = np.array([[int(word[i : i + 2], 16) / 255 for i in (0, 2, 4)] for word in MAPS[name].split()])
    rows.setflags(write=False)
    return rows


def colors(values: np.ndarray, name: str, low: float, high: float) -> np.ndarray:
    """Colour of each value, sRGB and alpha in 0..1, shape (..., 4).

    Values below `low` or above `high` get the colour of that end; what is not a number becomes a middle grey.

    Raises:
        UnknownName: no such map.
        BadInput: `low` is not below `high`.
    """
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise BadInput("color range", (low, high), "two finite numbers, the lower one first")
    rows, given = table(name), np.asarray(values, float)
    fraction = np.clip((np.nan_to_num(given, nan=low) - low) / (high - low), 0.0, 1.0)
    at = np.linspace(0.0, 1.0, len(rows))
    channels = [np.where(np.isnan(given), 0.6, np.interp(fraction, at, rows[:, k])) for k in range(3)]
    return np.stack([*channels, np.ones_like(given)], axis=-1)
