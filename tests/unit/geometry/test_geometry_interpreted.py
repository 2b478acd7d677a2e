"""The loops mean in Python what they mean compiled."""

import os
import subprocess
import sys

import numpy as np

INTERPRETED = """
import sys
import numpy as np
from tests.unit.geometry.test_geometry_interpreted import answers
np.savez(sys.argv[1], **answers())
"""


def answers() -> dict[str, np.ndarray]:
    from tests.unit.geometry.reference import D3Q19, turned
    from twin.geometry.health import health
    from twin.geometry.links import link_fractions
    from twin.geometry.shapes import box, sphere
    from twin.geometry.silhouette import projected_area
    from twin.geometry.surface import Surface, joined
    from twin.geometry.voxelise import voxelise

    ball = sphere(0.8, subdivisions=1)
    plate = box((0.9, 0.02, 0.9)).moved(turned((0.1, 0.2, 0.3)))
    torn = joined(Surface(ball.vertices, ball.faces[5:, ::-1]), plate)
    voxels = voxelise(torn, (-0.5, -0.5, -0.5), 0.125, (8, 8, 8))
    links = link_fractions(torn, (-0.5, -0.5, -0.5), 0.125, voxels.inside, D3Q19)
    found = health(torn)
    return {
        "inside": voxels.inside,
        "counts": np.array([voxels.thin_cells, voxels.disputed_cells, voxels.open_lines, links.guessed, found.self_intersections]),
        "cells": links.cells,
        "directions": links.directions,
        "fractions": links.fractions,
        "cut": np.array(links.cut),
        "cut_fractions": links.cut_fractions,
        "sizes": np.array([projected_area(torn, (1, 2, 3), cells=16), found.area, found.thinnest]),
    }


def test_interpreted_equals_compiled(tmp_path):
    path = os.pathsep.join([os.getcwd(), *filter(None, sys.path)])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", INTERPRETED, str(tmp_path / "found.npz")], env=environment, check=True, timeout=300)
    with np.load(tmp_path / "found.npz") as interpreted:
        for name, compiled in answers().items():
            np.testing.assert_allclose(interpreted[name], compiled, rtol=1e-9, atol=1e-12, err_msg=name)
