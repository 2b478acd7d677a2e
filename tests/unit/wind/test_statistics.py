"""Intervals that hold what they promise, frequencies of known signals, orders of known series."""

from __future__ import annotations

import math

import numpy as np
import pytest

from twin.physics.wind.statistics import convergence, dominant_frequency, independent, mean_of, start_up


def correlated(rng: np.random.Generator, n: int, memory: float) -> np.ndarray:
    """An autoregressive process of mean 0 whose integrated autocorrelation time is (1 + a) / (1 - a)."""
    noise, x = rng.normal(size=n), np.empty(n)
    x[0] = noise[0] / math.sqrt(1 - memory**2)
    for i in range(1, n):
        x[i] = memory * x[i - 1] + noise[i]
    return x


@pytest.mark.parametrize("memory", [0.0, 0.8, 0.95])
def test_independent_samples_of_a_known_process(memory):
    x = correlated(np.random.default_rng(1), 60_000, memory)
    assert independent(x) == pytest.approx(len(x) * (1 - memory) / (1 + memory), rel=0.2)


def test_nineteen_of_twenty_intervals_hold_the_true_mean():
    rng = np.random.default_rng(2)
    hits = [abs(mean.value - 1.0) <= mean.ci95 for mean in (mean_of(1.0 + correlated(rng, 4000, 0.9)) for _ in range(300))]
    assert 0.90 <= np.mean(hits) <= 1.0


def test_start_up_is_cut_and_the_rest_kept():
    rng = np.random.default_rng(3)
    t = np.arange(4000)
    x = 1.0 + 5 * np.exp(-t / 100) + 0.1 * rng.normal(size=len(t))
    assert 300 <= start_up(x) <= 1000
    assert mean_of(x).value == pytest.approx(1.0, abs=0.02)
    assert start_up(1 + 0.1 * rng.normal(size=4000)) < 2000


def test_a_history_that_still_moves_has_a_wide_interval():
    x = np.exp(-np.arange(400) / 400)
    assert mean_of(x).ci95 > 0.05


def test_too_few_samples_say_nothing():
    assert mean_of(np.ones(3)).ci95 == math.inf
    assert math.isnan(mean_of(np.zeros(0)).value)


@pytest.mark.parametrize("frequency", [0.0123, 0.05, 0.217])
def test_frequency_of_a_noisy_sine(frequency):
    t = np.arange(3000) * 0.5
    x = 2 + np.sin(2 * np.pi * frequency * t) + 0.2 * np.random.default_rng(0).normal(size=len(t))
    assert dominant_frequency(x, 0.5) == pytest.approx(frequency, rel=2e-3)


def test_noise_and_constants_have_no_frequency():
    assert dominant_frequency(np.random.default_rng(0).normal(size=2000), 1.0) is None
    assert dominant_frequency(np.ones(2000), 1.0) is None


def test_order_and_index_of_a_second_order_series():
    values = [1 + 0.1 / 1.5 ** (2 * k) for k in range(3)]
    order, limit, index = convergence(*values, 1.5)
    assert order == pytest.approx(2.0)
    assert limit == pytest.approx(1.0)
    assert index == pytest.approx(1.25 * (values[2] - 1) / values[2])


def test_grids_that_do_not_converge_get_the_careful_index():
    order, _, index = convergence(1.0, 1.1, 1.05, 1.5)
    assert math.isnan(order)
    assert index == pytest.approx(3 * 0.05 / 0.5 / 1.05)
