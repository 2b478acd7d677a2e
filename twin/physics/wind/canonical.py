"""Canonical flows, without a scenario: what the solver alone is held to."""

from __future__ import annotations

import math

import numpy as np

from twin.physics.wind.boundaries import Side, connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D2Q9, Lattice
from twin.physics.wind.state import Flow

__all__ = ["SIX", "cavity", "parabola", "vortices"]

PERIODIC, WALL = Side("periodic"), Side("wall")
SIX = ("x_low", "x_high", "y_low", "y_high", "z_low", "z_high")

GHIA_HEIGHTS = (0.9766, 0.9688, 0.9609, 0.9531, 0.8516, 0.7344, 0.6172, 0.5, 0.4531, 0.2813, 0.1719, 0.1016, 0.0703, 0.0625, 0.0547)
GHIA = {
    100: (0.84123, 0.78871, 0.73722, 0.68717, 0.23151, 0.00332, -0.13641, -0.20581, -0.21090, -0.15662, -0.10150, -0.06434, -0.04775,
          -0.04192, -0.03717),
    400: (0.75837, 0.68439, 0.61756, 0.55892, 0.29093, 0.16256, 0.02135, -0.11477, -0.17119, -0.32726, -0.24299, -0.14612, -0.10338,
          -0.09266, -0.08186),
    1000: (0.65928, 0.57492, 0.51117, 0.46604, 0.33304, 0.18719, 0.05702, -0.06080, -0.10648, -0.27805, -0.38289, -0.29730, -0.22220,
           -0.20196, -0.18109),
}  # fmt: skip


def vortices(lattice: Lattice, n: int, u0: float, nu: float = 0.05) -> tuple[float, float]:
    """Relative L2 error of the velocity after half a decay time, and the viscosity that the decay shows over nu."""
    shape = (n, 1 if lattice.plane else 4, n)
    k = 2 * math.pi / n
    x, _, z = (np.indices(shape) + 0.5) * k

    def exact(t: float) -> tuple[np.ndarray, np.ndarray]:
        fade = math.exp(-2 * nu * k * k * t)
        u = np.zeros((*shape, 3))
        u[..., 0], u[..., 2] = -u0 * np.cos(x) * np.sin(z) * fade, u0 * np.sin(x) * np.cos(z) * fade
        return -0.75 * u0**2 * (np.cos(2 * x) + np.cos(2 * z)) * fade**2, u

    grid = Grid(lattice, shape)
    boundary = connect(grid, np.zeros(shape, int), dict.fromkeys(SIX, PERIODIC), None, np.float64)
    flow = Flow.at_rest(grid, boundary, np.full(n + 2, 3 * nu), dtype=np.float64)
    flow.start(*exact(0))
    steps = round(0.5 / (nu * k * k))
    flow.advance(np.ones(steps))
    u, reference = flow.fields()[1], exact(steps)[1]
    decay = math.sqrt((u**2).sum() / (exact(0)[1] ** 2).sum())
    return math.sqrt(((u - reference) ** 2).sum() / (reference**2).sum()), -math.log(decay) / (2 * nu * k * k * steps)


def parabola(lattice: Lattice, excess: float, n: int = 16, slope: float = 1e-5) -> float:
    """Largest relative error of the steady profile across n cells."""
    shape = (6, 1 if lattice.plane else 3, n)
    driven = Side("periodic", jump=3 * slope * shape[0])
    sides = dict(zip(SIX, (driven, driven, PERIODIC, PERIODIC, WALL, WALL), strict=True))
    grid = Grid(lattice, shape)
    flow = Flow.at_rest(grid, connect(grid, np.zeros(shape, int), sides, None, np.float64), np.full(8, excess), dtype=np.float64)
    nu, z = excess / 3, np.arange(n) + 0.5
    flow.advance(np.ones(round(20 * n * n / (math.pi**2 * nu))))
    exact = slope / (2 * nu) * z * (n - z)
    return float(np.abs(flow.fields()[1][2, 0, :, 0] / exact - 1).max())


def cavity(reynolds: int, n: int, lid: float = 0.1) -> float:
    """Largest error of the steady u(z) on the middle line against the table."""
    from scipy.interpolate import CubicSpline

    shape = (n, 1, n)
    sides = {**dict.fromkeys(SIX, WALL), "z_high": Side("wall", np.array([lid, 0, 0]))}
    grid = Grid(D2Q9, shape)
    boundary = connect(grid, np.zeros(shape, int), sides, None, np.float32)
    flow = Flow.at_rest(grid, boundary, np.full(n + 2, 3 * lid * n / reynolds), dtype=np.float32)
    before, u = np.zeros(n), np.ones(n)
    while np.abs(u - before).max() > 2e-5:  # of the lid's speed, in two lid passages
        flow.advance(np.ones(round(2 * n / lid)))
        before, u = u, flow.fields()[1][n // 2 - 1 : n // 2 + 1, 0, :, 0].mean(axis=0) / lid
    z = (np.arange(n) + 0.5) / n
    profile = CubicSpline(np.r_[0, z, 1], np.r_[0, u, 1])
    return float(np.abs(profile(GHIA_HEIGHTS) - GHIA[reynolds]).max())
