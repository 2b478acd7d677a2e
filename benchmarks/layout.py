"""A hall with 500 things and 50 robots: seconds of all checks beside what is asked, and of clearances beside trimesh's manager.

At least 100 pairs stand within 50 mm of each other, and a dozen things are meshes of more than 10,000 triangles.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import trimesh

from benchmarks.table import alternately, row
from twin.kinds import Target
from twin.physics.layout.answers import Answers
from twin.physics.layout.canonical import hall_from
from twin.physics.layout.clearance import clearances
from twin.physics.layout.simulate import CHECKS
from twin.physics.layout.spec import LayoutSpec
from twin.physics.layout.state import Hall
from twin.scenario.site_network import Edge, SiteNetwork
from twin.scenario.site_spec import MobileRobot

__all__ = ["rows"]

THINGS, ROBOTS, MESHES = 500, 50, 12
ASKED = 10.0  # [s]
CELL = 5.0  # [m] from place to place; two things stand at each
NEAR = 0.05  # [m]


def rows(things: int = THINGS, robots: int = ROBOTS, repeats: int = 3) -> list[dict[str, Any]]:
    """Both cases; kernels are compiled and caches are warm, the hall itself is made anew every time."""
    with TemporaryDirectory() as folder:
        parts = hall(things, robots, Path(folder))
        _checked(parts)
        found = clearances(LayoutSpec(), hall_from(**parts))
        near = sum(pair.gap.distance < NEAR for pair in found.pairs)
        seconds, alone, peer = alternately(repeats, [partial(_checked, parts), partial(_clearances, parts), partial(_trimesh, parts)])
    case = f"layout {things} objects, {robots} robots, all checks"
    note = f"{near} pairs within 50 mm, {MESHES} meshes of 20,480 triangles; less is better"
    return [
        row(case, "ms", seconds * 1e3, ASKED * 1e3, "asked", threads=1, dtype="float64", note=note),
        row(f"clearance {things} objects", "ms", alone * 1e3, peer * 1e3, "trimesh", threads=1, dtype="float64", note=NOTE),
    ]


NODES = 40
FLOWS = [{"from": f"n{k}", "to": f"n{(7 * k + 3) % NODES}", "per_hour": 2.0} for k in range(NODES)]
GUARDS = {
    f"guard_{k}": {"curtain": {"resolution": 0.014}, "line": [[5 * k, 1], [5 * k, 4]], "hazard": f"thing_{k}", "stopping_time": 0.3}
    for k in range(10)
}
NOTE = "trimesh: which pairs touch, and the least distance; ours: all distances within 50 mm, depths, walls; less is better"


def _checked(parts: dict[str, Any]) -> float:
    spec = LayoutSpec.model_validate({"safeguards": GUARDS, "flows": FLOWS})
    begin = time.perf_counter()
    made, answers = hall_from(spec, **parts), Answers()
    for check in CHECKS.values():
        check(spec, made, Target(), answers)
    return time.perf_counter() - begin


def _clearances(parts: dict[str, Any]) -> float:
    made = hall_from(**parts)
    begin = time.perf_counter()
    clearances(LayoutSpec(), made)
    return time.perf_counter() - begin


def _trimesh(parts: dict[str, Any]) -> float:
    made: Hall = hall_from(**parts)
    meshes = [(b.name, [trimesh.Trimesh(s.placed, s.faces, process=False) for s in b.solids]) for b in made.bodies]
    begin = time.perf_counter()
    manager = trimesh.collision.CollisionManager()
    for name, pieces in meshes:
        manager.add_object(name, trimesh.util.concatenate(pieces))
    manager.in_collision_internal(return_names=True)
    manager.min_distance_internal()
    return time.perf_counter() - begin


def hall(things: int, robots: int, folder: Path) -> dict[str, Any]:
    """Parts of a site: pairs of things 20 to 45 mm apart on a grid, robots between them, aisles between the rows."""
    rng, meshes, some = np.random.default_rng(0), list(_meshes(folder)), min(MESHES, things // 10)
    columns = int(np.ceil(np.sqrt(things / 2)))
    stations: dict[str, Any] = {}
    for k in range(things):
        place, second = divmod(k, 2)
        x, y = (float(CELL * (n + 0.5)) for n in divmod(place, columns))
        gap = float(rng.uniform(0.02, 0.045)) if place % 2 == 0 else float(rng.uniform(0.1, 0.6))
        mesh = meshes[k % len(meshes)] if k < some else None
        size = [0.9, float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.5, 2.0))]
        round_one = {"cylinder": {"radius": 0.45, "length": 1.2}}
        shape = {"mesh": {"path": str(mesh)}} if mesh else {"box": {"size": size}} if k % 5 else round_one
        pose = {"position": [x - 0.5 + second * (0.9 + gap), y - 1.0, 0.45 if mesh else 0.0]}
        stations[f"thing_{k}"] = {"shape": shape, "pose": pose, "mass": 300.0}
    wide = CELL * columns
    return {
        "hall": {
            "outline": [[0, 0], [wide, 0], [wide, wide], [0, wide]],
            "floor_load": 2e4,
            "doors": {f"exit_{k}": {"from": [wide * k / 4 - 0.6, 0], "to": [wide * k / 4 + 0.6, 0], "use": "escape"} for k in (1, 2, 3)},
        },
        "stations": {name: thing for k, (name, thing) in enumerate(stations.items()) if k % 5 == 0},
        "equipment": {name: thing for k, (name, thing) in enumerate(stations.items()) if k % 5},
        "aisles": {f"row_{k}": {"path": [[1, CELL * k], [wide - 1, CELL * k]], "width": 2.0} for k in range(1, columns)},
        "robots": dict(_robots(robots, columns)),
        "network": _network(wide),
    }


def _network(wide: float) -> SiteNetwork:
    """A loop along the outer rows, driven in one direction."""
    turns = np.linspace(0, 2 * np.pi, NODES, endpoint=False)
    nodes = {f"n{k}": (wide / 2 * (1 + 0.98 * float(np.cos(a))), wide / 2 * (1 + 0.98 * float(np.sin(a)))) for k, a in enumerate(turns)}
    pairs = [(f"n{k}", f"n{(k + 1) % NODES}") for k in range(NODES)]
    edges = tuple(Edge(a, b, (nodes[a], nodes[b]), float(np.hypot(*np.subtract(nodes[a], nodes[b])))) for a, b in pairs)
    return SiteNetwork(nodes, edges, MobileRobot(protective_field=2.0))


def _meshes(folder: Path) -> Iterator[Path]:
    """Three files of 20,480 triangles."""
    for k in range(3):
        mesh = trimesh.creation.icosphere(subdivisions=5, radius=0.45)
        mesh.apply_scale([1.0, 1.0 - 0.1 * k, 1.0])
        mesh.export(folder / f"mesh_{k}.stl")
        yield folder / f"mesh_{k}.stl"


def _robots(count: int, columns: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for k in range(count):
        x, y = (CELL * (n + 0.5) for n in divmod(2 * k + 1, columns))
        model = ("iiwa", "panda", "h10w")[k % 3]
        ahead, high = (0.7, 1.0) if model == "h10w" else (0.5, 0.4)
        turned = {"roll": np.pi / 2, "yaw": np.pi / 2} if model == "h10w" else {"roll": np.pi}
        places = [{"frame": f"robot_{k}", "position": [ahead, side, high], **turned} for side in (-0.2, 0.2)]
        yield f"robot_{k}", {"model": model, "base": {"position": [float(x) - 0.6, float(y) + 0.4, 0.0]}, "reaches": places}
