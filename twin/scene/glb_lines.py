"""Still polylines in a GLB file: one mesh of mode LINES each, so that other tools draw them too."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scene.container import Buffer, Numbers
from twin.scene.materials import Materials, color_of, colors_of
from twin.scene.model import Lines

__all__ = ["is_lines", "lines_mesh", "read_lines"]

_LINES = 1  # glTF's mode: every two indices are a segment


def lines_mesh(lines: Lines, buffer: Buffer, materials: Materials) -> dict[str, Any]:
    """The glTF mesh of some polylines."""
    lengths = [len(line) for line in lines.polylines]
    last = np.cumsum(lengths) - 1
    start = np.delete(np.arange(sum(lengths)), last)
    attributes = {"POSITION": buffer.vertices(np.concatenate([np.asarray(line, float) for line in lines.polylines]))}
    if lines.colors is None:
        material = materials.plain(lines.color)
    else:
        colors = np.concatenate([np.asarray(color, float) for color in lines.colors])
        attributes["COLOR_0"] = buffer.colors(colors)
        material = materials.painted(colors)
    indices = buffer.indices(np.stack([start, start + 1], axis=1))
    return {"name": lines.name, "primitives": [{"attributes": attributes, "indices": indices, "material": material, "mode": _LINES}]}


def is_lines(mesh: dict[str, Any]) -> bool:
    """Whether a glTF mesh holds polylines, not triangles."""
    return bool(mesh["primitives"][0].get("mode") == _LINES)


def read_lines(mesh: dict[str, Any], document: dict[str, Any], numbers: Numbers) -> Lines:
    """The polylines of a mesh that `lines_mesh` made."""
    primitive = mesh["primitives"][0]
    points, segments = numbers(primitive["attributes"]["POSITION"]), numbers(primitive["indices"]).reshape(-1, 2)
    # a point that no segment starts at is the end of its polyline
    cuts = np.setdiff1d(np.arange(len(points)), segments[:, 0])[:-1] + 1
    color = color_of(document["materials"][primitive["material"]])
    colors = None
    if "COLOR_0" in primitive["attributes"]:
        colors = tuple(np.split(colors_of(numbers(primitive["attributes"]["COLOR_0"])), cuts))
    return Lines(mesh["name"], tuple(np.split(points, cuts)), color, colors)
