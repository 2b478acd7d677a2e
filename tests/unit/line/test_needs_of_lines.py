"""Times of a station from what another scenario measured: one value, or the distribution over a needed batch."""

from __future__ import annotations

import pytest

from twin import dispatch, execute
from twin.scenario import check, from_document, identity, load

CELL = """\
twin: 1
kind: line
name: robot
sources: {in: {every: 0 s, to: work}}
stations: {work: {process: 10 s, to: out}}
sinks: {out: {}}
time: 10000
warm_up: 0
until: {replications: 1, max_replications: 1}
sweep: {grid: {stations.work.process.fixed: [10 s, 20 s, 60 s]}}
"""
LINE = """\
twin: 1
kind: line
name: shop
needs: {robot: NEED}
sources: {in: {every: 0 s, to: work}}
stations: {work: {process: TIME, to: out}}
sinks: {out: {}}
time: 300000
warm_up: 0
until: {replications: 2, max_replications: 2}
"""


def shop(write, need: str, time: str):
    write(CELL, "robot.twin.yaml")
    return write(LINE.replace("NEED", need).replace("TIME", time), "shop.twin.yaml")


def test_one_measured_time(write, tmp_path) -> None:
    result = execute.run(load(shop(write, "robot.twin.yaml", "{from: robot.cycle_time}")), store=tmp_path / "store")
    assert result.status == "done", result.reason
    assert result.scalars["cycle_time"].value == pytest.approx(10, rel=2e-3)


@pytest.mark.parametrize("how", ["run", "submit"])
def test_the_distribution_of_a_needed_batch(write, tmp_path, how: str) -> None:
    file = shop(write, "{batch: robot.twin.yaml}", "{values: {from: robot.cycle_time}}")
    assert check(file) == []
    scenario = load(file)
    before = identity(scenario)
    if how == "run":
        result = execute.run(scenario, store=tmp_path / "store")
        assert result.status == "done", result.reason
        assert result.id == before
        cycle = result.scalars["cycle_time"].value
    else:
        (row,) = dispatch.submit(scenario, backend="inline", store=tmp_path / "store").rows()
        assert row["status"] == "done", row["reason"]
        assert row["id"] == before
        cycle = row["scalars"]["cycle_time"]
    assert cycle == pytest.approx(30, rel=0.02)


def test_a_resolved_batch_is_read_again_with_its_values(write, tmp_path) -> None:
    scenario = load(shop(write, "{batch: robot.twin.yaml}", "{values: {from: robot.cycle_time}}"))
    resolved = execute.resolve_needs(scenario, store=tmp_path / "store")
    again = from_document(resolved.document, resolved.folder)
    assert again.spec.stations["work"].process.values == pytest.approx((10, 20, 60), rel=5e-3)  # of so many whole parts
    assert identity(again) == identity(scenario)


@pytest.mark.parametrize(
    ("need", "time", "said"),
    [
        ("{batch: nothing}", "{values: {from: robot.cycle_time}}", "needs.robot"),
        ("{batch: robot.twin.yaml}", "{values: {from: robot.cycle_tim}}", "Did you mean cycle_time"),
        ("{batch: robot.twin.yaml}", "{from: robot.cycle_time}", "stations.work.process"),
        ("{batch: robot.twin.yaml}", "{values: {from: robot.throughput}}", "[time]"),
        ("{job: robot.twin.yaml}", "5 s", "{batch: SCENARIO}"),
    ],
)
def test_needs_that_do_not_fit(write, need: str, time: str, said: str) -> None:
    assert said in "\n".join(map(str, check(shop(write, need, time))))
