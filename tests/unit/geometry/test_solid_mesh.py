"""Volumes, skins and unions of solid meshes, and that what is wrong with one is found and nothing else."""

import numpy as np
import pytest

from tests.unit.geometry.reference import turned
from twin.errors import BadInput
from twin.geometry.hexmesh import box
from twin.geometry.solid_elements import TET_FACES
from twin.geometry.solid_mesh import SolidMesh, exterior, joined, problems, quality, transformed, volumes

FIVE = np.array([(0, 1, 3, 4), (2, 3, 1, 6), (5, 4, 6, 1), (7, 6, 4, 3), (1, 3, 4, 6)])  # a hexahedron's five tetrahedra
CORNERS = box((1, 1, 1), (1, 1, 1)).nodes[box((1, 1, 1), (1, 1, 1)).hexes[0]]


@pytest.fixture
def shaken():
    """A box whose nodes within have been moved, and some of the outer ones too."""
    mesh = box((1, 2, 3), (3, 4, 5))
    return SolidMesh(mesh.nodes + np.random.default_rng(7).uniform(-0.05, 0.05, mesh.nodes.shape), mesh.hexes, sets=mesh.sets)


@pytest.fixture
def mixed():
    """A hexahedron and, apart from it, five tetrahedra."""
    tets = SolidMesh(CORNERS + np.array((3, 0, 0)), np.zeros((0, 8)), FIVE, {"all": np.arange(8)}, {"soft": np.arange(5)})
    return joined([box((1, 1, 1), (1, 1, 1)), tets])


def by_quadrature(corners):
    """Volume of a trilinear hexahedron by 2 x 2 x 2 Gauss points, exact for its Jacobian."""
    signs = np.array([(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1), (-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)])
    total = 0.0
    for point in signs / 3**0.5:
        factors = 1 + signs * point
        slopes = [signs[:, d] * np.prod(np.delete(factors, d, axis=1), axis=1) / 8 for d in range(3)]
        total += np.linalg.det(np.array(slopes) @ corners)
    return total


def flux(mesh):
    """Volume within the skin by the divergence theorem, about a point that is not the origin."""
    a, b, c, d = (mesh.nodes - (0.3, -7, 2))[exterior(mesh).quads].transpose(1, 0, 2)
    return sum(np.einsum("ij,ij->", p, np.cross(q, r)) for p, q, r in ((a, b, c), (a, c, d), (a, b, d), (b, c, d))) / 12


def test_volumes_of_crooked_hexahedra_are_exact(shaken):
    np.testing.assert_allclose(volumes(shaken), [by_quadrature(shaken.nodes[hexa]) for hexa in shaken.hexes], rtol=1e-13)


def test_volumes_far_from_the_origin(shaken):
    far = transformed(shaken, np.eye(3), (1e4, -1e4, 1e4))
    np.testing.assert_allclose(volumes(far), volumes(shaken), rtol=1e-9)


def test_the_skin_encloses_the_elements(shaken, mixed):
    assert flux(shaken) == pytest.approx(volumes(shaken).sum(), rel=1e-12)
    assert flux(mixed) == pytest.approx(2.0, rel=1e-12)


def test_the_skin_of_a_box():
    mesh = box((1, 2, 3), (3, 4, 5))
    quads, owners = exterior(mesh)
    assert len(quads) == 2 * (3 * 4 + 4 * 5 + 5 * 3)
    assert (np.isin(quads, mesh.hexes[owners]).all(axis=1)).all()
    outward = mesh.nodes[quads].mean(axis=1) - mesh.nodes[mesh.hexes[owners]].mean(axis=1)
    diagonals = mesh.nodes[quads[:, 2]] - mesh.nodes[quads[:, 0]], mesh.nodes[quads[:, 3]] - mesh.nodes[quads[:, 1]]
    assert (np.einsum("ij,ij->i", np.cross(*diagonals), outward) > 0).all()


def test_triangles_repeat_their_last_node_and_belong_to_their_tetrahedron(mixed):
    quads, owners = exterior(mixed)
    triangles = quads[:, 2] == quads[:, 3]
    assert (triangles.sum(), (~triangles).sum()) == (12, 6)
    assert (owners[~triangles] == 0).all()
    for quad, owner in zip(quads[triangles], owners[triangles], strict=True):
        assert sorted(quad) in np.sort(mixed.tets[owner - 1][TET_FACES], axis=1).tolist()


def test_quality():
    assert quality(box((1, 2, 30), (1, 1, 1))) == pytest.approx([1.0])
    regular = np.array([(1, 1, 1), (-1, 1, -1), (1, -1, -1), (-1, -1, 1)])
    assert quality(SolidMesh(regular, np.zeros((0, 8)), [(0, 1, 2, 3)])) == pytest.approx([1.0])
    sheared = CORNERS + CORNERS[:, 2:] * np.array([(1, 0, 0)])
    assert quality(SolidMesh(sheared, [range(8)])) == pytest.approx([0.5**0.5])


def test_transformed_keeps_volumes_sets_and_soundness(shaken):
    moved = transformed(shaken, turned((0.3, -1, 2))[:3, :3], (1, 2, 3))
    np.testing.assert_allclose(volumes(moved), volumes(shaken))
    assert moved.sets.keys() == shaken.sets.keys()
    assert problems(moved) == []


@pytest.mark.parametrize("rotation", [np.diag((1, 1, -1)), 2 * np.eye(3), np.eye(4), np.full((3, 3), np.nan)])
def test_what_is_no_rotation(rotation, shaken):
    with pytest.raises(BadInput, match="rotation"):
        transformed(shaken, rotation)


def test_translations_are_finite(shaken):
    with pytest.raises(BadInput, match="translation"):
        transformed(shaken, np.eye(3), (0, 0, np.inf))


def test_joined_renumbers_sets_and_parts(mixed):
    tets = SolidMesh(CORNERS, np.zeros((0, 8)), FIVE, parts={"soft": [0, 4]})
    both = joined([tets, box((1, 1, 1), (1, 1, 1)), mixed])
    assert (len(both.nodes), len(both.hexes), len(both.tets)) == (32, 2, 10)
    np.testing.assert_array_equal(both.parts["soft"], [2, 6, 7, 8, 9, 10, 11])
    np.testing.assert_array_equal(both.sets["all"], np.arange(24, 32))
    lows = both.nodes[both.sets["z_low"]]
    assert len(lows) == 8
    np.testing.assert_array_equal(lows[:, 2], 0)
    np.testing.assert_allclose(volumes(both)[:2], 1.0)


def test_joined_wants_a_mesh():
    with pytest.raises(BadInput, match="at least one"):
        joined([])


@pytest.mark.parametrize("wrong", [{"nodes": np.zeros((3, 2))}, {"hexes": np.zeros((2, 7))}, {"tets": np.zeros(4)}])
def test_shapes_of_arrays(wrong):
    with pytest.raises(BadInput, match="shape"):
        SolidMesh(**{"nodes": CORNERS, "hexes": [range(8)]} | wrong)


def test_sets_are_rising_and_without_repetitions():
    assert SolidMesh(CORNERS, [range(8)], sets={"a": [3, 1, 3]}).sets["a"].tolist() == [1, 3]


def test_nothing_is_found_in_sound_meshes(shaken, mixed):
    assert problems(shaken) == []
    assert problems(mixed) == []


def changed(mesh, *, nodes=None, element=None):
    """The mesh with some nodes elsewhere, or other nodes in its element 4."""
    points, hexes = mesh.nodes.copy(), mesh.hexes.copy()
    for node, place in (nodes or {}).items():
        points[node] = place
    if element is not None:
        hexes[4] = element
    return SolidMesh(points, hexes, mesh.tets)


def test_inside_out(shaken):
    (found,) = problems(changed(shaken, element=np.roll(shaken.hexes[4], 4)))
    assert (found.kind, found.element) == ("inverted", 4)
    assert found.volume == pytest.approx(-volumes(shaken)[4])
    np.testing.assert_allclose(found.centre, shaken.nodes[shaken.hexes[4]].mean(axis=0))
    assert "element 4" in str(found)


def test_flat():
    mesh = box((1, 1, 1), (1, 1, 2))
    flat = SolidMesh(mesh.nodes * (1, 1, 1) - np.where(mesh.nodes[:, 2:] > 0.9, (0, 0, 0.5 - 1e-9), 0), mesh.hexes)
    assert [(found.kind, found.element) for found in problems(flat, tolerance=1e-12)] == [("flat", 1)]


def test_a_corner_turned_inside_out_though_the_volume_is_positive():
    corners = CORNERS.copy()
    corners[6] = corners[0] + 0.2
    (found,) = problems(SolidMesh(corners, [range(8)]))
    assert found.kind == "folded"
    assert found.volume > 0


def test_tetrahedra_are_numbered_after_hexahedra(mixed):
    tets = mixed.tets.copy()
    tets[2] = tets[2][[0, 2, 1, 3]]
    (found,) = problems(SolidMesh(mixed.nodes, mixed.hexes, tets))
    assert (found.kind, found.element) == ("inverted", 3)


def test_nodes_in_one_place():
    two = joined([box((1, 1, 1), (2, 2, 2)), transformed(box((1, 1, 1), (2, 2, 2)), np.eye(3), (0, 0, 1 + 1e-6))])
    found = problems(two)
    assert {one.kind for one in found} == {"duplicate nodes"}
    assert len(found) == 9
    assert all(two.nodes[a] == pytest.approx(two.nodes[b], abs=1e-5) for a, b in (one.nodes for one in found))
    assert problems(two, tolerance=1e-7) == []


def test_unused(shaken):
    (found,) = problems(SolidMesh(np.concatenate([shaken.nodes, [[9, 9, 9]]]), shaken.hexes))
    assert (found.kind, found.nodes, found.centre) == ("unused node", (len(shaken.nodes),), (9, 9, 9))


def test_not_finite(shaken):
    found = problems(changed(shaken, nodes={5: (0, np.nan, 0)}))
    assert [(one.kind, one.nodes) for one in found] == [("not finite", (5,))]


def test_out_of_range_and_named_twice(shaken):
    nodes = shaken.hexes[4].copy()
    for wrong in (-1, len(shaken.nodes)):
        nodes[2] = wrong
        (found,) = problems(changed(shaken, element=nodes))
        assert (found.kind, found.element, found.nodes) == ("out of range", 4, (wrong,))
    nodes[2] = nodes[1]
    (found,) = problems(changed(shaken, element=nodes))
    assert (found.kind, found.element, found.nodes) == ("repeated node", 4, (nodes[1],))


def test_long_lists_are_cut_short(shaken):
    wrong = SolidMesh(shaken.nodes, np.roll(shaken.hexes, 4, axis=1))
    assert len(problems(wrong, most=7)) == 7
    assert len(problems(wrong)) == 60


def test_no_elements_at_all():
    empty = SolidMesh(np.zeros((0, 3)), np.zeros((0, 8)))
    assert problems(empty) == []
    assert len(volumes(empty)) == len(quality(empty)) == len(exterior(empty).quads) == 0
