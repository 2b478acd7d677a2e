"""A GLB file that twin wrote, as a scene again."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import BadInput
from twin.scene.container import Numbers, unpack
from twin.scene.glb_lines import is_lines, read_lines
from twin.scene.materials import color_of, colors_of
from twin.scene.model import ColorBar, Marker, Mesh, Node, Scene, Trail
from twin.scene.tracks import Between, lerp, slerp

__all__ = ["read_glb", "scene_from_glb"]


def read_glb(path: Path | str) -> Scene:
    """The scene of a file that `write_glb` made: equal triangles, motion within the tolerances, numbers as float32.

    Raises:
        BadInput: not a GLB file, a torn one, or one that does not come from twin.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(str(path), "this path", "a readable scene.glb", str(error)) from error
    return scene_from_glb(data, where=str(path))


def scene_from_glb(data: bytes, *, where: str = "GLB data") -> Scene:
    """The scene in the bytes of a GLB file that twin wrote; `where` names them in an error message."""
    try:
        document, binary = unpack(data)
        extras = document["scenes"][0]["extras"]["twin"]
        return _scene(document, extras, Numbers(document, binary))
    except (ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise BadInput(where, f"{len(data)} bytes", "a scene.glb written by twin", "Run the scenario again to write a new one.") from error


def _scene(document: dict[str, Any], extras: dict[str, Any], numbers: Numbers) -> Scene:
    t = numbers(extras["t"])
    return Scene(
        t=t,
        meshes={mesh["name"]: _read_mesh(document, mesh, numbers) for mesh in document.get("meshes", []) if not is_lines(mesh)},
        nodes=tuple(_read_nodes(document, t, numbers)),
        trails=tuple(Trail(s["name"], numbers(s["points"]), tuple(s["color"])) for s in extras["trails"]),
        markers=tuple(_read_markers(extras.get("markers"), numbers)),
        curves={curve["name"]: numbers(curve["values"]) for curve in extras["curves"]},
        units={curve["name"]: curve["unit"] for curve in extras["curves"] if curve["unit"]},
        captions=tuple((when, text) for when, text in extras["captions"]),
        lines=tuple(read_lines(mesh, document, numbers) for mesh in document.get("meshes", []) if is_lines(mesh)),
        bars=tuple(ColorBar(b["quantity"], b["unit"], b["low"], b["high"], b["map"]) for b in extras.get("bars", [])),
    )


def _read_mesh(document: dict[str, Any], mesh: dict[str, Any], numbers: Numbers) -> Mesh:
    primitive = mesh["primitives"][0]
    attributes, color = primitive["attributes"], color_of(document["materials"][primitive["material"]])
    colors = colors_of(numbers(attributes["COLOR_0"])) if "COLOR_0" in attributes else None
    return Mesh(numbers(attributes["POSITION"]), numbers(primitive["indices"]).reshape(-1, 3), color, colors)


def _read_nodes(document: dict[str, Any], t: np.ndarray, numbers: Numbers) -> list[Node]:
    group = {child: node["name"] for node in document["nodes"][1:] for child in node.get("children", [])}
    tracks: dict[tuple[int, str], tuple[np.ndarray, np.ndarray]] = {}
    for animation in document.get("animations", []):
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            tracks[channel["target"]["node"], channel["target"]["path"]] = numbers(sampler["input"]), numbers(sampler["output"])
    nodes = []
    for index, node in enumerate(document["nodes"]):
        if "mesh" in node and not is_lines(document["meshes"][node["mesh"]]):
            position = _sampled(t, tracks.get((index, "translation")), node["translation"], lerp)
            rotation = _sampled(t, tracks.get((index, "rotation")), node["rotation"], slerp)[..., [3, 0, 1, 2]]
            nodes.append(Node(node["name"], document["meshes"][node["mesh"]]["name"], position, rotation, group.get(index, "")))
    return nodes


def _sampled(t: np.ndarray, track: tuple[np.ndarray, np.ndarray] | None, still: list[float], between: Between) -> np.ndarray:
    """A track at the times `t`, shape (frames, dimensions), or the value of a node that stays."""
    if track is None:
        return np.array(still)
    times, values = track
    before = np.clip(np.searchsorted(times, t, side="right") - 1, 0, max(len(times) - 2, 0))
    after = np.minimum(before + 1, len(times) - 1)
    fraction = np.clip((t - times[before]) / np.maximum(times[after] - times[before], 1e-12), 0.0, 1.0)
    return between(values[before], values[after], fraction[:, None])


def _read_markers(markers: dict[str, Any] | None, numbers: Numbers) -> list[Marker]:
    if markers is None:
        return []
    rows = numbers(markers["rows"]).reshape(-1, 8).tolist()
    return [
        Marker(t, markers["labels"][label], (px, py, pz), (vx, vy, vz), duration)
        for label, (t, duration, px, py, pz, vx, vy, vz) in zip(markers["label"], rows, strict=True)
    ]
