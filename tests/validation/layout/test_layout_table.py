"""The table of `twin validate layout`."""

from __future__ import annotations

import time

from twin.physics.layout.validate import CASES, rows


def test_the_table_holds_within_its_time() -> None:
    begin = time.perf_counter()
    found = rows(quick=True)
    assert time.perf_counter() - begin < 60
    assert {row["case"] for row in found} == {case.__name__.replace("_", " ") for case in CASES}
    assert [row for row in found if not row["ok"]] == []
    keys = {"kind", "case", "quantity", "value", "reference", "source", "tolerance", "ok"}
    assert all(keys <= row.keys() for row in found)
    assert {"curtain, T 0.32 s, d 14 mm": 0.512}.items() <= {row["quantity"]: round(row["value"], 9) for row in found}.items()
