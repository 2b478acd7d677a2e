"""What is promised or asked for about memory changes no number."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from twin.kernel import apart, piece
from twin.kernel.ahead import fetch, fetch_to_change, per_line


@njit
def _asked(a):  # type: ignore[no-untyped-def]
    for k in range(a.size):
        fetch(a, k)
        fetch_to_change(a, k)
    return a.sum()


def test_memory_asked_for_stays_as_it_is() -> None:
    a = np.arange(24.0).reshape(2, 3, 4)
    assert _asked(a) == a.sum()
    assert (a == np.arange(24.0).reshape(2, 3, 4)).all()
    if hasattr(_asked, "inspect_asm"):  # not without the compiler
        assert any("prefetch" in text for text in _asked.inspect_asm().values())


@njit
def _in_a_line(a):  # type: ignore[no-untyped-def]
    return per_line(a)


@pytest.mark.parametrize(("dtype", "numbers"), [(np.float32, 16), (np.float64, 8)])
def test_a_cache_line_holds_so_many_numbers(dtype: type, numbers: int) -> None:
    a = np.zeros(1, dtype)
    assert _in_a_line(a) == per_line(a) == numbers


def _added(a, b, c):  # type: ignore[no-untyped-def]
    for i in range(len(a)):
        c[i] = a[i] * b[i] + 1.0


_promised, _checked = apart(_added), piece(_added)


@njit
def _both(a, b, c, d):  # type: ignore[no-untyped-def]
    _promised(a, b, c)
    _checked(a, b, d)


def test_arrays_promised_to_be_apart_give_the_same_numbers() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 1000))
    c, d = np.zeros((2, 1000))
    _both(a, b, c, d)
    assert c == pytest.approx(d, rel=1e-15)
