"""Exact solutions on grids so small that they take no time."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.physics.wind.boundaries import Fractions, Side, connect
from twin.physics.wind.canonical import SIX, parabola, vortices
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D2Q9, D3Q19
from twin.physics.wind.state import Flow


@pytest.mark.parametrize("lattice", [D2Q9, D3Q19], ids=lambda lattice: lattice.name)
def test_vortices_converge_with_the_square_of_the_cell(lattice):
    (coarse, _), (fine, viscosity) = (vortices(lattice, n, 0.64 / n) for n in (16, 32))
    assert 1.9 < math.log2(coarse / fine) < 2.1
    assert viscosity == pytest.approx(1.0, abs=5e-3)


@pytest.mark.parametrize("excess", [0.02, 0.5, 3.0])
def test_half_way_walls_lie_half_way_whatever_the_viscosity(excess):
    assert parabola(D2Q9, excess, n=8) < 1e-6


@pytest.mark.parametrize("q", [0.1, 0.3, 0.5, 0.7, 0.95])
def test_an_interpolated_wall_lies_where_the_fractions_say(q):
    """Couette: a lid moves at z = n, a body's wall stands q of a link below the last fluid cell's centre; the profile is linear."""
    n, lid = 12, 0.02
    shape = (4, 1, n + 1)
    bodies = np.zeros(shape, int)
    bodies[:, :, 0] = 1
    away = [d for d in range(1, 9) if D2Q9.velocities[d][2] == -1]
    cells = np.ravel_multi_index(np.nonzero(np.indices(shape)[2] == 1), shape)
    fractions = Fractions(np.tile(cells, len(away)), np.repeat(away, len(cells)), np.full(len(cells) * len(away), q))
    sides = {"x_low": Side("periodic"), "x_high": Side("periodic"), "z_low": Side("wall"), "z_high": Side("wall", np.array([lid, 0, 0]))}
    grid = Grid(D2Q9, shape)
    flow = Flow.at_rest(grid, connect(grid, bodies, sides, fractions, np.float64), np.full(6, 0.3), dtype=np.float64)
    flow.advance(np.ones(20_000))
    height = np.arange(n) + q
    exact = lid * height / (n - 0.5 + q)
    np.testing.assert_allclose(flow.fields()[1][2, 0, 1:, 0], exact, rtol=1e-9)


def anywhere(bodies: np.ndarray) -> Fractions:
    """Walls anywhere on the links of these bodies."""
    rng, (cells, directions) = np.random.default_rng(2), np.indices((bodies.size, D3Q19.count - 1)).reshape(2, -1)
    return Fractions(cells, directions + 1, rng.uniform(0.05, 1, len(cells)))


@pytest.mark.parametrize("interpolated", [False, True], ids=["half-way", "interpolated"])
def test_mass_is_kept_by_walls_and_by_periodic_sides(interpolated):
    shape = (8, 6, 7)
    bodies = np.zeros(shape, int)
    bodies[3:5, 2:4, 2:5] = 1
    rng, grid = np.random.default_rng(0), Grid(D3Q19, shape)
    periodic, wall = Side("periodic"), Side("wall")
    sides = dict(zip(SIX, (periodic, periodic, Side("slip"), wall, wall, wall), strict=True))
    boundary = connect(grid, bodies, sides, anywhere(bodies) if interpolated else None, np.float64)
    flow = Flow.at_rest(grid, boundary, np.full(10, 0.1), dtype=np.float64)
    flow.start(rng.normal(0, 0.01, shape), rng.normal(0, 0.01, (*shape, 3)))
    fluid = bodies == 0
    before = flow.fields()[0][fluid].sum()
    flow.advance(np.ones(200))
    assert flow.fields()[0][fluid].sum() == pytest.approx(before, abs=1e-12)


@pytest.mark.parametrize("interpolated", [False, True], ids=["half-way", "interpolated"])
def test_force_on_a_body_is_the_momentum_that_the_air_loses(interpolated):
    """In a box of air that is periodic all round, what the body gains the air loses."""
    shape = (10, 8, 9)
    bodies = np.zeros(shape, int)
    bodies[4:6, 3:5, 3:6] = 1
    rng, grid = np.random.default_rng(1), Grid(D3Q19, shape)
    boundary = connect(grid, bodies, dict.fromkeys(SIX, Side("periodic")), anywhere(bodies) if interpolated else None, np.float64)
    flow = Flow.at_rest(grid, boundary, np.full(12, 0.1), dtype=np.float64)
    u = rng.normal(0, 0.02, (*shape, 3))
    flow.start(np.zeros(shape), u)
    fluid, arms = bodies == 0, np.zeros((len(boundary.q), 3))
    for _ in range(5):
        before = flow.fields()[1][fluid].sum(axis=0)
        flow.advance(np.ones(1))
        np.testing.assert_allclose(flow.loads(arms)[1][:3], before - flow.fields()[1][fluid].sum(axis=0), atol=1e-14)
