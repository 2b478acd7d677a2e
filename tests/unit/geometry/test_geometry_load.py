"""Every format gives the same body; whatever is wrong with a file is said, never raised as the reader's own error."""

import numpy as np
import pytest
import trimesh

from tests.unit.geometry.reference import turned
from twin.errors import BadInput
from twin.geometry.edges import edges_of
from twin.geometry.load import load_surface
from twin.geometry.shapes import box, sphere


@pytest.fixture
def ball():
    return sphere(2.0, subdivisions=2)


def mesh_of(surface):
    return trimesh.Trimesh(surface.vertices, surface.faces, process=False)


@pytest.mark.parametrize("kind", ["stl", "stl_ascii", "obj", "ply", "glb", "gltf"])
def test_formats_agree(kind, ball, tmp_path):
    path = tmp_path / f"ball.{kind.removesuffix('_ascii')}"
    if kind == "gltf":
        for name, content in mesh_of(ball).export(file_type="gltf").items():
            (tmp_path / name).write_bytes(content)
        path = tmp_path / "model.gltf"
    else:
        mesh_of(ball).export(path, file_type=kind)
    read = load_surface(path, scale=0.5)
    assert read.faces.shape == ball.faces.shape
    assert read.vertices.shape == ball.vertices.shape
    assert (edges_of(read).uses == 2).all()
    np.testing.assert_allclose(np.linalg.norm(read.vertices, axis=1), 0.5, rtol=1e-6)
    assert (np.einsum("ij,ij->i", read.area_vectors, read.corners.mean(axis=1)) > 0).all()


def test_parts_of_a_scene_stand_where_their_transforms_put_them(tmp_path):
    scene = trimesh.Scene()
    T = turned((0, 0, np.pi / 2))
    T[:3, 3] = (10, 0, 0)
    scene.add_geometry(mesh_of(box((1, 2, 3))), node_name="one")
    scene.add_geometry(mesh_of(box((1, 2, 3))), node_name="two", transform=T)
    scene.export(tmp_path / "two.glb")
    read = load_surface(tmp_path / "two.glb")
    assert len(read.faces) == 24
    np.testing.assert_allclose(read.bounds, [(-0.5, -1, -1.5), (11, 1, 1.5)], atol=1e-6)


def test_scale_that_is_none(tmp_path):
    with pytest.raises(BadInput, match="scale"):
        load_surface(tmp_path / "a.stl", scale=-1)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.stl", None, "exists"),
        ("a.step", b"x", r"\.stl"),
        ("empty.stl", b"", "empty"),
        ("empty.obj", b"", "empty"),
        ("rubbish.stl", b"\x00\x01rubbish" * 20, "STL|triangles"),
        ("rubbish.glb", b"rubbish" * 20, "GLB"),
        ("rubbish.gltf", b"{not json", "GLTF"),
        ("rubbish.ply", b"ply\nrubbish", "PLY"),
        ("points.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", "triangles|OBJ"),
        ("solid.stl", b"solid nothing\nendsolid nothing\n", "triangles|STL"),
        ("nan.obj", b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "finite|OBJ"),
        ("far.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "OBJ|triangles"),
    ],
)
def test_files_that_cannot_be_used(name, content, says, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=says):
        load_surface(path)


@pytest.mark.parametrize("kind", ["stl", "stl_ascii", "obj", "ply", "glb"])
@pytest.mark.filterwarnings("ignore")
def test_damaged_files_are_read_or_refused(kind, ball, tmp_path):
    whole = mesh_of(ball).export(file_type=kind)
    content = whole.encode() if isinstance(whole, str) else bytes(whole)
    path = tmp_path / f"ball.{kind.removesuffix('_ascii')}"
    rng = np.random.default_rng(0)
    refusals = []
    for attempt in range(24):
        damaged = bytearray(content)
        if attempt % 2:
            damaged = damaged[: rng.integers(1, len(damaged))]
        for _ in range(5):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            assert len(load_surface(path).faces)
        except BadInput as error:
            refusals.append(str(error))
    assert all(str(path) in text for text in refusals)


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "folder.stl").mkdir()
    with pytest.raises(BadInput, match="exists"):
        load_surface(tmp_path / "folder.stl")
