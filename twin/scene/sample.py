"""Fields between cell centres: trilinear interpolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.errors import BadInput

__all__ = ["sample"]


def sample(field: np.ndarray, points: np.ndarray, *, origin: Sequence[float] = (0.0, 0.0, 0.0), cell: float = 1.0) -> np.ndarray:
    """Values of a field at any points, trilinear between cell centres, constant beyond the outermost ones.

    Args:
        field: at the cell centres, shape (nx, ny, nz) or (nx, ny, nz, k).
        points: [m], shape (..., 3).
        origin: corner of the grid [m]; the centre of cell i is at origin + (i + 1/2) cell.
        cell: edge of a cell [m].

    Returns:
        shape (...) or (..., k), of the field's unit.

    Raises:
        BadInput: a field of other dimensions.
    """
    if np.ndim(field) not in (3, 4):
        raise BadInput("sample: field", np.shape(field), "shape (nx, ny, nz) or (nx, ny, nz, k)")
    nx, ny, nz = field.shape[:3]
    last = np.array([nx, ny, nz]) - 1
    place = np.clip((np.asarray(points, float) - np.asarray(origin, float)) / cell - 0.5, 0.0, last)
    low = np.minimum(place.astype(np.int64), np.maximum(last - 1, 0))
    fraction, step = place - low, np.minimum(last, 1) * np.array([ny * nz, nz, 1])
    flat = field.reshape(nx * ny * nz, -1)
    first = low @ np.array([ny * nz, nz, 1])
    f = [(1.0 - fraction[..., k, None], fraction[..., k, None]) for k in range(3)]
    value: np.ndarray = sum(
        f[0][i] * f[1][j] * f[2][k] * flat[first + i * step[0] + j * step[1] + k * step[2]]
        for i in (0, 1) for j in (0, 1) for k in (0, 1)
    )  # fmt: skip
    return value.reshape(np.shape(points)[:-1] + np.shape(field)[3:])
