"""Traversal of links: which cells have inside neighbours, what cuts the way to them."""

from __future__ import annotations

from math import ceil

import numpy as np

from twin.geometry.growth import longer
from twin.kernel import loop, routine

__all__ = ["collect", "measure", "rim"]

LEAST = 1e-12  # a fraction is never 0, as it is divided by


@loop
def rim(inside):  # type: ignore[no-untyped-def]
    """Outside cells beside inside ones, corners included.

    Returns:
        The number of every rim cell, -1 for others, shape (nx, ny, nz), int32; the rim cells' flat indices, int64.
    """
    nx, ny, nz = inside.shape
    number, cells, count = np.full((nx, ny, nz), -1, np.int32), np.empty(1024, np.int64), 0
    near = np.empty(nz + 2, np.bool_)
    for x in range(nx):
        for y in range(ny):
            near[:] = False
            some = False
            for i in range(max(x - 1, 0), min(x + 2, nx)):
                for j in range(max(y - 1, 0), min(y + 2, ny)):
                    some |= _gather(inside[i, j], near)
            if not some:
                continue
            for z in range(nz):
                if (near[z] | near[z + 1] | near[z + 2]) and not inside[x, y, z]:
                    if count == cells.shape[0]:
                        cells = longer(cells)
                    number[x, y, z] = count
                    cells[count] = (x * ny + y) * nz + z
                    count += 1
    return number, cells[:count].copy()


@loop
def measure(rows, columns, depths, axes, slopes, inside, rim_of, nearest, forward, backward, count):  # type: ignore[no-untyped-def]
    """Enter crossings of one family of lines into `nearest` (rim cell, direction), the least fraction staying.

    Returns:
        Cuts between two outside cells: keys (cell * count + direction), int64, and fractions.
    """
    keys, fractions, cuts = np.empty(1024, np.int64), np.empty(1024), 0
    here, there = np.empty(3, np.int64), np.empty(3, np.int64)
    for k in range(rows.shape[0]):
        far = ceil(depths[k])
        here[axes[2]], there[axes[2]] = far - 1, far
        here[axes[0]], there[axes[0]] = rows[k] + slopes[0] * (far - 1), rows[k] + slopes[0] * far
        here[axes[1]], there[axes[1]] = columns[k] + slopes[1] * (far - 1), columns[k] + slopes[1] * far
        if not (_within(here, inside.shape) and _within(there, inside.shape)):
            continue
        part = depths[k] - (far - 1)
        a, b = inside[here[0], here[1], here[2]], inside[there[0], there[1], there[2]]
        if a and b:
            continue
        if not a and not b:
            if cuts + 2 > keys.shape[0]:
                keys, fractions = longer(keys), longer(fractions)
            if forward >= 0:
                keys[cuts], fractions[cuts] = _flat(here, inside.shape) * count + forward, max(part, LEAST)
                cuts += 1
            if backward >= 0:
                keys[cuts], fractions[cuts] = _flat(there, inside.shape) * count + backward, max(1.0 - part, LEAST)
                cuts += 1
        elif b and forward >= 0:
            n = rim_of[here[0], here[1], here[2]]
            nearest[n, forward] = min(nearest[n, forward], max(part, LEAST))
        elif a and backward >= 0:
            n = rim_of[there[0], there[1], there[2]]
            nearest[n, backward] = min(nearest[n, backward], max(1.0 - part, LEAST))
    return keys[:cuts].copy(), fractions[:cuts].copy()


@loop
def collect(inside, rim_cells, steps, nearest):  # type: ignore[no-untyped-def]
    """All links from rim cells into inside cells: cells, directions, fractions, and how many of them are guessed."""
    nx, ny, nz = inside.shape
    room = 4096
    cells, numbers, fractions = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room)
    count, guessed = 0, 0
    for r in range(rim_cells.shape[0]):
        n = rim_cells[r]
        x, y, z = n // (ny * nz), n // nz % ny, n % nz
        for d in range(steps.shape[0]):
            i, j, k = x + steps[d, 0], y + steps[d, 1], z + steps[d, 2]
            if i < 0 or j < 0 or k < 0 or i >= nx or j >= ny or k >= nz or not inside[i, j, k]:
                continue
            if count == room:
                room *= 2
                cells, numbers, fractions = longer(cells), longer(numbers), longer(fractions)
            found = nearest[r, d] <= 1.0
            cells[count], numbers[count], fractions[count] = n, d, nearest[r, d] if found else 0.5
            guessed += not found
            count += 1
    return cells[:count].copy(), numbers[:count].copy(), fractions[:count].copy(), guessed


@routine
def _gather(row, near):  # type: ignore[no-untyped-def]
    """Enter a row of cells into `near`, shifted by one; was there any?"""
    some = False
    for z in range(row.shape[0]):
        near[z + 1] |= row[z]
        some |= row[z]
    return some


@routine
def _within(cell, shape):  # type: ignore[no-untyped-def]
    return 0 <= cell[0] < shape[0] and 0 <= cell[1] < shape[1] and 0 <= cell[2] < shape[2]


@routine
def _flat(cell, shape):  # type: ignore[no-untyped-def]
    return (cell[0] * shape[1] + cell[1]) * shape[2] + cell[2]
