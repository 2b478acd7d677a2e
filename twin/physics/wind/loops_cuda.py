"""Traversal only: one thread a cell or a link, the scalars of the CPU. The flow stays on the device between samples.

A grid of threads has the cells of a run along x and the planes along y, so that no thread has to divide.
"""

from __future__ import annotations

import numpy as np

from twin.kernel.cuda import BLOCK, blocks, cuda, kernel, part, require_device
from twin.physics.wind.boundaries import Boundary
from twin.physics.wind.cell import (
    macros_d2q9,
    macros_d3q19,
    moments_d3q19,
    rate,
    relaxed_d2q9,
    relaxed_d3q19,
    stress_d2q9,
    thickened,
)
from twin.physics.wind.grid import Grid
from twin.physics.wind.link import anti_bounced, interpolated, sounding

__all__ = [
    "Device", "interpolate_cell", "macros_of_plane", "macros_of_space", "outflow_cell", "outlet_level",
    "partial_sum", "picked", "reflect_link", "sweep_cell_of_plane", "sweep_cell_of_space",
]  # fmt: skip


@part
def _read_d2q9(f, a, o):  # type: ignore[no-untyped-def]
    return f[a + o[0]], f[a + o[1]], f[a + o[2]], f[a + o[3]], f[a + o[4]], f[a + o[5]], f[a + o[6]], f[a + o[7]], f[a + o[8]]


@part
def _read_d3q19(f, a, o):  # type: ignore[no-untyped-def]
    return (
        f[a + o[0]], f[a + o[1]], f[a + o[2]], f[a + o[3]], f[a + o[4]], f[a + o[5]], f[a + o[6]], f[a + o[7]], f[a + o[8]], f[a + o[9]],
        f[a + o[10]], f[a + o[11]], f[a + o[12]], f[a + o[13]], f[a + o[14]], f[a + o[15]], f[a + o[16]], f[a + o[17]], f[a + o[18]],
    )  # fmt: skip


@part
def _write_d2q9(f, a, o, g):  # type: ignore[no-untyped-def]
    f[a + o[0]] = g[0]
    f[a + o[2]], f[a + o[1]], f[a + o[4]], f[a + o[3]] = g[1], g[2], g[3], g[4]
    f[a + o[6]], f[a + o[5]], f[a + o[8]], f[a + o[7]] = g[5], g[6], g[7], g[8]


@part
def _write_d3q19(f, a, o, g):  # type: ignore[no-untyped-def]
    f[a + o[0]] = g[0]
    f[a + o[2]], f[a + o[1]], f[a + o[4]], f[a + o[3]], f[a + o[6]], f[a + o[5]] = g[1], g[2], g[3], g[4], g[5], g[6]
    f[a + o[8]], f[a + o[7]], f[a + o[10]], f[a + o[9]], f[a + o[12]], f[a + o[11]] = g[7], g[8], g[9], g[10], g[11], g[12]
    f[a + o[14]], f[a + o[13]], f[a + o[16]], f[a + o[15]], f[a + o[18]], f[a + o[17]] = g[13], g[14], g[15], g[16], g[17], g[18]


def sweep_cell_of_plane(f, solid, offsets, excess, smagorinsky, first, count, plane, parity):  # type: ignore[no-untyped-def]
    """Stream and collide this thread's cell; offsets (2, q), the others as in `loops.sweep_plane`."""
    k, x = cuda.grid(2)
    if k >= count or x + 2 >= excess.shape[1]:
        return
    x += 1
    if solid[x * plane + first + k] == 0:
        o, a, thick = offsets[parity], x * 9 * plane + first + k, excess[0, x]
        f9 = _read_d2q9(f, a, o)
        if smagorinsky > 0:
            even = rate(thickened(thick, stress_d2q9(f9), smagorinsky))
            odd = even
        else:
            even, odd = rate(thick), rate(excess[1, x])
        _write_d2q9(f, a, o, relaxed_d2q9(f9, even, odd))


def sweep_cell_of_space(f, solid, offsets, excess, smagorinsky, first, count, plane, parity):  # type: ignore[no-untyped-def]
    """As `sweep_cell_of_plane`, for D3Q19."""
    k, x = cuda.grid(2)
    if k >= count or x + 2 >= excess.shape[1]:
        return
    x += 1
    if solid[x * plane + first + k] == 0:
        o, a, thick = offsets[parity], x * 19 * plane + first + k, excess[0, x]
        f19 = _read_d3q19(f, a, o)
        if smagorinsky > 0:
            even = rate(thickened(thick, moments_d3q19(f19)[4], smagorinsky))
            odd = even
        else:
            even, odd = rate(thick), rate(excess[1, x])
        _write_d3q19(f, a, o, relaxed_d3q19(f19, even, odd))


def reflect_link(f, to, source, shift, pace, parity):  # type: ignore[no-untyped-def]
    """As `loops.reflect`."""
    k = cuda.grid(1)
    if k < len(shift):
        f[to[parity, k]] = f[source[parity, k]] + pace * shift[k]


def interpolate_cell(f, to, source, third, near, far, shift, starts, rest, pace, parity):  # type: ignore[no-untyped-def]
    """As `loops.interpolate`."""
    cell = cuda.grid(1)
    if cell < len(rest):
        gained = pace - pace
        for k in range(starts[cell], starts[cell + 1]):
            left = f[source[parity, k]]
            back = interpolated(left, f[third[parity, k]], near[k], far[k]) + pace * shift[k]
            gained += back - left
            f[to[parity, k]] = back
        f[rest[cell]] -= gained


def outflow_cell(f, cells, masks, offsets, velocities, weights, parity, level, leaving):  # type: ignore[no-untyped-def]
    """As `loops.outflow` for one cell; leaving (m,) gets its velocity along x."""
    k = cuda.grid(1)
    if k >= len(cells):
        return
    at, mask = cells[k], masks[k]
    jx, jy, jz = velocities[0, 0], velocities[0, 0], velocities[0, 0]
    for i in range(1, len(weights)):
        g = f[at + offsets[parity, ((i - 1) ^ 1) + 1]]
        jx += g * velocities[i, 0]
        jy += g * velocities[i, 1]
        jz += g * velocities[i, 2]
    leaving[k] = jx
    square = jx * jx + jy * jy + jz * jz
    for i in range(1, len(weights)):
        if mask & (1 << i):
            along = velocities[i, 0] * jx + velocities[i, 1] * jy + velocities[i, 2] * jz
            f[at + offsets[1 - parity, i]] = anti_bounced(f[at + offsets[parity, i]], weights[i], level[0], along, square)


def partial_sum(leaving, sums):  # type: ignore[no-untyped-def]
    """Each thread sums every len(sums)-th value, in a fixed order."""
    k = cuda.grid(1)
    if k < len(sums):
        sums[k] = 0
        for i in range(k, len(leaving), len(sums)):
            sums[k] += leaving[i]


def outlet_level(sums, pace, speed, count, level):  # type: ignore[no-untyped-def]
    """The outlet's pressure for the next step; one thread."""
    if cuda.grid(1) == 0:
        total = sums[0]
        for k in range(1, len(sums)):
            total += sums[k]
        level[0] = sounding(total / count, pace * speed[0])


def macros_of_plane(f, offsets, first, plane, parity, take, out):  # type: ignore[no-untyped-def]
    """As `loops.macros_plane`; out has shape (nx, 4, count)."""
    k, x = cuda.grid(2)
    if k < out.shape[2] and x < out.shape[0]:
        rho, jx, jz = macros_d2q9(_read_d2q9(f, (x + 1) * 9 * plane + first + k, offsets[parity]))
        out[x, 0, k] += take * (rho - out[x, 0, k])
        out[x, 1, k] += take * (jx - out[x, 1, k])
        out[x, 3, k] += take * (jz - out[x, 3, k])


def macros_of_space(f, offsets, first, plane, parity, take, out):  # type: ignore[no-untyped-def]
    """As `macros_of_plane`, for D3Q19."""
    k, x = cuda.grid(2)
    if k < out.shape[2] and x < out.shape[0]:
        rho, jx, jy, jz = macros_d3q19(_read_d3q19(f, (x + 1) * 19 * plane + first + k, offsets[parity]))
        out[x, 0, k] += take * (rho - out[x, 0, k])
        out[x, 1, k] += take * (jx - out[x, 1, k])
        out[x, 2, k] += take * (jy - out[x, 2, k])
        out[x, 3, k] += take * (jz - out[x, 3, k])


def picked(f, places, out):  # type: ignore[no-untyped-def]
    """Values of f at places."""
    k = cuda.grid(1)
    if k < len(places):
        out[k] = f[places[k]]


_SWEEPS = {9: kernel(sweep_cell_of_plane), 19: kernel(sweep_cell_of_space)}
_MACROS = {9: kernel(macros_of_plane), 19: kernel(macros_of_space)}
_reflect, _interpolate, _picked = (kernel(one) for one in (reflect_link, interpolate_cell, picked))
_outflow, _partial, _level = (kernel(one) for one in (outflow_cell, partial_sum, outlet_level))


class Device:
    """The arrays of a flow on the current device.

    Raises:
        EngineMissing: there is no device.
    """

    def __init__(
        self, f: np.ndarray, level: np.ndarray, grid: Grid, boundary: Boundary, excess: np.ndarray, smagorinsky: np.floating
    ) -> None:
        require_device()
        self._grid, self._kind, self._smagorinsky = grid, f.dtype.type, smagorinsky
        lattice, put = grid.lattice, cuda.to_device
        self.f, self.level = put(f), put(level)
        outlets = len(boundary.outlet[0])
        self._leaving, self._sums = (
            cuda.device_array(max(1, outlets), self._kind),
            cuda.device_array(min(BLOCK, max(1, outlets)), self._kind),
        )
        self._solid, self._excess, self._offsets = put(boundary.solid), put(excess), put(grid.offsets)
        self._velocities, self._weights = put(lattice.velocities.astype(self._kind)), put(lattice.weights.astype(self._kind))
        self._outlet, self._reflected, self._bodies, self._exchanged = (
            [put(a) for a in part] for part in (boundary.outlet, boundary.reflected, boundary.bodies, boundary.exchanged)
        )

    def _threads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Blocks and threads of a block: one thread a cell."""
        count, block = self._grid.count, min(BLOCK, self._grid.count)
        return (blocks(count, block), self._grid.shape[0]), (block, 1)

    def advance(self, parity: int, paces: np.ndarray) -> None:
        """len(paces) steps."""
        first, count, plane = self._grid.size
        cells = self._threads()
        sweep = _SWEEPS[self._grid.lattice.count]
        for step, pace in enumerate(paces):
            t = (parity + step) & 1
            sweep[cells](self.f, self._solid, self._offsets, self._excess, self._smagorinsky, first, count, plane, t)
            if n := len(self._outlet[0]):
                cell, mask, speed = self._outlet
                lattice = self._offsets, self._velocities, self._weights
                _outflow[blocks(n), BLOCK](self.f, cell, mask, *lattice, t, self.level, self._leaving)
                _partial[1, len(self._sums)](self._leaving, self._sums)
                _level[1, 1](self._sums, pace, speed, self._kind(n), self.level)
            if n := len(self._reflected[2]):
                _reflect[blocks(n), BLOCK](self.f, *self._reflected, pace, t)
            if n := len(self._bodies[7]):
                _interpolate[blocks(n), BLOCK](self.f, *self._bodies, pace, t)

    def passed(self, parity: int) -> tuple[np.ndarray, np.ndarray]:
        """What came back from each link of the bodies after a step of this parity, and what went in."""
        found = []
        for places in self._exchanged:
            out = cuda.device_array(places.shape[1], self._kind)
            if out.size:
                _picked[blocks(out.size), BLOCK](self.f, places[parity], out)
            found.append(out.copy_to_host())
        return found[0], found[1]

    def macros(self, parity: int, take: np.floating, out: np.ndarray) -> None:
        """As `loops.macros_plane` over all planes, into out on the host."""
        there = cuda.to_device(out)
        first, _, plane = self._grid.size
        _MACROS[self._grid.lattice.count][self._threads()](self.f, self._offsets, first, plane, parity, take, there)
        there.copy_to_host(out)
