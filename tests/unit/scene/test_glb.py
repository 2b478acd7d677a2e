"""A GLB file holds what the scene holds: by the format's rules, by an independent reader, and back again."""

from __future__ import annotations

import json
import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from browser.demo_cell import demo_cell

from tests.machine import slowness
from twin.errors import BadInput
from twin.scene import Mesh, Node, Scene, glb_bytes, read_glb, scene_from_glb, write_glb
from twin.scene.glb import POSITION_TOLERANCE, ROTATION_TOLERANCE

STILL = np.array([1.0, 0.0, 0.0, 0.0])
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}
TYPES = {5126: "<f4", 5123: "<u2", 5125: "<u4"}


def chunks(data: bytes) -> tuple[dict, bytes]:
    """Read by the letter of the glTF 2.0 specification, section 4.4."""
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    assert size % 4 == 0
    rest, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert kind == b"BIN\0"
    assert rest % 4 == 0
    assert 28 + size + rest == len(data)
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def values(document: dict, binary: bytes, index: int) -> np.ndarray:
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    dtype, width = np.dtype(TYPES[accessor["componentType"]]), WIDTHS[accessor["type"]]
    assert accessor["byteOffset"] % dtype.itemsize == 0
    assert view["byteOffset"] % 4 == 0
    end = accessor["byteOffset"] + accessor["count"] * width * dtype.itemsize
    assert end <= view["byteLength"]
    start = view["byteOffset"] + accessor["byteOffset"]
    return np.frombuffer(binary, dtype, accessor["count"] * width, start).reshape(-1, width)


def box_scene(position: np.ndarray, rotation: np.ndarray = STILL, t: np.ndarray | None = None) -> Scene:
    shape = trimesh.creation.box(extents=(0.2, 0.3, 0.4))
    t = np.linspace(0, 1, len(position)) if t is None and position.ndim == 2 else t if t is not None else np.array([0.0])
    mesh = Mesh(np.asarray(shape.vertices), np.asarray(shape.faces), (0.2, 0.4, 0.6, 1.0))
    return Scene(t, {"box": mesh}, (Node("part/box", "box", position, rotation, "part"),))


@pytest.fixture(scope="module")
def cell() -> Scene:
    return demo_cell()


@pytest.fixture(scope="module")
def cell_file(cell: Scene) -> bytes:
    return glb_bytes(cell)


def test_accessors_are_aligned_inside_their_views_and_state_their_bounds(cell_file: bytes) -> None:
    document, binary = chunks(cell_file)
    assert document["asset"]["version"] == "2.0"
    for index, accessor in enumerate(document["accessors"]):
        numbers = values(document, binary, index)
        if "min" in accessor:
            np.testing.assert_array_equal(numbers.min(axis=0), np.float32(accessor["min"]))
            np.testing.assert_array_equal(numbers.max(axis=0), np.float32(accessor["max"]))
    for mesh in document["meshes"]:
        primitive = mesh["primitives"][0]
        assert "min" in document["accessors"][primitive["attributes"]["POSITION"]]
        corners = values(document, binary, primitive["indices"])
        assert corners.max() < document["accessors"][primitive["attributes"]["POSITION"]]["count"]
        normals = values(document, binary, primitive["attributes"]["NORMAL"])
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)


def test_animation_inputs_rise_and_rotations_stay_on_one_half_of_the_sphere(cell_file: bytes) -> None:
    document, binary = chunks(cell_file)
    (animation,) = document["animations"]
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        when, what = values(document, binary, sampler["input"]), values(document, binary, sampler["output"])
        assert "min" in document["accessors"][sampler["input"]]
        assert len(when) == len(what)
        assert (np.diff(when[:, 0]) > 0).all()
        if channel["target"]["path"] == "rotation":
            np.testing.assert_allclose(np.linalg.norm(what, axis=1), 1, atol=1e-5)
            assert (np.sum(what[1:] * what[:-1], axis=1) >= 0).all()


def test_signs_of_quaternions_do_not_make_a_node_spin() -> None:
    """q and -q are one rotation: a track whose sign flips every frame does not move at all."""
    angle = np.linspace(0, 0.5, 40)
    turning = np.stack([np.cos(angle / 2), 0 * angle, 0 * angle, np.sin(angle / 2)], axis=1)
    flipping = turning * np.where(np.arange(40) % 2, -1.0, 1.0)[:, None]
    one, other = (scene_from_glb(glb_bytes(box_scene(np.zeros((40, 3)), q))).nodes[0].rotation for q in (turning, flipping))
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_an_independent_reader_sees_the_same_triangles_where_they_stood(cell: Scene, tmp_path: Path) -> None:
    write_glb(cell, tmp_path / "cell.glb")
    loaded = trimesh.load(tmp_path / "cell.glb")
    assert len(loaded.graph.nodes_geometry) == len(cell.nodes)
    points = []
    for node in cell.nodes:
        T = trimesh.transformations.quaternion_matrix(np.reshape(node.rotation, (-1, 4))[0])
        T[:3, 3] = np.reshape(node.position, (-1, 3))[0]
        points.append(trimesh.transform_points(cell.meshes[node.mesh].vertices, T))
    low, high = np.concatenate(points).min(axis=0), np.concatenate(points).max(axis=0)
    # Z up -> Y up: (x, y, z) stands at (x, z, -y)
    np.testing.assert_allclose(loaded.bounds, [[low[0], low[2], -high[1]], [high[0], high[2], -low[1]]], atol=1e-4)
    assert sum(len(loaded.geometry[loaded.graph[name][1]].faces) for name in loaded.graph.nodes_geometry) == sum(
        len(cell.meshes[node.mesh].faces) for node in cell.nodes
    )


def test_what_was_written_is_read_back(cell: Scene, cell_file: bytes) -> None:
    back = scene_from_glb(cell_file)
    np.testing.assert_allclose(back.t, cell.t, atol=1e-5)
    assert [node.name for node in back.nodes] == [node.name for node in cell.nodes]
    for mine, node in zip(back.nodes, cell.nodes, strict=True):
        assert (mine.group, mine.mesh) == (node.group, node.mesh)
        distance = np.linalg.norm(np.reshape(mine.position, (-1, 3)) - np.reshape(node.position, (-1, 3)), axis=1).max()
        assert distance <= POSITION_TOLERANCE + 1e-6
        cosine = np.abs(np.sum(np.reshape(mine.rotation, (-1, 4)) * np.reshape(node.rotation, (-1, 4)), axis=1))
        assert (2 * np.arccos(np.clip(cosine, -1, 1))).max() <= ROTATION_TOLERANCE + 1e-3
    for key, mesh in back.meshes.items():
        mine, given = (np.sort(m.vertices[m.faces].reshape(-1, 9), axis=0) for m in (mesh, cell.meshes[key]))
        np.testing.assert_allclose(mine, given, atol=1e-6)
        np.testing.assert_allclose(mesh.color, cell.meshes[key].color, atol=1e-3)
    np.testing.assert_allclose(back.trails[0].points, cell.trails[0].points, atol=1e-6)
    assert (back.trails[0].name, back.trails[0].color) == (cell.trails[0].name, cell.trails[0].color)
    assert list(back.curves) == list(cell.curves)
    for name, curve in cell.curves.items():
        np.testing.assert_allclose(back.curves[name], curve, rtol=1e-6, atol=1e-6)
    assert back.units == cell.units
    assert back.captions == cell.captions
    assert [m.label for m in back.markers] == [m.label for m in cell.markers]
    for mine, given in zip(back.markers, cell.markers, strict=True):
        np.testing.assert_allclose(
            [mine.t, mine.duration, *mine.position, *mine.vector], [given.t, given.duration, *given.position, *given.vector], rtol=1e-5
        )


def test_nodes_that_stay_have_no_channels_and_shared_meshes_are_written_once() -> None:
    scene = box_scene(np.zeros((50, 3)))
    moving = replace(scene.nodes[0], name="part/moving", position=np.linspace((0, 0, 0), (1, 0, 0), 50))
    document, binary = chunks(glb_bytes(replace(scene, nodes=(*scene.nodes, moving))))
    assert len(document["meshes"]) == 1
    (channel,) = document["animations"][0]["channels"]
    assert document["nodes"][channel["target"]["node"]]["name"] == "part/moving"
    sampler = document["animations"][0]["samplers"][0]
    assert len(values(document, binary, sampler["input"])) == 2, "a straight line at constant speed is its two ends"


def test_nodes_stand_under_their_groups_below_one_root(cell: Scene, cell_file: bytes) -> None:
    document, _ = chunks(cell_file)
    (root,) = document["scenes"][0]["nodes"]
    groups = {document["nodes"][i]["name"]: document["nodes"][i]["children"] for i in document["nodes"][root]["children"]}
    assert set(groups) == {node.group for node in cell.nodes}
    for group, children in groups.items():
        assert [document["nodes"][i]["name"] for i in children] == [node.name for node in cell.nodes if node.group == group]


def test_a_cell_of_60_nodes_and_750_frames_is_written_quickly_and_small(cell: Scene) -> None:
    assert len(cell.nodes) == 60
    assert len(cell.t) == 750
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        data = glb_bytes(cell)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.3 * slowness()
    raw = sum(node.position.nbytes + node.rotation.nbytes for node in cell.nodes) / 2  # as float32
    assert len(data) < 0.7 * raw


def test_equal_scenes_give_equal_bytes(cell: Scene, cell_file: bytes) -> None:
    assert glb_bytes(demo_cell()) == cell_file


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (box_scene(np.full((5, 3), np.nan)), "part/box: position"),
        (box_scene(np.zeros((5, 2))), "part/box: position"),
        (box_scene(np.zeros(3), np.zeros(3)), "part/box: rotation"),
        (box_scene(np.zeros((3, 3)), t=np.array([0.0, 1.0, 1.0])), "scene.t"),
        (replace(box_scene(np.zeros(3)), meshes={}), "part/box: mesh"),
        (replace(box_scene(np.zeros(3)), meshes={"box": Mesh(np.zeros((3, 3)), np.array([[0, 1, 3]]))}), "mesh box: faces"),
        (replace(box_scene(np.zeros((4, 3))), curves={"q": np.zeros(3)}), "curve q"),
    ],
)
def test_what_cannot_be_drawn_is_named(scene: Scene, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        glb_bytes(scene)


def test_torn_and_foreign_files_are_bad_input(cell_file: bytes, tmp_path: Path) -> None:
    foreign = trimesh.Scene(trimesh.creation.box()).export(file_type="glb")
    for name, data in (("torn", cell_file[:-100]), ("foreign", foreign), ("empty", b""), ("text", b"hello" * 20)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput, match="written by twin"):
            read_glb(tmp_path / name)
    with pytest.raises(BadInput, match="readable"):
        read_glb(tmp_path / "absent")


def test_a_scene_of_nothing_but_curves_is_a_file_too() -> None:
    t = np.linspace(0, 1, 11)
    back = scene_from_glb(glb_bytes(Scene(t, {}, (), curves={"load": t**2}, units={"load": "N"})))
    np.testing.assert_allclose(back.curves["load"], t**2, atol=1e-7)
