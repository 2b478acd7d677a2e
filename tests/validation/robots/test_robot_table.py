"""`twin validate robots`: every row holds, and the rows notice when something is wrong."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import robots
from robots import dynamics, validate
from robots.puma import NOMINAL, puma560

KEYS = {"kind", "case", "quantity", "value", "reference", "source", "tolerance", "ok"}


def test_every_row_holds() -> None:
    table = validate.rows(quick=True)
    assert [row for row in table if not row["ok"]] == []
    assert all(row.keys() == KEYS and row["kind"] == "robots" for row in table)
    json.dumps(table)
    cases = {row["case"] for row in table}
    assert {"double pendulum", "h10w, left", "h10w, right", "puma 560, gravity at qn"} <= cases


def test_a_wrong_mass_is_noticed() -> None:
    puma = puma560()
    heavier = replace(puma, links=tuple(replace(link, mass=1.001 * link.mass) for link in puma.links))
    assert abs(dynamics.gravity_torque(heavier, NOMINAL)[0, 1] - 31.6399) > 6e-5


def test_a_shifted_solution_is_no_success(monkeypatch) -> None:
    """The share of poses reached is measured on what comes back, not on what the solver says of itself."""
    robot, real = robots.load("h10w"), validate.solve

    def shifted(*args, **options):
        report = real(*args, **options)
        return replace(report, q=report.q + 1e-3)

    monkeypatch.setattr(validate, "solve", shifted)
    assert validate.ik_success(robot, robot.arms["left"], 50)[0] == 0.0


@pytest.mark.parametrize("arm", ["left", "right"])
def test_poses_on_the_limits_are_among_those_tried(arm: str) -> None:
    robot = robots.load("h10w")
    moving = [robot.index(name) for name in robot.arms[arm].joints]
    truth, _, _ = validate.reachable(robot, robot.arms[arm], 1000, seed=42)
    at = truth[:, moving]
    on_limit = ((at == robot.lower[moving]) | (at == robot.upper[moving])).any(axis=1)
    assert 0.15 < on_limit.mean() < 0.4
    assert np.isfinite(truth).all()
