"""Where cells and populations lie in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from twin.physics.wind.lattice import Lattice

__all__ = ["Grid"]

VECTOR, LINE = 8, 16  # float32 in a vector, in a cache line
BAND = 4096  # cells that are swept before the links which wait for them; their populations stay in the second-level cache
PAGE, APART = 1024, 48  # float32 in a page; planes that are nearly a multiple of it apart would meet in the same cache sets


@dataclass(frozen=True, eq=False)
class Grid:
    """nx * ny * nz cells with one ring of ghosts; a plane case has ny = 1 and no ghosts along y.

    Populations lie as [x][direction][z][y]. Two neighbouring planes of x are in use at a time, whatever the tunnel's length.
    """

    lattice: Lattice
    shape: tuple[int, int, int]

    @property
    def rings(self) -> tuple[int, int, int]:
        """Ghosts on each side along x, y, z."""
        return 1, (0 if self.lattice.plane else 1), 1

    @property
    def steps(self) -> tuple[int, int]:
        """Cells in memory from a cell to its neighbour along y and z, within a plane; rows are whole vectors."""
        return (0, 1) if self.lattice.plane else (1, -(-(self.shape[1] + 2) // VECTOR) * VECTOR)

    @property
    def first(self) -> int:
        """Place of the first cell in its plane."""
        return self.steps[1] + self.rings[1]

    @property
    def count(self) -> int:
        """Cells of a run: from the first to the last one of a plane, ghosts between them included."""
        return int(self.within(self.shape[1] - 1, self.shape[2] - 1)) - self.first + 1

    @property
    def bands(self) -> int:
        """Bands of a run."""
        return -(-self.count // BAND)

    @property
    def plane(self) -> int:
        """Cells of a plane in memory."""
        used = self.steps[1] * (self.shape[2] + 2)
        padded = -(-used // LINE) * LINE
        return padded + max(0, APART - padded % PAGE)

    @property
    def size(self) -> tuple[int, int, int]:
        """What the loops want to know."""
        return self.first, self.count, self.plane

    @property
    def cells(self) -> int:
        """Cells in memory."""
        return (self.shape[0] + 2) * self.plane

    @property
    def populations(self) -> int:
        """Numbers in memory."""
        return self.cells * self.lattice.count

    def within(self, y: Any, z: Any) -> Any:
        """Place of a cell in its plane; numbers or arrays."""
        step_y, step_z = self.steps
        return (z + 1) * step_z + (y + self.rings[1]) * step_y

    def cell(self, x: Any, y: Any, z: Any) -> Any:
        """Place among all cells; x, y, z from -1 to the number of cells."""
        return (x + 1) * self.plane + self.within(y, z)

    def base(self, x: Any, y: Any, z: Any) -> Any:
        """Place of direction 0 among all populations."""
        return (x + 1) * (self.lattice.count * self.plane) + self.within(y, z)

    @cached_property
    def offsets(self) -> np.ndarray:
        """From a cell's base to where it reads direction i at a step of parity t: (2, q)."""
        q, plane = self.lattice.count, self.plane
        step_y, step_z = self.steps
        away = self.lattice.velocities @ np.array([q * plane, step_y, step_z])
        found = np.zeros((2, q), np.int64)
        for i in range(1, q, 2):  # one of a pair is read at home, the other in the neighbour's place
            found[0, i], found[0, i + 1] = (i + 1) * plane, i * plane + away[i]
            found[1, i], found[1, i + 1] = i * plane, (i + 1) * plane + away[i]
        return found

    def unfolded(self, run: np.ndarray) -> np.ndarray:
        """Values of runs, shape (..., nx, count), as (..., nx, ny, nz)."""
        _, ny, nz = self.shape
        places = self.within(np.arange(ny)[:, None], np.arange(nz)[None, :]) - self.first
        found: np.ndarray = run[..., places]
        return found
