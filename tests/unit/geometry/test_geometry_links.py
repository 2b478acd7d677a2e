"""Fractions of links against analytic intersections and against every triangle; every pair once."""

from math import sqrt

import numpy as np
import pytest

from tests.unit.geometry.reference import D3Q19, centres, first_hit, turned
from twin.errors import BadInput
from twin.geometry.links import link_fractions
from twin.geometry.shapes import box, cylinder, sphere
from twin.geometry.surface import Surface
from twin.geometry.voxelise import voxelise

PLANE = D3Q19[D3Q19[:, 1] == 0]
D3Q27 = np.array([(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)])
GRID = (-0.61, -0.6, -0.59), 0.1, (12, 12, 12)
BODIES = {
    "sphere": sphere(1.0, subdivisions=2),
    "box": box((0.8, 0.5, 0.7)).moved(turned((0.3, -0.8, 1.1))),
    "cylinder": cylinder(0.51, 0.9, axis="z", sections=12),
}


def pairs(inside, directions):
    """Every (outside cell, direction) that leads to an inside cell, one by one."""
    found = set()
    for cell in np.argwhere(~inside):
        for d, step in enumerate(directions):
            there = cell + step
            if (there >= 0).all() and (there < inside.shape).all() and inside[tuple(there)]:
                found.add((int(np.ravel_multi_index(tuple(cell), inside.shape)), d))
    return found


@pytest.mark.parametrize("directions", [D3Q19, D3Q27], ids=["D3Q19", "D3Q27"])
@pytest.mark.parametrize("name", BODIES)
def test_every_pair_once_and_where_the_nearest_triangle_is(name, directions):
    body = BODIES[name]
    origin, cell, shape = GRID
    inside = voxelise(body, origin, cell, shape).inside
    links = link_fractions(body, origin, cell, inside, directions)
    assert links.guessed == 0
    found = list(zip(links.cells.tolist(), links.directions.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == pairs(inside, directions)
    places = centres(origin, cell, shape).reshape(-1, 3)
    expected = [first_hit(body, places[n], cell * directions[d]) for n, d in found]
    np.testing.assert_allclose(links.fractions, expected, atol=1e-6)


@pytest.mark.parametrize("name", BODIES)
def test_links_cut_between_outside_cells(name):
    body = BODIES[name]
    origin, cell, shape = (-0.61, -0.6, -0.59), 0.15, (8, 8, 8)
    inside = voxelise(body, origin, cell, shape).inside
    links = link_fractions(body, origin, cell, inside, D3Q19)
    found = dict(zip(zip(*(part.tolist() for part in links.cut), strict=True), links.cut_fractions, strict=True))
    places = centres(origin, cell, shape)
    count = 0
    for at in np.argwhere(~inside):
        for d, step in enumerate(D3Q19):
            there = at + step
            if (there < 0).any() or (there >= shape).any() or inside[tuple(there)]:
                continue
            hit = first_hit(body, places[tuple(at)], cell * step)
            if np.isfinite(hit):
                count += 1
                assert found[int(np.ravel_multi_index(tuple(at), shape)), d] == pytest.approx(hit, abs=1e-6)
    assert count == len(found)


def test_a_fine_sphere_meets_links_where_the_sphere_does():
    ball = sphere(1.0, subdivisions=6)
    n, cell = 16, 1.2 / 16
    origin = (-0.6, -0.61, -0.62)
    inside = voxelise(ball, origin, cell, (n, n, n)).inside
    links = link_fractions(ball, origin, cell, inside, D3Q19)
    start = centres(origin, cell, (n, n, n)).reshape(-1, 3)[links.cells]
    way = cell * D3Q19[links.directions]
    a, b, c = (way**2).sum(1), (start * way).sum(1), (start**2).sum(1) - 0.25
    exact = (-b - np.sqrt(b * b - a * c)) / a
    slope = np.sqrt(b * b - a * c) / np.sqrt(a) / 0.5  # cosine between link and normal: a facet 6e-5 under the sphere is met later
    assert (np.abs(links.fractions - exact) * np.sqrt(a) * slope < 1.5e-4).all()


def test_a_rotated_box_meets_links_where_its_planes_do():
    T = turned((0.3, -0.8, 1.1))
    half = np.array([0.4, 0.25, 0.35])
    origin, cell, shape = GRID
    body = box(2 * half).moved(T)
    inside = voxelise(body, origin, cell, shape).inside
    links = link_fractions(body, origin, cell, inside, D3Q19)
    start = centres(origin, cell, shape).reshape(-1, 3)[links.cells] @ T[:3, :3]
    way = cell * D3Q19[links.directions] @ T[:3, :3]
    with np.errstate(divide="ignore"):
        exact = np.minimum((half - start) / way, (-half - start) / way).max(axis=1)  # slabs: the last plane entered
    np.testing.assert_allclose(links.fractions, exact, atol=1e-6)


def test_a_box_whose_faces_lie_on_cell_centres():
    body = box((0.8, 0.8, 0.8))
    inside = voxelise(body, (-0.65, -0.65, -0.65), 0.1, (13, 13, 13)).inside
    links = link_fractions(body, (-0.65, -0.65, -0.65), 0.1, inside, D3Q19)
    assert links.guessed == 0
    assert ((links.fractions > 0) & (links.fractions <= 1)).all()
    ends = np.minimum(links.fractions, 1 - links.fractions)
    assert ends.max() < 1e-7


def test_plane_case():
    body = cylinder(1.0, 3.0, axis="y", sections=64)
    shape = (24, 1, 24)
    inside = voxelise(body, (-0.6, 0.3, -0.6), 0.05, shape).inside
    links = link_fractions(body, (-0.6, 0.3, -0.6), 0.05, inside, PLANE)
    assert set(zip(links.cells.tolist(), links.directions.tolist(), strict=True)) == pairs(inside, PLANE)
    assert links.guessed == 0
    start = centres((-0.6, 0.3, -0.6), 0.05, shape).reshape(-1, 3)[links.cells]
    hit = start + links.fractions[:, None] * 0.05 * PLANE[links.directions]
    np.testing.assert_allclose(np.hypot(hit[:, 0], hit[:, 2]), 0.5, atol=0.5 * (1 - np.cos(np.pi / 64)) + 1e-12)


@pytest.mark.parametrize("offset", [0.0, 0.13, 0.5])
def test_a_sheet_without_thickness_parts_the_grid(offset):
    """Nothing gets through: cells below and above are not joined by any link that is not cut."""
    corners = np.array([(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], float)
    T = turned((0.2, -0.3, 0.0)) if offset == 0.13 else np.eye(4)
    T[2, 3] = offset
    sheet = Surface(corners, np.array([(0, 1, 2), (0, 2, 3)])).moved(T)
    shape = (10, 10, 10)
    inside = voxelise(sheet, (-5, -5, -5), 1.0, shape).inside
    assert not inside.any()
    links = link_fractions(sheet, (-5, -5, -5), 1.0, inside, D3Q19)
    cut = set(zip(*(part.tolist() for part in links.cut), strict=True))
    reached, waiting = {(0, 0, 0)}, [(0, 0, 0)]
    while waiting:
        at = waiting.pop()
        for d, step in enumerate(D3Q19):
            there = tuple(int(i) for i in at + step)
            blocked = (int(np.ravel_multi_index(at, shape)), d) in cut
            if min(there) >= 0 and max(there) < 10 and not blocked and there not in reached:
                reached.add(there)
                waiting.append(there)
    normal = T[:3, 2]
    heights = (centres((-5, -5, -5), 1.0, shape) - T[:3, 3]) @ normal
    tie = 1e-6
    side = np.sign(heights[0, 0, 0])
    assert all(side * heights[at] > -tie for at in reached)
    assert len(reached) >= (side * heights > tie).sum()
    assert set(links.cut_fractions[np.abs(links.cut_fractions) > 1]) == set()


def test_holes_are_guessed_and_counted():
    ball = sphere(1.0, subdivisions=2)
    torn = Surface(ball.vertices, ball.faces[3:])
    origin, cell, shape = GRID
    inside = voxelise(ball, origin, cell, shape).inside
    whole, links = link_fractions(ball, origin, cell, inside, D3Q19), link_fractions(torn, origin, cell, inside, D3Q19)
    assert links.guessed > 0
    assert len(links.cells) == len(whole.cells)
    assert (links.fractions != whole.fractions).sum() <= links.guessed
    assert (links.fractions == 0.5).sum() >= links.guessed


def test_cells_filled_by_something_else_are_linked_too():
    inside = np.zeros((8, 8, 8), bool)
    inside[:, :, 0] = True
    links = link_fractions(sphere(0.01, subdivisions=0), (100, 0, 0), 1.0, inside, D3Q19)
    assert set(zip(links.cells.tolist(), links.directions.tolist(), strict=True)) == pairs(inside, D3Q19)
    assert links.guessed == len(links.cells)


def test_one_way_only():
    body = BODIES["sphere"]
    origin, cell, shape = GRID
    inside = voxelise(body, origin, cell, shape).inside
    all_ways = link_fractions(body, origin, cell, inside, D3Q19)
    d = int(np.flatnonzero((D3Q19 == (-1, 0, 1)).all(axis=1))[0])
    one = link_fractions(body, origin, cell, inside, D3Q19[d : d + 1])
    np.testing.assert_array_equal(one.fractions, all_ways.fractions[all_ways.directions == d])
    assert sqrt(2) * cell * one.fractions.max() <= sqrt(2) * cell


def test_directions_that_cannot_be():
    ball = BODIES["sphere"]
    inside = np.zeros((4, 4, 4), bool)
    for directions in ([(0, 0, 0)], [(2, 0, 0)], [(1, 0)], [(1, 0, 0), (1, 0, 0)], np.empty((0, 3), int)):
        with pytest.raises(BadInput):
            link_fractions(ball, (0, 0, 0), 0.1, inside, directions)
