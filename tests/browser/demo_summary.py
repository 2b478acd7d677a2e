"""A result.json and a batch, made up, as the pages get them."""

from __future__ import annotations

SUMMARY = {
    "id": "9f2c4e1ab77d03", "kind": "cell", "name": "server_sled_insertion", "status": "done", "verdict": "pass", "reason": "",
    "expectations": [
        {"name": "cycle_time", "value": 21.42, "unit": "s", "bound": {"max": 25.0}, "ok": True},
        {"name": "min_clearance", "value": 0.0231, "unit": "m", "bound": {"min": 0.02}, "ok": True},
        {"name": "max_contact_force", "value": 38.2, "unit": "N", "bound": {"max": 60.0}, "ok": True},
    ],
    "scalars": {
        "cycle_time": {"value": 21.42, "unit": "s"}, "min_clearance": {"value": 0.0231, "unit": "m"},
        "max_contact_force": {"value": 38.2, "unit": "N"}, "energy": {"value": 412.7, "unit": "J"},
        "peak_torque_ratio": {"value": 0.61, "unit": "1"}, "tcp_path_error": {"value": 0.0008, "unit": "m"},
    },
    "stats": {"seconds": 2.31, "compile_seconds": 0.0, "steps": 21420},
    "provenance": {"engine": "pybullet 3.2.7", "target": "cpu", "dtype": "float64", "seed": 0,
                   "versions": {"twin": "0.1.0", "numpy": "2.2.1"}},
}  # fmt: skip
