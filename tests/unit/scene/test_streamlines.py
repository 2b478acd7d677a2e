"""Streamlines of flows that are known: circles, a ball in potential flow, walls."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from twin.errors import BadInput
from twin.scene import streamlines

N, CELL = 40, 0.05  # a box from -1 to 1
ORIGIN = (-1.0, -1.0, -1.0)


def grid(ny: int = N) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = -1 + (np.arange(N) + 0.5) * CELL
    return tuple(np.meshgrid(x, x[:ny], x, indexing="ij"))  # type: ignore[return-value]


def rotation() -> np.ndarray:
    x, y, z = grid()
    return np.stack([-y, x, 0 * z], axis=-1)


def drift(step: float) -> float:
    """Change of the radius over three turns."""
    (line,) = streamlines(rotation(), np.array([[0.5, 0, 0.1]]), origin=ORIGIN, cell=CELL, step=step, longest=3 * np.pi, upstream=False)
    return float(np.abs(np.hypot(line.points[:, 0], line.points[:, 1]) - 0.5).max())


def test_circles_stay_circles_at_fourth_order() -> None:
    """The field is linear, so interpolation is exact and the error is that of the integrator alone."""
    drifts = [drift(step) for step in (6.0, 3.0, 1.5)]
    assert drift(0.5) < 1e-7
    for coarse, fine in pairwise(drifts):
        assert np.log2(coarse / fine) > 3.8


def test_speed_is_that_of_the_field_and_points_go_with_the_flow() -> None:
    seeds = np.array([[0.3, 0.1, 0.0], [0.0, -0.6, 0.4]])
    lines = streamlines(rotation(), seeds, origin=ORIGIN, cell=CELL, longest=0.4)
    assert len(lines) == 2
    for line, seed in zip(lines, seeds, strict=True):
        np.testing.assert_allclose(line.speed, np.hypot(line.points[:, 0], line.points[:, 1]), atol=1e-9)
        assert np.linalg.norm(line.points - seed, axis=1).min() < 1e-12
        turns = np.unwrap(np.arctan2(line.points[:, 1], line.points[:, 0]))
        assert (np.diff(turns) > 0).all(), "from upstream to downstream"
        length = np.linalg.norm(np.diff(line.points, axis=0), axis=1).sum()
        assert length == pytest.approx(0.8, rel=0.01), "as far on both sides"


def test_lines_of_potential_flow_around_a_cylinder_keep_their_stream_function() -> None:
    """psi = (1 - a^2 / r^2) z far from the wall; a plane case: ny = 1."""
    x, _, z = grid(ny=1)
    a, r2 = 0.3, x**2 + z**2
    u = np.stack([1 - a**2 * (x**2 - z**2) / r2**2, 0 * x, -2 * a**2 * x * z / r2**2], axis=-1)
    lines = streamlines(u, np.array([[-0.9, -0.975, h] for h in (0.3, 0.5, -0.7)]), origin=ORIGIN, cell=CELL, solid=r2 < a**2)
    assert len(lines) == 3
    for line in lines:
        X, _, Z = line.points.T
        psi = Z * (1 - a**2 / (X**2 + Z**2))
        assert np.ptp(psi) < 0.02
        assert X[0] < -0.95
        assert X[-1] > 0.95
        assert line.speed.max() > 1.1


def test_lines_end_at_walls_borders_and_where_nothing_moves() -> None:
    x, _, _ = grid()
    u = np.stack([np.ones_like(x), 0 * x, 0 * x], axis=-1)
    solid = x > 0.5
    (line,) = streamlines(u, np.array([[0.0, 0.0, 0.0]]), origin=ORIGIN, cell=CELL, solid=solid)
    assert line.points[-1, 0] == pytest.approx(0.5, abs=CELL)
    assert line.points[-1, 0] <= 0.5
    assert line.points[0, 0] == pytest.approx(-1.0, abs=CELL)
    slow = u * np.clip(1 - (x[..., None] + 1), 0, 1)
    (line,) = streamlines(slow, np.array([[-0.8, 0.0, 0.0]]), origin=ORIGIN, cell=CELL, upstream=False, least_speed=0.2)
    assert line.points[-1, 0] == pytest.approx(-0.2, abs=2 * CELL)
    assert (line.speed > 0.2).all()


def test_seeds_outside_or_in_a_wall_have_no_line() -> None:
    x, _, _ = grid()
    u = np.stack([np.ones_like(x), 0 * x, 0 * x], axis=-1)
    seeds = np.array([[5.0, 0, 0], [0.8, 0, 0], [0.0, 0.2, 0]])
    (line,) = streamlines(u, seeds, origin=ORIGIN, cell=CELL, solid=x > 0.5)
    np.testing.assert_allclose(line.points[:, 1], 0.2)
    assert streamlines(u, np.empty((0, 3)), origin=ORIGIN, cell=CELL) == []
    assert streamlines(0 * u, seeds, origin=ORIGIN, cell=CELL) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"velocity": np.zeros((3, 3, 3))}, "velocity"),
        ({"seeds": np.zeros(3)}, "seeds"),
        ({"solid": np.zeros((2, 2, 2), bool)}, "solid"),
        ({"step": 0.0}, "step"),
    ],
)
def test_wrong_arguments_are_named(change: dict, words: str) -> None:
    arguments = {"velocity": np.zeros((3, 3, 3, 3)), "seeds": np.zeros((1, 3))} | change
    with pytest.raises(BadInput, match=f"streamlines: {words}"):
        streamlines(**arguments)
