"""Lines of chance: distributions have their means, streams keep apart, replications are equal on any number of threads."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.line.lines import ran, value
from twin.kernel.rng import key, streams
from twin.physics.line.distribution_spec import DurationSpec
from twin.physics.line.laws import figures, mean_of
from twin.physics.line.variate import variate

LAWS = {
    "fixed": 3.0,
    "exponential": 3.0,
    "normal": {"mean": 3.0, "std": 0.3},
    "lognormal": {"mean": 3.0, "std": 2.0},
    "uniform": {"low": 1.0, "high": 5.0},
    "triangular": {"low": 1.0, "mode": 2.0, "high": 6.0},
    "gamma": {"mean": 3.0, "shape": 0.5},
    "weibull": {"scale": 3.0, "shape": 1.5},
    "pareto": {"least": 1.0, "index": 4.0},
    "values": [1.0, 2.0, 6.0],
}


def drawn(duration: DurationSpec, count: int, name: str = "test") -> np.ndarray:
    law, parameters, values = figures(duration, lambda _: None)  # type: ignore[arg-type,return-value]
    stream = streams(1, 0, np.array([key(name)], np.uint64))
    ints = np.array([stream["at"][0], stream["step"][0]]).view(np.int64)
    reals = np.array([law, *parameters, 6.0, len(values), *values])
    return np.array([variate(ints, reals, 0, 0) for _ in range(count)])


@pytest.mark.parametrize("law", LAWS)
def test_a_distribution_has_its_mean(law: str) -> None:
    duration = DurationSpec.model_validate({law: LAWS[law], "times": 2})
    found = drawn(duration, 40_000)
    assert found.min() >= 0
    assert abs(found.mean() - mean_of(duration, lambda _: None)) <= 4 * found.std() / math.sqrt(len(found)) + 1e-12  # type: ignore[arg-type,return-value]


def test_spreads() -> None:
    assert drawn(DurationSpec(exponential=3.0), 40_000).std() == pytest.approx(3.0, rel=0.03)
    assert drawn(DurationSpec.model_validate({"normal": {"mean": 30, "std": 3}}), 40_000).std() == pytest.approx(3.0, rel=0.03)
    assert drawn(DurationSpec.model_validate({"lognormal": {"mean": 3, "std": 2}}), 40_000).std() == pytest.approx(2.0, rel=0.1)
    assert drawn(DurationSpec.model_validate({"gamma": {"mean": 3, "shape": 4}}), 40_000).std() == pytest.approx(1.5, rel=0.03)
    assert drawn(DurationSpec.model_validate({"uniform": {"low": 0, "high": 6}}), 40_000).std() == pytest.approx(6 / 12**0.5, rel=0.03)


def test_streams_are_even_and_not_alike() -> None:
    duration = DurationSpec.model_validate({"uniform": {"low": 0, "high": 1}})
    a, b = drawn(duration, 20_000, "a"), drawn(duration, 20_000, "b")
    counts = np.histogram(a, bins=100, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 150  # chi square of 99 degrees of freedom: 1 in 1,000 above 148
    for other in (b, np.roll(a, 1)):
        assert abs(np.corrcoef(a, other)[0, 1]) < 4 / math.sqrt(len(a))


def test_a_stream_depends_on_its_own_name_alone() -> None:
    few = streams(7, 3, np.array([key("press")], np.uint64))
    many = streams(7, 3, np.array([key("weld"), key("press")], np.uint64))
    assert few[0] == many[1]
    assert streams(7, 4, np.array([key("press")], np.uint64))[0] != few[0]
    assert streams(8, 3, np.array([key("press")], np.uint64))[0] != few[0]


def line(process: float = 1.0) -> dict:
    return {
        "sources": {"in": {"every": {"exponential": 2.0}, "to": "q"}},
        "buffers": {"q": {"to": "a"}},
        "stations": {
            "a": {"process": {"exponential": 1.0}, "breakdowns": {"after": {"exponential": 50}, "repair": {"exponential": 5}}, "to": "z"},
            "z": {"process": {"exponential": process}, "to": "out"},
        },
        "until": {"replications": 6, "max_replications": 6},
        "time": 5000,
    }


def test_a_change_of_one_station_leaves_the_chance_of_the_others() -> None:
    before, after = ran(line(0.1), seed=3), ran(line(0.2), seed=3)
    assert value(before, "busy.a") == pytest.approx(value(after, "busy.a"), rel=5e-3)
    assert value(before, "busy.z") != value(after, "busy.z")


def test_equal_numbers_on_any_number_of_threads() -> None:
    one, two = ran(line(), seed=5), ran(line(), seed=5, threads=2)
    assert {n: s.value for n, s in one.scalars.items()} == {n: s.value for n, s in two.scalars.items()}
    assert one.series is not None
    assert two.series is not None
    assert all((one.series.columns[n] == two.series.columns[n]).all() for n in one.series.columns)
    assert value(ran(line(), seed=6), "lead_time") != value(one, "lead_time")


def test_arrivals_that_find_no_machine_are_lost_as_erlang_says() -> None:
    servers, load = 3, 2.0
    lost = load**servers / math.factorial(servers) / sum(load**k / math.factorial(k) for k in range(servers + 1))
    found = ran(
        {
            "sources": {"in": {"every": {"exponential": 0.5}, "lost": True, "to": "s"}},
            "stations": {"s": {"machines": servers, "process": {"exponential": 1.0}, "to": "out"}},
            "until": {"replications": 20, "max_replications": 20},
            "time": 10_000,
        }
    )
    assert value(found, "lost_rate") == pytest.approx(2.0 * lost, rel=0.01)


def test_shares_of_chance() -> None:
    found = ran(
        {
            "sources": {"in": {"every": 1, "to": {"shares": {"a": 0.3, "b": 0.7}}}},
            "stations": {"a": {"process": 0.1, "scrap": 0.25, "to": "out"}, "b": {"process": 0.1, "to": "out"}},
        }
    )
    assert value(found, "busy.a") == pytest.approx(0.03, rel=0.06)
    assert value(found, "scrap_share") == pytest.approx(0.075, rel=0.1)


def test_replications_end_when_the_interval_is_narrow() -> None:
    spec = {**line(), "until": {"throughput_ci95": 0.01, "replications": 5, "max_replications": 400}}
    result = ran(spec)
    assert value(result, "throughput_ci95") <= 0.01 * value(result, "throughput")
    assert 5 < value(result, "replications") < 400
