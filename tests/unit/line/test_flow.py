"""Lines without chance, whose answers can be counted with a pencil."""

from __future__ import annotations

import pytest

from tests.unit.line.lines import ran, value


def test_parts_that_come_slower_than_the_work_pass_through() -> None:
    line = {
        "sources": {"in": {"every": 30, "to": "a"}},
        "stations": {"a": {"process": 10, "to": "z"}, "z": {"process": 20, "to": "out"}},
    }
    result = ran(line)
    assert value(result, "throughput") == pytest.approx(1 / 30, rel=4e-3)
    assert value(result, "lead_time") == pytest.approx(30)
    assert value(result, "busy.a") == pytest.approx(1 / 3, rel=4e-3)
    assert value(result, "starved.z") == pytest.approx(1 / 3, rel=1e-2)


def test_a_faster_machine_is_blocked_by_a_slower_one_and_by_nothing_else() -> None:
    line = {"sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": {"process": 10, "to": "z"}, "z": {"process": 20, "to": "out"}}}
    result = ran(line)
    assert value(result, "cycle_time") == pytest.approx(20, rel=3e-3)
    assert value(result, "blocked.a") == pytest.approx(0.5, rel=3e-3)
    assert value(result, "busy.z") == pytest.approx(1, rel=2e-3)


def test_a_buffer_without_places_hands_over_directly() -> None:
    stations = {"a": {"process": 10, "to": "b"}, "z": {"process": 20, "to": "out"}}
    line = {"sources": {"in": {"every": 0, "to": "a"}}, "stations": stations, "buffers": {"b": {"capacity": 0, "to": "z"}}}
    direct = {"sources": {"in": {"every": 0, "to": "a"}}, "stations": {**stations, "a": {"process": 10, "to": "z"}}}
    assert value(ran(line), "blocked.a") == value(ran(direct), "blocked.a")


def test_set_ups_when_the_part_changes() -> None:
    line = {
        "sources": {"x": {"every": 100, "first": 0, "part": "x", "to": "a"}, "y": {"every": 100, "first": 50, "part": "y", "to": "a"}},
        "stations": {"a": {"process": 10, "setup": {"time": 20}, "to": "out"}},
    }
    result = ran(line)
    assert value(result, "setup.a") == pytest.approx(0.4, rel=1e-2)
    assert value(result, "busy.a") == pytest.approx(0.2, rel=1e-2)
    assert value(result, "throughput.x") == pytest.approx(0.01, rel=1e-2)


def test_set_ups_after_a_number_of_parts() -> None:
    line = {"sources": {"in": {"every": 0, "to": "a"}}, "stations": {"a": {"process": 10, "setup": {"time": 30, "every": 4}, "to": "out"}}}
    assert value(ran(line), "setup.a") == pytest.approx(30 / 70, rel=1e-2)


def test_assembly_takes_so_many_of_each() -> None:
    line = {
        "sources": {"racks": {"every": 100, "part": "rack", "to": "join"}, "sleds": {"every": 20, "part": "sled", "to": "q"}},
        "buffers": {"q": {"to": "join"}},
        "stations": {"join": {"process": 10, "joins": {"rack": 1, "sled": 4}, "makes": "server", "to": "out"}},
    }
    result = ran(line)
    assert value(result, "throughput.server") == pytest.approx(0.01, rel=2e-2)
    assert value(result, "throughput.rack") == 0
    assert value(result, "level.q") > 40  # a fifth of the sleds finds no rack


def test_one_part_becomes_several() -> None:
    line = {
        "sources": {"in": {"every": 100, "part": "panel", "to": "cut"}},
        "stations": {"cut": {"process": 10, "split": {"into": "board", "count": 6}, "to": "test"}, "test": {"process": 10, "to": "out"}},
    }
    result = ran(line)
    assert value(result, "throughput.board") == pytest.approx(0.06, rel=2e-2)
    assert value(result, "blocked.cut") == pytest.approx(0.5, rel=3e-2)  # five boards wait, 10 s each


def test_a_batch_waits_until_it_is_full() -> None:
    stations = {"oven": {"process": 20, "batch": {"size": 4}, "to": "out"}}
    queued = ran({"sources": {"in": {"every": 10, "to": "q"}}, "buffers": {"q": {"to": "oven"}}, "stations": stations})
    assert value(queued, "busy.oven") == pytest.approx(0.5, rel=2e-2)
    assert value(queued, "throughput") == pytest.approx(0.1, rel=2e-2)
    direct = ran({"sources": {"in": {"every": 10, "to": "oven"}}, "stations": stations})  # whose source stands while the oven works
    assert value(direct, "throughput") == pytest.approx(4 / 50, rel=2e-2)


def test_a_batch_starts_with_less_when_the_first_part_has_waited() -> None:
    oven = {"process": 20, "batch": {"size": 10, "least": 1, "wait": 25}, "to": "out"}
    result = ran({"sources": {"in": {"every": 100, "to": "oven"}}, "stations": {"oven": oven}})
    assert value(result, "lead_time") == pytest.approx(45)


def test_a_batch_that_waited_starts_with_the_part_that_makes_it_enough() -> None:
    oven = {"process": 5, "batch": {"size": 10, "least": 2, "wait": 25}, "to": "out"}
    result = ran({"sources": {"in": {"every": 40, "to": "oven"}}, "stations": {"oven": oven}})
    assert value(result, "lead_time") == pytest.approx((45 + 5) / 2, rel=1e-2)


def test_a_belt_takes_length_over_speed() -> None:
    line = {
        "sources": {"in": {"every": 10, "to": "belt"}},
        "conveyors": {"belt": {"length": 12, "speed": 0.5, "pitch": 1, "to": "a"}},
        "stations": {"a": {"process": 3, "to": "out"}},
    }
    result = ran(line)
    assert value(result, "lead_time") == pytest.approx(27)
    assert value(result, "level.belt") == pytest.approx(2.4, rel=1e-2)


@pytest.mark.parametrize("accumulating", [True, False])
def test_a_belt_gives_at_most_one_part_a_pitch(accumulating: bool) -> None:
    belt = {"length": 10, "speed": 0.5, "pitch": 2, "accumulating": accumulating, "to": "out"}
    assert value(ran({"sources": {"in": {"every": 0, "to": "belt"}}, "conveyors": {"belt": belt}}), "throughput") == pytest.approx(
        0.25, rel=1e-2
    )


def test_a_slow_machine_behind_a_belt_fills_it_when_it_accumulates_and_stops_it_when_not() -> None:
    def line(accumulating: bool) -> dict:
        return {
            "sources": {"in": {"every": 10, "to": "belt"}},
            "conveyors": {"belt": {"length": 10, "speed": 1, "pitch": 1, "accumulating": accumulating, "to": "a"}},
            "stations": {"a": {"process": 20, "to": "out"}},
        }

    full, standing = ran(line(True)), ran(line(False))
    assert value(full, "level.belt") == pytest.approx(10, rel=3e-2)
    assert value(standing, "level.belt") < 3
    assert value(full, "throughput") == pytest.approx(0.05, rel=1e-2)
    assert value(standing, "throughput") == pytest.approx(0.05, rel=1e-2)


def test_work_goes_on_in_the_next_shift() -> None:
    line = {
        "time": 10 * 86400,
        "sources": {"in": {"every": 0, "to": "a"}},
        "stations": {"a": {"process": 10_000, "shift": "day", "to": "out"}},
        "shifts": {"day": {"work": [[0, 28_800]]}},
    }
    result = ran(line)
    assert value(result, "off.a") == pytest.approx(2 / 3)
    assert value(result, "busy.a") == pytest.approx(1 / 3)
    assert value(result, "utilisation.a") == pytest.approx(1)
    assert value(result, "throughput") * 10 * 86400 == 28  # of 288,000 s


def test_a_source_rests_with_its_shift() -> None:
    line = {
        "time": 2 * 86400,
        "sources": {"in": {"every": 600, "shift": "day", "to": "out"}},
        "shifts": {"day": {"work": [[6 * 3600, 14 * 3600]]}},
    }
    assert 2 * 86400 * value(ran(line), "throughput") == pytest.approx(96, abs=2)


def test_two_stations_share_one_operator() -> None:
    station = {"process": 10, "operator": {"people": "ann"}, "to": "out"}
    line = {
        "sources": {"x": {"every": 0, "to": "a"}, "y": {"every": 0, "to": "b"}},
        "stations": {"a": station, "b": station},
        "people": {"ann": {"count": 1}},
    }
    result = ran(line)
    assert value(result, "throughput") == pytest.approx(0.1, rel=1e-2)
    assert value(result, "waiting.a") == pytest.approx(0.5, rel=1e-2)
    assert value(result, "utilisation.ann") == pytest.approx(1, rel=1e-2)


def test_an_operator_may_be_needed_for_setting_up_only() -> None:
    station = {"process": 30, "setup": {"time": 10, "every": 1}, "operator": {"people": "ann", "during": "setup"}, "to": "out"}
    line = {
        "sources": {f"in{k}": {"every": 0, "to": f"s{k}"} for k in range(2)},
        "stations": {f"s{k}": station for k in range(2)},
        "people": {"ann": {"count": 1}},
    }
    result = ran(line)
    assert value(result, "throughput") == pytest.approx(2 / 40, rel=1e-2)
    assert value(result, "utilisation.ann") == pytest.approx(0.5, rel=2e-2)


def test_failures_of_worn_machines_come_from_work_and_those_of_the_calendar_from_time() -> None:
    def line(clock: str) -> dict:
        breaks = {"after": 100, "repair": 50, "clock": clock}
        return {"sources": {"in": {"every": 20, "to": "a"}}, "stations": {"a": {"process": 10, "breakdowns": breaks, "to": "out"}}}

    assert value(ran(line("calendar")), "down.a") == pytest.approx(1 / 3, rel=2e-2)
    operating = ran(line("operating"))
    assert value(operating, "down.a") / value(operating, "busy.a") == pytest.approx(0.5, rel=2e-2)


def test_machines_wait_for_the_one_who_repairs() -> None:
    breaks = {"after": 100, "repair": 100, "clock": "calendar", "crew": "fitter"}
    line = {
        "sources": {f"in{k}": {"every": 0, "to": f"s{k}"} for k in range(3)},
        "stations": {f"s{k}": {"process": 10, "breakdowns": breaks, "to": "out"} for k in range(3)},
        "people": {"fitter": {"count": 1}},
    }
    result = ran(line)
    assert value(result, "utilisation.fitter") == pytest.approx(1, rel=2e-2)
    assert value(result, "down.s0") == pytest.approx(2 / 3, rel=3e-2)  # of 300 s it works 100


def test_cards_limit_what_is_in_the_line() -> None:
    line = {
        "sources": {"in": {"every": 0, "to": "q"}},
        "buffers": {"q": {"to": "a"}},
        "stations": {"a": {"process": 10, "to": "b"}, "b": {"process": 20, "to": "out"}},
        "loops": {"conwip": {"cards": 3, "enter": ["q"], "leave": ["out"]}},
    }
    result = ran(line)
    assert value(result, "wip") == pytest.approx(3)
    assert value(result, "cycle_time") == pytest.approx(20, rel=1e-2)
    assert value(result, "lead_time") == pytest.approx(60, rel=2e-2)


def test_a_scrapped_part_gives_its_card_back() -> None:
    line = {
        "sources": {"in": {"every": 0, "to": "a"}},
        "stations": {"a": {"process": 10, "scrap": 1.0, "to": "out"}},
        "loops": {"conwip": {"cards": 1, "enter": ["a"], "leave": ["out"]}},
    }
    result = ran(line)
    assert value(result, "scrap_share") == 1
    assert value(result, "busy.a") == pytest.approx(1)


def test_rework_goes_back_so_often_and_is_scrap_then() -> None:
    rework = {"share": 1.0, "to": "a", "most": 2}
    line = {"sources": {"in": {"every": 100, "to": "a"}}, "stations": {"a": {"process": 10, "rework": rework, "to": "out"}}}
    result = ran(line)
    assert value(result, "busy.a") == pytest.approx(0.3, rel=2e-2)
    assert value(result, "scrap_share") == 1


@pytest.mark.parametrize(
    ("to", "shares"),
    [
        ({"in_turn": ["a", "b"]}, (0.5, 0.5)),
        ({"first_free": ["a", "b"]}, (2 / 3, 1 / 3)),
        ({"shares": {"a": 1.0, "b": 0.0}}, (1.0, 0.0)),
    ],
)
def test_routes(to: dict, shares: tuple[float, float]) -> None:
    line = {
        "sources": {"in": {"every": 10, "to": to}},
        "stations": {"a": {"process": 15, "to": "out"}, "b": {"process": 1, "to": "out"}},
        "time": 3000,
    }
    result = ran(line)
    parts = [value(result, f"busy.{name}") / process for name, process in (("a", 15), ("b", 1))]
    if shares == (1.0, 0.0):
        assert parts[1] == 0
    else:
        assert parts[0] / sum(parts) == pytest.approx(shares[0], abs=0.18)


def test_each_part_goes_its_own_way() -> None:
    to = {"by_part": {"x": "a", "y": "b"}}
    line = {
        "sources": {"x": {"every": 10, "part": "x", "to": to}, "y": {"every": 5, "part": "y", "to": to}},
        "stations": {"a": {"process": 1, "to": "out"}, "b": {"process": 1, "to": "out"}},
    }
    assert value(ran(line), "busy.a") == pytest.approx(0.1, rel=1e-2)
    assert value(ran(line), "busy.b") == pytest.approx(0.2, rel=1e-2)


def test_the_shorter_queue_is_taken() -> None:
    line = {
        "sources": {"in": {"every": 1, "to": {"shortest": ["p", "q"]}}},
        "buffers": {"p": {"to": "a"}, "q": {"to": "b"}},
        "stations": {"a": {"process": 10, "to": "out"}, "b": {"process": 10, "to": "out"}},
        "time": 1000,
    }
    result = ran(line)
    assert value(result, "level.p") == pytest.approx(value(result, "level.q"), rel=1e-2)


def test_the_more_important_part_goes_first() -> None:
    line = {
        "parts": {"urgent": {"priority": 1}, "usual": {}},
        "sources": {"u": {"every": 40, "part": "urgent", "to": "q"}, "n": {"every": 11, "part": "usual", "to": "q"}},
        "buffers": {"q": {"order": "priority", "to": "a"}},
        "stations": {"a": {"process": 10, "to": "out"}},
    }
    result = ran(line)
    assert value(result, "throughput.urgent") == pytest.approx(1 / 40, rel=2e-2)
    assert value(result, "throughput.usual") == pytest.approx(1 / 10 - 1 / 40, rel=2e-2)


def test_a_limited_order_ends_with_a_makespan() -> None:
    line = {"sources": {"in": {"every": 0, "limit": 25, "to": "a"}}, "stations": {"a": {"process": 10, "to": "out"}}, "warm_up": "auto"}
    result = ran(line)
    assert value(result, "makespan") == pytest.approx(250)
    assert value(result, "throughput") == pytest.approx(0.1)


def test_parts_that_stand_in_buffers_at_the_start_run_in_a_ring() -> None:
    line = {
        "buffers": {"p": {"holds": 3, "to": "a"}, "q": {"to": "b"}},
        "stations": {"a": {"process": 10, "to": "q"}, "b": {"process": 30, "to": "p"}},
        "sinks": {},
    }
    result = ran(line)
    assert value(result, "busy.b") == pytest.approx(1, rel=1e-2)
    assert value(result, "wip") == pytest.approx(3)


def test_energy_is_power_over_parts() -> None:
    station = {"process": 10, "power": 2000, "power_idle": 500, "to": "out"}
    result = ran({"sources": {"in": {"every": 20, "to": "a"}}, "stations": {"a": station}})
    assert value(result, "power") == pytest.approx(1250, rel=1e-2)
    assert value(result, "energy_per_part") == pytest.approx(25_000, rel=1e-2)
