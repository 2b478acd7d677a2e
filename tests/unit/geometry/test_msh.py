"""Gmsh files of either version give the mesh that was written; whatever is wrong with one is said."""

import meshio
import numpy as np
import pytest

from twin.errors import BadInput
from twin.geometry.hexmesh import box
from twin.geometry.msh import read_msh
from twin.geometry.solid_mesh import problems, volumes

MESH = box((2, 3, 4), (2, 3, 4))
TETS = np.array([(0, 1, 2, 6), (0, 2, 3, 7), (0, 6, 7, 4), (0, 6, 4, 5), (0, 1, 6, 5), (0, 2, 7, 6)])  # fill a hexahedron, as they come

HEX_AND_TET_41 = """\
$MeshFormat
4.1 0 8
$EndMeshFormat
$PhysicalNames
4
2 1 "foot"
3 2 "steel"
3 3 "all"
0 9 "post"
$EndPhysicalNames
$Entities
1 0 1 2
1 0 0 0 1 9
1 0 0 0 1 1 0 1 1 0
1 0 0 0 1 1 1 2 2 3 1 1
2 0 0 1 1 1 2 1 3 1 1
$EndEntities
$Nodes
1 10 1 90
3 1 0 10
10
20
30
40
50
60
70
80
85
90
0 0 0
1000 0 0
1000 1000 0
0 1000 0
0 0 1000
1000 0 1000
1000 1000 1000
0 1000 1000
500 500 2000
7 7 7
$EndNodes
$Elements
4 5 1 5
0 1 15 1
1 10
2 1 3 1
2 10 20 30 40
3 1 5 1
3 10 20 30 40 50 60 70 80
3 2 4 2
4 50 60 70 85
5 50 80 70 85
$EndElements
"""


def written(tmp_path, cells, version="2.2", points=MESH.nodes, **more):
    path = tmp_path / "part.msh"
    meshio.write(path, meshio.Mesh(points, cells, **more), file_format="gmsh22" if version == "2.2" else "gmsh", binary=False)
    return path


@pytest.mark.parametrize("version", ["2.2", "4.1"])
def test_hexahedra_come_back(version, tmp_path):
    read = read_msh(written(tmp_path, [("hexahedron", MESH.hexes)], version), scale=0.001)
    np.testing.assert_array_equal(read.hexes, MESH.hexes)
    np.testing.assert_allclose(read.nodes, 0.001 * MESH.nodes, rtol=1e-12)
    assert len(read.tets) == 0


def test_tetrahedra_are_turned_and_loose_nodes_left_out(tmp_path):
    tets = MESH.hexes[:, TETS].reshape(-1, 4)
    points = np.concatenate([MESH.nodes, [[9, 9, 9]]])
    read = read_msh(written(tmp_path, [("tetra", tets), ("triangle", tets[:, :3]), ("vertex", [[len(MESH.nodes)]])], points=points))
    assert (volumes(read) > 0).all()
    assert volumes(read).sum() == pytest.approx(24)
    assert len(read.nodes) == len(MESH.nodes)
    assert problems(read) == []


def test_hexahedra_inside_out_are_turned(tmp_path):
    hexes = MESH.hexes.copy()
    hexes[::2] = hexes[::2][:, [4, 5, 6, 7, 0, 1, 2, 3]]
    read = read_msh(written(tmp_path, [("hexahedron", hexes)]))
    np.testing.assert_allclose(volumes(read), 1.0)


def test_groups_of_version_2(tmp_path):
    """Gmsh writes an element once for each of its groups."""
    foot = np.array([[0, 1, 4, 3], [1, 2, 5, 4]])
    hexes = np.concatenate([MESH.hexes, MESH.hexes[:4]])
    groups = [np.array([1, 5]), np.array([2] * len(MESH.hexes) + [3] * 4)]
    names = {"foot": np.array([1, 2]), "steel": np.array([2, 3]), "low": np.array([3, 3])}
    tags = {"gmsh:physical": groups, "gmsh:geometrical": groups}
    read = read_msh(written(tmp_path, [("quad", foot), ("hexahedron", hexes)], field_data=names, cell_data=tags))
    assert set(read.sets) == {"foot", "surface_5", "steel", "low"}
    assert set(read.parts) == {"steel", "low"}
    np.testing.assert_array_equal(read.sets["foot"], [0, 1, 3, 4])
    np.testing.assert_array_equal(read.parts["steel"], np.arange(len(MESH.hexes)))
    np.testing.assert_array_equal(read.parts["low"], np.arange(4))
    np.testing.assert_array_equal(read.sets["low"], np.unique(MESH.hexes[:4]))
    assert problems(read) == []


def test_groups_of_version_4(tmp_path):
    """Numbers with gaps, entities in two groups, both kinds of element, a node that only a point uses."""
    path = tmp_path / "both.msh"
    path.write_text(HEX_AND_TET_41)
    read = read_msh(path, scale=0.001)
    assert (len(read.nodes), len(read.hexes), len(read.tets)) == (9, 1, 2)
    np.testing.assert_allclose(volumes(read), [1, 1 / 6, 1 / 6])
    np.testing.assert_array_equal(read.sets["foot"], [0, 1, 2, 3])
    np.testing.assert_array_equal(read.sets["post"], [0])
    np.testing.assert_array_equal(read.parts["steel"], [0])
    np.testing.assert_array_equal(read.parts["all"], [0, 1, 2])


def test_binary(tmp_path):
    path = tmp_path / "part.msh"
    meshio.write(path, meshio.Mesh(MESH.nodes, [("hexahedron", MESH.hexes)]), file_format="gmsh", binary=True)
    np.testing.assert_array_equal(read_msh(path).hexes, MESH.hexes)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([("triangle", [[0, 1, 2]])], "Mesh 3"),
        ([("tetra10", [list(range(10))])], "ElementOrder"),
        ([("hexahedron", MESH.hexes), ("wedge", MESH.hexes[:1, :6])], "tetrahedra alone"),
    ],
)
def test_elements_that_cannot_be_used(cells, says, tmp_path):
    with pytest.raises(BadInput, match=says):
        read_msh(written(tmp_path, cells))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.msh", None, "exists"),
        ("part.stl", "", ".msh"),
        ("empty.msh", "", "empty"),
        ("text.msh", "solid nothing\n", "readable"),
        ("torn.msh", HEX_AND_TET_41[:-60], "."),
        ("new.msh", "$MeshFormat\n9.9 0 8\n$EndMeshFormat\n", "version"),
        ("nan.msh", HEX_AND_TET_41.replace("500 500 2000", "nan 500 2000"), "finite"),
        ("missing.msh", HEX_AND_TET_41.replace("4 50 60 70 85", "4 50 60 70 86"), "nodes are in the file"),
    ],
)
def test_files_that_cannot_be_used(name, content, says, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=says):
        read_msh(tmp_path / name)


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_scale_that_is_none(scale, tmp_path):
    with pytest.raises(BadInput, match="scale"):
        read_msh(tmp_path / "a.msh", scale=scale)
