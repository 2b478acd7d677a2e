"""Sine and cosine of lanes against 80-bit ones of the C library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twin.kernel import module_of

LOOP = """
import numpy as np
from twin.kernel import loop
from twin.kernel.trig import sine_cosine_{dtype} as sine_cosine


@loop
def run(x, sine, cosine):
    for i in range(x.shape[0]):
        sine[i], cosine[i] = sine_cosine(x[i])
"""


def both(x: np.ndarray) -> np.ndarray:
    sine, cosine = np.empty_like(x), np.empty_like(x)
    module_of(f"trig_{x.dtype}", LOOP.format(dtype=x.dtype)).run(x, sine, cosine)
    return np.array([sine, cosine])


def exact(x: np.ndarray) -> np.ndarray:
    wide = x.astype(np.longdouble)
    return np.array([np.sin(wide), np.cos(wide)])


def angles(dtype: Any, largest: float) -> np.ndarray:
    """Anywhere, small ones, and the neighbours of quarter turns, where one of the two vanishes."""
    rng = np.random.default_rng(0)
    quarters = (np.arange(-1000, 1000) * np.pi / 2).astype(dtype)
    everywhere = rng.uniform(-largest, largest, 100_000), rng.normal(size=20_000), 10.0 ** rng.uniform(-12, 0, 2000)
    near = quarters, np.nextafter(quarters, dtype(np.inf)), np.nextafter(quarters, dtype(-np.inf))
    x = np.concatenate([*everywhere, *near]).astype(dtype)
    return x[np.abs(x) <= largest]


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no 80-bit numbers to compare with")
def test_double_precision_is_good_to_two_units_in_the_last_place() -> None:
    x = angles(np.float64, 1e4)
    wanted = exact(x)
    error = np.abs(both(x).astype(np.longdouble) - wanted)
    assert (error <= np.maximum(2 * np.spacing(np.abs(wanted.astype(float))), 3e-16)).all()


def test_single_precision_is_good_to_2e_7() -> None:
    x = angles(np.float32, 1e3)
    assert np.abs(both(x) - exact(x.astype(np.float64))).max() <= 2e-7


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_not_finite_stays_so(dtype: Any) -> None:
    assert not np.isfinite(both(np.array([np.nan, np.inf, -np.inf], dtype))).any()
    assert np.isnan(both(np.array([np.nan], dtype))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_turned_is_exact(dtype: Any) -> None:
    assert (both(np.zeros(8, dtype)) == [[0.0], [1.0]]).all()


def test_a_turn_either_way_differs_in_sign() -> None:
    x = angles(np.float64, 100.0)
    (sine, cosine), (back, same) = both(x), both(-x)
    assert np.abs(sine + back).max() <= 1e-15
    assert np.abs(cosine - same).max() <= 1e-15
