"""Every fault is planted and found; sound bodies have none."""

from math import pi, radians

import numpy as np
import pytest

from tests.unit.geometry.reference import turned
from twin.geometry.health import health
from twin.geometry.shapes import ahmed, box, cylinder, sphere
from twin.geometry.surface import Surface, joined, welded


def shifted(surface, *by):
    T = np.eye(4)
    T[:3, 3] = by
    return surface.moved(T)


def quad(*corners):
    return Surface(np.array(corners, float), np.array([(0, 1, 2), (0, 2, 3)]))


PLATE = quad((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0))


@pytest.mark.parametrize("body", [sphere(1.0), box((1, 2, 3)), cylinder(0.3, 1.0), ahmed(0.0), ahmed(radians(25))])
def test_sound_bodies_have_no_faults(body):
    found = health(shifted(body.moved(turned((0.1, 0.2, 0.3))), 4, 5, 6))
    assert found.faults() == ()
    assert found.watertight
    assert not found.inverted
    assert found.all_edges_tried


def test_sizes():
    found = health(shifted(box((1, 2, 3)), 100, 0, 0))
    assert found.volume == pytest.approx(6)
    assert found.area == pytest.approx(22)
    assert found.thinnest == pytest.approx(1)
    assert found.components == 1
    assert health(sphere(1.0)).volume == pytest.approx(pi / 6, rel=1e-3)
    assert health(sphere(1.0)).thinnest == pytest.approx(1, rel=1e-2)
    assert health(ahmed(radians(25))).components == 5
    assert health(ahmed(radians(25))).thinnest == pytest.approx(0.03, rel=1e-2)


def test_wall_of_a_hollow_ball():
    inner = sphere(0.9, subdivisions=3)
    ball = joined(sphere(1.0, subdivisions=3), Surface(inner.vertices, inner.faces[:, ::-1]))
    found = health(ball)
    assert found.thinnest == pytest.approx(0.05, rel=0.1)
    assert found.volume == pytest.approx(pi / 6 * (1 - 0.9**3), rel=0.02)
    assert found.faults() == ()


def test_holes():
    ball = sphere(1.0, subdivisions=3)
    found = health(Surface(ball.vertices, ball.faces[1:]))
    assert not found.watertight
    assert found.open_edges == 3
    assert found.volume is None
    assert found.sheets == 0
    assert "open" in found.faults()[0]


def test_inside_out_and_inconsistent():
    ball = sphere(1.0, subdivisions=2)
    found = health(Surface(ball.vertices, ball.faces[:, ::-1]))
    assert found.inverted
    assert found.volume == pytest.approx(pi / 6, rel=0.1)
    assert "inside out" in found.faults()[0]
    mixed = Surface(ball.vertices, np.concatenate((ball.faces[:7, ::-1], ball.faces[7:])))
    assert health(mixed).inconsistent_faces == 7


def test_degenerate_and_duplicate_faces():
    ball = sphere(1.0, subdivisions=1)
    a, b, c = ball.faces[0]
    found = health(Surface(ball.vertices, np.concatenate((ball.faces, [(a, a, b)], [(c, b, a)]))))
    assert found.degenerate_faces == 1
    assert found.duplicate_faces == 1
    assert found.non_manifold_edges == 3
    line = health(Surface(np.array([(0, 0, 0), (1, 0, 0)], float), np.array([(0, 1, 1)])))
    assert line.degenerate_faces == 1
    assert not line.watertight


@pytest.mark.parametrize("shift", [0.3, 0.9])
def test_overlapping_parts_go_through_each_other(shift):
    two = joined(box((1, 1, 1)), shifted(box((1, 1, 1)).moved(turned((0.3, 0.4, 0.5))), shift, 0.1, 0.2))
    assert health(two).self_intersections > 0
    assert any("overlap" in fault for fault in health(two).faults())


def test_parts_that_touch_do_not_go_through_each_other():
    two = joined(box((1, 1, 1)), shifted(box((1, 1, 1)), 1.0, 0.25, 0.25))
    assert health(two).self_intersections == 0


def test_sheets_without_thickness():
    assert health(PLATE).sheets == 1
    assert health(PLATE).thinnest is None
    double = joined(PLATE, Surface(PLATE.vertices, PLATE.faces[:, ::-1]))
    found = health(double)
    assert found.thinnest == 0
    assert found.duplicate_faces == 2
    assert found.sheets > 0
    other = quad((0, 1, 0), (1, 1, 0), (1, 0, 0), (0, 0, 0))
    crossed = health(joined(PLATE, other))
    assert crossed.thinnest == 0
    assert crossed.sheets == 1
    flattened = box((1, 1, 1))
    assert health(Surface(flattened.vertices * (1, 1, 0), flattened.faces)).thinnest == 0


def test_a_thin_wall_is_measured():
    assert health(box((1, 1, 0.002)).moved(turned((0.3, 0.1, 0.7)))).thinnest == pytest.approx(0.002)


def test_equal_positions_are_one_vertex():
    ball = sphere(1.0, subdivisions=2)
    soup = Surface(ball.corners.reshape(-1, 3), np.arange(3 * len(ball.faces)).reshape(-1, 3))
    assert len(welded(soup).vertices) == len(ball.vertices)
    assert health(soup).watertight
