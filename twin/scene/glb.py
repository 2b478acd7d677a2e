"""A scene as one animated GLB file (glTF 2.0): what other tools open and what the player of `twin.view` shows.

The root node turns Z up into glTF's Y up; under it one node a group, under those the scene's nodes. Frames that
interpolation gives back within POSITION_TOLERANCE and ROTATION_TOLERANCE are left out, nodes that stay within them have no
channels. Deforming meshes have morph targets (`glb_deforming`). Still lines are meshes of mode LINES under the root. What glTF
has no word for stands in the `extras` of the glTF scene (`glb_extras`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.scene.check import check
from twin.scene.container import Buffer, pack
from twin.scene.glb_deforming import add_weights, deforming_mesh
from twin.scene.glb_extras import rounded, scene_extras
from twin.scene.glb_lines import lines_mesh
from twin.scene.glb_reader import read_glb, scene_from_glb
from twin.scene.materials import Materials
from twin.scene.model import Mesh, Scene
from twin.scene.normals import creased
from twin.scene.tracks import Between, continuous, key_frames, lerp, slerp

__all__ = ["POSITION_TOLERANCE", "ROTATION_TOLERANCE", "glb_bytes", "read_glb", "scene_from_glb", "write_glb"]

POSITION_TOLERANCE = 5e-5
"""[m]: no left-out position is farther than this from the interpolated one."""
ROTATION_TOLERANCE = 2e-4
"""[rad]: no left-out rotation is farther than this from the interpolated one."""

_Z_UP_TO_Y_UP = [-0.70710678, 0.0, 0.0, 0.70710678]


def write_glb(scene: Scene, path: Path | str) -> None:
    """Write `scene` as an animated GLB file.

    Raises:
        BadInput: an array of the wrong shape, a number that is not finite, a node without a mesh.
    """
    Path(path).write_bytes(glb_bytes(scene))


def glb_bytes(scene: Scene) -> bytes:
    """The GLB file of `scene`; equal scenes give equal bytes."""
    check(scene)
    buffer, materials = Buffer(), Materials()
    mesh_keys = list(dict.fromkeys(node.mesh for node in scene.nodes))
    meshes = [_mesh(scene.meshes[key], key, buffer, materials) for key in mesh_keys]
    meshes += [deforming_mesh(each, scene, buffer, materials) for each in scene.deforming]
    nodes = _tree(scene, {key: i for i, key in enumerate(mesh_keys)})
    first_deforming = len(nodes) - len(scene.deforming)
    animation = _animate(scene, first_deforming - len(scene.nodes), buffer)
    for i, deforming in enumerate(scene.deforming, start=first_deforming):
        add_weights(animation, i, deforming, scene.t, buffer)
    for lines in scene.lines:
        nodes[0].setdefault("children", []).append(len(nodes))
        nodes.append({"name": lines.name, "mesh": len(meshes)})
        meshes.append(lines_mesh(lines, buffer, materials))
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "twin"},
        "scene": 0,
        "scenes": [{"name": "scene", "nodes": [0], "extras": {"twin": scene_extras(scene, first_deforming, buffer)}}],
        "nodes": nodes,
    }
    if meshes:
        document |= {"meshes": meshes, "materials": materials.documents}
    if animation["channels"]:
        document["animations"] = [animation]
    return pack(document, buffer)


def _mesh(mesh: Mesh, key: str, buffer: Buffer, materials: Materials) -> dict[str, Any]:
    given = np.asarray(mesh.vertices, float)
    rows = given if mesh.colors is None else np.concatenate([given, mesh.colors], axis=1)
    vertices, normals, faces = creased(rows, np.asarray(mesh.faces))
    attributes = {"POSITION": buffer.vertices(vertices[:, :3]), "NORMAL": buffer.vertices(normals)}
    if mesh.colors is not None:
        attributes["COLOR_0"] = buffer.colors(vertices[:, 3:])
        material = materials.painted(mesh.colors)
    else:
        material = materials.plain(mesh.color)
    return {"name": key, "primitives": [{"attributes": attributes, "indices": buffer.indices(faces), "material": material}]}


def _tree(scene: Scene, mesh_index: Mapping[str, int]) -> list[dict[str, Any]]:
    """Root, one node a group, then the scene's nodes at their first pose, in order, then its deforming meshes."""
    group_of = [*(node.group for node in scene.nodes), *(each.group for each in scene.deforming)]
    groups = [group for group in dict.fromkeys(group_of) if group]
    first = 1 + len(groups)
    members: dict[str, list[int]] = {group: [] for group in ["", *groups]}
    for index, group in enumerate(group_of, start=first):
        members[group].append(index)
    leaves: list[dict[str, Any]] = []
    for node in scene.nodes:
        position, (w, x, y, z) = np.reshape(node.position, (-1, 3))[0], np.reshape(node.rotation, (-1, 4))[0]
        leaf = {"name": node.name, "mesh": mesh_index[node.mesh], "translation": rounded(position), "rotation": rounded((x, y, z, w))}
        leaves.append(leaf)
    leaves += [{"name": each.name, "mesh": i} for i, each in enumerate(scene.deforming, start=len(mesh_index))]
    root: dict[str, Any] = {"name": "world", "rotation": _Z_UP_TO_Y_UP}
    if leaves:
        root["children"] = [*range(1, first), *members[""]]
    return [root, *({"name": group, "children": members[group]} for group in groups), *leaves]


def _animate(scene: Scene, first: int, buffer: Buffer) -> dict[str, Any]:
    """One animation with a channel for every node that moves, one for every node that turns; the scene's nodes begin at `first`."""
    animation: dict[str, Any] = {"name": "run", "samplers": [], "channels": []}
    moving = {i: np.asarray(n.position, float) for i, n in enumerate(scene.nodes, start=first) if np.ndim(n.position) == 2}
    turning = {i: np.asarray(n.rotation, float) for i, n in enumerate(scene.nodes, start=first) if np.ndim(n.rotation) == 2}
    _channels(animation, scene.t, moving, "translation", POSITION_TOLERANCE, lerp, buffer)
    if turning:
        turning = dict(zip(turning, continuous(np.stack(list(turning.values()))), strict=True))
    # |q - q'| is half the angle between two near rotations
    _channels(animation, scene.t, turning, "rotation", ROTATION_TOLERANCE / 2, slerp, buffer)
    return animation


def _channels(
    animation: dict[str, Any], t: np.ndarray, tracks: dict[int, np.ndarray], path: str, tolerance: float, between: Between, buffer: Buffer
) -> None:
    tracks = {node: track for node, track in tracks.items() if np.linalg.norm(track - track[0], axis=1).max() > tolerance}
    if not tracks:
        return
    keep = key_frames(t, np.stack(list(tracks.values())), tolerance, between)
    for (node, track), kept in zip(tracks.items(), keep, strict=True):
        values = track[kept] if path == "translation" else track[kept][:, [1, 2, 3, 0]]
        sampler = {"input": buffer.numbers(t[kept], bounds=True), "output": buffer.numbers(values), "interpolation": "LINEAR"}
        animation["channels"].append({"sampler": len(animation["samplers"]), "target": {"node": node, "path": path}})
        animation["samplers"].append(sampler)
