"""Triangles and lines into a picture with a depth buffer: the closest wins, what is see-through is blended.

The middle of the pixel in row i and column k is at (k + 1/2, i + 1/2).
"""

from __future__ import annotations

import numpy as np

from twin.kernel import loop

__all__ = ["fill", "stroke"]


@loop
def fill(corners: np.ndarray, paint: np.ndarray, depth: np.ndarray, image: np.ndarray) -> None:
    """Draw triangles in their order.

    Args:
        corners: pixels right, pixels down, closeness 1/w of each corner, shape (n, 3, 3); those behind the eye are left out.
        paint: RGBA in 0..1 of each corner, shape (n, 3, 4), interpolated in perspective.
        depth: closeness of what is drawn already, shape (h, w); written where the paint is opaque.
        image: RGB in 0..1, shape (h, w, 3), written.
    """
    height, width = depth.shape
    for n in range(corners.shape[0]):
        x0, y0, c0 = corners[n, 0, 0], corners[n, 0, 1], corners[n, 0, 2]
        x1, y1, c1 = corners[n, 1, 0], corners[n, 1, 1], corners[n, 1, 2]
        x2, y2, c2 = corners[n, 2, 0], corners[n, 2, 1], corners[n, 2, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if min(c0, c1, c2) <= 0.0 or area == 0.0:
            continue
        left, right = max(min(x0, x1, x2) - 0.5, 0.0), min(max(x0, x1, x2) - 0.5, width - 1.0)
        top, bottom = max(min(y0, y1, y2) - 0.5, 0.0), min(max(y0, y1, y2) - 0.5, height - 1.0)
        if left > right or top > bottom:
            continue
        for row in range(int(np.ceil(top)), int(bottom) + 1):
            for column in range(int(np.ceil(left)), int(right) + 1):
                px, py = column + 0.5 - x0, row + 0.5 - y0
                b1 = (px * (y2 - y0) - (x2 - x0) * py) / area
                b2 = ((x1 - x0) * py - px * (y1 - y0)) / area
                b0 = 1.0 - b1 - b2
                if b0 < 0.0 or b1 < 0.0 or b2 < 0.0:
                    continue
                closeness = b0 * c0 + b1 * c1 + b2 * c2
                if closeness <= depth[row, column]:
                    continue
                p0, p1, p2 = b0 * c0 / closeness, b1 * c1 / closeness, b2 * c2 / closeness
                alpha = p0 * paint[n, 0, 3] + p1 * paint[n, 1, 3] + p2 * paint[n, 2, 3]
                for k in range(3):
                    color = p0 * paint[n, 0, k] + p1 * paint[n, 1, k] + p2 * paint[n, 2, k]
                    image[row, column, k] += alpha * (color - image[row, column, k])
                if alpha > 0.999:
                    depth[row, column] = closeness


@loop
def stroke(ends: np.ndarray, paint: np.ndarray, radius: float, nearer: float, depth: np.ndarray, image: np.ndarray) -> None:
    """Draw opaque segments with round ends.

    Args:
        ends: pixels right, pixels down, closeness of both ends, shape (n, 2, 3); those behind the eye are left out.
        paint: RGB in 0..1 of both ends, shape (n, 2, 3).
        radius: half the width [pixels].
        nearer: share by which lines count as closer than they are, so that those on a surface are seen.
        depth, image: as in `fill`.
    """
    height, width = depth.shape
    for n in range(ends.shape[0]):
        x0, y0, c0 = ends[n, 0, 0], ends[n, 0, 1], ends[n, 0, 2]
        dx, dy, c1 = ends[n, 1, 0] - x0, ends[n, 1, 1] - y0, ends[n, 1, 2]
        if min(c0, c1) <= 0.0:
            continue
        left, right = max(min(x0, x0 + dx) - radius - 0.5, 0.0), min(max(x0, x0 + dx) + radius - 0.5, width - 1.0)
        top, bottom = max(min(y0, y0 + dy) - radius - 0.5, 0.0), min(max(y0, y0 + dy) + radius - 0.5, height - 1.0)
        if left > right or top > bottom:
            continue
        long2 = max(dx * dx + dy * dy, 1e-12)
        for row in range(int(np.ceil(top)), int(bottom) + 1):
            for column in range(int(np.ceil(left)), int(right) + 1):
                px, py = column + 0.5 - x0, row + 0.5 - y0
                share = min(max((px * dx + py * dy) / long2, 0.0), 1.0)
                off_x, off_y = px - share * dx, py - share * dy
                if off_x * off_x + off_y * off_y > radius * radius:
                    continue
                closeness = (c0 + share * (c1 - c0)) * (1.0 + nearer)
                if closeness <= depth[row, column]:
                    continue
                depth[row, column] = closeness
                for k in range(3):
                    image[row, column, k] = paint[n, 0, k] + share * (paint[n, 1, k] - paint[n, 0, k])
