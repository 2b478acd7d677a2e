"""The arrays of one run, and what may be done to them: steps, forces, fields. Lattice units."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from twin.kernel import split
from twin.physics.wind import loops
from twin.physics.wind.boundaries import Boundary
from twin.physics.wind.grid import Grid

__all__ = ["Flow", "smagorinsky_factor"]

SMALL = 200_000  # cells below which a second thread costs more than it brings
LINKS = 4096  # of a block of the force sum: its order does not depend on threads


def smagorinsky_factor(constant: float) -> float:
    """18 sqrt(2) C^2, what the cell wants of Smagorinsky's constant."""
    return 18 * math.sqrt(2) * constant**2


@dataclass(eq=False)
class Flow:
    """A flow on a grid.

    Attributes:
        excess: (nx + 2,) tau - 1/2 of each plane, ghosts included.
        f: populations before the next step; step counts the steps done.
    """

    grid: Grid
    boundary: Boundary
    excess: np.ndarray
    smagorinsky: float
    f: np.ndarray
    step: int = 0
    threads: int = 1
    _medium: tuple[np.ndarray, np.floating] = field(init=False)

    def __post_init__(self) -> None:
        kind = self.f.dtype.type
        self._medium = self.excess.astype(kind), kind(self.smagorinsky)
        lattice = self.grid.lattice
        self._lattice = lattice.velocities.astype(kind), lattice.weights.astype(kind)
        self._whole = np.ascontiguousarray(lattice.velocities.astype(np.float64))

    @classmethod
    def at_rest(
        cls, grid: Grid, boundary: Boundary, excess: np.ndarray, *, smagorinsky: float = 0.0, dtype: type, threads: int = 1
    ) -> Flow:
        """Everywhere the density 1 and no motion: all stored populations are 0."""
        return cls(grid, boundary, excess, smagorinsky, np.zeros(grid.populations, dtype), threads=threads)

    @property
    def parity(self) -> int:
        """Of the next step."""
        return self.step & 1

    def start(self, rho: np.ndarray, u: np.ndarray) -> None:
        """Set equilibrium: rho (nx, ny, nz) density deviation, u (nx, ny, nz, 3) [cells a step]."""
        lattice = self.grid.lattice
        x, y, z = np.indices(self.grid.shape)
        base, square = self.grid.base(x, y, z), (u**2).sum(axis=-1)
        for i in range(lattice.count):
            along = u @ lattice.velocities[i]
            equilibrium = lattice.weights[i] * (rho + 3 * along + 4.5 * along**2 - 1.5 * square)
            self.f[base + self.grid.offsets[self.parity][i]] = equilibrium

    def advance(self, paces: np.ndarray) -> None:
        """One step for each pace, the factor of moving walls and inlets at that step."""
        paces = np.ascontiguousarray(paces, self.f.dtype)
        if self.threads == 1 or np.prod(self.grid.shape) < SMALL:
            b = self.boundary
            grid = (self.grid.offsets, self.grid.size, *self._lattice)
            advance = loops.advance_plane if self.grid.lattice.plane else loops.advance_space
            advance(self.f, b.solid, grid, self._medium, (b.outlet, b.reflected, b.bodies), self.parity, paces)
            self.step += len(paces)
            return
        for pace in paces:
            self._one(pace)

    def _one(self, pace: np.floating) -> None:
        """A step on several threads; each pass ends before the next begins."""
        b, t, size, (excess, smagorinsky) = self.boundary, self.parity, self.grid.size, self._medium
        f, offsets = self.f, self.grid.offsets
        sweep = loops.sweep_plane if self.grid.lattice.plane else loops.sweep_space
        split(
            lambda i, j: sweep(f, b.solid, offsets[t], size, excess, smagorinsky, i + 1, j + 1),
            len(excess) - 2,
            self.threads,
        )
        loops.outflow(f, b.outlet, offsets, t, *self._lattice, 0, len(b.outlet[0]))
        split(lambda i, j: loops.reflect(f, b.reflected, t, pace, i, j), len(b.reflected[2]), self.threads)
        split(lambda i, j: loops.interpolate(f, b.bodies, t, pace, i, j), len(b.bodies[3]), self.threads)
        self.step += 1

    def loads(self, arms: np.ndarray) -> dict[int, np.ndarray]:
        """Force and moment on each body in the step just done: number -> (6,), by momentum exchange.

        Args:
            arms: (links, 3) from the reference point of each link's body to where the wall cuts it [cells].
        """
        b, t = self.boundary, 1 - self.parity
        found = {}
        for number, (begin, end) in b.spans.items():
            blocks = [np.zeros(6) for _ in range(begin, end, LINKS)]
            for block, i in zip(blocks, range(begin, end, LINKS), strict=True):
                j = min(i + LINKS, end)
                loops.momentum(self.f, b.bodies[0][t], b.bodies[1][t], b.directions, arms, self._whole, i, j, block)
            found[number] = np.sum(blocks, axis=0) if blocks else np.zeros(6)
        return found

    def fields(self) -> tuple[np.ndarray, np.ndarray]:
        """Density deviation (nx, ny, nz), 3 p, and velocity (nx, ny, nz, 3) [cells a step]; solid cells hold nothing."""
        nx = self.grid.shape[0]
        out = np.zeros((nx, 4, self.grid.count), self.f.dtype)
        macros = loops.macros_plane if self.grid.lattice.plane else loops.macros_space
        macros(self.f, self.grid.offsets[self.parity], self.grid.size, 1, nx + 1, out)
        found = self.grid.unfolded(out)
        return found[:, 0], np.moveaxis(found[:, 1:], 1, -1)
