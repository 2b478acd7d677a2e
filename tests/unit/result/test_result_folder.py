"""A result on disk says what the result in memory said, whole or not at all."""

import json
import math

import numpy as np
import pytest

from twin import result as results
from twin.errors import BadInput, StoreFault, UnknownName
from twin.result import Expectation, Result, Scalar, Series, Store

ID = "5e" * 32


@pytest.fixture
def result():
    return Result(
        "done",
        scalars={"cycle_time": Scalar(12.5, "s"), "lost": Scalar(math.nan, "m")},
        series=Series(np.linspace(0, 1, 5), {"force": np.arange(5.0)}, {"force": "N"}),
        arrays={"field": np.arange(6.0).reshape(2, 3)},
        events=({"t": 0.5, "what": "grip", "who": "installer"},),
        stats={"seconds": 0.25, "steps": np.int64(7)},
        log="hello\n",
        id=ID,
        kind="noop",
        name="try",
        verdict="fail",
        expectations=(Expectation("cycle_time", 12.5, "s", {"max": 10.0}, False),),
        provenance={"seed": 1},
    )


def test_folder_gives_back_what_was_written(result, tmp_path):
    opened = results.open(results.write_folder(result, {"kind": "noop", "value": 1}, tmp_path / "out"))
    for name in ("status", "verdict", "reason", "id", "kind", "name", "log", "expectations", "provenance", "events"):
        assert getattr(opened, name) == getattr(result, name)
    assert opened.scalars["cycle_time"] == Scalar(12.5, "s")
    assert math.isnan(opened.scalars["lost"].value)
    np.testing.assert_array_equal(opened.series.t, result.series.t)
    np.testing.assert_array_equal(opened.series.columns["force"], result.series.columns["force"])
    assert opened.series.units == {"force": "N"}
    np.testing.assert_array_equal(opened.arrays["field"], result.arrays["field"])
    assert opened.scene is None


def test_result_json_has_exactly_the_contracts_keys(result, tmp_path):
    folder = results.write_folder(result, {"kind": "noop"}, tmp_path / "out")
    text = (folder / "result.json").read_text()
    assert list(json.loads(text)) == [
        "id", "kind", "name", "status", "verdict", "reason", "expectations", "scalars", "stats", "provenance",
    ]  # fmt: skip
    assert "NaN" not in text
    assert json.loads(text)["expectations"] == [{"name": "cycle_time", "value": 12.5, "unit": "s", "bound": {"max": 10.0}, "ok": False}]


def test_an_older_result_is_replaced_and_other_folders_are_not_touched(result, tmp_path):
    folder = results.write_folder(result, {}, tmp_path / "out")
    results.write_folder(Result("done", id="77" * 32), {}, folder)
    assert results.open(folder).id == "77" * 32
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(BadInput, match="older result"):
        results.write_folder(result, {}, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "dear"


def test_a_write_that_breaks_leaves_nothing(result, tmp_path):
    broken = Result("done", id=ID, arrays={"field": np.array([object()])}, stats={"bad": {1, 2}})
    with pytest.raises(TypeError):
        results.write_folder(broken, {}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_first_result_of_an_id_wins_and_takes_the_latest_verdict(result, tmp_path):
    store = Store(tmp_path)
    store.put(result, {})
    judged = Result("done", id=ID, kind="noop", name="try", verdict="pass", scalars={"cycle_time": Scalar(99.0, "s")})
    assert store.put(judged, {}) == store.folder(ID)
    stored = store.get(ID)
    assert stored.verdict == "pass"
    assert stored.scalars["cycle_time"].value == 12.5  # numbers of an id never change


def test_find_wants_one_result(result, tmp_path):
    store = Store(tmp_path)
    assert store.get(ID) is None
    store.put(result, {})
    store.put(Result("done", id="5f" * 32), {})
    assert store.find("5e") == store.folder(ID)
    with pytest.raises(BadInput, match="prefix of one id"):
        store.find("5")
    with pytest.raises(UnknownName):
        store.find("00")
    with pytest.raises(BadInput, match="0-9, a-f"):
        store.find("../etc")


def test_a_discarded_result_is_gone(result, tmp_path):
    store = Store(tmp_path)
    store.put(result, {})
    store.discard(ID)
    assert not store.has(ID)
    assert list(store.folder(ID).parent.iterdir()) == []


def test_damaged_and_missing_folders_say_so(result, tmp_path):
    with pytest.raises(BadInput, match=r"no result\.json"):
        results.open(tmp_path)
    folder = results.write_folder(result, {}, tmp_path / "out")
    (folder / "result.json").write_text('{"id": ')
    with pytest.raises(StoreFault, match="damaged"):
        results.open(folder)


def test_scratch_files_come_along(result, tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "solver.out").write_text("42")
    folder = results.write_folder(result, {}, tmp_path / "out", scratch=tmp_path / "scratch")
    assert (folder / "files" / "solver.out").read_text() == "42"
