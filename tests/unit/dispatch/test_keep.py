"""Which jobs keep their folder."""

import math

import pytest

from twin.dispatch.keep import badness
from twin.result import Expectation, Store

BATCH = ["expect: {value: {max: 10}}", "sweep: {grid: {value: [1, 20, 5, 30, 11, 9]}}"]


def kept(batch):
    return [row["values"]["value"] for row in batch.rows() if batch.folder(row["id"]) is not None]


@pytest.mark.parametrize(
    ("keep", "values"),
    [("all", [1, 20, 5, 30, 11, 9]), ("failed", [20, 30, 11]), ("none", []), ("worst 2", [20, 30]), ("worst 4", [20, 30, 11, 9])],
)
@pytest.mark.parametrize("backend", ["inline", "process"])
def test_folders_are_kept_as_asked(scenario, run, tmp_path, backend, keep, values):
    batch = run(scenario(f"keep: {keep}", *BATCH), backend=backend)
    assert kept(batch) == values
    store = Store(tmp_path / "store")
    assert len(list(store.ids())) == len(values)
    for row in batch.rows():
        if batch.folder(row["id"]):
            assert store.get(row["id"]).scalars["value"].value == row["scalars"]["value"]
    assert not list((tmp_path / "store").glob("batches/*/scratch"))


def test_stopped_jobs_are_kept_with_the_failed(scenario, run):
    batch = run(scenario("keep: failed", "sweep: {grid: {behaviour: [ok, stop]}}"))
    assert [batch.folder(row["id"]) is not None for row in batch.rows()] == [False, True]


def test_badness_is_the_relative_miss_of_the_worst_expectation():
    def line(value, **bound):
        return Expectation("x", value, "1", bound, ok=False)

    assert badness("done", [line(12.0, max=10.0)]) == pytest.approx(0.2)
    assert badness("done", [line(8.0, min=10.0), line(5.0, max=10.0)]) == pytest.approx(0.2)
    assert badness("done", [line(9.0, max=10.0)]) == pytest.approx(-0.1)
    assert badness("done", [line(12.0, equal=10.0, tolerance=1.0)]) == pytest.approx(0.1)
    assert badness("done", [line(None, max=1.0)]) == math.inf
    assert badness("stopped", []) == math.inf
