"""What is shown of a line in its hall: robots keep to their ways, frames are in order, the heat map counts every robot."""

from __future__ import annotations

from pathlib import Path
from xml.dom import minidom

import numpy as np
import pytest

from tests.unit.line.lines import ran as ran_without
from tests.unit.line.test_fleets import BOTH, CORNERS, ROUND, hall, line
from twin.kinds import Context, Silent, Target
from twin.physics.line import KIND
from twin.physics.line.hall_plan import hall_plan
from twin.physics.line.motion_plan import motion_plan
from twin.physics.line.plant import Plant, plant
from twin.physics.line.replicate import replicate
from twin.physics.line.state import Replication
from twin.physics.line.trace import FRAMES, LONG, Trace, trace
from twin.physics.line.ways import flows, ways_of
from twin.scenario.site import Site
from twin.scenario.site_network import Edge, SiteNetwork
from twin.scenario.site_shape import SiteBox, SiteShape
from twin.scenario.site_spec import Thing
from twin.scene import Scene
from twin.scene.check import check

FLEET = {"robots": 4, "length": 2.0}


def plan_of(fleet: dict[str, object], site: Site, every: float = 40.0) -> Plant:
    return plant(line(fleet, every), Path, site.network)


def traced(site: Site, fleet: dict[str, object] = FLEET, begin: float = 500.0, every: float = 40.0) -> Trace:
    found = trace(plan_of(fleet, site, every), site.network, 0, 0, begin, begin + LONG)
    assert found is not None
    return found


def distance(point: np.ndarray, way: np.ndarray) -> float:
    """From a point to a polyline [m]."""
    a, b = way[:-1], way[1:]
    share = np.clip(((point - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1), 0, 1)
    return float(np.hypot(*(point - a - share[:, None] * (b - a)).T).min())


@pytest.mark.parametrize("ways", [BOTH, ROUND])
def test_robots_keep_to_the_ways_of_the_network(ways: list[tuple[str, str]]) -> None:
    found = traced(hall(ways))
    for frame, places in enumerate(found.places):
        for robot, place in enumerate(places):
            assert distance(place, found.ways[found.way[frame, robot]]) < 1e-9


def test_a_corner_of_a_way_is_driven_around() -> None:
    bent = [("a", "b", ((0.0, 0.0), (30.0, 0.0))), ("b", "c", ((30.0, 0.0), (50.0, 0.0), (50.0, 20.0), (30.0, 20.0)))]
    edges = [Edge(a, b, p, float(np.hypot(*np.diff(p, axis=0).T).sum())) for a, b, p in bent]
    edges += [Edge(e.end, e.start, e.points[::-1], e.length) for e in edges]
    found = traced(Site({}, network=SiteNetwork(CORNERS, tuple(edges))))
    assert found.places[..., 0].max() == pytest.approx(50, abs=1e-9)
    assert {round(float(h), 6) for h in found.headings.ravel()} >= {0.0, round(np.pi / 2, 6), round(np.pi, 6)}


def test_frames_are_in_order_and_nobody_drives_faster_than_he_can() -> None:
    found = traced(hall(BOTH))
    assert len(found.t) <= FRAMES
    assert (np.diff(found.t) > 0).all()
    assert LONG / (found.t[-1] - found.t[0]) in (1, 2, 4)
    speeds = np.hypot(*np.diff(found.places, axis=0).transpose(2, 0, 1)) / np.diff(found.t)[:, None]
    same = found.way[1:] == found.way[:-1]
    assert speeds[same & (found.tasks[1:] == found.tasks[:-1])].max() < 1 + 1e-6


def test_robots_on_one_way_keep_their_distance() -> None:
    found = traced(hall(ROUND), {"robots": 12, "length": 4.0}, every=1)
    for ways, along, tasks in zip(found.way, found.along, found.tasks, strict=True):
        driving = np.isin(tasks, (1, 3))
        for way in np.unique(ways[driving]):
            gaps = np.diff(np.sort(along[driving & (ways == way)]))
            assert (gaps[gaps > 1e-9] > 4 - 1e-6).all()


def test_a_look_changes_nothing() -> None:
    site = hall(BOTH)
    made = plan_of(FLEET, site)
    found, run = trace(made, site.network, 0, 0, 500, 900), Replication.begin(made, 0, 0)
    run.advance(900)
    assert found is not None
    assert (found.levels[-1] == run.levels()).all()


def test_the_heat_map_counts_every_robot_and_its_way() -> None:
    site = hall(BOTH)
    made = plan_of({**FLEET, "blocking": False}, site)
    seen = replicate(made, 0, 0, np.array([5000.0, 20_000.0]))
    assert made.traffic is not None
    ways = ways_of(site.network, made.traffic)
    pieces = flows(ways, seen.passed)
    assert all(piece.both for piece in pieces)
    assert len(pieces) == 2
    assert sum(piece.count for piece in pieces) == seen.passed.sum()
    lengths = np.array([np.hypot(*np.diff(way, axis=0).T).sum() for way in ways])
    assert (lengths * seen.passed).sum() == pytest.approx(seen.trips[-1, :, 1].sum(), rel=1e-12)


def box(x: float, y: float) -> tuple[Thing, object]:
    from twin.scenario.schema import Pose

    pose = Pose(position=(x, y, 0.0))
    return Thing(shape=SiteShape(box=SiteBox(size=(2.0, 1.0, 1.5))), pose=pose), pose


def furnished() -> Site:
    (p, p_pose), (q, q_pose) = box(0, 2), box(30, 22)
    return Site({"p": p_pose, "q": q_pose}, stations={"p": p, "q": q}, network=hall(BOTH).network)  # type: ignore[dict-item]


def scene_and_files(site: Site | None, folder: Path) -> tuple[Scene | None, set[str]]:
    result = KIND.simulate(line(FLEET, 40), Target(), Silent(), Context(Path.cwd(), site=site, scratch=folder))
    assert result.status == "done", result.reason
    return result.scene, {file.name for file in folder.iterdir()}


def test_the_hall_is_shown_with_each_station_in_one_state_at_a_time(tmp_path: Path) -> None:
    scene, files = scene_and_files(furnished(), tmp_path)
    assert files >= {"plan.svg", "plan.png", "transport.png", "shares.png", "gantt.png"}
    assert scene is not None
    check(scene)
    lids = np.array([node.position[:, 2] for node in scene.nodes if node.name.endswith("/p") and node.group != "stations"])
    assert ((lids == 0).sum(axis=0) == 1).all()
    robots = [node for node in scene.nodes if node.group == "amr"]
    assert [node.name for node in robots] == [f"amr/amr.{k}" for k in (1, 2, 3, 4)]
    assert any(np.ptp(node.position, axis=0).max() > 1 for node in robots)


def test_without_a_site_there_is_no_scene(tmp_path: Path) -> None:
    result = ran_without({"sources": {"in": {"every": 10, "to": "p"}}, "stations": {"p": {"process": 5, "to": "out"}}})
    assert result.scene is None


def test_the_plan_in_motion_is_an_svg_whose_robots_are_where_they_were_seen() -> None:
    site = hall(ROUND)
    made, found = plan_of(FLEET, site), traced(site)
    ground = hall_plan(site)
    assert ground is not None
    page = minidom.parseString(motion_plan(ground, made, found))
    dots = page.getElementsByTagName("circle")
    assert len(dots) == 4
    xs = [a for a in dots[0].getElementsByTagName("animate") if a.getAttribute("attributeName") == "cx"]
    values = np.array([float(v) for v in xs[0].getAttribute("values").split(";")])
    times = np.array([float(t) for t in xs[0].getAttribute("keyTimes").split(";")])
    assert len(values) == len(times) == len(found.t)
    assert (times[0], times[-1]) == (0, 1)
    assert np.corrcoef(values, found.places[:, 0, 0])[0, 1] == pytest.approx(1, abs=1e-4)
