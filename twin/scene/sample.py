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
    last = np.array(field.shape[:3]) - 1
    place = np.clip((np.asarray(points, float) - np.asarray(origin, float)) / cell - 0.5, 0.0, last)
    low = np.minimum(place.astype(np.int64), np.maximum(last - 1, 0))
    fraction, corners = place - low, np.stack([low, low + np.minimum(last, 1)])
    part = [(1.0 - fraction[..., axis], fraction[..., axis]) for axis in range(3)]
    value: np.ndarray = np.zeros(place.shape[:-1] + np.shape(field)[3:])
    for i, j, k in np.ndindex(2, 2, 2):  # places and not one flat index: that would copy a field whose axes lie in another order
        found, weight = field[corners[i, ..., 0], corners[j, ..., 1], corners[k, ..., 2]], part[0][i] * part[1][j] * part[2][k]
        value += found * (weight[..., None] if found.ndim > weight.ndim else weight)
    return value
