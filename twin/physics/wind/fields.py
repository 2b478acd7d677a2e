"""The mean flow around the bodies, in words of the tunnel: pressure coefficient and velocity over wind speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.geometry.refine import refined
from twin.geometry.surface import Surface
from twin.physics.wind.bodies import bounds
from twin.physics.wind.run import Run
from twin.scene.sample import sample

__all__ = ["Fields", "around", "middle_slice", "on_surface", "swirl", "whole"]

AHEAD, BEHIND, BESIDE = 0.8, 3.0, 0.8  # of the region that is looked at, in reference lengths
MOST = 6_000_000  # cells of it; a larger one is cut behind


@dataclass(frozen=True, eq=False)
class Fields:
    """A box of cells.

    Attributes:
        origin: its low corner [m]; cell: edge [m].
        velocity: (nx, ny, nz, 3) over the wind's speed; pressure: (nx, ny, nz) coefficient; solid: (nx, ny, nz).
    """

    origin: np.ndarray
    cell: float
    velocity: np.ndarray
    pressure: np.ndarray
    solid: np.ndarray


def _cut(run: Run, low: np.ndarray, high: np.ndarray) -> Fields:
    layout = run.case.layout
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    rho, u = run.mean.fields()
    far = float(rho[min(2, len(rho) - 1)].mean())  # of the undisturbed wind, a little behind the inlet
    solid = run.case.bodies[box] > 0
    velocity = (u[box] / layout.lattice_speed).astype(np.float32)
    pressure = ((rho[box] - far) * (2 / 3) / layout.lattice_speed**2).astype(np.float32)
    velocity[solid], pressure[solid] = np.nan, np.nan
    return Fields(layout.origin + low * layout.cell, layout.cell, velocity, pressure, solid)


def around(run: Run) -> Fields:
    """The box around the bodies and the beginning of their wake."""
    layout, shape = run.case.layout, np.array(run.case.layout.shape)
    low, high = bounds(run.case.surfaces)
    low = np.floor((low - layout.origin - layout.length * np.array([AHEAD, BESIDE, BESIDE])) / layout.cell)
    high = np.ceil((high - layout.origin + layout.length * np.array([BEHIND, BESIDE, BESIDE])) / layout.cell)
    low, high = np.clip(low, 0, shape - 1).astype(int), np.clip(high, 1, shape).astype(int)
    if layout.lattice.plane:
        low[1], high[1] = 0, 1
    area = int(np.prod((high - low)[1:]))
    high[0] = min(high[0], low[0] + max(8, MOST // area))
    return _cut(run, low, high)


def whole(run: Run) -> Fields:
    """The whole tunnel."""
    return _cut(run, np.zeros(3, int), np.array(run.case.layout.shape))


def middle_slice(run: Run) -> Fields:
    """The plane of cells through the middle of the bodies, along the wind and up."""
    layout = run.case.layout
    middle = int(np.clip((layout.centre[1] - layout.origin[1]) / layout.cell, 0, layout.shape[1] - 1))
    return _cut(run, np.array([0, middle, 0]), np.array([layout.shape[0], middle + 1, layout.shape[2]]))


def on_surface(fields: Fields, surface: Surface) -> tuple[Surface, np.ndarray]:
    """Pressure coefficient at the vertices of a surface, (n,), and that surface with edges of about a cell.

    Cells of air are continued two cells into the body, so that what is read at the surface is the air's.
    """
    fine = refined(surface, 1.5 * fields.cell)
    values = sample(_continued(fields.pressure), fine.vertices, origin=tuple(fields.origin), cell=fields.cell)
    return fine, np.asarray(values)


def swirl(fields: Fields) -> np.ndarray:
    """Q, where it turns more than it shears: (|Omega|^2 - |S|^2) / 2 of the mean flow (Hunt 1988), in (wind speed / cell)^2."""
    gradient = np.stack([np.gradient(fields.velocity, axis=axis) for axis in range(3)], axis=-1)
    trace = np.einsum("...ij,...ji->...", gradient, gradient)
    found: np.ndarray = -0.5 * trace
    return found


def _continued(values: np.ndarray, times: int = 2) -> np.ndarray:
    """Cells that are not a number get the mean of their neighbours that are, layer by layer; 0 further in."""
    found = values
    for _ in range(times):
        padded = np.pad(found, 1, constant_values=np.nan)
        total, count = np.zeros(found.shape, np.float32), np.zeros(found.shape, np.float32)
        for axis in range(3):
            for shift in (0, 2):
                cut = tuple(slice(shift, shift + n) if k == axis else slice(1, 1 + n) for k, n in enumerate(found.shape))
                near = padded[cut]
                known = np.isfinite(near)
                total += np.where(known, near, 0)
                count += known
        found = np.where(np.isfinite(found), found, np.where(count > 0, total / np.maximum(count, 1), np.nan))
    whole: np.ndarray = np.nan_to_num(found)
    return whole
