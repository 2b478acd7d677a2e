"""Slabs: elements of every second one share no node, so that threads may work on them at the same time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.geometry import hexmesh
from twin.physics.crash.slabs import SLAB, slabs


def apart(connect, slab):
    """Whether elements that share a node stand in the same slab or in neighbours."""
    nodes, owner = connect.reshape(-1), np.repeat(slab, connect.shape[1])
    lowest, highest = np.full(nodes.max() + 1, len(connect)), np.full(nodes.max() + 1, -1)
    np.minimum.at(lowest, nodes, owner)
    np.maximum.at(highest, nodes, owner)
    used = np.unique(nodes)
    return (highest[used] - lowest[used] <= 1).all()


def good(connect, node_count, smallest=SLAB):
    found = slabs(connect, node_count, smallest)
    sizes = np.bincount(found)
    assert apart(connect, found)
    assert len(found) == len(connect)
    assert (sizes > 0).all()
    assert (sizes[:-1] >= smallest).all()
    assert len(sizes) == 1 or sizes[-1] >= smallest  # what is left over joins the last one
    return sizes


def boxes(*counts):
    """Several bodies, one after the other."""
    meshes = [hexmesh.box((1.0, 1.0, 1.0), c) for c in counts]
    first = np.cumsum([0] + [len(mesh.nodes) for mesh in meshes])
    return np.concatenate([mesh.hexes + base for mesh, base in zip(meshes, first, strict=False)]), int(first[-1])


def test_a_long_box_has_many():
    assert len(good(*boxes((8, 8, 100)))) == 6


def test_a_cube_has_few():
    """Nearly 200 elements a level: slabs are closed by the first level that makes them large enough."""
    assert len(good(*boxes((14, 14, 30)))) == 4


def test_a_sled():
    mesh = hexmesh.sled(0.5, 0.22, 0.041, 0.003, 3, 0.006)
    assert len(good(mesh.hexes, len(mesh.nodes))) > 4


def test_several_bodies_and_single_elements():
    good(*boxes((1, 1, 1)))
    good(*boxes((1, 1, 1), (2, 2, 2), (1, 1, 1)))
    good(*boxes((10, 10, 30), (1, 1, 1), (3, 3, 3), (12, 12, 12)))
    good(*boxes(*[(1, 1, 1)] * 3000))
    assert len(slabs(np.zeros((0, 8), np.int32), 0)) == 0


def test_tetrahedra_whose_last_node_stands_five_times():
    hexes, count = boxes((6, 6, 40))
    tets = hexes[:, [0, 1, 2, 4, 4, 4, 4, 4]]
    good(tets, count)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_any_part_of_a_body_in_any_order(seed, smallest):
    rng = np.random.default_rng(seed)
    hexes, count = boxes(tuple(rng.integers(1, 9, 3).tolist()), (2, 2, 2))
    kept = rng.permutation(len(hexes))[: rng.integers(1, len(hexes) + 1)]
    renumbered = rng.permutation(count).astype(np.int32)
    good(renumbered[hexes[kept]], count, smallest)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_elements_of_nodes_at_random(seed, smallest):
    rng = np.random.default_rng(seed)
    good(rng.integers(0, 300, (100, 8)).astype(np.int32), 300, smallest)


@pytest.mark.parametrize("smallest", [1, 10, 10_000])
def test_slabs_do_not_depend_on_the_run(smallest):
    connect, count = boxes((5, 5, 20), (3, 3, 3))
    assert (slabs(connect, count, smallest) == slabs(connect.copy(), count, smallest)).all()
