"""100,000 triangles on 256^3 cells, beside trimesh: `pytest -s tests/unit/geometry/test_geometry_speed.py -m alone`."""

from time import perf_counter

import numpy as np
import pytest
import trimesh

from tests.unit.geometry.reference import D3Q19
from twin.geometry.health import health
from twin.geometry.links import link_fractions
from twin.geometry.shapes import sphere
from twin.geometry.silhouette import projected_area
from twin.geometry.surface import Surface, joined
from twin.geometry.voxelise import voxelise


def seconds(work, repeats=3):
    """The shortest of some runs after one that compiles."""
    work()
    times = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


@pytest.mark.slow
@pytest.mark.alone
def test_a_fine_surface_on_a_fine_grid(capsys):
    ball, small = sphere(1.0, subdivisions=6), sphere(0.4)
    body = joined(ball, Surface(small.vertices + np.array((0.4, 0.2, 0.1)), small.faces))
    cell = 1.2 / 256
    grid = (-0.6, -0.6, -0.6), cell, (256, 256, 256)
    inside = voxelise(body, *grid).inside
    kept = Surface(body.vertices, body.faces[np.random.default_rng(0).random(len(body.faces)) > 0.02])
    mesh = trimesh.Trimesh(body.vertices, body.faces, process=False)
    figures = {
        "voxelise": seconds(lambda: voxelise(body, *grid)),
        "voxelise, 2 % of the faces missing": seconds(lambda: voxelise(kept, *grid)),
        "link_fractions, D3Q19": seconds(lambda: link_fractions(body, grid[0], cell, inside, D3Q19)),
        "projected_area": seconds(lambda: projected_area(body)),
        "health": seconds(lambda: health(body)),
        "trimesh voxelized, surface": seconds(lambda: mesh.voxelized(cell), repeats=1),
        "trimesh voxelized, filled": seconds(lambda: mesh.voxelized(cell).fill(), repeats=1),
    }
    ratio = figures["trimesh voxelized, filled"] / figures["voxelise"]
    with capsys.disabled():
        print(f"\n{len(body.faces)} triangles, 256^3 cells, one thread, best of 3 [s]")
        for name, value in figures.items():
            print(f"  {name:36s} {value:7.3f}")
        print(f"  trimesh / twin                       {ratio:7.1f}")
    assert ratio > 3
    assert figures["voxelise"] < 4  # a slow core; an ordinary one is to stay below 1
    assert figures["link_fractions, D3Q19"] < 6
