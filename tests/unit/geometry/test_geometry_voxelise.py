"""Inside and outside against brute force, through holes, whatever the order and sense of the faces."""

from math import pi, radians

import numpy as np
import pytest

from tests.unit.geometry.reference import centres, turned, winding
from twin.errors import BadInput
from twin.geometry.shapes import ahmed, box, cylinder, sphere
from twin.geometry.surface import Surface, joined
from twin.geometry.voxelise import voxelise


def shifted(surface, *by):
    T = np.eye(4)
    T[:3, 3] = by
    return surface.moved(T)


def inverted(surface):
    return Surface(surface.vertices, surface.faces[:, ::-1])


def grid_of(surface, across):
    """Origin, cell and shape of a grid of `across` cells along the longest side, two more on each side."""
    cell = surface.extents.max() / across
    shape = tuple(int(n) for n in np.ceil(surface.extents / cell) + 4)
    return surface.bounds.mean(axis=0) - np.array(shape) * cell / 2 + 0.01 * cell, cell, shape


BODIES = {
    "sphere": sphere(1.0, subdivisions=2),
    "box": box((1.0, 0.6, 0.8)).moved(turned((0.3, -0.8, 1.1))),
    "cylinder": cylinder(0.5, 1.0, axis="z", sections=24).moved(turned((0.7, 0.2, 0.0))),
    "ahmed": ahmed(radians(25), stilts=False),
    "two apart": joined(box((1, 1, 1)), shifted(sphere(1.0, subdivisions=1), 1.7, 0.3, 0)),
    "two overlapping": joined(box((1, 1, 1)), shifted(sphere(1.0, subdivisions=1), 0.6, 0.3, 0)),
    "cavity": joined(box((1, 1, 1)), inverted(sphere(0.7, subdivisions=1))),
}


@pytest.mark.parametrize("name", BODIES)
def test_equals_brute_force(name):
    body = BODIES[name]
    origin, cell, shape = grid_of(body, 14)
    numbers = winding(body, centres(origin, cell, shape).reshape(-1, 3)).reshape(shape)
    voxels = voxelise(body, origin, cell, shape, thin=False)
    np.testing.assert_array_equal(voxels.inside, np.abs(numbers) > 0.5)
    assert voxels.disputed_cells == 0
    assert voxels.open_lines == 0


def test_volume_of_a_sphere():
    ball = sphere(1.0, subdivisions=6)
    cell, n = 1 / 128, 132
    voxels = voxelise(ball, (-n * cell / 2,) * 3, cell, (n, n, n))
    assert voxels.inside.sum() * cell**3 == pytest.approx(pi / 6, rel=1e-3)
    assert voxels.thin_cells == 0
    assert voxels.disputed_cells == 0


@pytest.mark.parametrize("shift", [0.0, 0.5, 0.25])
def test_a_box_on_the_grid_is_counted_exactly_wherever_its_faces_and_edges_meet_cell_centres(shift):
    cell = 1 / 8
    body = shifted(box((1, 1, 1)), *(3 * [shift * cell]))
    voxels = voxelise(body, (-1, -1, -1), cell, (16, 16, 16))
    assert voxels.inside.sum() == 8**3
    assert voxels.disputed_cells == 0
    assert voxels.open_lines == 0


def test_lines_through_vertices_and_edges_of_an_octahedron_count_once():
    vertices = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], float)
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    body = Surface(vertices * 4.3, np.array(faces))
    voxels = voxelise(body, (-6.5, -6.5, -6.5), 1.0, (13, 13, 13))
    x, y, z = np.abs(np.indices((13, 13, 13)) - 6)
    np.testing.assert_array_equal(voxels.inside, x + y + z <= 4)
    assert voxels.open_lines == 0


@pytest.mark.parametrize("seed", range(3))
def test_removing_two_per_cent_of_the_faces_changes_less_than_a_thousandth(seed):
    ball = sphere(1.0, subdivisions=4)
    kept = np.random.default_rng(seed).random(len(ball.faces)) > 0.02
    torn = Surface(ball.vertices, ball.faces[kept])
    grid = (-0.55, -0.55, -0.55), 1.1 / 64, (64, 64, 64)
    whole, holed = voxelise(ball, *grid), voxelise(torn, *grid)
    assert holed.open_lines > 0
    assert (whole.inside != holed.inside).sum() < 1e-3 * whole.inside.sum()


@pytest.mark.parametrize(("missing", "wrong"), [(0.1, 1e-3), (0.3, 8e-3)])
def test_disputed_cells_follow_the_winding_number(missing, wrong):
    ball = sphere(1.0, subdivisions=3)
    kept = np.random.default_rng(7).random(len(ball.faces)) > missing
    torn = Surface(ball.vertices, ball.faces[kept])
    grid = (-0.55, -0.55, -0.55), 1.1 / 32, (32, 32, 32)
    voxels = voxelise(torn, *grid)
    some = np.random.default_rng(1).choice(32**3, 4000, replace=False)
    numbers = winding(torn, centres(*grid).reshape(-1, 3)[some])
    assert voxels.disputed_cells > 500
    clear = np.abs(numbers - 0.5) > 0.05  # the dipoles' error; lines through two holes that agree are few
    assert (voxels.inside.ravel()[some] != (numbers > 0.5))[clear].mean() < wrong


def test_half_a_shell_is_decided_by_the_winding_number():
    ball = sphere(1.0, subdivisions=3)
    half = Surface(ball.vertices, ball.faces[ball.corners.mean(axis=1) @ (1, 1, 1) > 0])
    grid = (-0.55, -0.55, -0.55), 1.1 / 24, (24, 24, 24)
    numbers = winding(half, centres(*grid).reshape(-1, 3)).reshape(grid[2])
    clear = np.abs(numbers - 0.5) > 0.02
    np.testing.assert_array_equal(voxelise(half, *grid).inside[clear], (numbers > 0.5)[clear])


@pytest.mark.parametrize("seed", range(8))
def test_boxes_whose_every_face_edge_and_corner_meets_cell_centres(seed):
    """Ties everywhere: boxes with whole corners, overlapping and touching, some inside out, against intervals."""
    rng = np.random.default_rng(seed)
    parts, expected = [], np.zeros((12, 12, 12), bool)
    cells = np.indices((12, 12, 12)).transpose(1, 2, 3, 0)
    for _ in range(5):
        low = rng.integers(0, 8, 3)
        size = rng.integers(1, 5, 3)
        part = shifted(box(size), *(low + size / 2 + 0.5))  # cell centres lie at whole numbers and a half
        parts.append(inverted(part) if seed % 2 else part)
        expected |= ((cells > low) & (cells <= low + size)).all(axis=-1)
    voxels = voxelise(joined(*parts), (0, 0, 0), 1.0, (12, 12, 12))
    np.testing.assert_array_equal(voxels.inside, expected)
    assert (voxels.open_lines, voxels.disputed_cells, voxels.thin_cells) == (0, 0, 0)


def test_sense_and_order_of_faces_do_not_matter():
    body = BODIES["two overlapping"]
    origin, cell, shape = grid_of(body, 20)
    expected = voxelise(body, origin, cell, shape)
    rng = np.random.default_rng(1)
    shuffled = Surface(body.vertices, rng.permutation(body.faces))
    some = Surface(body.vertices, np.where(rng.random((len(body.faces), 1)) < 0.3, body.faces[:, ::-1], body.faces))
    one_part = Surface(body.vertices, np.concatenate((body.faces[:12, ::-1], body.faces[12:])))
    for other in (inverted(body), shuffled, some, one_part):
        voxels = voxelise(other, origin, cell, shape)
        np.testing.assert_array_equal(voxels.inside, expected.inside)
        assert voxels.disputed_cells == 0


def test_a_soup_of_triangles_that_share_no_vertices_and_look_both_ways():
    ball = sphere(1.0, subdivisions=3)
    rng = np.random.default_rng(5)
    faces = np.arange(3 * len(ball.faces)).reshape(-1, 3)
    soup = Surface(ball.corners.reshape(-1, 3), np.where(rng.random((len(faces), 1)) < 0.5, faces[:, ::-1], faces))
    grid = (-0.55, -0.55, -0.55), 1.1 / 32, (32, 32, 32)
    np.testing.assert_array_equal(voxelise(soup, *grid).inside, voxelise(ball, *grid).inside)


def test_a_cavity_stays_when_everything_is_inverted():
    body = BODIES["cavity"]
    origin, cell, shape = grid_of(body, 20)
    np.testing.assert_array_equal(voxelise(inverted(body), origin, cell, shape).inside, voxelise(body, origin, cell, shape).inside)


def test_a_slice_equals_the_layer_of_the_whole():
    ball = sphere(1.0, subdivisions=3)
    whole = voxelise(ball, (-0.6, -0.6, -0.6), 0.05, (24, 24, 24))
    cut = voxelise(ball, (-0.6, -0.6 + 0.05 * 14, -0.6), 0.05, (24, 1, 24))
    np.testing.assert_array_equal(cut.inside[:, 0], whole.inside[:, 14])
    assert cut.inside.any()
    assert cut.disputed_cells == 0


def test_a_body_that_reaches_out_of_the_grid_or_lies_beside_it():
    ball = sphere(1.0, subdivisions=3)
    whole = voxelise(ball, (-0.6, -0.6, -0.6), 0.05, (24, 24, 24))
    part = voxelise(ball, (-0.6 + 0.3, -0.6 + 0.3, -0.6 + 0.3), 0.05, (9, 10, 11))
    np.testing.assert_array_equal(part.inside, whole.inside[6:15, 6:16, 6:17])
    assert not voxelise(ball, (5, 5, 5), 0.05, (8, 8, 8)).inside.any()


@pytest.mark.parametrize("thickness", [0.0, 0.1, 0.6])
def test_a_plate_thinner_than_a_cell_does_not_vanish(thickness):
    sides = box((10.0, 10.0, 1.0))
    plate = Surface(sides.vertices * (1, 1, thickness), sides.faces)
    voxels = voxelise(plate.moved(turned((0.2, 0.3, 0.1))), (-8, -8, -8), 1.0, (16, 16, 16))
    assert voxels.thin_cells > 0
    below = voxels.inside.any(axis=2).sum()
    assert below == pytest.approx(100 * np.cos(0.2) * np.cos(0.3), rel=0.15)
    assert voxels.inside.sum() == pytest.approx(below, rel=0.1)
    assert not voxelise(plate, (-8, -8, -8), 1.0, (16, 16, 16), thin=False).inside.any()


def test_rounded_and_sharp_bodies_are_not_made_fatter():
    for body in (BODIES["sphere"], BODIES["box"], BODIES["cylinder"], BODIES["ahmed"]):
        origin, cell, shape = grid_of(body, 40)
        assert voxelise(body, origin, cell, shape).thin_cells == 0


def test_an_open_sheet_has_no_inside():
    corners = np.array([(-4, -4, 0), (4, -4, 0), (4, 4, 0), (-4, 4, 0)], float)
    sheet = Surface(corners, np.array([(0, 1, 2), (0, 2, 3)])).moved(turned((0.4, 0.5, 0.6)))
    voxels = voxelise(sheet, (-6, -6, -6), 0.5, (24, 24, 24))
    assert not voxels.inside.any()
    assert voxels.open_lines > 0


def test_grids_that_cannot_be():
    ball = sphere(1.0, subdivisions=0)
    for grid in (((0, 0), 0.1, (4, 4, 4)), ((0, 0, 0), 0.0, (4, 4, 4)), ((0, 0, 0), 0.1, (4, 0, 4)), ((0, 0, np.inf), 0.1, (4, 4, 4))):
        with pytest.raises(BadInput):
            voxelise(ball, *grid)
