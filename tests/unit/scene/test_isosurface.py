"""Surfaces of one value: closed, turned outwards, converging; and trilinear values to colour them with."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.scene import isosurface, sample


def centres(n: int, low: float = -1.0, high: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    cell = (high - low) / n
    x = low + (np.arange(n) + 0.5) * cell
    return *np.meshgrid(x, x, x, indexing="ij"), cell


def ball(n: int) -> trimesh.Trimesh:
    x, y, z, cell = centres(n)
    return trimesh.Trimesh(*isosurface(0.6 - np.sqrt(x**2 + y**2 + z**2), 0.0, origin=(-1, -1, -1), cell=cell), process=False)


def test_a_ball_is_closed_turned_outwards_and_converges_at_second_order() -> None:
    meshes = [ball(n) for n in (10, 20, 40)]
    for mesh in meshes:
        assert mesh.is_watertight
        assert mesh.is_winding_consistent
        assert mesh.euler_number == 2
        assert mesh.volume > 0
        np.testing.assert_allclose(mesh.vertices.mean(axis=0), 0, atol=0.02)
    errors = [abs(mesh.volume - 4 / 3 * np.pi * 0.6**3) for mesh in meshes]
    assert np.log2(errors[0] / errors[1]) > 1.7
    assert np.log2(errors[1] / errors[2]) > 1.7
    assert np.abs(np.linalg.norm(meshes[2].vertices, axis=1) - 0.6).max() < 2e-3


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.tuples(*[st.integers(2, 6)] * 3), st.booleans())
def test_any_field_has_a_surface_with_edges_on_the_border_only(seed: int, shape: tuple[int, int, int], whole: bool) -> None:
    """Whole numbers meet the level exactly at cell centres, the awkward case."""
    random = np.random.default_rng(seed)
    field = random.integers(-1, 2, shape).astype(float) if whole else random.normal(size=shape)
    vertices, faces = isosurface(field, 0.0)
    if not len(faces):
        return
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    assert mesh.is_winding_consistent
    edges, count = np.unique(np.sort(mesh.edges, axis=1), axis=0, return_counts=True)
    assert count.max() == 2
    single = vertices[edges[count == 1]] - 0.5
    on_border = (np.isclose(single, 0) | np.isclose(single, np.array(shape) - 1)).all(axis=1).any(axis=1)
    assert on_border.all()


def test_the_surface_encloses_what_is_larger() -> None:
    x, _, _, cell = centres(8)
    vertices, faces = isosurface(x, 0.3, origin=(-1, -1, -1), cell=cell)
    np.testing.assert_allclose(vertices[:, 0], 0.3, atol=1e-5)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 0] < 0).all(), "seen from where the field is smaller"


def test_nothing_to_draw_is_empty_and_cells_without_a_value_are_left_out() -> None:
    for field, level in ((np.zeros((4, 4, 4)), 1.0), (np.random.default_rng(0).normal(size=(5, 1, 5)), 0.0)):
        vertices, faces = isosurface(field, level)
        assert vertices.shape == (0, 3)
        assert faces.shape == (0, 3)
    x, y, z, _ = centres(12)
    field = 0.6 - np.sqrt(x**2 + y**2 + z**2)
    whole = len(isosurface(field, 0.0)[1])
    field[:6] = np.nan
    vertices, faces = isosurface(field, 0.0)
    assert 0.3 * whole < len(faces) < 0.5 * whole
    assert np.isfinite(vertices).all()


def test_samples_of_a_linear_field_are_exact_and_constant_beyond_the_grid() -> None:
    x, y, z, cell = centres(6)
    field = np.stack([1 + 2 * x - y + 3 * z, x], axis=-1)
    points = np.random.default_rng(1).uniform(-0.8, 0.8, (4, 7, 3))
    expected = 1 + points @ np.array([2.0, -1.0, 3.0])
    got = sample(field, points, origin=(-1, -1, -1), cell=cell)
    assert got.shape == (4, 7, 2)
    np.testing.assert_allclose(got[..., 0], expected, atol=1e-12)
    np.testing.assert_allclose(sample(field[..., 1], np.array([5.0, 0, 0]), origin=(-1, -1, -1), cell=cell), 1 - cell / 2)


def test_a_plane_case_is_the_same_across() -> None:
    field = np.arange(12.0).reshape(4, 1, 3)
    np.testing.assert_allclose(sample(field, np.array([[1.5, -9.0, 0.5], [1.5, 0.5, 1.0], [3.5, 9.0, 2.5]])), [3.0, 3.5, 11.0])


def test_wrong_shapes_are_named() -> None:
    with pytest.raises(BadInput, match="isosurface: field"):
        isosurface(np.zeros((3, 3)), 0.0)
    with pytest.raises(BadInput, match="sample: field"):
        sample(np.zeros((3, 3)), np.zeros(3))
