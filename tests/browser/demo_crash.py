"""A crash to look at: the fork of a truck dents an upright, whose steel strains; no finite elements, shapes by formula."""

from __future__ import annotations

import numpy as np
import trimesh

from twin.scene import ColorBar, Deforming, Mesh, Node, Scene

STILL = np.array([1.0, 0.0, 0.0, 0.0])
STRAIN = ColorBar("plastic strain", "1", 0.0, 0.3)
T_END, T_HIT, HEIGHT = 0.12, 0.02, 0.45  # [s], [s], [m] of the hit
SPEED = 2.5  # [m/s] of the truck
WIDTH, LENGTH, ALONG, AROUND = 0.12, 2.0, 100, 32  # of the upright [m], [m], vertices, vertices


def push(t: np.ndarray) -> np.ndarray:
    """How far the truck has pushed the upright [m]."""
    return SPEED * np.clip(t - T_HIT, 0, None) * np.exp(-np.clip(t - T_HIT, 0, None) / 0.1)


def upright(t: np.ndarray) -> Deforming:
    """A square tube on the floor at the origin: bent away from the truck, its front dented."""
    x, y = (np.concatenate([np.linspace(*ends, AROUND // 4, endpoint=False) for ends in corners]) for corners in ROUND)
    z = np.linspace(0, LENGTH, ALONG)
    first = np.stack([np.tile(x, ALONG), np.tile(y, ALONG), np.repeat(z, AROUND)], axis=1) * [WIDTH, WIDTH, 1.0]
    near, close = (np.exp(-(((first[:, 2] - HEIGHT) / reach) ** 2)) for reach in (0.45, 0.2))
    bend, front = push(t)[:, None] * near, first[:, 0] < -0.49 * WIDTH
    vertices = np.repeat(first[None], len(t), axis=0)
    vertices[:, :, 0] += bend + np.minimum(0.5 * push(t), 0.1)[:, None] * close * front
    values = 5 * push(t)[:, None] * close * (0.4 + 0.6 * np.abs(first[:, 0]) / WIDTH)
    ring, row = np.arange(AROUND), AROUND * np.arange(ALONG - 1)[:, None]
    a, b = row + ring, row + (ring + 1) % AROUND
    faces = np.concatenate([np.stack(f, axis=-1).reshape(-1, 3) for f in ((a, b, b + AROUND), (a, b + AROUND, a + AROUND))])
    return Deforming("rack/upright", faces, vertices, values, STRAIN.quantity, group="rack", t=t)


ROUND = (((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)), ((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)))
"""Corners of the unit square, x and y of each side's ends."""


def demo_crash() -> Scene:
    t = np.linspace(0, T_END, 121)
    block, floor = trimesh.creation.box(extents=(0.8, 0.5, 0.05)), trimesh.creation.box(extents=(4, 2.5, 0.02))
    meshes = {
        "truck": Mesh(np.asarray(block.vertices), np.asarray(block.faces), (0.85, 0.45, 0.1, 1.0)),
        "floor": Mesh(np.asarray(floor.vertices), np.asarray(floor.faces), (0.86, 0.87, 0.89, 1.0)),
    }
    reach = -0.5 * WIDTH - 0.4 - SPEED * np.clip(T_HIT - t, 0, None) + push(t) + np.minimum(0.5 * push(t), 0.1)
    path = np.stack([reach, 0 * t, 0 * t + HEIGHT], axis=1)
    nodes = (Node("truck/body", "truck", path, STILL, "truck"), Node("hall/floor", "floor", np.array([0, 0, -0.01]), STILL, "hall"))
    return Scene(t, meshes, nodes, curves={"force": 8e4 * push(t)}, units={"force": "N"}, bars=(STRAIN,), deforming=(upright(t[::3]),))
