"""Rows of many jobs as columns are the rows of each."""

from __future__ import annotations

import math

import numpy as np

from twin.dispatch.done import LOG_KEPT, Done, columns
from twin.outcome import Outcome
from twin.result.columns import arrow_table
from twin.result.model import Result, Scalar
from twin.result.parts import row_table
from twin.result.table import Row as TableRow
from twin.result.table import Table
from twin.scenario import Blueprint, Job

UNITS = {"value": "1", "width": "m"}


def test_columns_are_the_rows(scenario):
    sheet = Blueprint(scenario("sweep: {grid: {value: [1, 2], width: [1 mm, 2 mm]}}"))
    shared = Table({"value": np.array([1.0, math.nan]), "width": np.array([2.0, 3.0])}, UNITS)
    said = [
        Result("done", scalars={"value": Scalar(1.0), "width": Scalar(0.5, "m")}),
        Result("done", scalars={"value": Scalar(math.inf)}, reason="jam", log="x" * (LOG_KEPT + 7)),
        Result("done", scalars=TableRow(shared, 1)),
        Result("failed", reason="broke"),
    ]
    finished = [
        Done(Outcome(Job(f"{i:064x}", i, sheet), one, None, "pass", 0.1 * i), 1 + i, one.status, 0.0, {}) for i, one in enumerate(said)
    ]
    rows = [one.row for one in finished]
    assert arrow_table(columns(finished), UNITS).equals(row_table(rows, UNITS), check_metadata=True)
    assert [row.scalars for row in rows] == [{"value": 1.0, "width": 0.5}, {}, {"width": 3.0}, {}]
    assert rows[1].log == "x" * LOG_KEPT
    assert rows[3].values == {"value": 2, "width": 0.002}
