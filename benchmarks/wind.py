"""The wind tunnel beside lbmpy, XLB and the memory's bandwidth; the voxeliser beside trimesh.

Ours does more: eddy viscosity (with it one relaxation time for even and odd moments), inlet, outlet, slip walls and a body; the
peers' kernels relax with one time in an empty periodic box without its ghosts being mended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from benchmarks import wind_lbmpy, wind_xlb
from benchmarks.table import alternately, required, row
from twin.geometry.surface import Surface
from twin.geometry.voxelise import voxelise
from twin.kernel import loop, split
from twin.kinds import Target
from twin.physics.wind.boundaries import Side, connect
from twin.physics.wind.grid import Grid
from twin.physics.wind.lattice import D3Q19
from twin.physics.wind.state import Flow, smagorinsky_factor

__all__ = ["rows"]

SHAPE = (186, 190, 190)
PEER = 190  # cubes of 190: no power of two, as ours
XLB = 96  # a cube; a step of 190^3 would take as long as all the others' together
BYTES = 19 * 4 * 2 + 1  # of memory that a cell's update in place reads and writes
CASE = "d3q19 trt f32"
WARM = 5  # calls before the first turn: ours tries its two ways of doing steps twice
REST = 0.03  # seconds before each turn: OpenMP's threads spin for some time after a loop, on the core of whoever comes next


def rows(shape: tuple[int, int, int] = SHAPE, peer: int = PEER, repeats: int = 7, voxels: int = 256) -> list[dict[str, Any]]:
    """All cases: ours, the peers and the probe take turns."""
    found = []
    for threads in (1, 2):
        flow = tunnel(shape, Target(threads=threads))
        sides: dict[str, tuple[Callable[[], None], int, int]] = {
            "ours": (lambda flow=flow: flow.advance(np.ones(2)), 2, int(np.prod(shape)))
        }
        if required("lbmpy"):
            sides["lbmpy two arrays srt"] = wind_lbmpy.two_arrays(peer, threads)
            sides["lbmpy in place aa srt"] = wind_lbmpy.in_place(peer, threads)
        if threads == 2 and wind_xlb.installed():  # JAX takes all cores
            sides["xlb"] = wind_xlb.box(XLB)
        rates, bandwidth = _alternately(sides, threads, repeats)
        note = f"{shape}: TRT kernel with Smagorinsky (one rate), inlet, outlet, slip walls, a sphere; peer"
        for name in list(sides)[1:]:
            box = f"{note} {XLB if name == 'xlb' else peer}^3 SRT, periodic box"
            found.append(row(CASE, "Mcells/s", rates["ours"] / 1e6, rates[name] / 1e6, name, threads=threads, dtype="float32", note=box))
        probe = f"{bandwidth / 1e9:.1f} GB/s, update of float64 arrays, interleaved; {BYTES} B a cell"
        found.append(
            row(
                CASE,
                "Mcells/s",
                rates["ours"] / 1e6,
                bandwidth / BYTES / 1e6,
                "bandwidth probe",
                threads=threads,
                dtype="float32",
                note=probe,
            )
        )
    return [*found, *_voxels(voxels)]


def _voxels(cells: int) -> list[dict[str, Any]]:
    """A bumpy ball of 327,680 triangles in a cube of cells."""
    import trimesh

    ball = trimesh.creation.icosphere(subdivisions=7)
    vertices = ball.vertices * (1 + 0.1 * np.sin(5 * ball.vertices).prod(axis=1))[:, None]
    surface, mesh = Surface(vertices, ball.faces.astype(np.int32)), trimesh.Trimesh(vertices, ball.faces, process=False)
    cell, origin = 2.4 / cells, np.full(3, -1.2)

    def ours() -> float:
        begin = time.perf_counter()
        voxelise(surface, origin, cell, (cells, cells, cells))
        return time.perf_counter() - begin

    def theirs() -> float:
        begin = time.perf_counter()
        mesh.voxelized(cell).fill()
        return time.perf_counter() - begin

    ours()
    mine, other = alternately(3, [ours, theirs])
    note = f"{len(surface.faces):,} triangles, {cells}^3 cells: {mine:.2f} s; trimesh voxelized and filled: {other:.2f} s"
    return [row("voxelise", "Mcells/s", cells**3 / mine / 1e6, cells**3 / other / 1e6, "trimesh", threads=1, note=note)]


def ball(shape: tuple[int, int, int]) -> np.ndarray:
    """Which cells are in the sphere: 1, elsewhere 0."""
    x, y, z = (np.arange(n) - n * at for n, at in zip(shape, (0.35, 0.5, 0.5), strict=True))
    inside: np.ndarray = x[:, None, None] ** 2 + y[:, None] ** 2 + z**2 < (shape[2] / 8) ** 2
    return inside.astype(np.int16)


def tunnel(shape: tuple[int, int, int], target: Target) -> Flow:
    """A sphere in a tunnel."""
    grid, bodies = Grid(D3Q19, shape), ball(shape)
    slip = Side("slip")
    sides = {
        "x_low": Side("inlet", np.array([0.05, 0, 0])),
        "x_high": Side("outlet", np.array([0.05, 0, 0])),
        "y_low": slip,
        "y_high": slip,
        "z_low": slip,
        "z_high": slip,
    }
    boundary = connect(grid, bodies, sides, None, np.float32)
    excess = np.full(shape[0] + 2, 1e-3)
    return Flow.at_rest(grid, boundary, excess, smagorinsky=smagorinsky_factor(0.1), dtype=np.float32, target=target)


def _alternately(sides: dict[str, tuple[Callable[[], None], int, int]], threads: int, repeats: int) -> tuple[dict[str, float], float]:
    """Cells a second of each side and bytes a second of the probe, medians; all take turns."""
    a, b = np.ones(8_000_000), np.ones(8_000_000)
    times: dict[str, list[float]] = {name: [] for name in (*sides, "")}
    for call, _, _ in sides.values():
        for _ in range(WARM):
            call()
    _probe(a, b, threads)
    for _ in range(repeats):
        for name, (call, _, _) in sides.items():
            time.sleep(REST)
            begin = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begin)
        time.sleep(REST)
        begin = time.perf_counter()
        _probe(a, b, threads)
        times[""].append(time.perf_counter() - begin)
    rates = {name: steps * cells / median(times[name]) for name, (_, steps, cells) in sides.items()}
    return rates, 24 * a.size / median(times[""])


@loop
def _update(a, b, begin, end):  # type: ignore[no-untyped-def]
    for i in range(begin, end):
        a[i] += 1e-9 * b[i]


def _probe(a: np.ndarray, b: np.ndarray, threads: int) -> None:
    """Two reads and a write of 8 B."""
    split(lambda i, j: _update(a, b, i, j), len(a), threads)
