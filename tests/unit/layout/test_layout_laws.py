"""Laws of the geometry: exact, symmetric, unchanged when the whole hall is moved, never larger when something is added."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely
import trimesh

from tests.unit.layout.reference import hull_distance
from twin.geometry.clearance import Distances, Solid, box_gaps
from twin.geometry.passage import passage
from twin.kinds import Context, Silent, Target
from twin.physics.layout.answers import Answers
from twin.physics.layout.canonical import hall_from
from twin.physics.layout.clearance import clearances
from twin.physics.layout.iso_13855 import across_body, curtain, parallel
from twin.physics.layout.measure import scalars_of
from twin.physics.layout.simulate import CHECKS, simulate
from twin.physics.layout.spec import LayoutSpec

EXTENTS = (1.0, 0.6, 0.4)


def turned(rng: np.random.Generator, spread: float) -> np.ndarray:
    T = trimesh.transformations.random_rotation_matrix(rng.random(3))
    T[:3, 3] = rng.normal(size=3) * spread
    return T


def box(T: np.ndarray, extents: tuple[float, float, float] = EXTENTS) -> Solid:
    mesh = trimesh.creation.box(extents=extents)
    return Solid(np.asarray(mesh.vertices), np.asarray(mesh.faces), T)


def ball(T: np.ndarray, radius: float = 1.0, subdivisions: int = 2) -> Solid:
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return Solid(np.asarray(mesh.vertices), np.asarray(mesh.faces), T, convex=False)


def test_distances_are_those_of_quadratic_programming() -> None:
    rng = np.random.default_rng(1)
    checked = 0
    for _ in range(25):
        a, b = box(turned(rng, 0.8)), box(turned(rng, 0.8), (0.3, 0.9, 0.5))
        gap = Distances().between([a], [b])
        if gap.distance > 0:
            assert gap.distance == pytest.approx(hull_distance(a.placed, b.placed), abs=1e-6)
            assert np.linalg.norm(gap.points[1] - gap.points[0]) == pytest.approx(gap.distance, abs=1e-9)
            checked += 1
        else:
            assert hull_distance(a.placed, b.placed) < 1e-4
            assert gap.depth > 0
    assert checked > 10


def test_the_depth_is_the_shortest_way_out() -> None:
    rng = np.random.default_rng(2)
    for _ in range(15):
        a, b = box(turned(rng, 0.1)), box(turned(rng, 0.1))
        depth = Distances().between([a], [b]).depth
        ways = rng.normal(size=(40, 3))
        for way in ways / np.linalg.norm(ways, axis=1, keepdims=True):  # no shorter move frees it
            T = b.T_world.copy()
            T[:3, 3] += 0.98 * depth * way
            assert Distances().between([a], [box(T)]).distance == 0


def test_distances_are_symmetric_and_unchanged_by_motion() -> None:
    rng = np.random.default_rng(3)
    for _ in range(12):
        shapes = [box(turned(rng, 1.0)), ball(turned(rng, 1.0), 0.4)]
        motion = turned(rng, 5.0)
        there = Distances().between(shapes[:1], shapes[1:])
        back = Distances().between(shapes[1:], shapes[:1])
        moved = [Solid(s.vertices, s.faces, motion @ s.T_world, s.convex) for s in shapes]
        far = Distances().between(moved[:1], moved[1:])
        assert back.distance == pytest.approx(there.distance, abs=1e-12)
        assert back.depth == pytest.approx(there.depth, abs=1e-12)
        assert far.distance == pytest.approx(there.distance, abs=1e-9)
        assert far.depth == pytest.approx(there.depth, abs=1e-9)


def test_what_lies_inside_of_something_overlaps_it() -> None:
    inner, outer, shell = box(np.eye(4), (0.1, 0.1, 0.1)), box(np.eye(4), (2.0, 2.0, 2.0)), ball(np.eye(4), 1.0, 3)
    assert Distances().between([inner], [outer]).depth == pytest.approx(1.05)
    assert Distances().between([shell], [inner]).distance == 0
    aside = np.eye(4)
    aside[0, 3] = 0.7
    assert Distances().between([inner], [ball(np.eye(4), 1.0, 3), box(aside, (0.01, 0.01, 0.01))]).distance == 0


def test_boxes_bound_distances_from_below() -> None:
    rng = np.random.default_rng(4)
    solids = [box(turned(rng, 2.0)) for _ in range(12)]
    least = box_gaps(np.array([solid.bounds for solid in solids]))
    for (i, a), (k, b) in itertools.combinations(enumerate(solids), 2):
        assert least[i, k] <= Distances().between([a], [b]).distance + 1e-12


def hall(rng: np.random.Generator, count: int, turn: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> dict:
    """A hall with things on a loose grid; the whole of it turned and shifted."""
    c, s = math.cos(turn), math.sin(turn)

    def moved(x: float, y: float) -> list[float]:
        return [c * x - s * y + shift[0], s * x + c * y + shift[1]]

    things = {}
    for k in range(count):
        x, y = 3 + 4 * (k % 6) + rng.uniform(-1, 1), 3 + 4 * (k // 6) + rng.uniform(-1, 1)
        size = [float(v) for v in rng.uniform(0.5, 2.0, 3)]
        pose = {"position": [*moved(x, y), 0], "yaw": float(rng.uniform(0, 6)) + turn}
        things[f"t{k}"] = {"shape": {"box": {"size": size}}, "pose": pose, "mass": 500, "clearance": 0.3}
    corners = [(0, 0), (28, 0), (28, 20), (0, 20)]
    return {
        "hall": {
            "outline": [moved(*p) for p in corners],
            "floor_load": 1e4,
            "doors": {"out": {"from": moved(27, 0), "to": moved(26, 0), "use": "escape"}},
        },
        "stations": things,
        "aisles": {"a": {"path": [moved(1, 18), moved(27, 18)], "width": 2.0}},
    }


def scalars(parts: dict, *checks: str) -> dict[str, float]:
    spec = LayoutSpec(checks=checks or ("clearance", "aisles", "floor"))
    made, answers = hall_from(spec, **parts), Answers()
    for check in spec.checks:
        CHECKS[check](spec, made, Target(), answers)
    return {name: scalar.value for name, scalar in scalars_of(spec, made, answers).items()}


def test_a_hall_that_is_turned_and_shifted_as_a_whole_is_the_same() -> None:
    here = scalars(hall(np.random.default_rng(5), 18), "clearance", "aisles", "floor", "walking")
    there = scalars(hall(np.random.default_rng(5), 18, turn=0.7, shift=(120.0, -40.0)), "clearance", "aisles", "floor", "walking")
    assert here.keys() == there.keys()
    on_foot = here.pop("escape_distance"), there.pop("escape_distance")  # a grid along x and y
    assert on_foot[0] == pytest.approx(on_foot[1], rel=0.03)
    for name, value in here.items():
        assert there[name] == pytest.approx(value, abs=2e-4 if "aisle" in name else 1e-9), name


def test_adding_something_never_makes_more_room() -> None:
    rng = np.random.default_rng(6)
    parts = hall(rng, 24)
    names = list(parts["stations"])
    margins = ("min_clearance", "clearance_margin", "aisle_margin", "wall_clearance", "min_aisle_width")
    before: dict[str, float] = {}
    for count in (2, 6, 12, 18, 24):
        found = scalars(parts | {"stations": {name: parts["stations"][name] for name in names[:count]}})
        for name in margins:
            assert found[name] <= before.get(name, np.inf) + 1e-9
        assert found["overlaps"] >= before.get("overlaps", 0)
        before = found


def test_the_fast_search_finds_what_all_pairs_show() -> None:
    made = hall_from(**hall(np.random.default_rng(7), 24))
    found = clearances(LayoutSpec(), made)
    every = [Distances().between(a.solids, b.solids) for a, b in itertools.combinations(made.bodies, 2)]
    assert min(pair.gap.distance for pair in found.pairs) == min(gap.distance for gap in every)
    assert sum(gap.distance < 0.3 for gap in every) == sum(pair.gap.distance < 0.3 for pair in found.pairs)


def test_passages_are_measured_between_any_two_things() -> None:
    rng = np.random.default_rng(8)
    for _ in range(10):
        gap, slant = float(rng.uniform(0.5, 3.5)), float(rng.uniform(-1.0, 1.0))
        upper, lower = shapely.box(4, gap / 2, 6, 5), shapely.box(6 + slant if slant > 0 else 3, -5, 9, -gap / 2)
        found = passage([(0, 0), (12, 0)], 4.0, [upper, lower], widest=8.0)
        assert found.width == pytest.approx(upper.distance(lower), abs=1e-6)
        assert np.linalg.norm(found.points[1] - found.points[0]) == pytest.approx(found.width, abs=1e-9)


def test_separation_distances_grow_with_time_and_with_what_is_not_seen() -> None:
    times = np.linspace(0.0, 1.0, 201)
    for rule in (lambda T: curtain(T, 0.014), lambda T: curtain(T, 0.04), across_body, lambda T: parallel(T, 0.3)):
        values = [rule(T) for T in times]
        assert all(b >= a - 1e-12 for a, b in itertools.pairwise(values))
    assert all(curtain(T, 0.03) >= curtain(T, 0.014) for T in times)
    assert parallel(0.3, 0.0) > parallel(0.3, 0.5) > parallel(0.3, 0.9) == parallel(0.3, 1.0)
    assert curtain(0.32, 0.014) == pytest.approx(0.512)


def test_area_shares_add_up_to_one() -> None:
    found = scalars(hall(np.random.default_rng(9), 18))
    assert sum(value for name, value in found.items() if name.startswith("area_use.")) == pytest.approx(1.0)


def test_a_run_is_the_same_twice(tmp_path) -> None:
    from twin.scenario.site import Site

    made = hall_from(**hall(np.random.default_rng(10), 12))
    site: Site = made.site
    results = [simulate(LayoutSpec(), Target(), Silent(), Context(tmp_path, site=site)) for _ in range(2)]
    assert results[0].scalars == results[1].scalars
    assert results[0].events == results[1].events
