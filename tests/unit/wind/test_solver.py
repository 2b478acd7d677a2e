"""The solver in place, beside the slow reference; and what must not matter: threads, restarts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.wind import reference
from twin.kinds import Target
from twin.physics.wind.boundaries import Fractions, Side, connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D2Q9, D3Q19
from twin.physics.wind.state import Flow, smagorinsky_factor
from twin.physics.wind.ways import Ways

PERIODIC, SLIP = Side("periodic"), Side("slip")
PLANE, SPACE = (D2Q9, (9, 1, 7)), (D3Q19, (7, 5, 6))


def profile(places: np.ndarray) -> np.ndarray:
    return np.stack([0.03 + 0.001 * places[:, 2], 0 * places[:, 0], 0 * places[:, 0]], axis=1)


SIX = ("x_low", "x_high", "y_low", "y_high", "z_low", "z_high")


def sides_of(name: str, plane: bool) -> dict[str, Side]:
    moving, wall = Side("wall", np.array([0.02, 0.0 if plane else 0.01, 0.0])), Side("wall")
    inlet, outlet, driven = Side("inlet", np.array([0.03, 0, 0])), Side("outlet", np.array([0.03, 0, 0])), Side("periodic", jump=1e-3)
    six = {
        "periodic": (PERIODIC,) * 6,
        "driven": (driven, driven, wall, wall, wall, wall),
        "tunnel": (Side("inlet", profile), outlet, SLIP, SLIP, moving, SLIP),
        "open": (inlet, outlet, PERIODIC, PERIODIC, PERIODIC, PERIODIC),
        "cavity": (wall, wall, moving, SLIP, wall, moving),
        "sideways": (inlet, wall, SLIP, outlet, wall, SLIP),
    }[name]
    return dict(zip(SIX, six, strict=True))


def case(lattice, shape):
    """A block in the way, any flow to begin with."""
    rng = np.random.default_rng(0)
    bodies = np.zeros(shape, int)
    bodies[3:5, : 3 if shape[1] > 1 else 1, 2:4] = 1
    u = rng.normal(0, 0.02, (*shape, 3))
    if lattice.plane:
        u[..., 1] = 0
    return bodies, np.linspace(0.05, 0.2, shape[0] + 2), (rng.normal(0, 0.01, shape), u)


@pytest.mark.parametrize(
    ("smagorinsky", "odd_at_once"), [(0.0, False), (0.0, True), (smagorinsky_factor(0.1), True)], ids=["laminar", "odd at once", "eddies"]
)
@pytest.mark.parametrize("sides", ["periodic", "driven", "tunnel", "open", "cavity"])
@pytest.mark.parametrize(("lattice", "shape"), [PLANE, SPACE], ids=["D2Q9", "D3Q19"])
def test_five_steps_equal_the_reference(lattice, shape, sides, smagorinsky, odd_at_once):
    bodies, excess, start = case(lattice, shape)
    chosen = sides_of(sides, lattice.plane)
    paces = [0.2, 0.4, 0.6, 0.8, 1.0]
    rho, u = reference.run(lattice, bodies, chosen, excess, smagorinsky, start, paces, odd_at_once)
    grid = Grid(lattice, shape)
    boundary = connect(grid, bodies, chosen, None, np.float64)
    flow = Flow.at_rest(grid, boundary, excess, smagorinsky=smagorinsky, odd_at_once=odd_at_once, dtype=np.float64)
    flow.start(*start)
    flow.advance(np.array(paces))
    found_rho, found_u = flow.fields()
    fluid = bodies == 0
    assert np.abs(found_rho - rho)[fluid].max() < 1e-15
    assert np.abs(found_u - u)[fluid].max() < 1e-15


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_threads_and_restarts_give_equal_bits(dtype, monkeypatch):
    monkeypatch.setattr("twin.physics.wind.shares.SMALL", 0)
    lattice, shape = SPACE
    bodies, excess, start = case(lattice, shape)
    grid = Grid(lattice, shape)
    boundary = connect(grid, bodies, sides_of("tunnel", False), None, dtype)

    def made(threads: int) -> Flow:
        flow = Flow.at_rest(grid, boundary, excess, smagorinsky=smagorinsky_factor(0.1), dtype=dtype, target=Target(threads=threads))
        flow.start(*start)
        return flow

    flows = [made(threads) for threads in (1, 2, 3)]
    for flow in flows:
        flow.advance(np.ones(7))
    cut = made(1)
    cut.advance(np.ones(3))
    again = Flow(grid, boundary, excess, smagorinsky_factor(0.1), cut.f.copy(), step=3, threads=2)
    again.level[:] = cut.level
    again.advance(np.ones(4))
    for flow in (*flows[1:], again):
        np.testing.assert_array_equal(flow.f, flows[0].f)
    arms = np.zeros((len(boundary.q), 3))
    np.testing.assert_array_equal(flows[1].loads(arms)[1], flows[0].loads(arms)[1])


@pytest.mark.parametrize("smagorinsky", [0.0, smagorinsky_factor(0.1)], ids=["laminar", "eddies"])
@pytest.mark.parametrize("sides", ["tunnel", "open", "cavity", "sideways", "driven", "periodic"])
def test_several_steps_at_a_time_give_equal_bits(sides, smagorinsky, monkeypatch):
    """Steps that follow each other plane by plane: a body at each end and one in the middle, cut anywhere, all of them beside a side."""
    lattice, shape = D3Q19, (14, 5, 6)
    rng = np.random.default_rng(1)
    bodies = np.zeros(shape, int)
    bodies[1:3, :2, 2:4], bodies[6:9, 1:3, :2], bodies[12:13, 2:, 3:5] = 1, 2, 3
    cut = np.flatnonzero(bodies == 0)
    links = np.repeat(cut, 18), np.tile(np.arange(1, 19), len(cut))
    fractions = Fractions(*links, rng.uniform(0.05, 1, len(links[0])))
    grid, excess = Grid(lattice, shape), np.linspace(0.05, 0.2, shape[0] + 2)
    start = rng.normal(0, 0.01, shape), rng.normal(0, 0.02, (*shape, 3))
    boundary = connect(grid, bodies, sides_of(sides, False), fractions, np.float32)
    monkeypatch.setattr("twin.physics.wind.shares.SMALL", 0)

    def flow(threads: int, away: float) -> Flow:
        monkeypatch.setattr("twin.physics.wind.shares.AWAY", away)
        made = Flow.at_rest(grid, boundary, excess, smagorinsky=smagorinsky, dtype=np.float32, target=Target(threads=threads))
        made.start(*start)
        for steps in (7, 1, 6, 5, 4):  # whichever way was faster
            made.advance(np.linspace(0.5, 1, steps))
        return made

    one = flow(1, np.inf)
    assert np.isfinite(one.f).all()
    for threads, away in ((2, np.inf), (3, np.inf), (4, np.inf), (1, 0), (2, 0), (3, 0), (4, 0)):
        np.testing.assert_array_equal(flow(threads, away).f, one.f)


def test_the_way_that_was_faster_lately_is_taken_and_the_other_one_tried_again():
    ways, seconds, taken = Ways(2, 1), {2: 1.0, 1: 2.0}, []
    for k in range(64):
        seconds[2] = 1.0 if k < 32 else 3.0
        taken.append(ways.best())
        ways.took(taken[-1], seconds[taken[-1]])
    assert sorted(taken[:4]) == [1, 1, 2, 2]
    assert taken[4:32].count(2) == 26  # and once in sixteen calls the other one
    assert taken[-16:].count(1) == 15
    assert Ways(1).best() == 1
