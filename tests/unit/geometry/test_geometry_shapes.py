"""Closed, outward, and as large as they say."""

from math import cos, pi, radians, sin

import numpy as np
import pytest

from tests.unit.geometry.reference import turned
from twin.errors import BadInput
from twin.geometry.edges import edges_of
from twin.geometry.shapes import ahmed, box, cylinder, sphere
from twin.geometry.surface import Surface


def volume(surface: Surface) -> float:
    a, b, c = surface.corners.transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def closed(surface: Surface) -> bool:
    return bool((edges_of(surface).uses == 2).all())


def test_sphere_lies_on_the_sphere_and_converges_with_second_order():
    errors = []
    for subdivisions in (2, 3, 4, 5):
        ball = sphere(2.0, subdivisions=subdivisions)
        assert closed(ball)
        np.testing.assert_allclose(np.linalg.norm(ball.vertices, axis=1), 1.0, rtol=1e-14)
        errors.append(1 - volume(ball) / (4 / 3 * pi))
    assert 0 < errors[-1] < 1e-3
    rates = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(rates, 2.0, atol=0.1)


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_cylinder(axis):
    body = cylinder(0.4, 3.0, axis=axis)
    assert closed(body)
    assert volume(body) == pytest.approx(pi * 0.04 * 3, rel=2e-4)
    long = "xyz".index(axis)
    np.testing.assert_allclose(body.extents, np.where(np.arange(3) == long, 3.0, 0.4))
    np.testing.assert_allclose(body.bounds.sum(axis=0), 0.0, atol=1e-15)


def test_box():
    body = box((1, 2, 3))
    assert closed(body)
    assert volume(body) == pytest.approx(6.0)
    np.testing.assert_allclose(body.bounds, [(-0.5, -1, -1.5), (0.5, 1, 1.5)])


@pytest.mark.parametrize("degrees", [0, 12.5, 25, 35, 40])
def test_ahmed_body_has_its_published_dimensions(degrees):
    slant = radians(degrees)
    body, alone = ahmed(slant), ahmed(slant, stilts=False)
    assert closed(body)
    assert closed(alone)
    np.testing.assert_allclose(body.bounds, [(0, -0.1945, 0), (1.044, 0.1945, 0.338)], atol=1e-12)
    np.testing.assert_allclose(alone.bounds, [(0, -0.1945, 0.05), (1.044, 0.1945, 0.338)], atol=1e-12)
    base = alone.vertices[np.isclose(alone.vertices[:, 0], 1.044)]
    assert base[:, 2].max() == pytest.approx(0.338 - 0.222 * sin(slant))
    edge = alone.vertices[np.isclose(alone.vertices[:, 0], 1.044 - 0.222 * cos(slant))]
    assert edge[:, 2].max() == pytest.approx(0.338)
    R, W, H = 0.1, 0.389, 0.288  # cross section at a depth x of the nose: (W - 2 d)(H - 2 d), d = R - sqrt(R^2 - (R - x)^2)
    nose = W * H * R - 2 * (W + H) * R**2 * (1 - pi / 4) + 4 * R**3 * (5 / 3 - pi / 2)
    rear = W * 0.5 * 0.222**2 * sin(slant) * cos(slant)
    assert volume(alone) == pytest.approx(nose + W * H * (1.044 - R) - rear, rel=1e-4)
    assert volume(body) - volume(alone) == pytest.approx(4 * pi * 0.015**2 * 0.05, rel=2e-3)


def test_bodies_that_cannot_be():
    for wrong in (
        lambda: sphere(0.0),
        lambda: sphere(1.0, subdivisions=9),
        lambda: cylinder(1.0, -1.0),
        lambda: cylinder(1.0, 1.0, axis="w"),
        lambda: cylinder(1.0, 1.0, sections=2),
        lambda: box((1, 2)),
        lambda: box((1, 2, np.nan)),
        lambda: ahmed(25),
        lambda: ahmed(float("nan")),
    ):
        with pytest.raises(BadInput):
            wrong()


def test_surface_moves_scales_and_keeps_its_outside():
    body = box((1, 2, 3))
    T = turned((0.3, -0.8, 1.1))
    T[:3, 3] = (5, 6, 7)
    assert volume(body.moved(T)) == pytest.approx(6.0)
    np.testing.assert_allclose(body.moved(T).bounds.mean(axis=0), (5, 6, 7))
    mirror = np.diag([1.0, -1.0, 1.0, 1.0])
    assert volume(body.moved(mirror)) == pytest.approx(6.0)
    assert volume(body.scaled(2)) == pytest.approx(48.0)
    np.testing.assert_allclose(np.linalg.norm(body.area_vectors, axis=1).sum(), 22.0)


def test_surfaces_that_cannot_be():
    points, faces = np.eye(3), np.array([[0, 1, 2]])
    for wrong in (
        lambda: Surface(points[:, :2], faces),
        lambda: Surface(points, faces[:0]),
        lambda: Surface(points, faces + 1),
        lambda: Surface(points * np.nan, faces),
        lambda: Surface(points, faces).moved(np.eye(3)),
        lambda: Surface(points, faces).scaled(0),
    ):
        with pytest.raises(BadInput):
            wrong()
