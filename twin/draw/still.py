"""A scene as a still picture: surfaces with their colours, see-through ones last, lines with depth, colour bars below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from twin.draw.camera import Camera, fitted
from twin.draw.frame import DPI, INK, color_bar, figure, png
from twin.errors import BadInput, UnknownName
from twin.scene import Mesh, Node, Scene
from twin.scene.check import check
from twin.scene.deforming import mesh_at
from twin.scene.normals import creased

__all__ = ["scene_picture"]

_FINER = 2  # pixels drawn for each one shown, along both edges
_BACKGROUND = np.array([0.955, 0.963, 0.975])
_LIGHT = np.array([-0.35, 0.62, 0.70]) / np.linalg.norm([-0.35, 0.62, 0.70])  # right, up, backward of the camera
_AMBIENT = 0.62  # share of the light that comes from everywhere
_STRIP = 0.62  # [inch] below the picture for the colour bars
_HEAD = 0.36  # [inch] above it for the title
_WORLD = Node("world", "", np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))  # where deforming meshes stand


def scene_picture(
    scene: Scene,
    *,
    azimuth: float = np.radians(-125.0),
    elevation: float = np.radians(20.0),
    focus: Sequence[str] = (),
    frame: int = 0,
    width: int = 1280,
    height: int = 720,
    line_width: float = 2.0,
    title: str = "",
) -> bytes:
    """A PNG of a scene in perspective, with its colour bars.

    Args:
        scene: markers and captions are not drawn.
        azimuth: where one looks from, about Z from +x [rad]; -125 degrees sees what comes towards -x from its right.
        elevation: above the ground [rad], within -90..90 degrees.
        focus: groups that fill the picture; otherwise all meshes, or the lines where there are none.
        frame: index into the scene's times; deforming meshes are as they are at that time.
        width, height: of the 3-D part [pixels]; the title takes a strip above it, colour bars one below.
        line_width: of lines [pixels].
        title: a line above.

    Raises:
        BadInput: a scene that cannot be drawn, no such frame or group, or nothing in it.
    """
    check(scene)
    if not -len(scene.t) <= frame < len(scene.t):
        raise BadInput("scene_picture: frame", frame, f"0..{len(scene.t) - 1}")
    camera = fitted(_to_frame(scene, focus, frame), azimuth, elevation, _FINER * width, _FINER * height)
    image = _draw(scene, camera, frame, _FINER * line_width)
    shown = image.reshape(height, _FINER, width, _FINER, 3).mean(axis=(1, 3))
    strip, head = _STRIP if scene.bars else 0.0, _HEAD if title else 0.0
    whole = height / DPI + strip + head
    drawn = figure(width / DPI, whole)
    axes = drawn.add_axes((0, strip / whole, 1, height / DPI / whole))
    axes.set_axis_off()
    axes.imshow(shown, aspect="auto", interpolation="nearest")
    if title:
        drawn.text(0.16 * DPI / width, 1 - 0.11 / whole, title, size=11, weight="bold", color=INK, va="top")
    each = width / DPI / max(len(scene.bars), 1)
    for i, bar in enumerate(scene.bars):
        long = min(each - 0.6, 3.2)
        color_bar(drawn, bar, (i * each + (each - long) / 2, 0.42, long, 0.11))
    return png(drawn)


def _to_frame(scene: Scene, focus: Sequence[str], frame: int) -> np.ndarray:
    """Points that are to be in the picture [m], shape (n, 3)."""
    groups = {each.group for each in scene.nodes} | {each.group for each in scene.deforming}
    for group in focus:
        if group not in groups:
            raise UnknownName("scene_picture: focus", group, groups)
    nodes = [node for node in scene.nodes if not focus or node.group in focus]
    points = [_placed(node, scene.meshes[node.mesh].vertices, frame) for node in nodes]
    deforming = [each for each in scene.deforming if not focus or each.group in focus]
    points += [mesh_at(each, scene, scene.t[frame]).vertices for each in deforming]
    points = points or [np.asarray(line, float) for lines in scene.lines for line in lines.polylines]
    if not points:
        raise BadInput("scene_picture: scene", "neither meshes nor lines", "something to draw")
    return np.concatenate(points)


def _draw(scene: Scene, camera: Camera, frame: int, line_width: float) -> np.ndarray:
    """The scene in the camera's pixels, RGB in 0..1, shape (height, width, 3)."""
    from twin.draw.raster import fill, stroke

    image = np.tile(_BACKGROUND.astype(np.float32), (camera.height, camera.width, 1))
    depth = np.zeros((camera.height, camera.width))
    surfaces = [_shaded(scene.meshes[node.mesh], node, camera, frame) for node in scene.nodes]
    surfaces += [_shaded(mesh_at(each, scene, scene.t[frame]), _WORLD, camera, 0) for each in scene.deforming]
    corners = np.concatenate([np.empty((0, 3, 3)), *(c for c, _ in surfaces)])
    paint = np.concatenate([np.empty((0, 3, 4)), *(p for _, p in surfaces)])
    opaque = (paint[:, :, 3] > 0.999).all(axis=1)
    fill(corners[opaque], paint[opaque], depth, image)
    for points, colors in _polylines(scene):
        seen = camera.project(points)
        pairs, paints = (np.stack([rows[:-1], rows[1:]], axis=1) for rows in (seen, colors[:, :3]))
        stroke(pairs, paints, line_width / 2, 1e-3, depth, image)
    far_first = np.argsort(corners[~opaque, :, 2].mean(axis=1))
    fill(corners[~opaque][far_first], paint[~opaque][far_first], depth, image)
    return image


def _shaded(mesh: Mesh, node: Node, camera: Camera, frame: int) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the triangles of a mesh at a node in pixels, shape (m, 3, 3), and their lit colours, shape (m, 3, 4)."""
    colors = np.tile(mesh.color, (len(mesh.vertices), 1)) if mesh.colors is None else np.asarray(mesh.colors, float)
    rows, normals, faces = creased(np.concatenate([np.asarray(mesh.vertices, float), colors], axis=1), np.asarray(mesh.faces))
    points = _placed(node, rows[:, :3], frame)
    normals = normals @ _rotation(node, frame).T
    toward = camera.eye - points
    normals *= np.where(np.einsum("ij,ij->i", normals, toward) < 0, -1.0, 1.0)[:, None]  # both sides are lit alike
    light = _AMBIENT + (1 - _AMBIENT) * np.clip(normals @ (_LIGHT @ camera.axes), 0.0, 1.0)
    paint = np.concatenate([np.clip(rows[:, 3:6] * light[:, None], 0.0, 1.0), rows[:, 6:]], axis=1)
    return camera.project(points)[faces], paint[faces]


def _polylines(scene: Scene) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Points [m], shape (k, 3), and colours, shape (k, 4), of all lines and trails."""
    for lines in scene.lines:
        for i, line in enumerate(lines.polylines):
            colors = np.tile(lines.color, (len(line), 1)) if lines.colors is None else lines.colors[i]
            yield np.asarray(line, float), np.asarray(colors, float)
    for trail in scene.trails:
        yield np.asarray(trail.points, float), np.tile(trail.color, (len(trail.points), 1))


def _placed(node: Node, vertices: np.ndarray, frame: int) -> np.ndarray:
    position = np.reshape(node.position, (-1, 3))[frame if np.ndim(node.position) == 2 else 0]
    placed: np.ndarray = np.asarray(vertices, float) @ _rotation(node, frame).T + position
    return placed


def _rotation(node: Node, frame: int) -> np.ndarray:
    """Rotation matrix of a node, shape (3, 3)."""
    w, x, y, z = np.reshape(node.rotation, (-1, 4))[frame if np.ndim(node.rotation) == 2 else 0]
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
