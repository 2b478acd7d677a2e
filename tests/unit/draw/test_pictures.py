"""PNG pictures of fields and scenes: the right colours at the right places, hidden things hidden, errors in words."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from PIL import Image

from twin.draw import history_picture, scene_picture, slice_picture
from twin.draw.camera import fitted
from twin.draw.raster import fill, stroke
from twin.errors import BadInput
from twin.scene import ColorBar, Deforming, Lines, Mesh, Node, Scene

STILL = np.array([1.0, 0.0, 0.0, 0.0])
SPEED = ColorBar("speed", "m/s", 0.0, 10.0)


def pixels(data: bytes) -> np.ndarray:
    """RGB in 0..1, shape (h, w, 3)."""
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    return np.asarray(image.convert("RGB"), float) / 255


def near(image: np.ndarray, color: np.ndarray, tolerance: float = 0.02) -> np.ndarray:
    """Which pixels have a colour."""
    return (np.abs(image - np.asarray(color)[:3]) < tolerance).all(axis=2)


def middle(mask: np.ndarray) -> tuple[float, float]:
    """Mean place of the true pixels: right, down."""
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean())


def test_a_slice_has_its_first_axis_to_the_right_and_its_second_upwards() -> None:
    field = np.full((40, 20), 5.0)
    field[30:, 15:] = 9.0
    solid = np.zeros(field.shape, bool)
    solid[:6, :6] = True
    image = pixels(slice_picture(field, SPEED, cell=0.1, origin=(-2, 0), solid=solid))
    high, low, body = (near(image, c) for c in (SPEED.paint(np.array(9.0)), SPEED.paint(np.array(5.0)), (0.765, 0.788, 0.824)))
    # the colour bar has the same colours in a thin strip
    (x_high, y_high), (x_low, y_low), (x_body, y_body) = (middle(mask) for mask in (high, low, body))
    assert x_high > x_low > x_body
    assert y_high < y_low < y_body
    assert high.sum() / low.sum() == pytest.approx(50 / (800 - 50 - 36), rel=0.1)


def test_a_slice_keeps_its_proportions_and_its_white_for_what_is_unknown() -> None:
    field = np.full((60, 20), 5.0)
    field[:30] = np.nan
    known = near(pixels(slice_picture(field, SPEED, cell=0.1)), SPEED.paint(np.array(5.0)))
    rows, columns = (np.flatnonzero(known.sum(axis=k) > 100) for k in (1, 0))
    assert len(columns) / len(rows) == pytest.approx(30 / 20, rel=0.03)


def test_streamlines_are_drawn_over_a_slice() -> None:
    field = np.full((60, 30), 2.0)
    plain = slice_picture(field, SPEED, cell=0.1)
    spread = slice_picture(field, SPEED, cell=0.1, velocity=np.stack([field, 0 * field], axis=-1))
    chosen = slice_picture(field, SPEED, cell=0.1, lines=[np.array([[1.0, 0.5], [5.0, 2.5]])])
    assert (np.abs(pixels(spread) - pixels(plain)).max(axis=2) > 0.3).sum() > 3000
    assert (np.abs(pixels(chosen) - pixels(plain)).max(axis=2) > 0.1).sum() > 300
    assert slice_picture(field, SPEED, cell=0.1) == plain, "equal pictures are equal bytes"


def test_the_start_up_does_not_flatten_the_rest_of_a_history() -> None:
    t = np.linspace(0, 2, 800)
    drag = 0.3 + 0.02 * np.sin(40 * t) + 50 * np.exp(-t / 0.02)
    image = pixels(history_picture(t, drag, quantity="drag coefficient", start=0.5, mean=0.3, half_width=0.004))
    curve = near(image, (0.133, 0.341, 0.839), 0.1)
    rows = np.flatnonzero(curve.sum(axis=1))
    assert len(rows) > 0.3 * image.shape[0]
    band = near(image, (0.965, 0.855, 0.796), 0.03)
    rows, columns = (np.flatnonzero(band.sum(axis=k) > 20) for k in (1, 0))
    assert 10 < len(rows) < 0.2 * image.shape[0]
    assert columns.min() > 0.25 * image.shape[1], "the interval belongs to what was kept"


def test_triangles_cover_exactly_what_they_should_and_the_closest_wins() -> None:
    square = np.array([[10.0, 10, 0.5], [50, 10, 0.5], [50, 50, 0.5], [10, 50, 0.5]])
    tilted = np.array([[0.0, 0, 0.4], [60, 0, 0.6], [60, 60, 0.6], [0, 60, 0.4]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    red, blue = (np.broadcast_to(np.array(c), (2, 3, 4)).copy() for c in ((1.0, 0, 0, 1), (0, 0, 1.0, 1)))
    pictures = []
    for order in ((0, 1), (1, 0)):
        depth, image = np.zeros((61, 61)), np.ones((61, 61, 3), np.float32)
        for which in order:
            fill(((square, tilted)[which])[faces], (red, blue)[which], depth, image)
        pictures.append(image)
    np.testing.assert_allclose(*pictures, atol=1e-6)
    # closeness is linear across the picture: the two planes meet at column 30
    expected = np.ones((61, 61, 3))
    expected[:60, :60] = [0, 0, 1]
    expected[10:50, 10:30] = [1, 0, 0]
    np.testing.assert_allclose(pictures[0], expected, atol=1e-6)


def test_colours_are_interpolated_in_perspective() -> None:
    """Halfway between a corner at distance 1 and one at 3 the picture shows a quarter of the way along."""
    corners = np.array([[[0.0, 0, 1.0], [100, 0, 1 / 3], [0, 100, 1.0]]])
    paint = np.array([[[0.0, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, 1]]])
    depth, image = np.zeros((100, 100)), np.zeros((100, 100, 3), np.float32)
    fill(corners, paint, depth, image)
    assert image[0, 49:51, 0].mean() == pytest.approx(0.25, abs=0.005)
    assert depth[0, 49:51].mean() == pytest.approx(2 / 3, abs=1e-6), "at distance 1.5"


def test_what_is_see_through_lets_through_and_lines_hide_behind_what_is_closer() -> None:
    depth, image = np.zeros((40, 40)), np.zeros((40, 40, 3), np.float32)
    wall = np.array([[[0.0, 0, 0.5], [41.3, 0, 0.5], [0, 41.3, 0.5]], [[41.3, 0, 0.5], [41.3, 41.3, 0.5], [0, 41.3, 0.5]]])
    fill(wall, np.broadcast_to(np.array([0.0, 1.0, 0.0, 0.25]), (2, 3, 4)).copy(), depth, image)
    np.testing.assert_allclose(image[5:30, 5:30], np.broadcast_to([0, 0.25, 0], (25, 25, 3)), atol=1e-6)
    assert (depth == 0).all()
    white = np.ones((1, 2, 3))
    stroke(np.array([[[5.0, 10, 0.3], [35, 10, 0.3]]]), white, 1.0, 1e-3, depth, image)
    assert image[10, 20].tolist() == [1, 1, 1]
    fill(wall, np.broadcast_to(np.array([0.0, 0.0, 1.0, 1.0]), (2, 3, 4)).copy(), depth, image)
    stroke(np.array([[[5.0, 20, 0.3], [35, 20, 0.6]]]), white, 1.0, 1e-3, depth, image)
    assert image[10, 20].tolist() == [0, 0, 1], "drawn over"
    assert image[20, 10].tolist() == [0, 0, 1], "behind the wall"
    assert image[20, 33].tolist() == [1, 1, 1], "before it"


def test_the_camera_holds_all_points_and_no_more() -> None:
    points = np.random.default_rng(0).normal(size=(200, 3)) * [4, 1, 1]
    camera = fitted(points, -2.0, 0.3, 800, 450, margin=1.0)
    seen = camera.project(points)
    assert (seen[:, 2] > 0).all()
    assert (seen[:, :2] >= -1e-6).all()
    assert (seen[:, 0] <= 800 + 1e-6).all()
    assert (seen[:, 1] <= 450 + 1e-6).all()
    slack = min(seen[:, 0].min(), 800 - seen[:, 0].max(), seen[:, 1].min(), 450 - seen[:, 1].max())
    assert slack < 1e-6
    above = camera.project(np.array([[0, 0, 1.0], [0, 0, 0.0]]))
    assert above[0, 1] < above[1, 1], "Z is up"


def ball_scene() -> Scene:
    """Red where it looks to -x, blue where to +x; a line before it, one behind it, and glass around it."""
    shape = trimesh.creation.icosphere(subdivisions=3)
    vertices = np.asarray(shape.vertices)
    colors = np.where(vertices[:, :1] < 0, [0.8, 0.1, 0.1, 1.0], [0.1, 0.1, 0.8, 1.0])
    ball = Mesh(vertices, np.asarray(shape.faces), colors=colors)
    z = np.linspace(-3, 3, 20)
    fore = Lines("fore", (np.stack([0 * z, 0 * z - 1.5, z], axis=1),), (0.0, 0.6, 0.0, 1.0))
    aft = Lines("aft", (np.stack([0 * z + 0.3, 0 * z + 1.5, z], axis=1),), (0.9, 0.6, 0.0, 1.0))
    return Scene(np.zeros(1), {"ball": ball}, (Node("ball", "ball", np.zeros(3), STILL, "body"),), lines=(fore, aft), bars=(SPEED,))


def test_a_scene_is_drawn_with_its_colours_lines_and_bars() -> None:
    look = {"azimuth": -np.pi / 2, "elevation": 0.0, "width": 480, "height": 320}
    image = pixels(scene_picture(ball_scene(), **look))
    assert image.shape[1] == 480
    assert image.shape[0] > 320 + 60, "a strip for the bar"
    scene = image[:320]
    red, blue = (scene[..., 0] > 2.5 * scene[..., 2]) & (scene[..., 1] < 0.3), (scene[..., 2] > 2.5 * scene[..., 0])
    assert middle(red)[0] < 200
    assert middle(blue)[0] > 280
    # the silhouette is a disc that fills the height but for the margin
    rows, columns = np.nonzero(red | blue)
    assert np.ptp(rows) == pytest.approx(320 / 1.08, rel=0.05)
    assert np.ptp(columns) == pytest.approx(np.ptp(rows), rel=0.03)
    fore, aft = near(scene, (0.0, 0.6, 0.0), 0.15), near(scene, (0.9, 0.6, 0.0), 0.15)
    assert fore[160, 230:250].any(), "a line before the ball"
    assert not aft[100:220].any(), "a line behind the ball"
    assert aft[:8].any(), "it comes out above"


def test_a_scene_is_drawn_at_the_frame_asked_for_and_fitted_to_a_group() -> None:
    scene = ball_scene()
    moving = replace(scene.nodes[0], name="mover", position=np.array([[0.0, 0, 0], [1.5, 0, 0]]), group="other")
    scene = replace(scene, t=np.array([0.0, 1.0]), nodes=(scene.nodes[0], moving), lines=(), bars=())
    look = {"azimuth": -np.pi / 2, "elevation": 0.0, "width": 320, "height": 200}
    first, last = (pixels(scene_picture(scene, frame=k, focus=("body",), **look)) for k in (0, -1))
    assert first.shape == (200, 320, 3)
    assert (np.abs(first - last).max(axis=2) > 0.2).sum() > 200
    assert (last[:, 250:] < 0.7).any()
    assert not (first[:, 280:] < 0.7).any()


def test_a_deforming_plate_has_another_shape_and_other_colours_at_another_frame() -> None:
    """A square in the x-z plane that doubles its height while it strains."""
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]])
    tall = corners * [1, 1, 2]
    plate = Deforming(
        "plate",
        np.array([[0, 1, 2], [0, 2, 3]]),
        np.stack([corners, tall]),
        np.array([[1.0] * 4, [9.0] * 4]),
        "speed",
        group="steel",
        t=np.array([0.0, 2.0]),
    )
    scene = Scene(np.linspace(0, 2, 5), {}, (), bars=(SPEED,), deforming=(plate,))
    look = {"azimuth": -np.pi / 2, "elevation": 0.0, "width": 300, "height": 300, "focus": ("steel",)}
    shades, sizes = [], []
    for frame in (0, 2, 4):
        image = pixels(scene_picture(scene, frame=frame, **look))[:300]
        mask = np.abs(image - image[2, 2]).max(axis=2) > 0.05
        rows, columns = np.nonzero(mask)
        shades.append(np.median(image[mask], axis=0))
        sizes.append(np.ptp(rows) / np.ptp(columns))
    np.testing.assert_allclose(sizes, [1, 1.5, 2], rtol=0.03)
    for shade, value in zip(shades, (1.0, 5.0, 9.0), strict=True):
        color = SPEED.paint(np.array(value))[:3]
        np.testing.assert_allclose(shade / np.linalg.norm(shade), color / np.linalg.norm(color), atol=0.03)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: slice_picture(np.zeros(5), SPEED, cell=1), "slice_picture: field"),
        (lambda: slice_picture(np.zeros((5, 5)), SPEED, cell=1, solid=np.zeros((4, 5), bool)), "slice_picture: solid"),
        (lambda: slice_picture(np.zeros((5, 5)), SPEED, cell=1, velocity=np.zeros((5, 5, 3))), "slice_picture: velocity"),
        (lambda: slice_picture(np.zeros((5, 5)), ColorBar("a", "1", 2, 1), cell=1), "color range"),
        (lambda: history_picture(np.arange(3.0), np.zeros(4), quantity="a"), "history_picture: t and values"),
        (lambda: history_picture(np.arange(3.0), np.zeros(3), quantity="a", start=5.0), "history_picture: start"),
        (lambda: scene_picture(ball_scene(), frame=3), "scene_picture: frame"),
        (lambda: scene_picture(ball_scene(), focus=("bodi",)), "Did you mean body"),
        (lambda: scene_picture(Scene(np.zeros(1), {}, ())), "something to draw"),
    ],
)
def test_what_cannot_be_drawn_is_named(call, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        call()


def test_matplotlib_and_numba_come_with_the_first_picture_only() -> None:
    code = "import sys, twin.cli, twin.view, twin.scene, twin.draw; print([m for m in ('matplotlib', 'numba') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
