"""The bundled halls: each passes, and its broken twin fails for what is broken in it."""

from __future__ import annotations

import pytest

from twin.execute import judged
from twin.kinds import Context, Silent, Target
from twin.physics.layout.simulate import simulate
from twin.result import Result
from twin.scenario import load

HALLS = {  # what is wrong with the broken twin: checks that find something, and scalars whose bounds do not hold
    "server_factory": ({"clearance", "aisles", "reach", "separation", "stopping"}, {"overlaps", "blocked_doors", "unreachable_frames"}),
    "body_shop": ({"clearance", "aisles", "reach", "separation"}, {"overlaps", "aisle_margin", "outside_hall", "separation_margin"}),
    "smt_line": (
        {"clearance", "aisles", "walking", "reach", "separation", "stopping"},
        {"overlaps", "unreachable_stations", "blocked_doors", "way_margin"},
    ),
}


def run(name: str) -> Result:
    scenario = load(name)
    result = simulate(scenario.spec, Target(), Silent(), Context(scenario.folder, scenario.seed, scenario.site))
    return judged(result, scenario, "id", Target())


@pytest.mark.parametrize("hall", HALLS)
def test_a_bundled_hall_passes(hall: str) -> None:
    result = run(f"{hall}_layout")
    assert result.verdict == "pass", [e for e in result.expectations if not e.ok]
    assert result.events == ()
    assert result.scene is not None


@pytest.mark.parametrize("hall", HALLS)
def test_its_broken_twin_fails_for_what_is_broken(hall: str) -> None:
    result = run(f"{hall}_layout_broken")
    checks, scalars = HALLS[hall]
    assert result.verdict == "fail"
    assert {event["who"] for event in result.events} == checks
    assert scalars <= {e.name for e in result.expectations if not e.ok and e.value is not None}
    assert all(event["remedy"] for event in result.events)


@pytest.mark.parametrize("hall", HALLS)
def test_a_bundled_hall_is_a_believable_one(hall: str) -> None:
    site = load(f"{hall}_layout").site
    assert 15 <= len(list(site.things())) <= 60
    assert site.hall.doors
    assert site.robots
    assert site.network.edges
    named = {name for _, name, _ in site.things()}
    assert len(named & set(site.network.nodes)) >= 5  # nodes have the names of what is docked at
