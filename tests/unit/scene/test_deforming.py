"""Meshes whose vertices move: by the format's rules, evaluated as a viewer does, and back again."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from tests.machine import slowness
from twin.errors import BadInput
from twin.scene import ColorBar, Deforming, Mesh, Node, Scene, glb_bytes, scene_from_glb, write_glb
from twin.scene.container import Numbers, linear, unpack
from twin.scene.deforming import MOST_FRAMES, mesh_at

STRAIN = ColorBar("plastic strain", "1", 0.0, 0.4)
STILL = np.array([1.0, 0.0, 0.0, 0.0])
T = np.array([0.0, 0.01, 0.03, 0.04])


def plate(along: int = 12, across: int = 7, t: np.ndarray = T) -> Deforming:
    """A plate of 2 m x 1 m that is dented and pushed along +x; strained where it is dented."""
    x, y = (a.ravel() for a in np.meshgrid(np.linspace(0, 2, along), np.linspace(0, 1, across), indexing="ij"))
    dent = np.exp(-((x - 1.2) ** 2 + (y - 0.4) ** 2) / 0.1)
    share = np.linspace(0, 1, len(t))[:, None] ** 2
    vertices = np.stack([x + share * 0.5, y + 0 * share, 0.3 - 0.4 * share * dent], axis=-1)
    corner = (np.arange(along - 1)[:, None] * across + np.arange(across - 1)).ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + across, corner + across + 1], 1), np.stack([corner, corner + across + 1, corner + 1], 1)]
    )
    return Deforming("car/hood", faces, vertices, 0.5 * share * dent, STRAIN.quantity, group="car", t=t)


def crash_scene() -> Scene:
    """The plate, one of a single colour on the scene's times, one that stays, and a rigid block in the same group."""
    t = np.linspace(0, 0.04, 9)
    hood, block = plate(), trimesh.creation.box(extents=(0.2, 0.2, 0.2))
    plain = replace(plate(t=t), name="car/door", values=None, bar="", t=None, color=(0.2, 0.4, 0.6, 1.0))
    still = replace(hood, name="wall", vertices=hood.vertices[:1], values=hood.values[:1], t=None, group="")
    mesh = Mesh(np.asarray(block.vertices), np.asarray(block.faces))
    node = Node("car/engine", "block", np.linspace((0, 0, 0.5), (0.5, 0, 0.5), 9) ** 2, STILL, "car")
    return Scene(t, {"block": mesh}, (node,), bars=(STRAIN,), deforming=(hood, plain, still))


def primitive_of(document: dict, name: str) -> dict:
    (mesh,) = (mesh for mesh in document["meshes"] if mesh["name"] == name)
    return mesh["primitives"][0]


def weights_at(document: dict, numbers: Numbers, name: str, when: float) -> np.ndarray:
    """Weights of the morph targets at a time [s] by glTF 2.0, appendix C.3: linear between key frames, held beyond them."""
    (channel,) = (c for c in document["animations"][0]["channels"] if document["nodes"][c["target"]["node"]]["name"] == name)
    assert channel["target"]["path"] == "weights"
    sampler = document["animations"][0]["samplers"][channel["sampler"]]
    assert sampler["interpolation"] == "LINEAR"
    times, table = numbers(sampler["input"]), numbers(sampler["output"]).reshape(-1, len(primitive_of(document, name)["targets"]))
    assert len(times) == len(table)
    return np.array([np.interp(when, times, column) for column in table.T])


def test_every_frame_after_the_first_is_a_morph_target_with_its_bounds() -> None:
    document, binary = unpack(glb_bytes(crash_scene()))
    numbers = Numbers(document, binary)
    accessors = document["accessors"]
    for deforming, frames in zip(crash_scene().deforming, (4, 9, 1), strict=True):
        primitive = primitive_of(document, deforming.name)
        count = accessors[primitive["attributes"]["POSITION"]]["count"]
        assert count == len(deforming.vertices[0]), "vertices are not split: faces are shaded flat"
        assert "NORMAL" not in primitive["attributes"]
        targets = primitive.get("targets", [])
        assert len(targets) == frames - 1
        for target in targets:
            position = accessors[target["POSITION"]]
            assert (position["count"], position["type"], position["componentType"]) == (count, "VEC3", 5126)
            np.testing.assert_array_equal(numbers(target["POSITION"]).min(axis=0), np.float32(position["min"]))
            np.testing.assert_array_equal(numbers(target["POSITION"]).max(axis=0), np.float32(position["max"]))
            assert set(target) == ({"POSITION"} if deforming.values is None else {"POSITION", "COLOR_0"})
            if "COLOR_0" in target:
                color = accessors[target["COLOR_0"]]
                assert (color["count"], color["type"], color["componentType"], color["normalized"]) == (count, "VEC4", 5122, True)
    weights = {mesh["name"]: mesh.get("weights") for mesh in document["meshes"]}
    assert weights == {"block": None, "car/hood": [0] * 3, "car/door": [0] * 8, "wall": None}


@pytest.mark.parametrize("when", [-1.0, 0.0, 0.004, 0.01, 0.025, 0.04, 1.0])
def test_a_viewer_sees_straight_lines_between_frames(when: float) -> None:
    scene, hood = crash_scene(), plate()
    document, binary = unpack(glb_bytes(scene))
    numbers = Numbers(document, binary)
    primitive, weights = primitive_of(document, "car/hood"), weights_at(document, numbers, "car/hood", when)
    shown, light = (
        numbers(primitive["attributes"][what])
        + sum(w * numbers(target[what]) for w, target in zip(weights, primitive["targets"], strict=True))
        for what in ("POSITION", "COLOR_0")
    )
    expected, colors = (
        np.stack([np.interp(when, T, frames[:, i]) for i in range(frames.shape[1])]).reshape(-1, width)
        for frames, width in ((hood.vertices.reshape(4, -1), 3), (linear(STRAIN.paint(hood.values)[..., :3]).reshape(4, -1), 3))
    )
    np.testing.assert_allclose(shown, expected, atol=2e-5)
    np.testing.assert_allclose(light[:, :3], colors, atol=1e-4)
    np.testing.assert_array_equal(light[:, 3], 1.0)
    drawn = mesh_at(hood, scene, when)
    np.testing.assert_allclose(drawn.vertices, expected, atol=1e-12)
    np.testing.assert_allclose(drawn.colors, STRAIN.paint(np.stack([np.interp(when, T, v) for v in hood.values.T])), atol=1e-9)


def test_what_was_written_is_read_back() -> None:
    scene = crash_scene()
    back = scene_from_glb(glb_bytes(scene))
    assert list(back.meshes) == ["block"]
    assert [node.name for node in back.nodes] == ["car/engine"]
    assert back.nodes[0].group == "car"
    for mine, given in zip(back.deforming, scene.deforming, strict=True):
        assert (mine.name, mine.group, mine.bar) == (given.name, given.group, given.bar)
        np.testing.assert_array_equal(mine.faces, given.faces)
        np.testing.assert_allclose(mine.vertices, given.vertices, atol=2e-5)
        if given.values is None:
            assert mine.values is None
            np.testing.assert_allclose(mine.color, given.color, atol=1e-3)
        else:
            np.testing.assert_allclose(mine.values, given.values, atol=1e-7)
    np.testing.assert_allclose(back.deforming[0].t, T, atol=1e-8)
    np.testing.assert_allclose(back.deforming[1].t, scene.t, atol=1e-8)
    assert back.deforming[2].t is None
    again = scene_from_glb(glb_bytes(back))
    np.testing.assert_allclose(again.deforming[0].vertices, back.deforming[0].vertices, atol=1e-9)


def test_small_things_keep_their_shape() -> None:
    """A coupon of a millimetre: positions are as fine as it is small."""
    small = replace(plate(), vertices=plate().vertices * 5e-4)
    (back,) = scene_from_glb(glb_bytes(replace(crash_scene(), nodes=(), deforming=(small,)))).deforming
    np.testing.assert_allclose(back.vertices, small.vertices, atol=5e-8)


def test_an_independent_reader_sees_the_first_frame(tmp_path: Path) -> None:
    scene = replace(crash_scene(), nodes=(), deforming=(plate(),))
    write_glb(scene, tmp_path / "crash.glb")
    (seen,) = trimesh.load(tmp_path / "crash.glb").geometry.values()
    np.testing.assert_allclose(np.asarray(seen.vertices)[seen.faces], plate().vertices[0][plate().faces], atol=1e-6)


def test_20000_vertices_of_40_frames_are_written_quickly_and_into_20_megabytes() -> None:
    scene = Scene(np.linspace(0, 0.1, 40), {}, (), bars=(STRAIN,), deforming=(plate(200, 100, np.linspace(0, 0.1, 40)),))
    start = time.perf_counter()
    data = glb_bytes(scene)
    assert time.perf_counter() - start < 5 * slowness()
    assert len(data) < 20e6


HOOD = plate()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"vertices": HOOD.vertices[0]}, "deforming car/hood: vertices"),
        ({"vertices": HOOD.vertices[:0], "values": None, "t": T[:0]}, "deforming car/hood: vertices"),
        ({"vertices": HOOD.vertices[:, :, :2]}, "deforming car/hood: vertices"),
        ({"vertices": np.full_like(HOOD.vertices, np.nan)}, "deforming car/hood: vertices.*nan"),
        ({"vertices": HOOD.vertices[:3], "values": HOOD.values[:3]}, "deforming car/hood: frames"),
        ({"vertices": HOOD.vertices[:3], "values": HOOD.values[:3], "t": None}, "deforming car/hood: frames"),
        ({"vertices": np.repeat(HOOD.vertices, 20, axis=0)}, f"at most {MOST_FRAMES}.*every k-th frame"),
        ({"t": T[::-1]}, "deforming car/hood: t"),
        ({"faces": HOOD.faces + 1}, "deforming car/hood: faces"),
        ({"values": HOOD.values[:, :-1]}, "deforming car/hood: values"),
        ({"values": np.full_like(HOOD.values, np.inf)}, "deforming car/hood: values"),
        ({"bar": "plastic strian"}, "Did you mean plastic strain"),
        ({"name": "car/engine"}, "deforming car/engine: name"),
    ],
)
def test_what_cannot_be_drawn_is_named(change: dict, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        glb_bytes(replace(crash_scene(), deforming=(replace(HOOD, **change),)))
