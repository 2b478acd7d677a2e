"""What a drawable scene has to be: arrays of the right shapes, finite numbers, names that exist."""

from __future__ import annotations

import numpy as np

from twin.errors import BadInput, UnknownName
from twin.scene.deforming import MOST_FRAMES, frame_times
from twin.scene.model import Deforming, Lines, Mesh, Node, Scene

__all__ = ["check"]

Shapes = list[tuple[int, ...]]


def check(scene: Scene) -> None:
    """Refuse a scene that cannot be drawn.

    Raises:
        BadInput: an array of the wrong shape, a number that is not finite, a node without a mesh, a bar without a range.
    """
    t = np.asarray(scene.t, float)
    _check_times("scene.t", t)
    for key, mesh in scene.meshes.items():
        _check_mesh(f"mesh {key}", mesh)
    for node in scene.nodes:
        _check_node(node, scene, len(t))
    for deforming in scene.deforming:
        _check_deforming(f"deforming {deforming.name}", deforming, scene)
    for trail in scene.trails:
        _check_array(f"trail {trail.name}: points", trail.points, [(len(t), 3)])
    for name, curve in scene.curves.items():
        if np.shape(curve) != t.shape:
            raise BadInput(f"curve {name}", np.shape(curve), f"one value a frame, shape {t.shape}")
    for lines in scene.lines:
        _check_lines(f"lines {lines.name}", lines)
    for bar in scene.bars:
        bar.paint(np.array([bar.low]))


def _check_times(where: str, t: np.ndarray) -> None:
    if t.ndim != 1 or not len(t) or not np.isfinite(t).all() or (np.diff(t) <= 0).any():
        raise BadInput(where, t.shape, "strictly increasing finite times, shape (frames,)")


def _check_mesh(where: str, mesh: Mesh) -> None:
    _check_array(f"{where}: vertices", mesh.vertices, [(len(mesh.vertices), 3)])
    _check_corners(where, mesh.faces, len(mesh.vertices))
    if mesh.colors is not None:
        _check_colors(f"{where}: colors", mesh.colors, len(mesh.vertices))


def _check_corners(where: str, faces: np.ndarray, count: int) -> None:
    _check_array(f"{where}: faces", faces, [(len(faces), 3)])
    if not len(faces) or np.min(faces) < 0 or np.max(faces) >= count:
        raise BadInput(f"{where}: faces", len(faces), f"at least one triangle of vertices 0..{count - 1}")


def _check_deforming(where: str, deforming: Deforming, scene: Scene) -> None:
    names = [*(node.name for node in scene.nodes), *(each.name for each in scene.deforming)]
    if names.count(deforming.name) > 1:
        raise BadInput(f"{where}: name", deforming.name, "a name that no node and no other deforming mesh has")
    if np.ndim(deforming.vertices) != 3 or not len(deforming.vertices):
        raise BadInput(f"{where}: vertices", np.shape(deforming.vertices), "an array of shape (frames, vertices, 3)")
    frames, count = np.shape(deforming.vertices)[:2]
    if frames > MOST_FRAMES:
        raise BadInput(f"{where}: frames", frames, f"at most {MOST_FRAMES}", "Give every k-th frame, with their times in `t`.")
    _check_array(f"{where}: vertices", deforming.vertices, [(frames, count, 3)])
    _check_corners(where, deforming.faces, count)
    t = frame_times(deforming, scene.t)
    _check_times(f"{where}: t", t)
    if len(t) != frames:
        raise BadInput(f"{where}: frames", frames, f"{len(t)}, as many as times, or 1 without times of its own")
    if deforming.values is not None:
        _check_array(f"{where}: values", deforming.values, [(frames, count)])
        quantities = [bar.quantity for bar in scene.bars]
        if deforming.bar not in quantities:
            raise UnknownName(f"{where}: bar", deforming.bar, quantities)


def _check_node(node: Node, scene: Scene, frames: int) -> None:
    if node.mesh not in scene.meshes:
        raise UnknownName(f"node {node.name}: mesh", node.mesh, scene.meshes)
    _check_array(f"node {node.name}: position", node.position, [(3,), (frames, 3)])
    _check_array(f"node {node.name}: rotation", node.rotation, [(4,), (frames, 4)])


def _check_lines(where: str, lines: Lines) -> None:
    if not len(lines.polylines):
        raise BadInput(where, "nothing", "at least one polyline", "Leave lines out that have none.")
    if lines.colors is not None and len(lines.colors) != len(lines.polylines):
        raise BadInput(f"{where}: colors", len(lines.colors), f"colours of {len(lines.polylines)} polylines")
    for i, line in enumerate(lines.polylines):
        _check_array(f"{where}: polyline {i}", line, [(max(len(line), 2), 3)])
        if lines.colors is not None:
            _check_colors(f"{where}: colors {i}", lines.colors[i], len(line))


def _check_colors(where: str, colors: np.ndarray, count: int) -> None:
    _check_array(where, colors, [(count, 4)])
    if np.min(colors) < 0 or np.max(colors) > 1:
        raise BadInput(where, (float(np.min(colors)), float(np.max(colors))), "RGBA in 0..1")


def _check_array(where: str, array: np.ndarray, shapes: Shapes) -> None:
    if np.shape(array) not in shapes:
        raise BadInput(where, np.shape(array), "an array of shape " + " or ".join(str(shape) for shape in shapes))
    if not np.isfinite(array).all():
        raise BadInput(where, "nan or inf", "finite numbers")
