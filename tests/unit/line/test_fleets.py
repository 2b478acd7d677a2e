"""Mobile robots: how long they take, who is sent, how they queue, charge, and what is wrong with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.line.lines import ONCE, OUT
from twin.kinds import Context, Silent, Target
from twin.physics.line import KIND
from twin.physics.line.deadlock import gridlock
from twin.physics.line.plant import plant
from twin.physics.line.spec import LineSpec
from twin.physics.line.state import Replication
from twin.result.model import Result
from twin.scenario.site import Site
from twin.scenario.site_network import Edge, SiteNetwork

pytestmark = pytest.mark.slow  # the loop with mobile robots is a kernel of its own

CORNERS = {"a": (0.0, 0.0), "b": (30.0, 0.0), "c": (30.0, 20.0), "d": (0.0, 20.0)}
BOTH = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
ROUND = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]


def hall(ways: list[tuple[str, str]], corners: dict[str, tuple[float, float]] = CORNERS) -> Site:
    edges = tuple(Edge(a, b, (corners[a], corners[b]), math.dist(corners[a], corners[b])) for a, b in ways)
    return Site({}, network=SiteNetwork(corners, edges))


def line(fleet: dict[str, Any], every: float = 100.0) -> LineSpec:
    return LineSpec.model_validate(
        {
            "sources": {"in": {"every": every, "to": "p"}},
            "stations": {"p": {"process": 1, "to": {"next": "q", "by": "amr", "dock": 3}}, "q": {"process": 1, "to": "out"}},
            "sinks": OUT,
            "docks": {"p": "a", "q": "c"},
            "fleets": {"amr": {"robots": 1, "speed": 1.0, "load": 5, "unload": 5, **fleet}},
            "time": 20_000,
            "warm_up": 0,
            "until": ONCE,
        }
    )


def ran(spec: LineSpec, site: Site | None) -> Result:
    context = Context(Path.cwd(), site=site)
    assert list(KIND.check(spec, context)) == []
    result: Result = KIND.simulate(spec, Target(), Silent(), context)
    known = KIND.scalars(spec)
    assert {name: s.unit for name, s in result.scalars.items()} == {name: known[name] for name in result.scalars}
    return result


def test_one_robot_brings_a_part_a_round_trip() -> None:
    result = ran(line({}, every=10), hall(BOTH))
    assert 1 / result.scalars["throughput"].value == pytest.approx(50 + 5 + 50 + 5, rel=1e-2)
    assert result.scalars["driven.amr"].value == pytest.approx(100 / 110, rel=1e-2)
    assert result.scalars["utilisation.amr"].value == pytest.approx(1, rel=1e-2)
    assert result.scalars["empty.amr"].value == pytest.approx(50 / 110, rel=2e-2)


def test_a_robot_that_carries_two_brings_twice_as_much() -> None:
    result = ran(line({"carries": 2}, every=10), hall(BOTH))
    assert result.scalars["throughput"].value == pytest.approx(2 / 110, rel=2e-2)


def test_on_a_one_way_round_the_way_back_is_the_rest_of_it() -> None:
    result = ran(line({}, every=10), hall(ROUND))
    assert 1 / result.scalars["throughput"].value == pytest.approx(50 + 5 + 50 + 5, rel=1e-2)


def test_a_slow_way_holds_its_limit() -> None:
    site = hall(BOTH)
    edges = tuple(Edge(e.start, e.end, e.points, e.length, 0.5 if e.start == "b" else None) for e in site.network.edges)
    result = ran(line({}, every=10), Site({}, network=SiteNetwork(CORNERS, edges)))
    assert 1 / result.scalars["throughput"].value == pytest.approx(110 + 20 + 30, rel=1e-2)


def test_robots_wait_behind_each_other() -> None:
    crowd = {"robots": 20, "length": 5.0}
    free, queued = ran(line({**crowd, "blocking": False}, every=1), hall(ROUND)), ran(line(crowd, every=1), hall(ROUND))
    assert queued.scalars["throughput"].value <= free.scalars["throughput"].value
    assert queued.scalars["throughput"].value > 0


def test_a_full_dock_holds_the_station_up_and_no_part_is_lost() -> None:
    result = ran(line({}, every=1), hall(BOTH))
    assert result.scalars["blocked.p"].value > 0.9
    assert result.scalars["level.p.to.q"].value == pytest.approx(3, rel=0.1)
    assert result.scalars["little_error"].value < 1e-12


def test_batteries_are_filled_and_that_takes_time() -> None:
    tired = {"battery": 1000, "charge": 500, "low": 0.3, "chargers": ["a"]}
    result = ran(line(tired, every=10), hall(BOTH))
    assert result.scalars["charging.amr"].value == pytest.approx(0.7 * 500 / (0.7 * 500 + 0.7 * 1000 * 1.1), rel=0.1)
    assert result.scalars["throughput"].value < 1 / 120


def test_of_two_that_want_the_same_place_the_longer_waiting_part_is_fetched() -> None:
    spec = LineSpec.model_validate(
        {
            "sources": {"x": {"every": 0, "to": "p"}, "y": {"every": 0, "to": "r"}},
            "stations": {
                "p": {"process": 1, "to": {"next": "q", "by": "amr"}},
                "r": {"process": 1, "to": {"next": "q", "by": "amr"}},
                "z": {"process": 400, "to": "out"},
            },
            "buffers": {"q": {"capacity": 1, "to": "z"}},
            "sinks": OUT,
            "docks": {"p": "a", "r": "b", "q": "c"},
            "fleets": {"amr": {"robots": 2, "speed": 1.0, "load": 5, "unload": 5}},
            "time": 40_000,
            "warm_up": 0,
            "until": ONCE,
        }
    )
    result = ran(spec, hall(BOTH))
    busy = result.scalars["busy.p"].value, result.scalars["busy.r"].value
    assert busy[0] == pytest.approx(busy[1], rel=0.1)


def test_a_gridlock_is_named() -> None:
    corners = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (10.0, 10.0), "d": (0.0, 10.0)}
    spec = LineSpec.model_validate(
        {
            "sources": {f"i{n}": {"every": 1, "to": {"next": f"o{n}", "by": "amr", "dock": 50}} for n in corners},
            "sinks": {f"o{n}": {} for n in corners},
            "docks": {f"i{n}": n for n in corners} | {f"o{n}": m for n, m in zip("abcd", "dabc", strict=True)},
            "fleets": {"amr": {"robots": 40, "length": 4.0, "load": 1, "unload": 1}},
            "until": ONCE,
            "time": 5000,
        }
    )
    site = hall(ROUND, corners)
    result: Result = KIND.simulate(spec, Target(), Silent(), Context(Path.cwd(), site=site))
    assert result.status == "stopped"
    assert "gridlock" in result.reason
    assert "wait for each other" in result.reason
    run = Replication.begin(plant(spec, Path, site.network), 0, 0)
    assert gridlock(run) == ""


@pytest.mark.parametrize(
    ("fleet", "ways", "said"),
    [
        ({}, [("a", "b"), ("b", "c")], "c -> a"),
        ({"home": ["z"]}, BOTH, "fleets.amr.home"),
        ({"battery": 100}, BOTH, "at least one charger"),
        ({"chargers": ["x"]}, BOTH, "fleets.amr.chargers"),
        ({"battery": 20, "chargers": ["a"]}, BOTH, "at least 50 s, for the longest of its ways"),
    ],
)
def test_fleets_that_cannot_work(fleet: dict, ways: list, said: str) -> None:
    found = "\n".join(map(str, KIND.check(line(fleet), Context(Path.cwd(), site=hall(ways)))))
    assert said in found


def test_robots_need_a_network_and_docks() -> None:
    assert "a `site` with a network" in "\n".join(map(str, KIND.check(line({}), Context(Path.cwd()))))
    spec = line({}).model_copy(update={"docks": {"p": "a", "q": "cc"}})
    found = "\n".join(map(str, KIND.check(spec, Context(Path.cwd(), site=hall(BOTH)))))
    assert "docks.q" in found
    assert "Did you mean" in found
    spec = line({}).model_copy(update={"docks": {"p": "a", "q": "c", "zebra": "b"}})
    assert "docks.zebra" in "\n".join(map(str, KIND.check(spec, Context(Path.cwd(), site=hall(BOTH)))))
    spec = line({}).model_copy(update={"docks": {"p": "a"}})
    assert "`docks: {q: NODE}`" in "\n".join(map(str, KIND.check(spec, Context(Path.cwd(), site=hall(BOTH)))))
