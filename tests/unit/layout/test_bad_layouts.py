"""Bad layouts: what is refused before the run, with file and line, and what the run finds, with the numbers and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twin.kinds import Context, Silent, Target
from twin.physics.layout.simulate import simulate
from twin.result import Result
from twin.scenario import check, load

Write = Callable[..., Path]
HEAD = "twin: 1\nkind: layout\nsite: hall.site.yaml\n"
HALL = """\
hall:
  outline: [[0, 0], [20, 0], [20, 10], [0, 10]]
  height: 4
  floor_load: 5 kPa
  doors: {out: {from: [9, 0], to: [11, 0], use: escape}}
"""
PRESS = "stations:\n  press: {shape: {box: {size: [2, 1, 1.5]}}, pose: {position: [4, 6, 0]}}\n"


def run(write: Write, site: str, keys: str = "") -> Result:
    write(site, "hall.site.yaml")
    scenario = load(write(HEAD + keys))
    return simulate(scenario.spec, Target(), Silent(), Context(scenario.folder, 0, scenario.site))


def found(result: Result, who: str) -> list[dict]:
    return [dict(event) for event in result.events if event["who"] == who]


REFUSED = [
    ("", "twin: 1\nkind: layout\n", "site", "site: server_factory"),
    ("", "twin: 1\nkind: layout\nsite: server_factry\n", "site", "server_factory"),
    (PRESS, HEAD + "place: {pres: {position: [1, 1, 0]}}", "place.pres", "Did you mean press"),
    (PRESS, HEAD + "remove: [pres]", "remove.0", "Did you mean press"),
    (PRESS + "frames: {on: {frame: press}}", HEAD + "remove: [press]", "place", "Remove what stands in it"),
    (PRESS, HEAD + "place: {press: {frame: press}}", "place", "press -> press"),
    (PRESS, HEAD + "safeguards: {c: {curtain: {resolution: 14 mm}, line: [[0, 0], [1, 0]], hazard: pres, stopping_time: 1}}",
     "safeguards.c.hazard", "Did you mean press"),
    (PRESS, HEAD + "safeguards: {c: {curtain: {resolution: 50 mm}, line: [[0, 0], [1, 0]], hazard: press, stopping_time: 1}}",
     "safeguards.c.curtain.resolution", "less than or equal to 0.04"),
    (PRESS, HEAD + "safeguards: {c: {line: [[0, 0], [1, 0]], hazard: press, stopping_time: 1}}", "safeguards.c", "exactly one of"),
    (PRESS, HEAD + "safeguards: {c: {body: {}, line: [[1, 0], [1, 0]], hazard: press, stopping_time: 1}}", "safeguards.c.line", "differ"),
    (PRESS, HEAD + "safeguards: {c: {parallel: {height: 0.1, resolution: 70 mm}, line: [[0, 0], [1, 0]], hazard: press, stopping_time: 1}}",
     "safeguards.c.parallel", "0.300 m high or more"),
    ("network: {nodes: {a: [0, 0], b: [1, 0]}}", HEAD + "flows: [{from: a, to: c, per_hour: 3}]", "flows.0.to", "a, b"),
    ("robots: {r: {model: h10w, reaches: [{arm: middle}]}}", HEAD, "site", "left, right (robots.r.reaches.0.arm)"),
    ("equipment: {e: {shape: {mesh: {path: broken.stl}}}}", HEAD, "site", "a mesh with triangles (for equipment.e.shape)"),
    ("equipment: {e: {shape: {mesh: {path: none.stl}}}}", HEAD, "equipment.e.shape.mesh.path", "no file none.stl"),
    ("hall: {outline: [[0, 0], [4, 4], [4, 0], [0, 4]]}", HEAD, "hall.outline", "Self-intersection"),
    ("include: [hall.site.yaml]", HEAD, "include.0", "hall.site.yaml -> hall.site.yaml"),
    ("frames: {a: {frame: b}, b: {frame: a}}", HEAD, "frames.a.frame", "a -> b -> a"),
    (PRESS, HEAD + "checks: [clearence]", "checks.0", "Did you mean clearance"),
    (PRESS, HEAD + "checks: []", "checks", "at least 1"),
    (PRESS, HEAD + "escape_distance: -3 m", "escape_distance", "greater than 0"),
    (PRESS, HEAD + "expect: {min_clearence: {min: 1 m}}", "expect.min_clearence", "Did you mean min_clearance"),
]  # fmt: skip


@pytest.mark.parametrize(("site", "scenario", "path", "said"), REFUSED, ids=[case[2] + " " + case[3] for case in REFUSED])
def test_bad_layouts_are_refused_before_they_run(write: Write, site: str, scenario: str, path: str, said: str) -> None:
    write("not a mesh", "broken.stl")
    write(site, "hall.site.yaml")
    faults = check(write(scenario))
    here = [fault for fault in faults if fault.path == path]
    assert here, [str(fault) for fault in faults]
    assert said in str(here[0])
    assert all(fault.file and fault.line for fault in faults)


def test_overlapping_stations_are_found(write: Write) -> None:
    site = HALL + PRESS + "  lathe: {shape: {box: {size: [2, 1, 1]}}, pose: {position: [5.5, 6.2, 0]}}\n"
    result = run(write, site)
    (event,) = found(result, "clearance")
    assert "press and lathe overlap by 0.5 m" in event["what"]
    assert "Move one of them by 0.5 m" in event["remedy"]
    assert result.scalars["overlaps"].value == 1
    assert result.scalars["max_overlap"].value == pytest.approx(0.5)
    assert result.scalars["clearance_margin"].value == pytest.approx(-0.5)
    apart = run(write, site, "place: {lathe: {position: [8, 6.2, 0]}}")
    assert apart.scalars["min_clearance"].value == pytest.approx(2.0)
    assert run(write, site, "remove: [lathe]").scalars["findings"].value == 0
    declared = run(write, site.replace("[5.5, 6.2, 0]}}", "[5.5, 6.2, 0]}, touches: [press]}"))
    assert declared.scalars["overlaps"].value == 0


def test_clearance_that_is_asked_is_held(write: Write) -> None:
    site = HALL + PRESS + "  lathe: {shape: {box: {size: [2, 1, 1]}}, pose: {position: [6.4, 6, 0]}, clearance: 0.5 m}\n"
    result = run(write, site)
    assert "press and lathe are 0.4 m apart, 0.5 m is asked" in found(result, "clearance")[0]["what"]
    assert result.scalars["clearance_margin"].value == pytest.approx(-0.1)
    assert result.scalars["overlaps"].value == 0


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("[19.5, 6, 0]", "press reaches 0.5 m beyond the hall's outline"),
        ("[40, 6, 0]", "press reaches 21 m beyond the hall's outline"),
        ("[4, 6, 3]", "press reaches 0.5 m through the ceiling"),
        ("[4, 6, -0.2]", "press reaches 0.2 m through the floor"),
    ],
)
def test_what_stands_outside_of_the_hall_is_found(write: Write, place: str, said: str) -> None:
    result = run(write, HALL + PRESS.replace("[4, 6, 0]", place))
    assert said in found(result, "clearance")[0]["what"]
    assert result.scalars["outside_hall"].value == 1


def test_a_robot_outside_of_the_hall_is_found(write: Write) -> None:
    result = run(write, HALL + "robots: {arm: {model: iiwa, base: {position: [-3, 5, 0]}}}")
    assert "arm reaches 3" in found(result, "clearance")[0]["what"]


def test_unreachable_stations_and_long_ways_are_found(write: Write) -> None:
    boxed_in = HALL + PRESS + "equipment:\n"
    for name, x, y, long, deep in (("n", 4, 8, 6, 0.2), ("s", 4, 4, 6, 0.2), ("w", 1.1, 6, 0.2, 4), ("e", 6.9, 6, 0.2, 4)):
        boxed_in += f"  {name}: {{shape: {{box: {{size: [{long}, {deep}, 2.5]}}}}, pose: {{position: [{x}, {y}, 0]}}}}\n"
    result = run(write, boxed_in)
    assert "no way on foot of 0.6 m width leads from press to a door" in found(result, "walking")[0]["what"]
    assert result.scalars["unreachable_stations"].value == 1
    assert "escape_distance" not in result.scalars
    far = run(write, HALL + PRESS, "escape_distance: 3 m")
    assert "m on foot from exit out, at most 3 m is asked" in found(far, "walking")[0]["what"]


def test_narrow_aisles_and_blocked_doors_are_found(write: Write) -> None:
    site = HALL + "aisles: {main: {path: [[1, 3], [19, 3]], width: 3}}\n"
    site += "equipment:\n  crate: {shape: {box: {size: [2, 2, 1]}}, pose: {position: [10, 1, 0]}}\n"
    site += "  shelf: {shape: {box: {size: [4, 1, 2]}}, pose: {position: [10, 4.3, 0]}}\n"
    result = run(write, site)
    texts = [event["what"] for event in found(result, "aisles")]
    assert any("traffic aisle main is 1.800 m wide at its narrowest between crate and shelf, 3 m is asked" in text for text in texts)
    assert any("crate stands 0.5 m in traffic aisle main" in text for text in texts)
    assert any("door out (escape) has 0 m free width, 2 m is asked" in text for text in texts)
    assert result.scalars["aisle_margin"].value == pytest.approx(-1.2)
    assert result.scalars["blocked_doors"].value == 1
    assert result.scalars["aisle_obstructions"].value == 2
    high = run(write, site.replace("[10, 4.3, 0]", "[10, 4.3, 2.2]"))  # one walks under it
    assert high.scalars["min_aisle_width"].value > 3


def test_reach_separation_stopping_and_load_are_found(write: Write) -> None:
    site = HALL + PRESS.replace("[4, 6, 0]}", "[4, 6, 0]}, mass: 2 t")
    site += "robots: {arm: {model: iiwa, base: {position: [8, 6, 0]}, "
    site += "reaches: [{position: [8.5, 6, 0.5], roll: 180 deg}, {position: [11, 6, 0.5]}]}}\n"
    site += "network: {nodes: {a: [1, 1], b: [18, 1], c: [18, 2]}, ways: [{from: a, to: b, both: false}], "
    site += "robot: {speed: 2, protective_field: 1}}\n"
    keys = "safeguards: {front: {curtain: {resolution: 14 mm}, line: [[2, 4.2], [6, 4.2]], hazard: press, stopping_time: 0.7 s}}\n"
    keys += "flows: [{from: a, to: b, per_hour: 36}, {from: b, to: a, per_hour: 1}, {from: a, to: c, per_hour: 1}]\n"
    result = run(write, site, keys)
    scalars = {name: scalar.value for name, scalar in result.scalars.items()}
    assert scalars["unreachable_frames"] == 1
    assert "arm does not reach world (reaches.1)" in found(result, "reach")[0]["what"]
    assert scalars["separation.front.required"] == pytest.approx(1.12)
    assert scalars["separation_margin"] == pytest.approx(0.18)
    assert scalars["stopping_distance"] == pytest.approx(2 * 0.3 + 4 / 2)
    assert scalars["stopping_margin"] == pytest.approx(-1.6)
    assert "stops in 2.6 m, its protective field reaches 1 m" in found(result, "stopping")[0]["what"]
    assert scalars["max_floor_load"] == pytest.approx(9806.65)
    assert "press loads the floor with 9.81 kPa, 5 kPa are allowed" in found(result, "floor")[0]["what"]
    assert scalars["unreachable_flows"] == 2
    assert scalars["transport_work"] == pytest.approx(36 / 3600 * 17)
    assert scalars["transport_distance.a.b"] == pytest.approx(17)
    assert scalars["robots_needed"] == pytest.approx(0.085)
    near = run(write, site, keys.replace("4.2]", "5]"))
    assert "ISO 13855:2010, to be confirmed against the standard" in found(near, "separation")[0]["what"]
    assert near.scalars["separation_margin"].value == pytest.approx(0.5 - 1.12)


def test_narrow_ways_of_mobile_robots_are_found(write: Write) -> None:
    site = HALL + PRESS + "network: {nodes: {a: [1, 5.2], b: [9, 5.2], press: [4, 5.2]}, ways: [{from: a, to: b}, {from: a, to: press}], "
    result = run(write, site + "robot: {width: 0.5, clearance: 0.2}}")
    (event,) = found(result, "stopping")  # at the press itself it docks
    assert "on the way from a to b a mobile robot has 0.05 m beside it to press, 0.2 m is asked" in event["what"]
    assert result.scalars["way_margin"].value == pytest.approx(-0.15)


def test_an_empty_site_has_nothing_to_find(write: Write) -> None:
    result = run(write, "frames: {}")
    assert result.status == "done"
    assert result.scalars["findings"].value == 0
    assert result.scene is None
    assert "No findings." in result.log


def test_without_a_hall_things_are_still_measured(write: Write) -> None:
    result = run(write, PRESS + "  lathe: {shape: {cylinder: {radius: 0.5, length: 1}}, pose: {position: [7, 6, 0]}}\n")
    assert result.scalars["min_clearance"].value == pytest.approx(1.5, abs=1e-3)
    assert result.scalars["min_clearance"].value <= 1.5  # the prism around a cylinder: never too large
    assert "area_use.free" not in result.scalars


def test_chosen_checks_alone_are_done(write: Write) -> None:
    result = run(write, HALL + PRESS, "checks: [floor]")
    assert set(result.scalars) == {"findings", "hall_area", *(name for name in result.scalars if name.startswith("area_use."))}


def test_positions_can_be_swept(write: Write) -> None:
    from twin.scenario import expand

    write(HALL + PRESS + "  lathe: {shape: {box: {size: [2, 1, 1]}}, pose: {position: [8, 6, 0]}}\n", "hall.site.yaml")
    keys = "place: {lathe: {position: [8, 6, 0]}}\nsweep: {grid: {place.lathe.position.x: [7.0, 9.0]}}\nexpect: {findings: {max: 0}}\n"
    jobs = list(expand(load(write(HEAD + keys))))
    assert [job.document["place"]["lathe"]["position"][0] for job in jobs] == [7.0, 9.0]
    assert len({job.id for job in jobs}) == 2


def test_hazards_that_can_be_walked_into_are_found(write: Write) -> None:
    """A hazard in a corner of the hall behind a fence with a gap, and a curtain that closes the gap or only a part of it."""
    site = HALL + "zones: {danger: {outline: [[0, 7], [3, 7], [3, 10], [0, 10]], use: hazard}}\nequipment:\n"
    site += "  front: {shape: {box: {size: [4, 0.05, 2]}}, pose: {position: [2, 5.5, 0]}}\n"
    site += "  side: {shape: {box: {size: [0.05, 3.3, 2]}}, pose: {position: [4.3, 7.13, 0]}}\n"
    bare = run(write, site)
    assert bare.scalars["open_hazards"].value == 1
    assert "somebody can walk into danger without passing a safeguard" in found(bare, "separation")[0]["what"]
    guard = "safeguards: {c: {curtain: {resolution: 14 mm}, line: [[4.3, 8.8], [4.3, %s]], hazard: danger, stopping_time: 0.3 s}}"
    closed = site.replace("[2, 5.5, 0]", "[2.28, 5.46, 0]")
    closed = closed.replace("size: [4, 0.05, 2]", "size: [4.56, 0.05, 2]")
    assert run(write, closed, guard % 10).scalars["open_hazards"].value == 0
    assert run(write, closed, guard % 9.5).scalars["open_hazards"].value == 1
    assert run(write, closed.replace("hazard}", "safety}"), "").scalars.get("open_hazards") is None
