"""The SAE filter, the head injury criterion and the 3 ms value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import BadInput
from twin.physics.crash.signals import CLASSES, STANDARD_GRAVITY, cfc, clip, hic

DT = 1e-5


def filtered_once(values, dt, frequency_class):
    """The difference equation of SAE J211-1 written out, from rest."""
    wd = 2 * np.pi * frequency_class * 2.0775
    wa = np.tan(wd * dt / 2)
    den = 1 + np.sqrt(2) * wa + wa**2
    a0 = wa**2 / den
    a1, a2 = 2 * a0, a0
    b1, b2 = -2 * (wa**2 - 1) / den, (-1 + np.sqrt(2) * wa - wa**2) / den
    found = np.zeros(len(values))
    for t in range(2, len(values)):
        found[t] = a0 * values[t] + a1 * values[t - 1] + a2 * values[t - 2] + b1 * found[t - 1] + b2 * found[t - 2]
    return found


@pytest.mark.parametrize("frequency_class", CLASSES)
def test_the_answer_to_an_impulse_is_that_of_the_standard(frequency_class):
    impulse = np.zeros(8001)
    impulse[4000] = 1.0
    wanted = filtered_once(filtered_once(impulse, DT, frequency_class)[::-1], DT, frequency_class)[::-1]
    found = cfc(impulse, DT, frequency_class)
    assert np.abs(found - wanted).max() < 1e-6 * wanted.max()
    assert found == pytest.approx(found[::-1], abs=1e-9 * wanted.max())  # no shift in time
    assert found.sum() == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("frequency_class", CLASSES)
def test_a_sine_of_five_thirds_of_the_class_comes_out_3_db_smaller_and_in_phase(frequency_class):
    frequency = 1.667 * frequency_class
    t = np.arange(0, 40 / frequency, DT)
    found = cfc(np.sin(2 * np.pi * frequency * t), DT, frequency_class)
    middle = (t > 15 / frequency) & (t < 25 / frequency)
    basis = np.stack([np.sin(2 * np.pi * frequency * t[middle]), np.cos(2 * np.pi * frequency * t[middle])], axis=1)
    (gain, off), *_ = np.linalg.lstsq(basis, found[middle], rcond=None)
    assert gain == pytest.approx(10 ** (-3 / 20), rel=0.01)
    assert off == pytest.approx(0, abs=1e-4)


@given(st.floats(-100, 100), st.sampled_from(CLASSES))
def test_what_is_constant_stays(value, frequency_class):
    assert cfc(np.full(500, value), DT, frequency_class) == pytest.approx(np.full(500, value), rel=1e-9, abs=1e-9)


def test_columns_are_filtered_one_by_one():
    values = np.random.default_rng(0).normal(size=(400, 3))
    found = cfc(values, DT, 600)
    for k in range(3):
        assert found[:, k] == pytest.approx(cfc(values[:, k], DT, 600), abs=1e-14)


@pytest.mark.parametrize("frequency_class", CLASSES)
def test_too_few_samples_for_the_class_are_refused(frequency_class):
    assert len(cfc(np.zeros(50), 0.0999 / frequency_class, frequency_class)) == 50
    with pytest.raises(BadInput, match="Take more samples"):
        cfc(np.zeros(50), 0.101 / frequency_class, frequency_class)
    with pytest.raises(BadInput):
        cfc(np.zeros(50), 0.0, frequency_class)


def brute_hic(g, dt, longest):
    integral = np.r_[0, np.cumsum((g[1:] + g[:-1]) / 2 * dt)]
    pairs = [(i, j) for i in range(len(g)) for j in range(i + 1, len(g)) if (j - i) * dt <= longest * (1 + 1e-9)]
    return max((j - i) * dt * max((integral[j] - integral[i]) / ((j - i) * dt), 0.0) ** 2.5 for i, j in pairs)


@given(st.integers(0, 2**32 - 1))
def test_hic_is_the_largest_of_all_windows(seed):
    g = np.abs(np.random.default_rng(seed).normal(size=40).cumsum())
    value, begin, end = hic(g * STANDARD_GRAVITY, 1e-3, 0.015)
    assert value == pytest.approx(brute_hic(g, 1e-3, 0.015), rel=1e-9)
    assert 0 <= begin < end <= begin + 0.015 + 1e-9


@pytest.mark.parametrize(("peak", "length"), [(50.0, 0.01), (120.0, 0.02)])
def test_hic_of_a_half_sine(peak, length):
    t = np.linspace(0, length, 10_001)
    value, begin, end = hic(peak * STANDARD_GRAVITY * np.sin(np.pi * t / length), float(t[1]), 0.036)
    assert value == pytest.approx(0.41465 * peak**2.5 * length, rel=1e-4)
    assert end - begin == pytest.approx(0.6702 * length, rel=1e-3)
    assert begin + end == pytest.approx(length, rel=1e-3)


def test_hic_of_a_rectangle_is_limited_by_its_window_and_of_nothing_is_nothing():
    g = np.full(101, 60.0)  # 0.1 s
    assert hic(g * STANDARD_GRAVITY, 1e-3, 0.036)[0] == pytest.approx(0.036 * 60**2.5, rel=1e-9)
    assert hic(g * STANDARD_GRAVITY, 1e-3, 0.015)[0] == pytest.approx(0.015 * 60**2.5, rel=1e-9)
    assert hic(np.zeros(50), 1e-3, 0.015) == (0.0, 0.0, 0.0)


def test_the_3_ms_value_of_a_trapezoid_is_where_it_is_3_ms_wide():
    t = np.arange(0, 0.0201, 1e-5)
    a = np.interp(t, [0, 0.008, 0.010, 0.020], [0, 500, 500, 0])  # at 500 (1 - s): 2 ms + 18 ms s wide
    assert clip(a, 1e-5) == pytest.approx(500 * (1 - 1 / 18), rel=1e-3)
    assert clip(a, 1e-5, 0.002) == pytest.approx(500, rel=1e-3)
    assert clip(a[:100], 1e-5) == 0.0
