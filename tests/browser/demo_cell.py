"""A made-up cell that moves as a real one does: a two-armed robot carries a sled from a cart into a rack, 60 nodes, 25 s."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import trimesh

from twin.scene import Marker, Mesh, Node, Scene, Trail

ORANGE, GREY, DARK, STEEL = (0.93, 0.42, 0.11, 1.0), (0.78, 0.79, 0.81, 1.0), (0.2, 0.22, 0.25, 1.0), (0.55, 0.58, 0.62, 1.0)
BLUE, PALE = (0.16, 0.42, 0.75, 1.0), (0.86, 0.87, 0.88, 1.0)
SHOULDER, UPPER, LOWER = np.array([0.0, 0.0, 1.15]), 0.46, 0.48
STILL = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass
class Drawing:
    """Meshes and nodes as they are put down."""

    meshes: dict[str, Mesh] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)

    def box(
        self, name: str, size: tuple[float, float, float], position: object, color: tuple, group: str, rotation: object = STILL
    ) -> None:
        key = f"box {size} {color}"
        shape = trimesh.creation.box(extents=size)
        self.meshes.setdefault(key, Mesh(np.asarray(shape.vertices), np.asarray(shape.faces), color))
        self.nodes.append(Node(f"{group}/{name}", key, np.asarray(position, float), np.asarray(rotation, float), group))

    def rod(self, name: str, radius: float, length: float, position: object, color: tuple, group: str, rotation: object = STILL) -> None:
        key = f"rod {radius} {length} {color}"
        shape = trimesh.creation.cylinder(radius=radius, height=length, sections=32)
        self.meshes.setdefault(key, Mesh(np.asarray(shape.vertices), np.asarray(shape.faces), color))
        self.nodes.append(Node(f"{group}/{name}", key, np.asarray(position, float), np.asarray(rotation, float), group))


def demo_cell(frames: int = 750, duration: float = 25.0) -> Scene:
    t = np.linspace(0.0, duration, frames)
    draw = Drawing()
    tool = _tool_path(t)
    carried = np.clip((t - 6.0) / 1e-9, 0, 1)[:, None]
    sled = np.where(carried > 0, tool, tool[np.searchsorted(t, 6.0)]) - [0.0, 0.0, 0.06]
    draw.box("floor", (6.0, 6.0, 0.02), (0, 0, -0.01), PALE, "floor")
    _rack(draw)
    _cart(draw)
    _robot(draw)
    _arm(draw, "right", SHOULDER - [0.0, 0.22, 0.0], tool)
    _arm(draw, "left", SHOULDER - [0.0, -0.22, 0.0], np.broadcast_to([0.3, 0.42, 0.85], tool.shape).copy())
    draw.box("sled", (0.5, 0.22, 0.041), sled, BLUE, "part")
    angle = np.arctan2(tool[:, 1] + 0.22, tool[:, 0])
    force = np.where((t > 15) & (t < 21), 18 + 14 * np.sin(3 * t) ** 2 + 2 * (t - 15), 0.0)
    curves = {
        "installer/right_joint_1": angle,
        "installer/right_joint_2": np.arctan2(tool[:, 2] - 1.15, tool[:, 0]),
        "installer/right_joint_3": np.linalg.norm(tool, axis=1) - 1.2,
        "insertion force": force,
    }
    units = dict.fromkeys([name for name in curves if "joint" in name], "rad") | {"insertion force": "N"}
    markers = tuple(
        Marker(float(when), "sled - rail_left", (0.62, -0.11, 0.86), (float(3 + when - 15), -30.0 + when, 4.0), 0.3)
        for when in np.arange(15.2, 20.8, 0.35)
    )
    captions = ((0.0, "move_joint: over the cart"), (4.0, "grip: sled"), (6.0, "move_linear: to the rack"), (15.0, "insert: sled"),
                (21.0, "release, move back"))  # fmt: skip
    return Scene(t, draw.meshes, tuple(draw.nodes), (Trail("installer/right_tcp", tool),), markers, curves, units, captions)


def _tool_path(t: np.ndarray) -> np.ndarray:
    """TCP [m]: rest, over the cart, down, up, to the rack, in, back; shape (frames, 3)."""
    when = [0, 3, 4, 6, 7, 9, 13, 15, 21, 22.5, 25]
    where = [(0.35, -0.5, 1.0), (0.1, -0.75, 1.05), (0.05, -0.8, 0.93), (0.05, -0.8, 0.93), (0.05, -0.78, 1.1), (0.3, -0.45, 1.1),
             (0.42, -0.1, 0.98), (0.45, 0.0, 0.92), (0.72, 0.0, 0.92), (0.6, -0.1, 1.02), (0.35, -0.5, 1.0)]  # fmt: skip
    fine = np.linspace(t[0], t[-1], len(t))
    path = np.stack([np.interp(fine, when, [p[k] for p in where]) for k in range(3)], axis=1)
    kernel = np.hanning(31) / np.hanning(31).sum()
    return np.stack([np.convolve(np.pad(path[:, k], 15, mode="edge"), kernel, mode="valid") for k in range(3)], axis=1)


def _rack(draw: Drawing) -> None:
    for i, (x, y) in enumerate([(0.85, -0.3), (0.85, 0.3), (1.6, -0.3), (1.6, 0.3)]):
        draw.box(f"post_{i}", (0.04, 0.04, 2.0), (x, y, 1.0), DARK, "rack")
    for i, z in enumerate([0.02, 1.98]):
        draw.box(f"plate_{i}", (0.79, 0.64, 0.04), (1.225, 0, z), DARK, "rack")
    for i in range(17):
        if i != 6 and i < 17:
            draw.box(f"server_{i}", (0.7, 0.44, 0.08), (1.22, 0, 0.2 + 0.11 * i), STEEL, "rack")
    for side, y in (("left", 0.13), ("right", -0.13)):
        draw.box(f"rail_{side}", (0.7, 0.02, 0.05), (1.2, y, 0.86), ORANGE, "fixture")


def _cart(draw: Drawing) -> None:
    draw.box("top", (0.7, 0.45, 0.03), (0.05, -0.85, 0.83), GREY, "cart")
    draw.box("shelf", (0.66, 0.41, 0.02), (0.05, -0.85, 0.3), GREY, "cart")
    for i, (x, y) in enumerate([(-0.26, -1.03), (-0.26, -0.67), (0.36, -1.03), (0.36, -0.67)]):
        draw.box(f"leg_{i}", (0.03, 0.03, 0.74), (x, y, 0.45), DARK, "cart")
        draw.rod(f"wheel_{i}", 0.04, 0.025, (x, y, 0.04), DARK, "cart", (0.7071068, 0.7071068, 0, 0))


def _robot(draw: Drawing) -> None:
    draw.box("chassis", (0.6, 0.5, 0.22), (-0.15, 0, 0.2), GREY, "installer")
    draw.box("column", (0.16, 0.2, 0.9), (-0.18, 0, 0.7), DARK, "installer")
    draw.box("torso", (0.2, 0.36, 0.3), (-0.08, 0, 1.15), GREY, "installer")
    draw.box("head", (0.14, 0.2, 0.12), (-0.04, 0, 1.42), DARK, "installer")
    for i, (x, y) in enumerate([(-0.35, -0.24), (-0.35, 0.24), (0.05, -0.24), (0.05, 0.24)]):
        draw.rod(f"wheel_{i}", 0.1, 0.05, (x, y, 0.1), DARK, "installer", (0.7071068, 0.7071068, 0, 0))


def _arm(draw: Drawing, side: str, shoulder: np.ndarray, tool: np.ndarray) -> None:
    """Two links from shoulder to tool, the elbow outward and down (law of cosines)."""
    wrist = tool - [0.0, 0.0, -0.12]
    reach = wrist - shoulder
    distance = np.clip(np.linalg.norm(reach, axis=1, keepdims=True), 0.1, UPPER + LOWER - 1e-3)
    forward = reach / np.linalg.norm(reach, axis=1, keepdims=True)
    down = (
        np.array([0.0, -0.7 if side == "right" else 0.7, -0.7])
        - forward * (forward @ [0.0, -0.7 if side == "right" else 0.7, -0.7])[:, None]
    )
    down /= np.linalg.norm(down, axis=1, keepdims=True)
    along = (UPPER**2 - LOWER**2 + distance**2) / (2 * distance)
    elbow = shoulder + forward * along + down * np.sqrt(UPPER**2 - along**2)
    for name, start, end, radius in (("upper", shoulder + 0 * elbow, elbow, 0.05), ("lower", elbow, wrist, 0.042)):
        length = float(np.linalg.norm(end - start, axis=1).mean())
        draw.rod(f"{side}_{name}", radius, round(length, 4), (start + end) / 2, GREY, "installer", _along(end - start))
        draw.rod(f"{side}_{name}_joint", radius * 1.25, radius * 2.6, start, ORANGE, "installer", _along(np.cross(end - start, down)))
    draw.rod(f"{side}_wrist", 0.04, 0.1, wrist, ORANGE, "installer")
    draw.box(f"{side}_hand", (0.06, 0.12, 0.04), wrist - [0, 0, 0.05], DARK, "installer")
    for finger, y in (("a", 0.045), ("b", -0.045)):
        draw.box(f"{side}_finger_{finger}", (0.02, 0.012, 0.08), wrist - [0, -y, 0.1], STEEL, "installer")


def _along(direction: np.ndarray) -> np.ndarray:
    """Rotations (frames, 4) that turn +z onto each direction by the shortest way."""
    d = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    q = np.stack([1 + d[:, 2], -d[:, 1], d[:, 0], np.zeros(len(d))], axis=1)
    return q / np.linalg.norm(q, axis=1, keepdims=True)
