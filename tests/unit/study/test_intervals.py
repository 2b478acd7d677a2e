"""Confidence limits against the literature, against exact sums, and against what they promise."""

import math

import numpy as np
import pytest
from scipy import stats

from twin.study import intervals


def two_sided(confidence):
    """Confidence of each side."""
    return (1 + confidence) / 2


@pytest.mark.parametrize(
    ("passes", "jobs", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), Stat. Med. 17, 857, Table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_table(passes, jobs, low, high):
    assert intervals.wilson(passes, jobs, two_sided(0.95)) == pytest.approx((low, high), abs=5e-5)


def test_wilson_inverts_the_score_test():
    low, high = intervals.wilson(7, 40, 0.95)
    z = stats.norm.ppf(0.95)
    for limit in (low, high):
        assert abs(7 / 40 - limit) == pytest.approx(z * math.sqrt(limit * (1 - limit) / 40), rel=1e-12)


def test_wilson_of_all_and_none():
    assert intervals.wilson(0, 0, 0.95) == (0.0, 1.0)
    z2 = stats.norm.ppf(0.95) ** 2
    assert intervals.wilson(64, 64, 0.95) == (pytest.approx(64 / (64 + z2), rel=1e-12), 1.0)  # closed form for p = 1
    assert intervals.wilson(0, 64, 0.95) == (0.0, pytest.approx(z2 / (64 + z2), rel=1e-12))


@pytest.mark.parametrize("fraction", [0.05, 0.5, 0.9, 0.95])
@pytest.mark.parametrize("n", [5, 59, 200])
def test_percentile_limits_are_the_tightest_that_the_binomial_allows(fraction, n):
    values = np.arange(1.0, n + 1)
    low, high = intervals.percentile(values, fraction, 0.95)
    binomial = stats.binom(n, fraction)
    if math.isfinite(high):
        k = int(high)
        assert binomial.cdf(k - 1) >= 0.95 > (binomial.cdf(k - 2) if k > 1 else 0.0)
    else:
        assert binomial.cdf(n - 1) < 0.95
    if math.isfinite(low):
        k = int(low)
        assert binomial.sf(k - 1) >= 0.95 > binomial.sf(k)
    else:
        assert binomial.sf(0) < 0.95


def test_59_jobs_are_the_fewest_for_a_95_percentile():
    # Wilks (1941), Ann. Math. Stat. 12, 91: 59 samples for a one-sided 95 % / 95 % tolerance limit
    assert intervals.percentile(range(58), 0.95, 0.95)[1] == math.inf
    assert intervals.percentile(range(59), 0.95, 0.95)[1] == 58.0


def test_mean_and_deviation_agree_with_scipy():
    values = np.random.default_rng(3).normal(5.0, 2.0, 25)
    low, high = intervals.mean(values, two_sided(0.9))
    assert (low, high) == pytest.approx(stats.t.interval(0.9, 24, values.mean(), stats.sem(values)), rel=1e-12)
    low, high = intervals.standard_deviation(values, 0.95)
    assert 24 * values.var(ddof=1) / low**2 == pytest.approx(stats.chi2.ppf(0.95, 24), rel=1e-12)
    assert 24 * values.var(ddof=1) / high**2 == pytest.approx(stats.chi2.ppf(0.05, 24), rel=1e-12)


def test_one_value_says_nothing_about_the_mean():
    assert intervals.mean([3.0], 0.95) == (-math.inf, math.inf)


def test_limits_cover_the_truth_as_often_as_they_say():
    rng, hits, rounds = np.random.default_rng(1), 0, 2000
    for _ in range(rounds):
        hits += intervals.percentile(rng.exponential(size=80), 0.9, 0.9)[1] >= -math.log(0.1)
    expected = stats.binom.cdf(next(k for k in range(80) if stats.binom.cdf(k, 80, 0.9) >= 0.9), 80, 0.9)
    assert hits / rounds == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / rounds))
