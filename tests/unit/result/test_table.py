"""Rows of a table of scalars are the mappings that other results have."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from twin.result import Scalar
from twin.result.table import Row, Table

TABLE = Table({"time": np.array([1.5, np.nan]), "energy": np.array([20.0, 30.0])}, {"time": "s", "energy": "J", "never": "m"})


def test_a_row_is_a_mapping_without_what_was_not_measured() -> None:
    whole, part = Row(TABLE, 0), Row(TABLE, 1)
    assert whole == {"time": Scalar(1.5, "s"), "energy": Scalar(20.0, "J")}
    assert {"energy": Scalar(30.0, "J")} == part
    assert part != whole
    assert list(part) == ["energy"]
    assert part.get("time") is None
    assert "time" not in part
    with pytest.raises(KeyError):
        part["time"]
    assert type(whole["time"].value) is float


def test_a_row_goes_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Row(TABLE, 0))) == Row(TABLE, 0)
