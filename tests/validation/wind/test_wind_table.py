"""The table of `twin validate wind`: the quick rows in every full test, all of them by the command itself."""

from __future__ import annotations

import pytest

from twin.physics.wind.validate import CASES, QUICK, rows

pytestmark = pytest.mark.slow


def test_the_quick_table_holds_within_its_time():
    found = rows(quick=True)
    assert len(found) >= 8
    assert {row["case"] for row in found if not row["ok"]} == set()
    assert all({"kind", "case", "quantity", "value", "reference", "source", "tolerance", "ok"} <= row.keys() for row in found)
    assert sum({row["case"]: row["seconds"] for row in found}.values()) < 120


def test_the_whole_table_is_budgeted_under_ninety_minutes():
    assert sum(CASES.values()) < 90 * 60
    assert set(QUICK) <= set(CASES)
