"""The benchmark's rows are those of the contract; a hall of 500 things and 50 robots is checked in less than ten seconds."""

from __future__ import annotations

import pytest

from benchmarks.layout import ASKED, rows

KEYS = {"case", "unit", "ours", "peer", "peer_name", "ratio", "device", "isa", "threads", "dtype", "note"}


def test_the_rows_are_those_of_the_contract() -> None:
    found = rows(things=26, robots=3, repeats=1)
    assert [set(row) for row in found] == [KEYS, KEYS]
    assert [row["peer_name"] for row in found] == ["asked", "trimesh"]


@pytest.mark.slow
@pytest.mark.alone
def test_a_large_hall_is_checked_in_time() -> None:
    checked, clearance = rows(repeats=1)
    assert checked["ours"] < ASKED * 1e3
    assert int(checked["note"].split(" ")[0]) >= 100  # pairs within 50 mm
    assert clearance["ours"] < clearance["peer"]
