"""The arrays of one run, and what may be done to them: steps, forces, fields. Lattice units."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from twin.kernel.ahead import LINE
from twin.kernel.barrier import arrivals, together
from twin.kinds import Target
from twin.physics.wind import loops
from twin.physics.wind.boundaries import Boundary
from twin.physics.wind.cell import AT_ONCE, MAGIC
from twin.physics.wind.grid import Grid
from twin.physics.wind.shares import shares_of, steps_under_way, team_of
from twin.physics.wind.ways import Ways

__all__ = ["Flow", "smagorinsky_factor"]

LINKS = 4096  # of a block of the force sum: its order does not depend on threads


def smagorinsky_factor(constant: float) -> float:
    """18 sqrt(2) C^2, what the cell wants of Smagorinsky's constant."""
    return 18 * math.sqrt(2) * constant**2


def _aligned(grid: Grid, dtype: type) -> np.ndarray:
    """Zeros such that the first cell of a run begins a cache line, and with it most of the rows that a sweep reads and writes."""
    size = np.dtype(dtype).itemsize
    room: np.ndarray = np.zeros(grid.populations + 2 * LINE // size, dtype)
    skip = (-(room.ctypes.data + grid.first * size) % LINE) // size
    return room[skip : skip + grid.populations]


@dataclass(eq=False)
class Flow:
    """A flow on a grid.

    Attributes:
        excess: (nx + 2,) tau - 1/2 of each plane, ghosts included. odd_at_once: odd moments relax within a step, else by the magic number.
        f: populations before the next step; level: (1,) density deviation at the outlet; step counts the steps done.
    """

    grid: Grid
    boundary: Boundary
    excess: np.ndarray
    smagorinsky: float
    f: np.ndarray
    step: int = 0
    threads: int = 1
    device: Literal["cpu", "cuda"] = "cpu"
    odd_at_once: bool = False
    _medium: tuple[np.ndarray, np.floating] = field(init=False)

    def __post_init__(self) -> None:
        kind = self.f.dtype.type
        both = np.stack([self.excess, np.full_like(self.excess, AT_ONCE) if self.odd_at_once else MAGIC / self.excess])
        self._medium = both.astype(kind), kind(self.smagorinsky)
        lattice = self.grid.lattice
        self._lattice = lattice.velocities.astype(kind), lattice.weights.astype(kind)
        self._there: Any = None
        self.level = np.zeros(1, kind)
        self._sums = np.zeros(len(self.boundary.runs[0]))
        self._velocities = np.ascontiguousarray(lattice.velocities.astype(np.float64))
        self._team = team_of(self.grid, self.threads)
        self._ways = Ways(*steps_under_way(self.grid, self.boundary, self._team, self.f.nbytes))
        self._shares, self._whole = (shares_of(self.grid, self.boundary, n) for n in (self._team, 1))

    @classmethod
    def at_rest(
        cls,
        grid: Grid,
        boundary: Boundary,
        excess: np.ndarray,
        *,
        smagorinsky: float = 0.0,
        odd_at_once: bool = False,
        dtype: type,
        target: Target | None = None,
    ) -> Flow:
        """Everywhere the density 1 and no motion: all stored populations are 0."""
        on = target or Target()
        populations = _aligned(grid, dtype)
        return cls(grid, boundary, excess, smagorinsky, populations, threads=on.threads, device=on.device, odd_at_once=odd_at_once)

    def _on_device(self) -> Any:
        """The arrays on the device, where they have been put by the first call."""
        if self._there is None:
            from twin.physics.wind.loops_cuda import Device

            self._there = Device(self.f, self.level, self.grid, self.boundary, *self._medium)
        return self._there

    def fetch(self) -> np.ndarray:
        """The populations, from wherever they are."""
        if self._there is not None:
            self._there.f.copy_to_host(self.f)
            self._there.level.copy_to_host(self.level)
        return self.f

    @property
    def parity(self) -> int:
        """Of the next step."""
        return self.step & 1

    def start(self, rho: np.ndarray, u: np.ndarray) -> None:
        """Set equilibrium: rho (nx, ny, nz) density deviation, u (nx, ny, nz, 3) [cells a step]."""
        for x in range(self.grid.shape[0]):
            self.start_plane(x, rho[x], u[x])

    def start_plane(self, x: int, rho: np.ndarray | float, u: np.ndarray) -> None:
        """Set equilibrium in a plane: rho (ny, nz), u (ny, nz, 3)."""
        lattice = self.grid.lattice
        y, z = np.indices(self.grid.shape[1:])
        base, square = self.grid.base(x, y, z), (u**2).sum(axis=-1)
        for i in range(lattice.count):
            along = u @ lattice.velocities[i]
            equilibrium = lattice.weights[i] * (rho + 3 * along + 4.5 * along**2 - 1.5 * square)
            self.f[base + self.grid.offsets[self.parity][i]] = equilibrium

    def advance(self, paces: np.ndarray) -> None:
        """One step for each pace, the factor of moving walls and inlets at that step."""
        paces = np.ascontiguousarray(paces, self.f.dtype)
        if self.device == "cuda":
            self._on_device().advance(self.parity, paces)
            self.step += len(paces)
            return
        enough = len(paces) >= self._ways.largest
        steps = self._ways.best() if enough else 1
        relayed = len(paces) - len(paces) % steps if steps > 1 else 0
        begin = time.perf_counter()
        if relayed:
            self._together(paces[:relayed], np.repeat(self._whole, self._team, axis=0), steps)
        if relayed < len(paces):
            self._together(paces[relayed:], self._shares, 1)
        if enough:
            self._ways.took(steps, (time.perf_counter() - begin) / len(paces))

    def _together(self, paces: np.ndarray, shares: np.ndarray, steps: int) -> None:
        """Steps, so many at a time, on all threads."""
        parity, arrived, threads = self.parity, arrivals(self._team), self._team
        together(lambda me: self._share(parity, paces, shares[me], (arrived, me, threads, steps)), threads)
        self.step += len(paces)

    def _share(self, parity: int, paces: np.ndarray, work: np.ndarray, team: tuple[np.ndarray, int, int, int]) -> None:
        b = self.boundary
        advance = loops.advance_plane if self.grid.lattice.plane else loops.advance_space
        grid = (self.grid.offsets, self.grid.size, *self._lattice)
        runs, table, starts, cells = b.runs
        walls = (runs, self._sums, b.outlet[2]), (table, starts, b.reflected[2]), b.bodies, cells
        advance(self.f, grid, self._medium, walls, self.level, parity, paces, work, team)

    def clean(self) -> None:
        """Zero what ghosts and solid cells hold: it means nothing, and must not look like a number that is not finite."""
        f, kept = self.fetch(), np.flatnonzero(self.boundary.solid == 0)
        plane, q = self.grid.plane, self.grid.lattice.count
        base = kept + kept // plane * (q - 1) * plane
        values = [f[base + offset] for offset in self.grid.offsets[self.parity]]
        f[:] = 0
        for offset, value in zip(self.grid.offsets[self.parity], values, strict=True):
            f[base + offset] = value
        self._there = None

    def loads(self, arms: np.ndarray) -> dict[int, np.ndarray]:
        """Force and moment on each body in the step just done: number -> (6,), by momentum exchange.

        Args:
            arms: (links, 3) from the reference point of each link's body to where the wall cuts it [cells].
        """
        b, t = self.boundary, 1 - self.parity
        f, to, source = self.f, b.exchanged[0][t], b.exchanged[1][t]
        if self.device == "cuda":  # only what links hold is fetched; it is summed here, in the same order
            f = np.concatenate(self._on_device().passed(t))
            to, source = np.arange(len(to)), np.arange(len(to), 2 * len(to))
        found = {}
        for number, (begin, end) in b.spans.items():
            blocks = [np.zeros(6) for _ in range(begin, end, LINKS)]
            for block, i in zip(blocks, range(begin, end, LINKS), strict=True):
                j = min(i + LINKS, end)
                loops.momentum(f, to, source, b.directions, arms, self._velocities, i, j, block)
            found[number] = np.sum(blocks, axis=0) if blocks else np.zeros(6)
        return found

    def average(self, take: float, out: np.ndarray) -> None:
        """Take the flow as it is into a running mean: out += take (now - out), (nx, 4, cells of a run): density deviation, velocity."""
        weight = out.dtype.type(take)
        if self.device == "cuda":
            self._on_device().macros(self.parity, weight, out)
            return
        macros = loops.macros_plane if self.grid.lattice.plane else loops.macros_space
        macros(self.f, self.grid.offsets[self.parity], self.grid.size, 1, self.grid.shape[0] + 1, weight, out)

    def fields(self) -> tuple[np.ndarray, np.ndarray]:
        """Density deviation (nx, ny, nz), 3 p, and velocity (nx, ny, nz, 3) [cells a step]; solid cells hold nothing."""
        out = np.zeros((self.grid.shape[0], 4, self.grid.count), self.f.dtype)
        self.average(1.0, out)
        found = self.grid.unfolded(out)
        return found[:, 0], np.moveaxis(found[:, 1:], 1, -1)
