"""Shadows of known area, and the same shadow whatever hangs behind it."""

from math import cos, pi, radians, sin

import numpy as np
import pytest

from tests.unit.geometry.reference import turned
from twin.errors import BadInput
from twin.geometry.shapes import ahmed, box, cylinder, sphere
from twin.geometry.silhouette import projected_area
from twin.geometry.surface import Surface, joined


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, -2, 0), (1, 1, 1), (0.3, -0.2, 0.9)])
def test_sphere(axis):
    assert projected_area(sphere(2.0), axis) == pytest.approx(pi, rel=1e-3)


def test_box_along_its_axes_and_turned():
    body = box((1, 2, 3))
    assert projected_area(body) == pytest.approx(6.0, rel=1e-12)
    assert projected_area(body, (0, 1, 0)) == pytest.approx(3.0, rel=1e-12)
    assert projected_area(body, (0, 0, 1), cells=7) == pytest.approx(2.0, rel=1e-12)
    assert projected_area(body, (1, 1, 0)) == pytest.approx(9 * cos(pi / 4), rel=1e-3)
    T = turned((0.3, -0.8, 1.1))
    nx, ny, nz = np.abs(T[0, :3])
    assert projected_area(body.moved(T)) == pytest.approx(6 * nx + 3 * ny + 2 * nz, rel=1e-3)


def test_error_falls_with_second_order():
    body = cylinder(1.0, 2.0, axis="y", sections=1024)
    axis = (sin(0.4), cos(0.4), 0.1)
    best = projected_area(body, axis, cells=2048)
    errors = [abs(projected_area(body, axis, cells=n) / best - 1) for n in (32, 256)]
    assert errors[1] < errors[0] / 8
    assert errors[1] < 2e-4


def test_ahmed_body():
    stilt = 0.030 * 0.050  # two of the four are seen, the others stand behind them
    assert projected_area(ahmed(radians(25))) == pytest.approx(0.389 * 0.288 + 2 * stilt, rel=1e-3)
    assert projected_area(ahmed(radians(25), stilts=False)) == pytest.approx(0.389 * 0.288, rel=1e-6)


def test_parts_behind_one_another_count_once_and_holes_not_at_all():
    ball = sphere(1.0)
    far = np.eye(4)
    far[0, 3] = 3
    aside = np.eye(4)
    aside[1, 3] = 2
    one = projected_area(ball)
    assert projected_area(joined(ball, ball.moved(far))) == pytest.approx(one, rel=1e-9)
    assert projected_area(joined(ball, ball.moved(aside))) == pytest.approx(2 * one, rel=1e-4)
    ring = Surface(ball.vertices, ball.faces[np.abs(ball.corners.mean(axis=1)[:, 0]) < 0.4])
    assert projected_area(ring) == pytest.approx(pi * (0.25 - 0.09), rel=0.02)


def test_an_edge_on_sheet_shows_nothing():
    sheet = Surface(np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0)], float), np.array([(0, 1, 2)]))
    assert projected_area(sheet) == 0.0
    assert projected_area(sheet, (0, 0, 1)) == pytest.approx(0.5, rel=1e-6)


def test_what_cannot_be():
    for wrong in ({"axis": (0, 0, 0)}, {"axis": (1, 0)}, {"axis": (np.nan, 0, 1)}, {"cells": 0}):
        with pytest.raises(BadInput):
            projected_area(sphere(1.0, subdivisions=0), **wrong)
