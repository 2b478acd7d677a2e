"""Deforming meshes in a GLB file: the first frame is the mesh, every further one a morph target, weights say when.

Between frames k and k + 1 the weight of target k falls from 1 to 0 and the next one's rises: what glTF's LINEAR gives is a
straight line between frames. Without normals in the file a reader shades each face flat, so light is right in every frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.scene.container import Buffer, Numbers, linear
from twin.scene.deforming import frame_times, painted
from twin.scene.materials import Materials, color_of
from twin.scene.model import Deforming, Scene

__all__ = ["add_weights", "deforming_mesh", "read_deforming"]

_STEP = 2.0**-15
"""[m]: changes of position are multiples of this, or of less for what is small: nothing is off by 0.03 mm, and zlib finds the zeros."""
_SHARE = 1e-4  # of the size of a mesh: the largest step


def deforming_mesh(deforming: Deforming, scene: Scene, buffer: Buffer, materials: Materials) -> dict[str, Any]:
    """The glTF mesh of a deforming one of `scene`."""
    vertices, colors = np.asarray(deforming.vertices, float), painted(deforming, scene)
    attributes = {"POSITION": buffer.vertices(vertices[0])}
    targets = [{"POSITION": buffer.vertices(change)} for change in _rounded(vertices[1:] - vertices[0], _size(vertices[0]))]
    material = materials.plain(deforming.color) if colors is None else materials.painted(colors[0])
    if colors is not None:
        attributes["COLOR_0"] = buffer.colors(colors[0])
        light = linear(colors[..., :3])
        for target, change in zip(targets, light[1:] - light[0], strict=True):
            target["COLOR_0"] = buffer.color_changes(np.pad(change, ((0, 0), (0, 1))))  # alpha stays
    primitive: dict[str, Any] = {"attributes": attributes, "indices": buffer.indices(np.asarray(deforming.faces)), "material": material}
    if targets:
        primitive["targets"] = targets
    return {"name": deforming.name, "primitives": [primitive], **({"weights": [0] * len(targets)} if targets else {})}


def add_weights(animation: dict[str, Any], node: int, deforming: Deforming, scene_t: np.ndarray, buffer: Buffer) -> None:
    """Add the channel of a deforming mesh at glTF node `node`; one that stays has none."""
    frames = len(deforming.vertices)
    if frames == 1:
        return
    weights = np.eye(frames)[:, 1:].ravel()
    sampler = {"input": buffer.numbers(frame_times(deforming, scene_t), bounds=True), "output": buffer.numbers(weights)}
    animation["channels"].append({"sampler": len(animation["samplers"]), "target": {"node": node, "path": "weights"}})
    animation["samplers"].append({**sampler, "interpolation": "LINEAR"})


def read_deforming(document: dict[str, Any], extra: dict[str, Any], group: str, t: np.ndarray | None, numbers: Numbers) -> Deforming:
    """The deforming mesh that `extra` of the scene's extras is about; `t`: input of its channel [s], where it has one."""
    node = document["nodes"][extra["node"]]
    primitive = document["meshes"][node["mesh"]]["primitives"][0]
    first = numbers(primitive["attributes"]["POSITION"])
    vertices = np.stack([first, *(first + numbers(target["POSITION"]) for target in primitive.get("targets", []))])
    values = numbers(extra["values"]).reshape(vertices.shape[:2]) if "values" in extra else None
    color = color_of(document["materials"][primitive["material"]])
    faces = numbers(primitive["indices"]).reshape(-1, 3)
    return Deforming(node["name"], faces, vertices, values, extra.get("bar", ""), color, group, t)


def _rounded(changes: np.ndarray, size: float) -> np.ndarray:
    """Changes of position [m] as multiples of a power of two, for a mesh of `size` [m]."""
    step = min(_STEP, 2.0 ** np.floor(np.log2(max(_SHARE * size, 1e-12))))
    result: np.ndarray = np.round(changes / step) * step
    return result


def _size(points: np.ndarray) -> float:
    return float(np.ptp(points, axis=0).max())
