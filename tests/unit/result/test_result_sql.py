"""Any number of results, asked in SQL."""

import numpy as np
import pytest

from twin.errors import BadInput
from twin.result import Result, Scalar, Series, Store, query
from twin.result.parts import Row, read_part, rows_of, units_of, write_part


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    for i in range(4):
        series = Series(np.arange(3.0), {"x": np.full(3, float(i))}, {"x": "m"})
        store.put(Result("done", id=f"{i:064x}", kind="noop", scalars={"height": Scalar(i**2, "m")}, series=series), {})
    return store


def test_scalars_and_series_are_tables(store):
    assert query(store, "select sum(height) as total, count(*) as n from results").to_pylist() == [{"total": 14.0, "n": 4}]
    assert query(store, "select max(x) as top from series where t > 1").to_pylist() == [{"top": 3.0}]
    assert query([store.folder(f"{2:064x}")], "select height from results").to_pylist() == [{"height": 4.0}]


def test_wrong_sql_is_bad_input_naming_the_columns(store):
    with pytest.raises(BadInput, match="height"):
        query(store, "select heigth from results")
    with pytest.raises(BadInput, match="results"):
        query(store, "select * from store")  # a Python variable is no table


def test_rows_come_back_from_a_part(tmp_path):
    rows = [
        Row("a" * 64, 0, "done", "pass", values={"speed": 0.5, "tool": "long"}, scalars={"index": 3.0, "cycle": 1 / 3}, seconds=0.1),
        Row("b" * 64, 1, "stopped", "fail", "diverged", {"speed": 0.7, "tool": "short"}, {}, attempts=2, cached=True, log="oh"),
    ]
    write_part(tmp_path / "1.parquet", rows, {"cycle": "s", "index": "1"})
    table = read_part(tmp_path / "1.parquet")
    assert rows_of(table) == rows
    assert units_of(table) == {"cycle": "s", "index": "1"}
    assert table["scalar.index"].to_pylist() == [3.0, None]
    assert table["swept.speed"].to_pylist() == [0.5, 0.7]
