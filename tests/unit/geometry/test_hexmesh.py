"""Parametric meshes: closed, conforming, outward, well shaped, and as large as they say."""

from functools import cache
from itertools import pairwise
from math import pi

import numpy as np
import pytest

from twin.errors import BadInput
from twin.geometry import shapes
from twin.geometry.hexgrid import graded
from twin.geometry.hexmesh import bar, block, box, cantilever, cylinder, fork_tip, from_surface, plate, sled, sphere, taylor_bar
from twin.geometry.solid_mesh import exterior, problems, quality, volumes
from twin.geometry.surface import joined as surfaces

TRAY = 0.5 * 0.22 * 0.041 - 0.494 * 0.214 * 0.038
MESHES = {
    "box": (lambda: box((1, 2, 3), (2, 3, 4)), 6.0, 1e-12, 0.99),
    "block": (lambda: block((1, 2, 3), (1, 1, 1)), 6.0, 1e-12, 0.99),
    "plate": (lambda: plate(0.3, 0.2, 0.002, (30, 20, 3)), 1.2e-4, 1e-12, 0.99),
    "bar": (lambda: bar(1, 0.1, 0.2, (2, 2, 20)), 0.02, 1e-12, 0.99),
    "cantilever": (lambda: cantilever(0.2, 0.01, 0.02, (40, 2, 4)), 4e-5, 1e-12, 0.99),
    "fork tip": (lambda: fork_tip(0.4, 0.1, 0.04, 0.01, (20, 5, 4)), 0.4 * 0.1 * 0.025, 1e-12, 0.95),
    "sled": (lambda: sled(0.5, 0.22, 0.041, 0.003, 3, 0.01), TRAY, 1e-12, 0.99),
    "Taylor bar": (lambda: taylor_bar(3.2e-3, 32.4e-3, 6, 40), pi / 4 * 3.2e-3**2 * 32.4e-3, 4e-3, 0.8),
    "cylinder": (lambda: cylinder(0.01, 0.05, 4, 5, grading=3), pi * 1e-4 * 0.05, 8e-3, 0.8),
    "coarsest cylinder": (lambda: cylinder(0.01, 0.05, 1, 1), pi * 1e-4 * 0.05, 0.11, 0.5),
    "ball": (lambda: sphere(0.04, 12), pi / 6 * 0.04**3, 0.02, 0.6),
    "coarsest ball": (lambda: sphere(0.04, 4), pi / 6 * 0.04**3, 0.24, 0.5),
    "half ball": (lambda: sphere(0.04, 12, part="half"), pi / 12 * 0.04**3, 0.02, 0.6),
    "drawn quarter ball": (lambda: sphere(0.04, 24, part="quarter", refine=8), pi / 24 * 0.04**3, 0.01, 0.4),
    "hardest drawn ball": (lambda: sphere(0.04, 32, part="quarter", refine=16), pi / 24 * 0.04**3, 0.01, 0.3),
    "cubes": (lambda: from_surface(shapes.sphere(2.0), 0.1), pi / 6 * 8, 0.02, 0.99),
}


@cache
def meshed(name):
    return MESHES[name][0]()


@pytest.fixture(params=MESHES)
def made(request):
    return meshed(request.param), *MESHES[request.param][1:]


def edges_of(quads):
    """How often each edge of the skin is walked, one way and the other."""
    walks = np.concatenate([quads[:, [i, (i + 1) % 4]] for i in range(4)])
    ordered = np.sort(walks, axis=1)
    _, which, uses = np.unique(ordered, axis=0, return_inverse=True, return_counts=True)
    return uses, np.bincount(which.reshape(-1), np.where(walks[:, 0] < walks[:, 1], 1, -1))


def test_volume(made):
    mesh, volume, error, _ = made
    assert volumes(mesh).sum() == pytest.approx(volume, rel=error)


def test_no_problems_and_well_shaped(made):
    mesh, _, _, least = made
    assert problems(mesh) == []
    assert quality(mesh).min() > least


def test_the_skin_is_closed_looks_outward_and_encloses_the_volume(made):
    mesh = made[0]
    quads = exterior(mesh).quads
    uses, balance = edges_of(quads)
    assert (uses == 2).all()
    assert (balance == 0).all()
    a, b, c, d = mesh.nodes[quads].transpose(1, 0, 2)
    flux = sum(np.einsum("ij,ij->", p, np.cross(q, r)) for p, q, r in ((a, b, c), (a, c, d), (a, b, d), (b, c, d))) / 12
    assert flux == pytest.approx(volumes(mesh).sum(), rel=1e-10)


def test_sets_are_rising_numbers_of_nodes(made):
    mesh = made[0]
    for name, numbers in mesh.sets.items():
        assert len(numbers), name
        assert numbers.dtype == np.int32
        assert (np.diff(numbers) > 0).all()
        assert numbers[-1] < len(mesh.nodes)


@pytest.mark.parametrize("make", [lambda n: cylinder(1, 1, n, 1), lambda n: sphere(2, 4 * n), lambda n: sphere(2, 4 * n, refine=4)])
def test_round_bodies_converge_with_second_order(make):
    exact = pi if len(make(1).sets) == 5 else pi * 4 / 3
    errors = [1 - volumes(make(n)).sum() / exact for n in (5, 10)]
    assert errors[1] > 0
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.15)


def test_box_stands_in_the_middle_of_z_0():
    mesh = box((1, 2, 3), (2, 3, 4))
    np.testing.assert_allclose(mesh.bounds, [(-0.5, -1, 0), (0.5, 1, 3)])
    for axis, name in enumerate("xyz"):
        for end, bound in zip(("low", "high"), mesh.bounds, strict=True):
            on = np.isclose(mesh.nodes[:, axis], bound[axis])
            np.testing.assert_array_equal(mesh.sets[f"{name}_{end}"], np.flatnonzero(on))


def test_bars_have_a_foot_a_tip_and_an_axis():
    mesh = bar(1, 0.1, 0.2, (2, 2, 20))
    assert len(mesh.sets["axis"]) == 21
    assert (mesh.nodes[mesh.sets["foot"], 2] == 0).all()
    assert (mesh.nodes[mesh.sets["tip"], 2] == 1).all()
    assert "axis" not in bar(1, 0.1, 0.2, (3, 2, 20)).sets


def test_cantilever_lies_on_the_x_axis():
    mesh = cantilever(0.2, 0.01, 0.02, (40, 2, 4))
    np.testing.assert_allclose(mesh.bounds, [(0, -0.005, -0.01), (0.2, 0.005, 0.01)], atol=1e-15)
    np.testing.assert_allclose(mesh.nodes[mesh.sets["clamp"], 0], 0, atol=1e-15)


def test_fork_tip_tapers_from_below():
    mesh = fork_tip(0.4, 0.1, 0.04, 0.01, (20, 5, 4))
    np.testing.assert_allclose(mesh.bounds, [(0, -0.05, 0), (0.4, 0.05, 0.04)], atol=1e-15)
    tip = mesh.nodes[mesh.sets["tip"]]
    assert np.ptp(tip[:, 2]) == pytest.approx(0.01)
    np.testing.assert_allclose(mesh.nodes[mesh.sets["top"], 2], 0.04)
    below = mesh.nodes[mesh.sets["underside"]]
    np.testing.assert_allclose(below[:, 2], 0.03 * below[:, 0] / 0.4, atol=1e-15)


@pytest.mark.parametrize("quarter", [True, False])
def test_taylor_bar_has_its_sets(quarter):
    mesh = taylor_bar(3.2e-3, 32.4e-3, 6, 40, quarter=quarter)
    radius = np.linalg.norm(mesh.nodes[:, :2], axis=1)
    assert radius.max() == pytest.approx(3.2e-3)
    np.testing.assert_allclose(radius[mesh.sets["skin"]], 3.2e-3)
    np.testing.assert_allclose(radius[mesh.sets["axis"]], 0, atol=1e-12)
    assert len(mesh.sets["axis"]) == 41
    assert len(mesh.sets["rim"]) == (13 if quarter else 48)
    assert set(mesh.sets["rim"]) <= set(mesh.sets["foot"])
    np.testing.assert_allclose(mesh.nodes[mesh.sets["tip"], 2], 32.4e-3)
    assert ("x_low" in mesh.sets) == quarter
    if quarter:
        np.testing.assert_allclose(mesh.nodes[mesh.sets["x_low"], 0], 0, atol=1e-12)
        np.testing.assert_allclose(mesh.nodes[mesh.sets["y_low"], 1], 0, atol=1e-12)
        assert (mesh.nodes[:, :2] > -1e-12).all()


def test_grading():
    widths = np.diff(graded(2.0, 5, 16.0))
    assert widths.sum() == pytest.approx(2)
    np.testing.assert_allclose(widths[1:] / widths[:-1], 2)
    np.testing.assert_allclose(graded(2.0, 1, 16.0), [0, 2])
    heights = np.unique(cylinder(1, 1, 1, 4, grading=0.5).nodes[:, 2])
    assert np.diff(heights)[-1] / np.diff(heights)[0] == pytest.approx(0.5)


def test_ball_touches_the_ground_at_its_bottom_pole():
    mesh = sphere(0.04, 12, refine=4)
    assert mesh.nodes[mesh.sets["bottom"]] == pytest.approx(np.zeros((1, 3)), abs=1e-12)
    assert mesh.nodes[mesh.sets["top"]] == pytest.approx(np.array([(0, 0, 0.04)]), abs=1e-12)
    skin = mesh.nodes[mesh.sets["surface"]] - (0, 0, 0.02)
    np.testing.assert_allclose(np.linalg.norm(skin, axis=1), 0.02)
    assert set(mesh.sets["surface"]) == set(exterior(mesh).quads.ravel())


@pytest.mark.parametrize("refine", [1, 2, 4, 8, 16])
def test_elements_at_the_pole_of_a_ball_are_smaller_as_asked(refine):
    def edge(mesh):
        apart = np.linalg.norm(mesh.nodes[mesh.sets["surface"]], axis=1)
        return np.sort(apart)[1]

    even, drawn = sphere(1.0, 32, part="quarter"), sphere(1.0, 32, part="quarter", refine=refine)
    assert edge(even) / edge(drawn) == pytest.approx(refine, rel=0.01)
    assert edge(drawn) == pytest.approx(1.2 / (32 * refine), rel=0.1)
    assert quality(drawn).min() > 0.3
    np.testing.assert_allclose(drawn.nodes[even.nodes[:, 2] > 0.51], even.nodes[even.nodes[:, 2] > 0.51], atol=1e-12)


def test_a_hertz_contact_can_be_resolved():
    """Five even elements and more across the radius of a contact of 2.5 % of the ball's radius."""
    mesh = sphere(2.0, 32, part="quarter", refine=16)
    low = np.intersect1d(mesh.sets["x_low"], mesh.sets["surface"])
    skin = np.sort(mesh.nodes[low][mesh.nodes[low, 2] < 1, 1])
    steps = np.diff(skin[skin < 0.025])
    assert len(steps) >= 5
    assert steps.max() < 1.2 * steps.min()
    assert mesh.element_count < 6000


def test_sled_has_walls_of_its_thickness_and_corners():
    mesh = sled(0.5, 0.22, 0.041, 0.003, 3, 0.01)
    np.testing.assert_allclose(mesh.bounds, [(-0.25, -0.11, 0), (0.25, 0.11, 0.041)], atol=1e-15)
    assert len(mesh.sets["rim"]) == len(mesh.nodes[np.isclose(mesh.nodes[:, 2], 0.041)])
    np.testing.assert_allclose(mesh.nodes[mesh.sets["inside"], 2], 0.003)
    heights = len(np.unique(mesh.nodes[:, 2].round(9)))
    for x, y in (("low", "low"), ("low", "high"), ("high", "low"), ("high", "high")):
        column = mesh.nodes[mesh.sets[f"corner_x_{x}_y_{y}"]]
        assert len(column) == 4 * 4 * heights
        assert np.ptp(column, axis=0) == pytest.approx((0.003, 0.003, 0.041))
        assert (np.sign(column.mean(axis=0)[:2]) == [(-1, 1)[x == "high"], (-1, 1)[y == "high"]]).all()


def test_cubes_fill_a_surface_where_it_is():
    cover = shapes.box((0.4, 0.2, 0.1)).moved([[1, 0, 0, 5], [0, 1, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]])
    mesh = from_surface(cover, 0.05)
    assert mesh.element_count == 8 * 4 * 2
    np.testing.assert_allclose(mesh.bounds, cover.bounds, atol=1e-9)
    assert len(mesh.sets["x_low"]) == 5 * 3


def test_cubes_keep_the_largest_piece_or_all():
    crumb = shapes.box((0.1, 0.1, 0.1)).moved([[1, 0, 0, 0.5], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    both = surfaces(shapes.box((0.4, 0.2, 0.1)), crumb)
    sizes = [from_surface(both, 0.05, largest=largest).element_count for largest in (True, False)]
    assert sizes == [64, 72]


@pytest.mark.parametrize(("cell", "says"), [(5.0, "small enough"), (1e-5, "at least about"), (0.0, "above 0"), (np.nan, "above 0")])
def test_cells_that_give_no_cubes(cell, says):
    with pytest.raises(BadInput, match=says):
        from_surface(shapes.box((1, 1, 1)) if cell != 5 else _lid(), cell)


def _lid():
    """One triangle: nothing inside."""
    from twin.geometry.surface import Surface

    return Surface([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: box((1, 1), (1, 1, 1)), "three lengths"),
        (lambda: box((1, 1, -1), (1, 1, 1)), "above 0 m"),
        (lambda: box((1, 1, np.inf), (1, 1, 1)), "above 0 m"),
        (lambda: box((1, 1, 1), (1, 1)), "three counts"),
        (lambda: box((1, 1, 1), (1, 1, 0)), "at least 1"),
        (lambda: box((1, 1, 1), (1, 1, 1.5)), "whole number"),
        (lambda: taylor_bar(0, 1, 4, 4), "radius"),
        (lambda: taylor_bar(1, 1, 0, 4), "at least 1"),
        (lambda: taylor_bar(1, 1, 4, 4, layers=0), "at least 1"),
        (lambda: taylor_bar(1, 1, 4, 4, grading=0), "grading"),
        (lambda: sphere(1, 5), "even"),
        (lambda: sphere(1, 2), "at least 4"),
        (lambda: sphere(1, 8, part="third"), "quarter"),
        (lambda: sphere(1, 8, refine=17), "refine"),
        (lambda: fork_tip(1, 1, 0.1, 0.2, (1, 1, 1)), "thickness of the heel"),
        (lambda: sled(1, 0.2, 0.1, 0.1, 3, 0.01), "below half"),
        (lambda: sled(1, 1, 0.1, 0.1, 3, 0.01), "below the height"),
        (lambda: sled(1, 1, 0.1, 0.01, 0, 0.01), "at least 1"),
        (lambda: sled(1, 1, 0.1, 0.01, 3, 0), "above 0 m"),
    ],
)
def test_what_cannot_be_is_said(make, says):
    with pytest.raises(BadInput, match=says):
        make()


def test_lines_of_a_sled_rise():
    mesh = sled(0.1, 0.05, 0.02, 0.01, 2, 0.05)
    for axis in range(3):
        assert all(b - a > 1e-4 for a, b in pairwise(np.unique(mesh.nodes[:, axis].round(12))))
