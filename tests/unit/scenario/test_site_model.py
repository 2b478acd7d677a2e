"""Sites: what stands in a hall is a frame for every kind, names are unique, and each fault has its file and line."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.errors import BadInput, UnknownName
from twin.scenario import Pose, check, identity, load
from twin.scenario.site_shape import pieces

HEAD = "twin: 1\nkind: noop\nsite: hall.site.yaml\n"
HALL = """\
hall:
  outline: [[0, 0], [20 m, 0], [20, 10], [0, 10]]
  height: 5 m
  floor_load: 20 kN/m^2
  columns: {pillar: {at: [10, 5], size: [400 mm, 400 mm]}}
  doors: {gate: {from: [2, 0], to: [5, 0], height: 3, use: goods}}
aisles: {main: {path: [[1, 2], [19, 2]], width: 2.5 m}}
stations:
  press: {shape: {box: {size: [2, 1, 1.5]}}, pose: {position: [4, 6, 0], yaw: 90 deg}, mass: 3 t, clearance: 0.5 m}
buffers:
  shelf: {shape: {cylinder: {radius: 0.4, length: 1}}, pose: {frame: press, position: [3, 0, 0]}}
equipment:
  lamp: {shape: {compound: [{shape: {box: {size: [1, 1, 0.1]}}, pose: {position: [0, 0, 4]}}]}, touches: [press]}
robots:
  arm: {model: iiwa, base: {frame: press, position: [0, 0, 1.5]}, reaches: [shelf, {frame: press, position: [0.5, 0, 1.6], roll: 180 deg}]}
network:
  nodes: {press: press, shelf: {frame: shelf, position: [1, 0]}, park: [1, 1]}
  ways:
    - {from: park, to: press, via: [[4, 1]]}
    - {from: press, to: shelf, both: false, speed: 0.5 m/s}
  robot: {speed: 1.5, protective_field: 2 m}
zones: {fenced: {outline: [[12, 4], [16, 4], [16, 8], [12, 8]], use: hazard}}
utilities: {air: {supply: air, at: [0.2, 9], capacity: 0.05}}
"""


def test_things_and_robots_are_frames(write) -> None:
    write(HALL, "hall.site.yaml")
    site = load(write(HEAD + "pose: {frame: shelf}")).site
    assert site.names() == ["press", "shelf", "lamp", "arm"]
    assert np.allclose(site.T_world("shelf")[:3, 3], [4, 9, 0])
    assert np.allclose(site.T_world("arm")[:3, 3], [4, 6, 1.5])
    assert [(group, name) for group, name, _ in site.things()] == [("stations", "press"), ("buffers", "shelf"), ("equipment", "lamp")]
    assert site.hall.floor_load == 20e3
    assert site.stations["press"].mass == 3000
    assert [reach.rotation for reach in site.robots["arm"].reaches] == ["free", "full"]
    assert site.robots["arm"].reaches[1].pose.roll == pytest.approx(math.pi)


def test_boxes_and_cylinders_stand_on_their_frames(write) -> None:
    write(HALL, "hall.site.yaml")
    site = load(write(HEAD)).site
    (box,), (round_one,), (high,) = (pieces(thing.shape) for _, _, thing in site.things())
    assert box.origin[2, 3] == 0.75
    assert round_one.origin[2, 3] == 0.5
    assert high.origin[2, 3] == pytest.approx(4.05)


def test_the_network_has_positions_lengths_and_shortest_ways(write) -> None:
    write(HALL, "hall.site.yaml")
    network = load(write(HEAD)).site.network
    assert network.nodes["press"] == pytest.approx((4, 6))
    assert network.nodes["shelf"] == pytest.approx((4, 10))
    assert network.nodes["park"] == (1, 1)
    assert [(e.start, e.end, e.length) for e in network.edges] == [("park", "press", 8), ("press", "park", 8), ("press", "shelf", 4)]
    route = network.route("park", "shelf")
    assert (route.nodes, route.length) == (("park", "press", "shelf"), 12)
    assert network.route("shelf", "park") is None
    assert network.route("park", "park").length == 0
    with pytest.raises(UnknownName, match="Did you mean press"):
        network.route("pres", "park")
    assert network.robot.protective_field == 2


def test_the_shortest_way_is_the_best_of_all(write) -> None:
    """Dijkstra against Floyd and Warshall on random networks."""
    rng = np.random.default_rng(0)
    nodes = {f"n{i}": [round(float(v), 3) for v in rng.random(2) * 50] for i in range(12)}
    ways = [(f"n{a}", f"n{b}") for a, b in rng.integers(0, 12, (24, 2)) if a != b]
    text = f"network:\n  nodes: {nodes}\n  ways:\n" + "".join(f"    - {{from: {a}, to: {b}, both: false}}\n" for a, b in ways)
    write(text.replace("'", ""), "hall.site.yaml")
    network = load(write(HEAD)).site.network
    names = list(nodes)
    shortest = np.full((12, 12), np.inf)
    np.fill_diagonal(shortest, 0)
    for edge in network.edges:
        i, j = names.index(edge.start), names.index(edge.end)
        shortest[i, j] = min(shortest[i, j], edge.length)
    for k in range(12):
        shortest = np.minimum(shortest, shortest[:, k, None] + shortest[None, k])
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            route = network.route(a, b)
            assert (route.length if route else np.inf) == pytest.approx(shortest[i, j])


def test_meshes_lie_beside_the_site_and_their_bytes_are_in_the_id(write) -> None:
    mesh = write("solid a\nendsolid a\n", "parts/meshes/a.stl")
    write("include: [parts/line.site.yaml]", "hall.site.yaml")
    write("equipment: {a: {shape: {mesh: {path: meshes/a.stl, scale: 0.001}}}}", "parts/line.site.yaml")
    scenario = load(write(HEAD))
    assert scenario.site.equipment["a"].shape.mesh.path == str(mesh.resolve())
    assert mesh.resolve() in scenario.site.files
    before = identity(scenario)
    mesh.write_text("solid b\nendsolid b\n")
    assert identity(scenario) != before


def test_one_file_may_be_included_on_two_ways(write) -> None:
    write("include: [a.site.yaml, b.site.yaml]", "hall.site.yaml")
    write("include: [common.site.yaml]", "a.site.yaml")
    write("include: [common.site.yaml]", "b.site.yaml")
    write("frames: {corner: {position: [1, 0, 0]}}", "common.site.yaml")
    assert load(write(HEAD)).site.names() == ["corner"]


def test_a_site_is_revised_without_touching_the_first(write) -> None:
    write(HALL, "hall.site.yaml")
    site = load(write(HEAD)).site
    moved = site.revised({"press": Pose(position=(8, 6, 0))}, frozenset({"lamp"}))
    assert np.allclose(moved.T_world("arm")[:3, 3], [8, 6, 1.5])
    assert np.allclose(site.T_world("arm")[:3, 3], [4, 6, 1.5])
    assert moved.stations["press"].pose.position == (8, 6, 0)
    assert "lamp" not in moved.equipment
    with pytest.raises(UnknownName, match="Did you mean press"):
        site.revised({"pres": Pose()})
    with pytest.raises(BadInput, match="not removed"):
        site.revised({}, frozenset({"press"}))
    with pytest.raises(BadInput, match="press -> shelf -> press"):
        site.revised({"press": Pose(frame="shelf")})


BAD = [
    ("hall: {outline: [[0, 0], [4, 4], [4, 0], [0, 4]]}", "hall.outline", "Self-intersection"),
    ("hall: {outline: [[0, 0], [4, 0], [8, 0]]}", "hall.outline", "do not cross"),
    ("hall: {outline: [[0, 0], [4, 0]]}", "hall.outline", "at least 3"),
    ("hall:\n  outline: [[0, 0], [9, 0], [9, 9], [0, 9]]\n  doors: {d: {from: [2, 1], to: [3, 1]}}", "hall.doors.d", "1 m off"),
    ("hall:\n  outline: [[0, 0], [9, 0], [9, 9], [0, 9]]\n  doors: {d: {from: [8, 0], to: [9, 2]}}", "hall.doors.d", "on one wall"),
    ("hall:\n  outline: [[0, 0], [9, 0], [9, 9], [0, 9]]\n  doors: {d: {from: [8, 0], to: [8, 0]}}", "hall.doors.d", "two different"),
    ("hall:\n  outline: [[0, 0], [9, 0], [9, 9], [0, 9]]\n  columns: {c: {at: [10, 1], size: [1, 1]}}", "hall.columns.c.at", "inside"),
    ("include: [b.site.yaml]\nhall: {outline: [[0, 0], [9, 0], [9, 9]]}", "hall", "one hall a site"),
    ("stations: {a: {shape: {box: {size: [1, 1, 1]}}, pose: {frame: bb}}}\nframes: {b: {}}", "stations.a.pose.frame", "Did you mean b"),
    ("stations: {a: {shape: {box: {size: [1, 1, 1]}}, pose: {frame: a}}}", "stations.a.pose.frame", "a -> a"),
    (
        "stations: {a: {shape: {box: {size: [1, 1, 1]}}, pose: {frame: b}}}\nrobots: {b: {model: iiwa, base: {frame: a}}}",
        "stations.a.pose.frame",
        "a -> b -> a",
    ),
    ("stations: {a: {shape: {box: {size: [1, 1, 1]}}}}\nframes: {a: {}}", "stations.a", "a name used once"),
    ("aisles: {a: {path: [[0, 0], [1, 1]], width: 1}}\nzones: {a: {outline: [[0, 0], [1, 0], [1, 1]]}}", "zones.a", "a name used once"),
    ("aisles: {a: {path: [[0, 0], [0, 0]], width: 1}}", "aisles.a.path", "differ"),
    ("aisles: {a: {path: [[0, 0], [1, 0]], width: 0}}", "aisles.a.width", "greater than 0"),
    ("zones: {z: {outline: [[0, 0], [1, 1], [1, 0], [0, 1]]}}", "zones.z.outline", "Self-intersection"),
    ("network: {nodes: {a: [0, 0]}, ways: [{from: a, to: bb}]}", "network.ways.0.to", "a"),
    ("network: {nodes: {a: [0, 0]}, ways: [{from: a, to: a}]}", "network.ways.0.to", "another node"),
    ("network: {nodes: {a: nowhere}}", "network.nodes.a", "world"),
    ("include: [b.site.yaml]\nnetwork: {nodes: {n: [0, 0]}, robot: {}}", "network.nodes.n", "used once among nodes"),
    ("include: [b.site.yaml]\nnetwork: {nodes: {n: [0, 0]}, robot: {}}", "network.robot", "one robot"),
    ("equipment: {a: {shape: {mesh: {path: none.stl}}}}", "equipment.a.shape.mesh.path", "no file none.stl"),
    ("equipment: {a: {shape: {box: {size: [1, 1, 0]}}}}", "equipment.a.shape.box.size.2", "greater than 0"),
    ("equipment: {a: {shape: {box: {size: [1, 1]}}}}", "equipment.a.shape.box.size.2", "this key is required"),
    ("network: {nodes: {a: [1]}}", "network.nodes.a.1", "this key is required"),
    ("equipment: {a: {shape: {}}}", "equipment.a.shape", "exactly one of"),
    ("equipment: {a: {shape: {box: {size: [1, 1, 1]}}, touches: [b]}}", "equipment.a.touches.0", "another thing"),
    ("robots: {r: {model: iwa}}", "robots.r.model", "Did you mean iiwa"),
    ("robots: {r: {urdf: r.urdf}}", "robots.r.urdf", "no file r.urdf"),
    ("robots: {r: {model: iiwa, reaches: [tabel]}}\nframes: {table: {}}", "robots.r.reaches.0", "Did you mean table"),
    ("robots: {r: {}}", "robots.r", "exactly one of"),
    ("utilities: {u: {supply: gas, at: [0, 0]}}", "utilities.u.supply", "power"),
    ("hall: {outline: [[0, 0], [9, 0], [9, 9]], floor_load: 5 m}", "hall.floor_load", "Pa"),
]


@pytest.mark.parametrize(("text", "path", "said"), BAD)
def test_faults_have_file_line_and_remedy(write, text: str, path: str, said: str) -> None:
    b = "hall: {outline: [[0, 0], [9, 0], [9, 9]]}\nnetwork: {nodes: {n: [0, 0]}, robot: {}}" if path.startswith("network") else ""
    write(b or "hall: {outline: [[0, 0], [9, 0], [9, 9]]}", "b.site.yaml")
    write(text, "hall.site.yaml")
    faults = check(write(HEAD))
    found = [fault for fault in faults if fault.path == path]
    assert found, faults
    assert said in str(found[0])
    assert all(fault.file.endswith(".site.yaml") and fault.line for fault in faults)
