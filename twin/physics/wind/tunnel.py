"""From the scenario to a tunnel of cells: its size, its scales, its sides, and what the flow in it will be like."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.geometry.silhouette import projected_area
from twin.geometry.surface import Surface, joined
from twin.physics.wind.bodies import bounds
from twin.physics.wind.boundaries import Side
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D2Q9, D3Q19, Lattice
from twin.physics.wind.spec import Tunnel, WindSpec

__all__ = ["Layout", "laid_out"]

CELLS_ACROSS = 32.0  # where nothing is said
AHEAD, BEHIND, BESIDE = 3.0, 6.0, 2.5  # of an automatic tunnel, in square roots of the silhouette
AHEAD_PLANE, BEHIND_PLANE, BESIDE_PLANE = 10.0, 20.0, 15.0  # in heights: a plane flow feels its walls from further away
FAST = 10.0  # Reynolds number of a cell from where odd moments relax at once
COARSE = 40.0  # Reynolds number of a cell from where the automatic eddy viscosity comes in
SMAGORINSKY = 0.1
SPONGE, INLET_CELLS = 0.15, 6  # tau - 1/2 that is added at the outlet, and over some cells at the inlet


@dataclass(frozen=True, eq=False)
class Layout:
    """A tunnel of cells.

    Attributes:
        origin: its corner at low x, y, z [m]; cell: edge [m]; shape: cells along x, y, z.
        speed: of the wind [m/s]; lattice_speed [cells a step]; nu [m^2/s]; density [kg/m^3].
        area [m^2] (in plane cases of a unit width), length [m], centre (3,) [m]: of the coefficients.
        silhouette: area of the bodies seen along the wind [m^2].
        eddies: Smagorinsky's constant, 0 for none.
    """

    lattice: Lattice
    origin: np.ndarray
    cell: float
    shape: tuple[int, int, int]
    speed: float
    lattice_speed: float
    nu: float
    density: float
    area: float
    length: float
    centre: np.ndarray
    silhouette: float
    eddies: float
    ramp_steps: int
    sponge_cells: int

    @property
    def dt(self) -> float:
        """Of a step [s]."""
        return self.lattice_speed * self.cell / self.speed

    @property
    def excess(self) -> float:
        """tau - 1/2, three times the viscosity in lattice units."""
        return 3 * self.nu * self.dt / self.cell**2

    @property
    def reynolds(self) -> float:
        """With the reference length."""
        return self.speed * self.length / self.nu

    @property
    def cell_reynolds(self) -> float:
        """With the edge of a cell."""
        return self.speed * self.cell / self.nu

    @property
    def odd_at_once(self) -> bool:
        """Whether odd moments relax within a step, instead of by the magic number.

        The magic number puts half-way walls where they belong and makes steady flows depend on the Reynolds number alone. Its price:
        while the odd moments relax, air crosses MAGIC / 3 times the cell's Reynolds number of cells. Where that nears a whole cell it
        spoils boundary layers, which are then as thin as a cell too.
        """
        return self.cell_reynolds > FAST

    @property
    def mach(self) -> float:
        """Of the lattice: its error grows with the square."""
        return self.lattice_speed * math.sqrt(3)

    @property
    def blockage(self) -> float:
        """Part of the tunnel's cross-section that the bodies fill."""
        width = 1.0 if self.lattice.plane else self.shape[1] * self.cell
        return float(self.silhouette / (width * self.shape[2] * self.cell))

    @property
    def pass_steps(self) -> int:
        """Steps in which the wind passes the tunnel's length once."""
        return math.ceil(self.shape[0] / self.lattice_speed)

    @property
    def cells(self) -> int:
        """Of the tunnel."""
        return math.prod(self.shape)

    def grid(self) -> Grid:
        """Its memory."""
        return Grid(self.lattice, self.shape)

    def excesses(self) -> np.ndarray:
        """tau - 1/2 of each plane, ghosts included, (nx + 2,): more in the sponge, smoothly.

        A short one stands at the inlet as well: at small viscosities a wall that gives out air is unstable of itself.
        """
        nx, x = self.shape[0], np.arange(self.shape[0] + 2) - 0.5
        if not self.sponge_cells:
            return np.full(nx + 2, self.excess)
        into = np.clip((x - (nx - self.sponge_cells)) / self.sponge_cells, 0, 1)
        behind = np.clip(1 - x / INLET_CELLS, 0, 1)
        found: np.ndarray = self.excess + SPONGE * (into**2 + behind**2)
        return found

    def paces(self, begin: int, count: int) -> np.ndarray:
        """Factor of the wind in the steps begin .. begin + count: half a cosine from rest."""
        done = np.clip(np.arange(begin + 1, begin + count + 1) / max(self.ramp_steps, 1), 0, 1)
        found: np.ndarray = 0.5 - 0.5 * np.cos(np.pi * done)
        return found


def laid_out(spec: WindSpec, surfaces: Mapping[str, Surface]) -> Layout:
    """The tunnel of a scenario around these bodies."""
    plane, low_high = spec.tunnel.plane, bounds(surfaces)
    silhouette = _silhouette(surfaces, plane)
    low, high = _room(spec, low_high, silhouette)
    cell = _cell(spec, low_high, high - low)
    if spec.tunnel.size != "auto":
        cell = (high - low)[2] / max(1, round((high - low)[2] / cell))  # whole cells between floor and ceiling
    counts = np.maximum(1, np.round((high - low) / cell)).astype(int)
    nu = spec.air.viscosity / spec.air.density
    shape = (int(counts[0]), 1 if plane else int(counts[1]), int(counts[2]))
    reference = spec.reference
    return Layout(
        lattice=D2Q9 if plane else D3Q19,
        origin=np.array([low[0], -cell / 2 if plane else low[1], low[2]]),
        cell=float(cell),
        shape=shape,
        speed=spec.air.speed,
        lattice_speed=spec.resolution.lattice_speed,
        nu=nu,
        density=spec.air.density,
        area=reference.area or silhouette,
        length=reference.length or float(low_high[1, 2] - low_high[0, 2]),
        centre=np.array(reference.centre) if reference.centre else low_high.mean(axis=0),
        silhouette=silhouette,
        eddies=_eddies(spec, spec.air.speed * cell / nu),
        ramp_steps=round(spec.tunnel.ramp * shape[0] / spec.resolution.lattice_speed),
        sponge_cells=round(spec.tunnel.sponge * shape[0]),
    )


def sides(spec: WindSpec, layout: Layout) -> dict[str, Side]:
    """What the sides of the tunnel do."""
    walls = {"slip": Side("slip"), "no_slip": Side("wall"), "periodic": Side("periodic")}[spec.tunnel.walls]
    floor = walls
    if spec.ground is not None:
        floor = Side("wall", np.array([layout.lattice_speed, 0.0, 0.0]) if spec.ground.moving else np.zeros(3))
    leaving = np.array([_mean_inlet(spec.tunnel, layout), 0.0, 0.0])
    return {
        "x_low": Side("inlet", lambda places: _inlet(spec.tunnel, layout, places)), "x_high": Side("outlet", leaving),
        "y_low": walls, "y_high": walls, "z_low": floor, "z_high": walls,
    }  # fmt: skip


def _mean_inlet(tunnel: Tunnel, layout: Layout) -> float:
    """Mean speed over the cells of the inlet [cells a step]."""
    _, ny, nz = layout.shape
    y, z = (n.ravel() + 0.5 for n in np.indices((ny, nz)))
    return float(_inlet(tunnel, layout, np.stack([np.zeros(len(y)), y, z], axis=1))[:, 0].mean())


def _inlet(tunnel: Tunnel, layout: Layout, places: np.ndarray) -> np.ndarray:
    """Velocities [cells a step] at places (n, 3) [cells] of the inlet."""
    factor = np.ones(len(places))
    if tunnel.inlet == "parabolic":
        for axis in (2,) if layout.lattice.plane else (1, 2):
            along = places[:, axis] / layout.shape[axis]
            factor = factor * 6 * along * (1 - along)  # mean 1
    elif tunnel.inlet != "uniform":
        heights, speeds = np.array(tunnel.inlet).T
        factor = np.interp(places[:, 2] * layout.cell, heights, speeds) / layout.speed
    return np.stack([layout.lattice_speed * factor, np.zeros(len(places)), np.zeros(len(places))], axis=1)


def _silhouette(surfaces: Mapping[str, Surface], plane: bool) -> float:
    """Area of all bodies seen along the wind [m^2]; in plane cases their height, of a unit width."""
    if not plane:
        return projected_area(joined(*surfaces.values()))
    spans = sorted((float(s.bounds[0, 2]), float(s.bounds[1, 2])) for s in surfaces.values())
    covered, top = 0.0, -math.inf
    for low, high in spans:
        covered += max(0.0, high - max(low, top))
        top = max(top, high)
    return covered


def _room(spec: WindSpec, low_high: np.ndarray, silhouette: float) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the tunnel [m]."""
    low, high = low_high
    if spec.tunnel.size != "auto":
        size = np.array(spec.tunnel.size)
        if spec.tunnel.origin is not None:
            begin = np.array(spec.tunnel.origin)
        else:
            begin = np.array([low[0] - (size[0] - (high - low)[0]) / 3, *((low + high)[1:] - size[1:]) / 2])
            if spec.ground is not None:
                begin[2] = 0.0
        return begin, begin + size
    unit = silhouette if spec.tunnel.plane else math.sqrt(silhouette)
    ahead, behind, beside = (AHEAD_PLANE, BEHIND_PLANE, BESIDE_PLANE) if spec.tunnel.plane else (AHEAD, BEHIND, BESIDE)
    low, high = low - unit * np.array([ahead, beside, beside]), high + unit * np.array([behind, beside, beside])
    if spec.ground is not None:
        low[2] = 0.0
    return low, high


def _cell(spec: WindSpec, low_high: np.ndarray, size: np.ndarray) -> float:
    """Edge of a cell [m]."""
    resolution, extents = spec.resolution, low_high[1] - low_high[0]
    if resolution.cell is not None:
        return resolution.cell
    if resolution.memory is not None:
        return _fitting(spec, size, resolution.memory)
    across = extents[2] if spec.tunnel.plane else min(extents[1:])
    return float(across / (resolution.cells_across or CELLS_ACROSS))


def _fitting(spec: WindSpec, size: np.ndarray, memory: float) -> float:
    """The smallest cell with which the run fits into memory [m]."""
    from twin.physics.wind.cost import bytes_of

    fine, coarse = float(size[2]) / 1e5, float(size[2])
    for _ in range(60):
        middle = math.sqrt(fine * coarse)
        shape: Any = np.maximum(1, np.round(size / middle)).astype(int)
        if spec.tunnel.plane:
            shape[1] = 1
        fits = bytes_of((int(shape[0]), int(shape[1]), int(shape[2])), 9 if spec.tunnel.plane else 19, spec.resolution.precision) <= memory
        fine, coarse = (fine, middle) if fits else (middle, coarse)
    return coarse


def _eddies(spec: WindSpec, cell_reynolds: float) -> float:
    if spec.eddies == "auto":
        return SMAGORINSKY if cell_reynolds > COARSE else 0.0
    return 0.0 if spec.eddies == "none" else float(spec.eddies)
