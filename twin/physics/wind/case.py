"""One case, ready to run: bodies on the grid, links, and what the grid did to the shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.geometry.links import link_fractions
from twin.geometry.surface import Surface
from twin.geometry.voxelise import voxelise
from twin.physics.wind.bodies import placed
from twin.physics.wind.boundaries import Boundary, Fractions, connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.spec import WindSpec
from twin.physics.wind.tunnel import Layout, laid_out, sides

__all__ = ["Case", "prepare"]


@dataclass(frozen=True, eq=False)
class Case:
    """A tunnel with bodies in it.

    Attributes:
        names: of the bodies, in the order of their numbers from 1.
        bodies: (nx, ny, nz), 0 where fluid, else the number of a body.
        arms: (links, 3) from the reference centre to where the wall cuts each link [cells].
        thin_cells: cells that were filled so that a part thinner than a cell did not vanish.
        guessed: links whose wall was not found and taken half-way.
    """

    spec: WindSpec
    surfaces: Mapping[str, Surface]
    layout: Layout
    grid: Grid
    bodies: np.ndarray
    boundary: Boundary
    arms: np.ndarray
    thin_cells: int
    guessed: int

    @property
    def names(self) -> list[str]:
        """Of the bodies."""
        return list(self.surfaces)

    @property
    def dtype(self) -> type:
        """Of the populations."""
        return np.float32 if self.spec.resolution.precision == "float32" else np.float64


def prepare(spec: WindSpec, folder: Path) -> Case:
    """Read, place, voxelise and link the bodies.

    Raises:
        BadInput: a mesh that cannot be read.
    """
    surfaces = placed(spec, folder)
    layout = laid_out(spec, surfaces)
    grid = layout.grid()
    bodies, thin = np.zeros(layout.shape, np.int16), 0
    inside: dict[str, np.ndarray] = {}
    for number, (name, surface) in enumerate(surfaces.items(), 1):
        voxels = voxelise(surface, layout.origin, layout.cell, layout.shape)
        inside[name] = voxels.inside & (bodies == 0)  # where bodies overlap, the first one has the cell
        bodies[inside[name]] = number
        thin += voxels.thin_cells
    fractions, guessed = _fractions(layout, surfaces, inside)
    dtype = np.float32 if spec.resolution.precision == "float32" else np.float64
    boundary = connect(grid, bodies, sides(spec, layout), fractions, dtype)
    to_wall = -layout.lattice.velocities[boundary.directions] * boundary.q[:, None]
    arms = boundary.places + 0.5 + to_wall - (layout.centre - layout.origin) / layout.cell
    return Case(spec, surfaces, layout, grid, bodies, boundary, arms, thin, guessed)


def _fractions(layout: Layout, surfaces: Mapping[str, Surface], inside: Mapping[str, np.ndarray]) -> tuple[Fractions, int]:
    """Where the surfaces cut the links, of all bodies."""
    moving = layout.lattice.velocities[1:]
    found = [link_fractions(surfaces[name], layout.origin, layout.cell, inside[name], moving) for name in surfaces]
    cells, directions, q = (np.concatenate([getattr(links, part) for links in found]) for part in ("cells", "directions", "fractions"))
    return Fractions(cells, directions + 1, q), sum(links.guessed for links in found)
