"""A flow to look at: a ball coloured by the pressure of potential flow, streamlines by speed, a see-through surface."""

from __future__ import annotations

import numpy as np
import trimesh

from twin.scene import ColorBar, Lines, Mesh, Node, Scene

STILL = np.array([1.0, 0.0, 0.0, 0.0])
CP = ColorBar("pressure coefficient", "1", -1.25, 1.25, "blue-white-red")
SPEED = ColorBar("speed", "m/s", 0.0, 45.0)
U = 30.0  # [m/s] far away


def velocity(points: np.ndarray) -> np.ndarray:
    """Potential flow [m/s] around a ball of radius 1 m along +x (Lamb 1932, art. 96), shape (n, 3)."""
    r = np.linalg.norm(points, axis=1, keepdims=True)
    x = points[:, :1]
    return U * (np.array([1.0, 0.0, 0.0]) * (1 + 0.5 / r**3) - 1.5 * x * points / r**5)


def streamlines() -> Lines:
    paths = []
    for z in np.linspace(-0.9, 2.1, 16):
        for y in (-0.12, 0.6):
            point, path = np.array([[-3.0, y, z]]), []
            while point[0, 0] < 3:
                path.append(point[0])
                middle = point + 0.01 * velocity(point) / U
                point = point + 0.02 * velocity(middle) / U
            paths.append(np.array(path))
    return Lines("streamlines", tuple(paths), colors=tuple(SPEED.paint(np.linalg.norm(velocity(path), axis=1)) for path in paths))


def demo_flow() -> Scene:
    ball = trimesh.creation.icosphere(subdivisions=5)
    vertices = np.asarray(ball.vertices)
    cp = 1 - np.sum(velocity(vertices * 1.0001) ** 2, axis=1) / U**2
    shell = trimesh.creation.icosphere(subdivisions=4, radius=0.45)
    floor = trimesh.creation.box(extents=(8, 5, 0.02))
    meshes = {
        "ball": Mesh(vertices, np.asarray(ball.faces), colors=CP.paint(cp)),
        "wake": Mesh(np.asarray(shell.vertices) * [2.0, 1.0, 1.0], np.asarray(shell.faces), (0.55, 0.35, 0.75, 0.4)),
        "floor": Mesh(np.asarray(floor.vertices), np.asarray(floor.faces), (0.86, 0.87, 0.89, 1.0)),
    }
    nodes = (
        Node("body/ball", "ball", np.zeros(3), STILL, "body"),
        Node("vortices/wake", "wake", np.array([1.9, 0.0, 0.0]), STILL, "vortices"),
        Node("ground/floor", "floor", np.array([0.0, 0.0, -1.01]), STILL, "ground"),
    )
    return Scene(np.array([0.0]), meshes, nodes, lines=(streamlines(),), bars=(CP, SPEED))
