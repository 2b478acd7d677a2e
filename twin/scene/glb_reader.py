"""A GLB file that twin wrote, as a scene again."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import BadInput
from twin.scene.container import Numbers, unpack
from twin.scene.glb_deforming import read_deforming
from twin.scene.glb_lines import is_lines, read_lines
from twin.scene.materials import color_of, colors_of
from twin.scene.model import ColorBar, Deforming, Marker, Mesh, Node, Scene, Trail
from twin.scene.tracks import Between, lerp, slerp

__all__ = ["read_glb", "scene_from_glb"]

Tracks = dict[tuple[int, str], tuple[np.ndarray, np.ndarray]]
"""(glTF node, what of it) -> times [s] and values."""


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
    t, tracks = numbers(extras["t"]), _tracks(document, numbers)
    rigid = _rigid(document, extras)
    meshes = [document["meshes"][i] for i in dict.fromkeys(document["nodes"][i]["mesh"] for i in rigid)]
    return Scene(
        t=t,
        meshes={mesh["name"]: _read_mesh(document, mesh, numbers) for mesh in meshes},
        nodes=tuple(_read_nodes(document, rigid, tracks, t)),
        deforming=tuple(_read_all_deforming(document, extras, tracks, numbers)),
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


def _rigid(document: dict[str, Any], extras: dict[str, Any]) -> list[int]:
    """Which glTF nodes are the scene's nodes: those with a mesh that neither deforms nor holds lines."""
    deforming = {each["node"] for each in extras.get("deforming", [])}
    meshes = {i: node["mesh"] for i, node in enumerate(document["nodes"]) if "mesh" in node and i not in deforming}
    return [i for i, mesh in meshes.items() if not is_lines(document["meshes"][mesh])]


def _tracks(document: dict[str, Any], numbers: Numbers) -> Tracks:
    tracks: Tracks = {}
    for animation in document.get("animations", []):
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            tracks[channel["target"]["node"], channel["target"]["path"]] = numbers(sampler["input"]), numbers(sampler["output"])
    return tracks


def _groups(document: dict[str, Any]) -> dict[int, str]:
    """Name of the group that each glTF node stands in."""
    return {child: node["name"] for node in document["nodes"][1:] for child in node.get("children", [])}


def _read_nodes(document: dict[str, Any], rigid: list[int], tracks: Tracks, t: np.ndarray) -> list[Node]:
    group, nodes = _groups(document), []
    for index in rigid:
        node = document["nodes"][index]
        position = _sampled(t, tracks.get((index, "translation")), node["translation"], lerp)
        rotation = _sampled(t, tracks.get((index, "rotation")), node["rotation"], slerp)[..., [3, 0, 1, 2]]
        nodes.append(Node(node["name"], document["meshes"][node["mesh"]]["name"], position, rotation, group.get(index, "")))
    return nodes


def _read_all_deforming(document: dict[str, Any], extras: dict[str, Any], tracks: Tracks, numbers: Numbers) -> list[Deforming]:
    group, found = _groups(document), []
    for extra in extras.get("deforming", []):
        times, _ = tracks.get((extra["node"], "weights"), (None, None))
        found.append(read_deforming(document, extra, group.get(extra["node"], ""), times, numbers))
    return found


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
