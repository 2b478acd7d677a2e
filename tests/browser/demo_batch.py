"""A made-up batch of 192 runs, as the report gets it: two gridded parameters and a sampled one, a law for who passes."""

from __future__ import annotations

from typing import Any

import numpy as np

SWEPT = ["parts.sled.pose.position.x", "robots.installer.speed", "contact.friction"]
UNITS = {"cycle_time": "s", "min_clearance": "m", "max_contact_force": "N", "energy": "J", SWEPT[0]: "m", SWEPT[1]: "m/s"}
EXPECT = {"cycle_time": {"max": 27.6}, "max_contact_force": {"max": 60.0}, "min_clearance": {"min": 0.02}}


def rows() -> list[dict[str, Any]]:
    random = np.random.default_rng(7)
    made = []
    for index in range(192):
        x, speed = np.linspace(-0.002, 0.002, 8)[index % 8], (0.02, 0.04, 0.08)[index // 8 % 3]
        friction = 0.05 + 0.4 * random.random()
        force = 12 + 9e3 * abs(x) * (0.4 + friction) + 280 * speed + 3 * random.standard_normal()
        jammed = force > 58
        time = 17.5 + 0.2 / speed + random.standard_normal() * 0.3
        scalars = {
            "cycle_time": None if jammed else time,
            "max_contact_force": force,
            "min_clearance": 0.026 - abs(x) * 2,
            "energy": 380 + 900 * speed,
        }
        good = not jammed and time <= 27.6 and scalars["min_clearance"] >= 0.02
        reason = f"jammed at {14 + random.random():.2f} s: sled against rail_left" if jammed else ""
        made.append(
            {
                "id": f"{index * 2654435761 % 2**48:012x}",
                "index": index,
                "status": "stopped" if index == 77 else "done",
                "verdict": "pass" if good and index != 77 else "fail",
                "reason": "guard: penetration of 12.1 mm" if index == 77 else reason,
                "values": dict(zip(SWEPT, (float(x), speed, friction), strict=True)),
                "scalars": scalars,
            }
        )
    return made


def report_arguments() -> dict[str, Any]:
    table = rows()
    passed = sum(row["verdict"] == "pass" for row in table)
    summary = {
        "batch": "20261123-sled-sweep",
        "jobs": 192,
        "done": 191,
        "stopped": 1,
        "failed": 0,
        "cached": 24,
        "verdicts": {"pass": passed, "fail": 192 - passed, "none": 0},
        "study": None,
        "seconds": 74.2,
    }
    share = passed / 192
    rate = {"value": share, "low": share - 0.06, "high": share + 0.06, "bound": {"min": 0.5}, "confidence": 0.95, "ok": share > 0.56}
    late = {"value": 27.9, "low": 27.6, "high": 28.2, "bound": {"max": 27.0}, "confidence": 0.95, "ok": False}
    study = [{"name": "pass_rate", "unit": "1", **rate}, {"name": "cycle_time.p95", "unit": "s", **late}]
    worst = max(table, key=lambda row: row["scalars"]["max_contact_force"])["id"]
    scenario = {"twin": 1, "kind": "cell", "name": "server_sled_sweep", "expect": EXPECT, "sweep": {"grid": {SWEPT[0]: [-0.002, 0.002]}}}
    return {
        "summary": summary,
        "rows": table,
        "swept": SWEPT,
        "units": UNITS,
        "study": study,
        "expect": EXPECT,
        "scenario": scenario,
        "worst_id": worst,
    }
