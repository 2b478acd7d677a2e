"""Start-up, intervals, bottlenecks: by examples that can be followed."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.line.bottleneck import active_periods, shifting, turning_points
from twin.physics.line.measure import percentile
from twin.physics.line.records import BLOCKED, BUSY, DOWN, STARVED
from twin.physics.line.statistics import interval, mser
from twin.physics.line.stays import BINS, stay_of_bin


def test_mser_cuts_the_start_up_and_no_more() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 100)
    settled = 5 + noise
    rising = settled - 5 * np.exp(-np.arange(100) / 5)
    assert mser(settled) <= 10
    assert 10 <= mser(rising) <= 35
    assert mser(rising[:10]) == 0


def test_an_interval_holds_the_mean_in_nineteen_of_twenty() -> None:
    draws = np.random.default_rng(1).exponential(1.0, (2000, 30))
    held = [abs(row.mean() - 1) < interval(row) for row in draws]
    assert 0.91 < np.mean(held) < 0.97
    assert interval(np.array([1.0])) == np.inf


def test_the_longest_active_period_is_the_bottleneck() -> None:
    log = np.array(
        [[0, 0, BUSY, 0], [0, 1, BUSY, 0], [4, 0, BLOCKED, 0], [6, 0, BUSY, 0], [7, 1, STARVED, 0], [8, 0, DOWN, 0], [12, 0, STARVED, 0]],
        float,
    )
    periods = active_periods(log, 2, 0.0, 12.0)
    assert sorted(map(tuple, periods.tolist())) == [(0, 0, 4), (0, 6, 12), (1, 0, 7)]
    assert shifting(periods, 2) == pytest.approx([5 / 12, 7 / 12])


def test_arrows_point_to_the_bottleneck() -> None:
    blocked, starved = np.array([0.3, 0.2, 0.0, 0.0]), np.array([0.0, 0.0, 0.1, 0.4])
    assert turning_points(blocked, starved, [(0, 1), (1, 2), (2, 3)]) == [2]


def test_percentiles_of_a_histogram() -> None:
    stays = np.random.default_rng(2).exponential(100.0, 100_000)
    edges = np.array([0, *(stay_of_bin(k) for k in range(BINS))])
    histogram = np.histogram(stays, edges)[0]
    for share in (0.5, 0.95, 0.99):
        assert percentile(histogram, share) == pytest.approx(np.quantile(stays, share), rel=0.03)
    assert np.isnan(percentile(np.zeros(BINS), 0.5))
