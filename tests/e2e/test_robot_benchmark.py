"""`benchmarks.robots`: its format, and that compiled batches beat their peers even in a hurry."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from require import needs

KEYS = ["case", "unit", "ours", "peer", "peer_name", "ratio", "device", "isa", "threads", "dtype", "note"]
OURSELVES = ("one thread", "ours f64", "bare kernel")
PEERS = {
    "aba iiwa f64": {"pinocchio"},
    "aba iiwa f64, C-ordered input": {"pinocchio"},
    "aba iiwa f64, checked": {"pinocchio"},
    "rnea iiwa f64, checked": {"pinocchio"},
    "aba iiwa f32 over f64": {"ours f64"},
    "aba dense f64": {"pinocchio"},
    "rnea iiwa f64": {"pinocchio"},
    "rnea dense f64": {"pinocchio"},
    "fk+jacobian iiwa f64": {"pinocchio", "pinocchio c++"},
    "fk+jacobian dense f64": {"pinocchio", "pinocchio c++"},
    "contact-free step iiwa f64": {"mujoco", "pybullet"},
    "contact-free step iiwa f32": {"mujoco", "pybullet"},
    "contact-free step iiwa f64, 2 threads": {"one thread", "mujoco"},
    "ik iiwa": {"pinocchio"},
    "ik panda": {"pinocchio"},
    "ik h10w arm": {"pinocchio"},
    "rigid cells coalesced": {"bare kernel"},
    "rigid cells one by one": {"bare kernel"},
}
UNITS = {
    "aba": "arms/s",
    "rnea": "arms/s",
    "fk+jacobian": "arms/s",
    "contact-free": "steps/s",
    "ik": "poses/s",
    "rigid cells coalesced": "arm-steps/s",
    "rigid cells one by one": "cells/s",
}


@pytest.mark.alone
@pytest.mark.peers
def test_compiled_batches_beat_their_peers():
    for peer in ("pinocchio", "mujoco", "pybullet"):
        needs("peers", find_spec(peer), f"{peer} is not installed")
    from benchmarks.robots import rows

    table = rows(n=1024, repeats=3, seconds=0.01, targets=300, peer_targets=20, ik_repeats=1, cells=64)
    assert all(list(row) == KEYS for row in table)
    assert all(isinstance(row[key], float) and row[key] > 0 for row in table for key in ("ours", "peer", "ratio"))
    assert all(row["unit"] == UNITS.get(row["case"], UNITS.get(row["case"].split()[0])) and row["isa"] and row["note"] for row in table)
    assert {row["case"] for row in table} == set(PEERS)
    for case, names in PEERS.items():
        assert {row["peer_name"] for row in table if row["case"] == case} - {"trac-ik"} == names, case
    slower = [(row["case"], row["peer_name"], row["ratio"]) for row in table if row["peer_name"] not in OURSELVES and row["ratio"] <= 1]
    assert not slower
    for row in table:
        if row["case"].startswith("ik"):
            assert "share solved: ours 100.00% of 300" in row["note"]
