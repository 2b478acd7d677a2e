"""Vertex colours, still lines and colour bars: by the format's rules, by an independent reader, and back again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh

from twin.errors import BadInput
from twin.scene import ColorBar, Lines, Mesh, Node, Scene, glb_bytes, scene_from_glb, write_glb
from twin.scene.colormap import MAPS, colors, table
from twin.scene.container import Numbers, unpack

STILL = np.array([1.0, 0.0, 0.0, 0.0])
CP = ColorBar("pressure coefficient", "1", -1.0, 1.0, "blue-white-red")
SPEED = ColorBar("speed", "m/s", 0.0, 30.0)


def flow_scene() -> Scene:
    """A ball coloured by the pressure of potential flow, and two streamlines of unequal length."""
    shape = trimesh.creation.icosphere(subdivisions=2)
    vertices = np.asarray(shape.vertices)
    cp = 1 - 2.25 * (1 - vertices[:, 0] ** 2)
    ball = Mesh(vertices, np.asarray(shape.faces), colors=CP.paint(cp))
    x = np.linspace(-3, 3, 20)
    paths = (np.stack([x, 0 * x, 1.2 + 0 * x], axis=1), np.stack([x[:7], 0 * x[:7] + 0.3, x[:7] ** 2 / 9], axis=1))
    lines = Lines("streamlines", paths, colors=tuple(SPEED.paint(np.linspace(0, 30, len(path))) for path in paths))
    plain = Lines("edges", (np.eye(3), np.eye(3)[:2] + 2.0), (0.1, 0.2, 0.3, 1.0))
    return Scene(
        np.array([0.0]), {"ball": ball}, (Node("body/ball", "ball", np.zeros(3), STILL, "body"),), lines=(lines, plain), bars=(CP, SPEED)
    )


def test_everything_comes_back() -> None:
    scene = flow_scene()
    back = scene_from_glb(glb_bytes(scene))
    assert back.bars == scene.bars
    assert [lines.name for lines in back.lines] == ["streamlines", "edges"]
    for mine, given in zip(back.lines, scene.lines, strict=True):
        assert len(mine.polylines) == len(given.polylines)
        for a, b in zip(mine.polylines, given.polylines, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
    assert back.lines[1].colors is None
    np.testing.assert_allclose(back.lines[1].color, scene.lines[1].color, atol=1e-4)
    for a, b in zip(back.lines[0].colors, scene.lines[0].colors, strict=True):
        np.testing.assert_allclose(a, b, atol=1 / 510)
    mine, given = back.meshes["ball"], scene.meshes["ball"]
    assert [node.name for node in back.nodes] == ["body/ball"]
    order_mine, order_given = (np.lexsort(np.round(mesh.vertices, 5).T) for mesh in (mine, given))
    np.testing.assert_allclose(mine.vertices[order_mine], given.vertices[order_given], atol=1e-6)
    np.testing.assert_allclose(mine.colors[order_mine], given.colors[order_given], atol=1 / 510)


def test_colours_stand_in_a_normalized_accessor_in_linear_light() -> None:
    document, binary = unpack(glb_bytes(flow_scene()))
    ball, streamlines, _ = document["meshes"]
    for mesh in (ball, streamlines):
        primitive = mesh["primitives"][0]
        accessor = document["accessors"][primitive["attributes"]["COLOR_0"]]
        assert (accessor["type"], accessor["componentType"], accessor["normalized"]) == ("VEC4", 5123, True)
        assert accessor["count"] == document["accessors"][primitive["attributes"]["POSITION"]]["count"]
        assert "baseColorFactor" not in document["materials"][primitive["material"]]["pbrMetallicRoughness"], "it would multiply"
    assert streamlines["primitives"][0]["mode"] == 1
    assert document["accessors"][streamlines["primitives"][0]["indices"]]["count"] == 2 * (19 + 6)
    # 0.5 in sRGB is 0.2140 in linear light (IEC 61966-2-1)
    grey = Lines("grey", (np.eye(3),), colors=(np.full((3, 4), 0.5),))
    document, binary = unpack(glb_bytes(Scene(np.zeros(1), {}, (), lines=(grey,))))
    light = Numbers(document, binary)(document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"])
    np.testing.assert_allclose(light, np.tile([0.2140, 0.2140, 0.2140, 0.5], (3, 1)), atol=1e-4)


def test_an_independent_reader_sees_colours_and_lines(tmp_path: Path) -> None:
    scene = flow_scene()
    write_glb(scene, tmp_path / "flow.glb")
    loaded = trimesh.load(tmp_path / "flow.glb")
    ball = next(g for g in loaded.geometry.values() if isinstance(g, trimesh.Trimesh))
    seen = np.asarray(ball.visual.vertex_attributes["color"], float)  # beside the material, which is white
    cp = 1 - 2.25 * (1 - np.asarray(ball.vertices)[:, 0] ** 2)
    light = np.where(CP.paint(cp) <= 0.04045, CP.paint(cp) / 12.92, ((CP.paint(cp) + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(seen[:, :3] / (65535 if seen.max() > 255 else 255), light[:, :3], atol=0.01)
    paths = [g for g in loaded.geometry.values() if isinstance(g, trimesh.path.Path3D)]
    # trimesh takes all points of a LINES primitive for one path, whatever its indices say
    for path, lines in zip(paths, scene.lines, strict=True):
        np.testing.assert_allclose(path.vertices, np.concatenate(lines.polylines), atol=1e-6)


def test_faces_with_colours_of_their_own_keep_them() -> None:
    """Two triangles of one plane that share an edge: smooth in shape, but not in colour."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    paint = np.repeat([[1, 0, 0, 1], [0, 0, 1, 1]], 3, axis=0).astype(float)
    mesh = Mesh(corners, np.arange(6).reshape(2, 3), colors=paint)
    back = scene_from_glb(glb_bytes(Scene(np.zeros(1), {"m": mesh}, (Node("m", "m", np.zeros(3), STILL),)))).meshes["m"]
    np.testing.assert_allclose(back.colors[back.faces], paint.reshape(2, 3, 4), atol=1e-4)


def test_what_sees_through_is_blended() -> None:
    scene = flow_scene()
    glass = replace(scene.meshes["ball"], colors=np.full((len(scene.meshes["ball"].vertices), 4), 0.4))
    document, _ = unpack(glb_bytes(replace(scene, meshes={"ball": glass})))
    assert document["materials"][document["meshes"][0]["primitives"][0]["material"]]["alphaMode"] == "BLEND"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lines": (Lines("s", (np.zeros((1, 3)),)),)}, "lines s: polyline 0"),
        ({"lines": (Lines("s", (np.full((3, 3), np.nan),)),)}, "lines s: polyline 0"),
        ({"lines": (Lines("s", ()),)}, "lines s"),
        ({"lines": (Lines("s", (np.eye(3),), colors=()),)}, "lines s: colors"),
        ({"lines": (Lines("s", (np.eye(3),), colors=(np.zeros((2, 4)),)),)}, "lines s: colors 0"),
        ({"bars": (ColorBar("speed", "m/s", 1.0, 1.0),)}, "color range"),
        ({"bars": (ColorBar("speed", "m/s", 0.0, 1.0, "virids"),)}, "Did you mean viridis"),
        ({"meshes": {"ball": Mesh(np.eye(3), np.array([[0, 1, 2]]), colors=np.zeros((3, 3)))}}, "mesh ball: colors"),
        ({"meshes": {"ball": Mesh(np.eye(3), np.array([[0, 1, 2]]), colors=np.full((3, 4), 1.5))}}, "RGBA in 0..1"),
    ],
)
def test_what_cannot_be_drawn_is_named(change: dict, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        glb_bytes(replace(flow_scene(), **change))


def test_viridis_is_matplotlibs() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    x = np.linspace(0, 1, 256)
    np.testing.assert_allclose(colors(x, "viridis", 0, 1)[:, :3], matplotlib.colormaps["viridis"](x)[:, :3], atol=0.012)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """OKLab (Ottosson 2020) of sRGB colours, shape (n, 3)."""
    light = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lms = light @ np.array(
        [[0.4122214708, 0.2119034982, 0.0883024619], [0.5363325363, 0.6806995451, 0.2817188376], [0.0514459929, 0.1073969566, 0.6299787005]]
    )
    return np.cbrt(lms) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )


def test_the_signed_map_is_symmetric_in_lightness_and_the_other_one_rises() -> None:
    signed, magnitude = (oklab(colors(np.linspace(-1, 1, 201), name, -1, 1)[:, :3])[:, 0] for name in ("blue-white-red", "viridis"))
    np.testing.assert_allclose(signed, signed[::-1], atol=0.012)
    assert (np.diff(signed[:101]) > 0).all()
    assert signed.argmax() == 100
    assert (np.diff(magnitude) > 0).all()
    assert np.ptp(np.diff(oklab(table("viridis"))[:, 0])) < 0.02


@pytest.mark.parametrize("name", MAPS)
def test_values_beyond_the_range_have_the_colour_of_its_end_and_nan_is_grey(name: str) -> None:
    ends = colors(np.array([-np.inf, -5.0, 0.0, 1.0, 7.0, np.inf, np.nan]), name, 0.0, 1.0)
    np.testing.assert_array_equal(ends[:3, :3], np.tile(table(name)[0], (3, 1)))
    np.testing.assert_array_equal(ends[3:6, :3], np.tile(table(name)[-1], (3, 1)))
    np.testing.assert_array_equal(ends[6], [0.6, 0.6, 0.6, 1.0])
    assert colors(np.zeros((2, 3)), name, -1, 1).shape == (2, 3, 4)
